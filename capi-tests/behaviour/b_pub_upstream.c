/* A PUB takes subscriptions from XSUB and throws user messages from upstream away. */
#include "b_kit.h"

static void run (const char *transport_)
{
    void *ctx = new_context (), *pub = open_socket (ctx, ZMQ_PUB), *sub = open_socket (ctx, ZMQ_XSUB);
    join_over (transport_, pub, sub);
    printf ("-- %s\n", transport_);
    put (sub, "not a subscription");
    put (sub, "two|parts");
    zmq_send (sub, "\1end", 4, 0);
    long end = now_ms () + SOON_MS;
    do
        put (pub, "end");
    while (!is_ready (sub, ZMQ_POLLIN, 20) && now_ms () < end);
    get (sub, "first copy");
    drain (sub, QUIET_MS);
    put (pub, "not");
    get_none (sub, "not");
    printf ("pub events %d\n", get_int (pub, ZMQ_EVENTS));
    show_rc ("subscribe on PUB", zmq_setsockopt (pub, ZMQ_SUBSCRIBE, "", 0));
    show_rc ("subscribe on XPUB like", zmq_setsockopt (sub, ZMQ_SUBSCRIBE, "", 0));
    close_these (ctx, 2, pub, sub);
}

int main (void)
{
    run ("inproc");
    run ("tcp");
    return 0;
}
