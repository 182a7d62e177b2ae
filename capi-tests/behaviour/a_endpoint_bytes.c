/*  Names of inproc endpoints are bytes, whatever they spell.  */
#include "check.h"

#define ODD "\xff\xc3(\xed\xa0\x80"

static void echo_last (const char *label, void *socket)
{
    char endpoint[ENDPOINT_MAX];
    size_t size = sizeof endpoint;
    OK (zmq_getsockopt (socket, ZMQ_LAST_ENDPOINT, endpoint, &size));
    say_bytes (label, endpoint, size);
}

/*  Binder and connecter meet at the name, and part at it.  */
static void meet (const char *name, int connect_first)
{
    void *context = new_context (), *pull = new_socket (context, ZMQ_PULL), *push = new_socket (context, ZMQ_PUSH);
    set_timeouts (pull, 10000);
    set_timeouts (push, 10000);
    say_bytes ("--", name, strlen (name));
    if (connect_first)
        RC (zmq_connect (push, name));
    RC (zmq_bind (pull, name));
    if (!connect_first)
        RC (zmq_connect (push, name));
    echo_last ("bound", pull);
    echo_last ("connected", push);
    send_text (push, "hello", 0);
    say_message ("received", pull, 0);
    void *other = new_socket (context, ZMQ_PULL);
    RC (zmq_bind (other, "inproc://" ODD "x"));
    RC (zmq_unbind (pull, "inproc://" ODD "y"));
    RC (zmq_disconnect (push, name));
    RC (zmq_disconnect (push, name));
    RC (zmq_unbind (pull, name));
    RC (zmq_unbind (pull, name));
    RC (zmq_bind (other, name));
    close_all (context, (void *[]){pull, push, other}, 3);
}

static void monitored (void)
{
    void *context = new_context (), *socket = new_socket (context, ZMQ_PULL);
    char endpoint[ENDPOINT_MAX];
    void *monitor = monitor_open (context, socket, "inproc://" ODD, ZMQ_EVENT_ALL);
    bind_tcp (socket, endpoint);
    SAY ("event %s", monitor_event_name (monitor_next (monitor, NULL, NULL)));
    close_all (context, (void *[]){socket, monitor}, 2);
}

int main (void)
{
    void *context = new_context (), *socket = new_socket (context, ZMQ_DEALER);
    static const char *const odd[] = {ODD, ODD "://x", "://" ODD, "tcp://" ODD, "tcp://" ODD ":5", "tcp://127.0.0.1:" ODD,
                                      "udp://" ODD ":5", "\xff://x"};
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        say_bytes ("", odd[i], strlen (odd[i]));
        RECORD ("  bind", zmq_bind (socket, odd[i]));
        RECORD ("  connect", zmq_connect (socket, odd[i]));
        RECORD ("  unbind", zmq_unbind (socket, odd[i]));
        RECORD ("  disconnect", zmq_disconnect (socket, odd[i]));
    }
    close_all (context, &socket, 1);
    for (int i = 0; i < 2; i++)
        meet ("inproc://" ODD, i);
    monitored ();
    return 0;
}
