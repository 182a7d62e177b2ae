/* ours-only: the original ends the process when there is no memory */
/*  A process that has no memory left asks for contexts, sockets, endpoints and monitors: each call answers ENOMEM, and once there
    is memory each of them works.  */
#include "kit.h"

/*  The I/O thread has begun, which takes memory too: what is waited for with poll(2), it has done.  */
static void await_io_thread (void *context)
{
    int fd, events = 0;
    size_t size = sizeof fd;
    void *here = new_socket (context, ZMQ_PAIR), *there = new_socket (context, ZMQ_PAIR);
    OK (zmq_getsockopt (here, ZMQ_FD, &fd, &size));
    join (here, there, "tcp://127.0.0.1:*");
    send_text (there, "here", 0);
    while ((events & ZMQ_POLLIN) == 0) {
        struct pollfd item = {.fd = fd, .events = POLLIN};
        CHECK (poll (&item, 1, 5000) == 1);
        events = get_int (here, ZMQ_EVENTS);
    }
    expect_text (here, "here");
    OK (zmq_close (here));
    OK (zmq_close (there));
}

static void ask (const char *transport, int is_scarce)
{
    char endpoint[ENDPOINT_MAX];
    void *context = new_context (), *pull = new_socket (context, ZMQ_PULL), *push = new_socket (context, ZMQ_PUSH);
    void *monitor = new_socket (context, ZMQ_PAIR);
    set_timeouts (pull, 5000);
    bind_to (pull, transport, endpoint);
    OK (zmq_unbind (pull, endpoint));
    if (is_scarce) {
        await_io_thread (context);
        rlim_t usual = become_destitute ();
        CHECK (zmq_ctx_new () == NULL && errno == ENOMEM);
        CHECK (zmq_socket (context, ZMQ_PAIR) == NULL && errno == ENOMEM);
        CHECK (zmq_bind (pull, endpoint) == -1 && errno == ENOMEM);
        CHECK (zmq_connect (push, endpoint) == -1 && errno == ENOMEM);
        CHECK (zmq_socket_monitor (push, "inproc://scarce-monitor", ZMQ_EVENT_ALL) == -1 && errno == ENOMEM);
        recover (usual);
    }
    OK (zmq_socket_monitor (push, "inproc://scarce-monitor", ZMQ_EVENT_ALL));
    OK (zmq_connect (monitor, "inproc://scarce-monitor"));
    OK (zmq_bind (pull, endpoint));
    OK (zmq_connect (push, endpoint));
    send_text (push, "all is well", 0);
    expect_text (pull, "all is well");
    close_all (context, (void *[]){pull, push, monitor}, 3);
}

int main (void)
{
    char name[64];
    snprintf (name, sizeof name, "ipc://@scarce-%d", (int) getpid ());
    const char *const transports[] = {"inproc://scarce", "tcp://127.0.0.1:*", name};
    for (int i = 0; i < 3; i++) {
        ask (transports[i], 0);
        ask (transports[i], 1);
    }
    return 0;
}
