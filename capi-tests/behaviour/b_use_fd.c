/* ZMQ_USE_FD: a listening descriptor made by the application, tcp and ipc. */
#include "b_kit.h"

int main (void)
{
    void *ctx = new_context (), *a = open_socket (ctx, ZMQ_REP), *b = open_socket (ctx, ZMQ_REQ);
    endpoint_t at;
    printf ("default %d\n", get_int (a, ZMQ_USE_FD));
    int fd = raw_listen (at, 8);
    set_int (a, ZMQ_USE_FD, fd);
    show_rc ("bind", zmq_bind (a, at));
    OK (zmq_connect (b, at));
    put (b, "tcp");
    get (a, "a");
    put (a, "ok");
    get (b, "b");
    close_these (ctx, 2, a, b);

    ctx = new_context ();
    a = open_socket (ctx, ZMQ_REP);
    b = open_socket (ctx, ZMQ_REQ);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int n = snprintf (address.sun_path + 1, sizeof address.sun_path - 1, "b-use-fd-%d", (int) getpid ());
    fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CHECK (bind (fd, (struct sockaddr *) &address, (socklen_t) (offsetof (struct sockaddr_un, sun_path) + 1 + (size_t) n)) == 0);
    CHECK (listen (fd, 8) == 0);
    snprintf (at, sizeof at, "ipc://@%.100s", address.sun_path + 1);
    set_int (a, ZMQ_USE_FD, fd);
    show_rc ("bind ipc", zmq_bind (a, at));
    OK (zmq_connect (b, at));
    put (b, "ipc");
    get (a, "a");
    put (a, "ok");
    get (b, "b");
    close_these (ctx, 2, a, b);
    return 0;
}
