/* What ZMQ_FD tells is not lost to calls that neither read nor ask for events. */
#include "b_kit.h"

static int fd_of (void *s_)
{
    int fd = -1;
    size_t size = sizeof fd;
    OK (zmq_getsockopt (s_, ZMQ_FD, &fd, &size));
    return fd;
}

int main (void)
{
    void *ctx = new_context (), *push = open_socket (ctx, ZMQ_PUSH), *pull = open_socket (ctx, ZMQ_PULL);
    join_over ("inproc", pull, push);
    struct pollfd p = {fd_of (pull), POLLIN, 0};
    while (poll (&p, 1, 0) == 1)
        get_int (pull, ZMQ_EVENTS);
    CHECK (zmq_send (push, "x", 1, 0) == 1);
    printf ("told %d", poll (&p, 1, SOON_MS));
    get_int (pull, ZMQ_TYPE);
    get_int (pull, ZMQ_RCVMORE);
    set_int (pull, ZMQ_RCVTIMEO, 1000);
    set_int (pull, ZMQ_LINGER, 0);
    printf (", the same descriptor %d, told still %d", fd_of (pull) == p.fd, poll (&p, 1, 0));
    printf (", events %s\n", events_name (get_int (pull, ZMQ_EVENTS)));
    close_these (ctx, 2, push, pull);
    return 0;
}
