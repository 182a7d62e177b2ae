/* ours-only: the manual names the property Routing-Id, the original answers only to its older name Identity */
#include "b_kit.h"

int main (void)
{
    void *ctx = new_context (), *router = open_socket (ctx, ZMQ_ROUTER), *dealer = open_socket (ctx, ZMQ_DEALER);
    zmq_msg_t m;
    set_text (dealer, ZMQ_ROUTING_ID, "my id");
    join_over ("tcp", router, dealer);
    put (dealer, "hello");
    zmq_msg_init (&m);
    CHECK (zmq_msg_recv (&m, router, 0) == 5);
    const char *id = zmq_msg_gets (&m, "Routing-Id"), *old = zmq_msg_gets (&m, "Identity");
    printf ("Routing-Id '%s', Identity '%s'\n", id ? id : "none", old ? old : "none");
    CHECK (id && strcmp (id, "my id") == 0 && old && strcmp (old, "my id") == 0);
    zmq_msg_close (&m);
    close_these (ctx, 2, router, dealer);
    return 0;
}
