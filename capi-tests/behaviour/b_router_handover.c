/* Two peers with one routing id: the second is ignored, or takes over with ZMQ_ROUTER_HANDOVER. */
#include "b_kit.h"

static void run (int handover_, const char *transport_)
{
    void *ctx = new_context (), *router = open_socket (ctx, ZMQ_ROUTER), *a = open_socket (ctx, ZMQ_DEALER), *b = open_socket (ctx, ZMQ_DEALER);
    endpoint_t at;
    printf ("-- handover %d %s\n", handover_, transport_);
    set_int (router, ZMQ_ROUTER_HANDOVER, handover_);
    set_text (a, ZMQ_ROUTING_ID, "X");
    set_text (b, ZMQ_ROUTING_ID, "X");
    bind_to (router, strcmp (transport_, "tcp") == 0 ? "tcp://127.0.0.1:*" : "inproc://handover", at);
    OK (zmq_connect (a, at));
    put (a, "from a");
    get (router, "router");
    OK (zmq_connect (b, at));
    put (b, "from b");
    get_none (router, "router");
    put (router, "X|hello");
    get_none (a, "a");
    get_none (b, "b");
    put_flags (a, "a again", ZMQ_DONTWAIT);
    get_none (router, "router");
    close_these (ctx, 3, router, a, b);
}

int main (void)
{
    run (0, "inproc");
    run (0, "tcp");
    run (1, "inproc");
    run (1, "tcp");
    return 0;
}
