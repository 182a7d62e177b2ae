/* ZMQ_INVERT_MATCHING on both ends: what matches is withheld. */
#include "b_kit.h"

static void run (int on_pub_, int on_sub_)
{
    void *ctx = new_context (), *pub = open_socket (ctx, ZMQ_PUB), *sub = open_socket (ctx, ZMQ_SUB);
    set_int (pub, ZMQ_INVERT_MATCHING, on_pub_);
    set_int (sub, ZMQ_INVERT_MATCHING, on_sub_);
    printf ("pub %d sub %d\n", get_int (pub, ZMQ_INVERT_MATCHING), get_int (sub, ZMQ_INVERT_MATCHING));
    join_over ("inproc", pub, sub);
    set_text (sub, ZMQ_SUBSCRIBE, "dog");
    get_int (pub, ZMQ_EVENTS);
    put (pub, "dog|1");
    put (pub, "cat|2");
    put (pub, "doghouse|3");
    put (pub, "do|4");
    while (get_none (sub, "got") == 0)
        ;
    close_these (ctx, 2, pub, sub);
}

int main (void)
{
    run (0, 0);
    run (1, 1);
    return 0;
}
