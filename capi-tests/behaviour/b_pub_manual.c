/* ZMQ_XPUB_MANUAL on a PUB: nobody can take the subscriptions over, so that nothing is sent. */
#include "b_kit.h"

static void run (const char *transport_, int type_, int before_)
{
    void *ctx = new_context (), *pub = open_socket (ctx, type_), *sub = open_socket (ctx, ZMQ_SUB), *mark = open_socket (ctx, ZMQ_SUB);
    endpoint_t at;
    printf ("-- %s, %s, set %s\n", transport_, type_name (type_), before_ ? "before" : "after");
    bind_to (pub, strcmp (transport_, "tcp") == 0 ? "tcp://127.0.0.1:*" : "inproc://manual", at);
    set_text (sub, ZMQ_SUBSCRIBE, "A");
    set_text (mark, ZMQ_SUBSCRIBE, "A");
    if (!before_) {
        OK (zmq_connect (sub, at));
        sleep_ms (QUIET_MS);
        put (pub, "A|before");
    }
    show_rc ("set manual", zmq_setsockopt (pub, ZMQ_XPUB_MANUAL, &(int){1}, sizeof (int)));
    OK (zmq_connect (before_ ? sub : mark, at));
    sleep_ms (QUIET_MS);
    show_rc ("SUBSCRIBE", zmq_setsockopt (pub, ZMQ_SUBSCRIBE, "A", 1));
    show_rc ("UNSUBSCRIBE", zmq_setsockopt (pub, ZMQ_UNSUBSCRIBE, "A", 1));
    put (pub, "A|manual");
    show_rc ("receive", zmq_recv (pub, at, 1, ZMQ_DONTWAIT));
    show_rc ("events", get_int (pub, ZMQ_EVENTS));
    show_rc ("unset manual", zmq_setsockopt (pub, ZMQ_XPUB_MANUAL, &(int){0}, sizeof (int)));
    put (pub, "A|after");
    set_text (sub, ZMQ_UNSUBSCRIBE, "A");
    set_text (sub, ZMQ_SUBSCRIBE, "A");
    set_text (mark, ZMQ_UNSUBSCRIBE, "A");
    set_text (mark, ZMQ_SUBSCRIBE, "A");
    sleep_ms (QUIET_MS);
    put (pub, "A|again");
    for (int i = 0; i < 4; i++) {
        set_int (sub, ZMQ_RCVTIMEO, QUIET_MS);
        if (get_flags (sub, "sub", 0) < 0)
            break;
    }
    if (!before_) {
        set_int (mark, ZMQ_RCVTIMEO, QUIET_MS);
        get_flags (mark, "mark", 0);
        get_flags (mark, "mark", 0);
    }
    close_these (ctx, 3, pub, sub, mark);
}

int main (void)
{
    for (int before = 0; before < 2; before++) {
        run ("inproc", ZMQ_PUB, before);
        run ("tcp", ZMQ_PUB, before);
    }
    return 0;
}
