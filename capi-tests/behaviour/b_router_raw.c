/* ZMQ_ROUTER_RAW: a ROUTER as a plain TCP server: every read is one message after the id, an empty one tells of a connection. */
#include "b_kit.h"

int main (void)
{
    void *ctx = new_context (), *router = open_socket (ctx, ZMQ_ROUTER);
    endpoint_t at;
    char id[256], text[64] = "";
    set_int (router, ZMQ_ROUTER_RAW, 1);
    bind_to (router, "tcp://127.0.0.1:*", at);
    int fd = raw_connect (at);
    int n = zmq_recv (router, id, sizeof id, 0);
    printf ("id %d bytes\n", n);
    get (router, "connected");
    raw_write (fd, "GET /", 5);
    printf ("id %d bytes\n", zmq_recv (router, id, sizeof id, 0));
    get (router, "read");
    zmq_send (router, id, (size_t) n, ZMQ_SNDMORE);
    zmq_send (router, "200 OK", 6, 0);
    printf ("peer read %zu", raw_read (fd, text, 6));
    printf (" '%s'\n", text);
    close (fd);
    printf ("id %d bytes\n", zmq_recv (router, id, sizeof id, 0));
    get (router, "disconnected");
    close_these (ctx, 1, router);
    return 0;
}
