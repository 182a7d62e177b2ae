/* ROUTER: automatic and chosen routing ids, unknown ids dropped, an id frame alone is nothing. */
#include "b_kit.h"

static void automatic (const char *transport_)
{
    void *ctx = new_context (), *router = open_socket (ctx, ZMQ_ROUTER), *d[3];
    endpoint_t at;
    unsigned char id[3][256];
    bind_to (router, strcmp (transport_, "tcp") == 0 ? "tcp://127.0.0.1:*" : "inproc://ids", at);
    printf ("-- %s\n", transport_);
    for (int i = 0; i < 3; i++) {
        d[i] = open_socket (ctx, ZMQ_DEALER);
        OK (zmq_connect (d[i], at));
        put (d[i], "hello");
        int n = zmq_recv (router, id[i], sizeof id[i], 0);
        printf ("id of %d bytes, first byte %d, more %d\n", n, id[i][0], get_int (router, ZMQ_RCVMORE));
        get (router, "body");
    }
    for (int i = 1; i < 3; i++) {
        uint32_t a, b;
        memcpy (&a, id[i - 1] + 1, 4);
        memcpy (&b, id[i] + 1, 4);
        printf ("counts up: %d\n", ntohl (b) == ntohl (a) + 1);
    }
    zmq_send (router, id[1], 5, ZMQ_SNDMORE);
    put (router, "to the second|part");
    get (d[1], "second");
    get_none (d[0], "first");
    close_these (ctx, 4, router, d[0], d[1], d[2]);
}

static void chosen (void)
{
    void *ctx = new_context (), *router = open_socket (ctx, ZMQ_ROUTER), *d = open_socket (ctx, ZMQ_DEALER);
    char id[256];
    size_t size = sizeof id;
    set_text (d, ZMQ_ROUTING_ID, "chosen");
    show_rc ("get id", zmq_getsockopt (d, ZMQ_ROUTING_ID, id, &size));
    printf ("id size %zu\n", size);
    OK (zmq_bind (router, "inproc://chosen"));
    OK (zmq_connect (d, "inproc://chosen"));
    put (d, "a|b");
    get (router, "router");
    put (router, "unknown|dropped|parts");
    show_rc ("id alone", zmq_send (router, "chosen", 6, 0));
    put (router, "chosen|c|");
    get (d, "dealer");
    get_none (d, "dealer");
    put (d, "");
    get (router, "empty body");
    printf ("events %d\n", get_int (router, ZMQ_EVENTS));
    zmq_close (d);
    show_rc ("to a peer that left", put (router, "chosen|x"));
    close_these (ctx, 1, router);
}

static void long_id (void)
{
    void *ctx = new_context (), *router = open_socket (ctx, ZMQ_ROUTER), *d = open_socket (ctx, ZMQ_DEALER);
    char id[256];
    memset (id, 'i', sizeof id);
    show_rc ("256 bytes", zmq_setsockopt (d, ZMQ_ROUTING_ID, id, 256));
    show_rc ("0 bytes", zmq_setsockopt (d, ZMQ_ROUTING_ID, id, 0));
    show_rc ("255 bytes", zmq_setsockopt (d, ZMQ_ROUTING_ID, id, 255));
    join_over ("tcp", router, d);
    put (d, "x");
    get (router, "router");
    zmq_send (router, id, 255, ZMQ_SNDMORE);
    put (router, "back");
    get (d, "dealer");
    close_these (ctx, 2, router, d);
}

int main (void)
{
    automatic ("inproc");
    automatic ("tcp");
    chosen ();
    long_id ();
    return 0;
}
