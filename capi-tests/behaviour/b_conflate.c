/* ZMQ_CONFLATE: only the last message is kept, for the types that know it. */
#include "b_kit.h"

static void run (int from_, int to_, const char *transport_)
{
    void *ctx = new_context (), *a = open_socket (ctx, from_), *b = open_socket (ctx, to_);
    printf ("-- %s to %s over %s\n", type_name (from_), type_name (to_), transport_);
    set_int (b, ZMQ_CONFLATE, 1);
    if (strcmp (transport_, "inproc") == 0)
        set_int (a, ZMQ_CONFLATE, 1);
    if (to_ == ZMQ_SUB)
        set_text (b, ZMQ_SUBSCRIBE, "");
    join_over (transport_, b, a);
    if (from_ == ZMQ_PUB) {
        /* Until the subscription has come. */
        EVENTUALLY ((put (a, "probe"), is_ready (b, ZMQ_POLLIN, 20)));
        drop_one (b, 0);
    } else
        wait_for (a, ZMQ_POLLOUT);
    char text[16];
    for (int i = 0; i < 20; i++) {
        snprintf (text, sizeof text, "message %d", i);
        put (a, text);
    }
    sleep_ms (QUIET_MS);
    get (b, "last");
    get_none (b, "nothing else");
    put (a, "again");
    get (b, "again");
    close_these (ctx, 2, a, b);
}

int main (void)
{
    run (ZMQ_PUSH, ZMQ_PULL, "inproc");
    run (ZMQ_PUSH, ZMQ_PULL, "tcp");
    run (ZMQ_PUB, ZMQ_SUB, "tcp");
    run (ZMQ_DEALER, ZMQ_DEALER, "inproc");
    run (ZMQ_DEALER, ZMQ_DEALER, "tcp");
    return 0;
}
