/* ours-only: the original blocks on events that nobody takes */
#include "check.h"

int main (void)
{
    char endpoint[ENDPOINT_MAX];
    void *context = new_context ();
    void *pull = new_socket (context, ZMQ_PULL), *push = new_socket (context, ZMQ_PUSH);

    /*  Nobody connects to the monitor.  */
    OK (zmq_socket_monitor (pull, "inproc://unread", ZMQ_EVENT_ALL));
    bind_tcp (pull, endpoint);
    OK (zmq_connect (push, endpoint));
    send_text (push, "through", 0);
    expect_text (pull, "through");
    OK (zmq_socket_monitor (pull, NULL, 0));

    /*  Somebody connects and does not read.  */
    void *reader = monitor_open (context, pull, "inproc://ignored", ZMQ_EVENT_ALL);
    for (int i = 0; i < 2000; i++) {
        OK (zmq_bind (pull, "tcp://127.0.0.1:*"));
        last_endpoint (pull, endpoint);
        OK (zmq_unbind (pull, endpoint));
    }
    send_text (push, "through", 0);
    expect_text (pull, "through");
    OK (zmq_close (pull));
    OK (zmq_close (push));
    OK (zmq_close (reader));
    OK (zmq_ctx_term (context));
    return 0;
}
