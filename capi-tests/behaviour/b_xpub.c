/* XPUB: what the application sees of subscriptions: plain, verbose, verboser, and on disconnect. */
#include "b_kit.h"

static void run (const char *name_, int option_, const char *transport_)
{
    void *ctx = new_context (), *pub = open_socket (ctx, ZMQ_XPUB), *a = open_socket (ctx, ZMQ_SUB), *b = open_socket (ctx, ZMQ_SUB);
    endpoint_t at;
    if (option_)
        set_int (pub, option_, 1);
    bind_to (pub, strcmp (transport_, "tcp") == 0 ? "tcp://127.0.0.1:*" : "inproc://xpub", at);
    OK (zmq_connect (a, at));
    OK (zmq_connect (b, at));
    printf ("-- %s %s\n", name_, transport_);
    set_text (a, ZMQ_SUBSCRIBE, "A");
    get (pub, "a +A");
    set_text (a, ZMQ_SUBSCRIBE, "A");
    get_none (pub, "a +A again");
    set_text (b, ZMQ_SUBSCRIBE, "A");
    get_none (pub, "b +A");
    set_text (b, ZMQ_SUBSCRIBE, "B");
    get (pub, "b +B");
    set_text (a, ZMQ_UNSUBSCRIBE, "A");
    get_none (pub, "a -A");
    set_text (a, ZMQ_UNSUBSCRIBE, "A");
    get_none (pub, "a -A again");
    set_text (a, ZMQ_UNSUBSCRIBE, "A");
    get_none (pub, "a -A too often");
    set_text (b, ZMQ_UNSUBSCRIBE, "A");
    get (pub, "b -A");
    zmq_close (b);
    get (pub, "b closes");
    get_none (pub, "b closes");
    close_these (ctx, 2, pub, a);
}

int main (void)
{
    run ("plain", 0, "inproc");
    run ("plain", 0, "tcp");
    run ("verbose", ZMQ_XPUB_VERBOSE, "inproc");
    run ("verbose", ZMQ_XPUB_VERBOSE, "tcp");
    run ("verboser", ZMQ_XPUB_VERBOSER, "inproc");
    run ("verboser", ZMQ_XPUB_VERBOSER, "tcp");
    return 0;
}
