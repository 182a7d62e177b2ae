/* ZMQ_PROBE_ROUTER: an empty message to the ROUTER on every new connection, from DEALER, REQ and ROUTER. */
#include "b_kit.h"

static void run (int type_, const char *transport_)
{
    void *ctx = new_context (), *router = open_socket (ctx, ZMQ_ROUTER), *peer = open_socket (ctx, type_);
    printf ("-- type %d %s\n", type_, transport_);
    set_text (peer, ZMQ_ROUTING_ID, "P");
    set_int (peer, ZMQ_PROBE_ROUTER, 1);
    join_over (transport_, router, peer);
    get (router, "probe");
    get_none (router, "one probe");
    if (type_ == ZMQ_DEALER) {
        put (router, "P|hello");
        get (peer, "peer");
    }
    close_these (ctx, 2, router, peer);
}

static void at_both_ends (void)
{
    void *ctx = new_context (), *a = open_socket (ctx, ZMQ_ROUTER), *b = open_socket (ctx, ZMQ_ROUTER);
    set_text (a, ZMQ_ROUTING_ID, "A");
    set_text (b, ZMQ_ROUTING_ID, "B");
    set_int (a, ZMQ_PROBE_ROUTER, 1);
    set_int (b, ZMQ_PROBE_ROUTER, 1);
    join_over ("tcp", a, b);
    get (a, "a");
    get (b, "b");
    put (a, "B|hi");
    get (b, "b");
    close_these (ctx, 2, a, b);
}

int main (void)
{
    run (ZMQ_DEALER, "inproc");
    run (ZMQ_DEALER, "tcp");
    run (ZMQ_REQ, "tcp");
    run (ZMQ_ROUTER, "tcp");
    at_both_ends ();
    return 0;
}
