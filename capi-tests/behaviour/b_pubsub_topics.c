/* PUB/SUB: prefix match, duplicate subscriptions, unsubscribe, the empty topic, binary topics (RFC 29). */
#include "b_kit.h"

/* The publisher reads its subscriptions when it looks at its events. */
static void settle (void *pub_)
{
    get_int (pub_, ZMQ_EVENTS);
}

int main (void)
{
    void *ctx = new_context (), *pub = open_socket (ctx, ZMQ_PUB), *sub = open_socket (ctx, ZMQ_SUB);
    join_over ("inproc", pub, sub);

    put (pub, "before any subscription");
    get_none (sub, "none");

    set_text (sub, ZMQ_SUBSCRIBE, "ab");
    settle (pub);
    put (pub, "a");
    put (pub, "ab");
    put (pub, "abc|second part|");
    put (pub, "b|ab");
    put (pub, "");
    get (sub, "ab");
    get (sub, "ab");
    get_none (sub, "ab");

    set_text (sub, ZMQ_SUBSCRIBE, "ab");
    set_text (sub, ZMQ_SUBSCRIBE, "abcd");
    settle (pub);
    put (pub, "abcde once");
    get (sub, "overlap");
    get_none (sub, "overlap");

    set_text (sub, ZMQ_UNSUBSCRIBE, "ab");
    settle (pub);
    put (pub, "ab still");
    get (sub, "one left");
    set_text (sub, ZMQ_UNSUBSCRIBE, "ab");
    settle (pub);
    put (pub, "ab gone");
    put (pub, "abcd here");
    get (sub, "longer stays");
    show_rc ("unsubscribe unknown", zmq_setsockopt (sub, ZMQ_UNSUBSCRIBE, "zz", 2));
    set_text (sub, ZMQ_UNSUBSCRIBE, "abcd");
    settle (pub);
    put (pub, "abcd");
    get_none (sub, "all gone");

    zmq_setsockopt (sub, ZMQ_SUBSCRIBE, "\0\xff", 2);
    settle (pub);
    zmq_send (pub, "\0\xff\0z", 4, 0);
    zmq_send (pub, "\0z", 2, 0);
    get (sub, "binary");
    get_none (sub, "binary");

    show_rc ("subscribe NULL,0", zmq_setsockopt (sub, ZMQ_SUBSCRIBE, NULL, 0));
    settle (pub);
    put (pub, "");
    put (pub, "anything");
    get (sub, "all");
    get (sub, "all");

    show_rc ("recv on PUB", zmq_recv (pub, NULL, 0, ZMQ_DONTWAIT));
    show_rc ("send on SUB", zmq_send (sub, "x", 1, ZMQ_DONTWAIT));
    printf ("events PUB %d SUB %d\n", get_int (pub, ZMQ_EVENTS), get_int (sub, ZMQ_EVENTS));
    close_these (ctx, 2, pub, sub);
    return 0;
}
