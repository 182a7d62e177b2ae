/* ZMQ_XPUB_WELCOME_MSG: every new connection that subscribes to it gets one welcome. */
#include "b_kit.h"

static void run (const char *transport_)
{
    void *ctx = new_context (), *pub = open_socket (ctx, ZMQ_XPUB), *a = open_socket (ctx, ZMQ_SUB), *b = open_socket (ctx, ZMQ_SUB);
    endpoint_t at;
    printf ("-- %s\n", transport_);
    bind_to (pub, strcmp (transport_, "tcp") == 0 ? "tcp://127.0.0.1:*" : "inproc://welcome", at);
    set_text (pub, ZMQ_XPUB_WELCOME_MSG, "W hello");
    set_text (a, ZMQ_SUBSCRIBE, "W");
    OK (zmq_connect (a, at));
    get (pub, "a asks");
    get (a, "a");
    put (pub, "W data");
    get (a, "a");
    set_text (b, ZMQ_SUBSCRIBE, "Z");
    OK (zmq_connect (b, at));
    get (pub, "b asks");
    get_none (b, "b did not subscribe to it");
    get_none (a, "a is not welcomed again");
    zmq_setsockopt (pub, ZMQ_XPUB_WELCOME_MSG, NULL, 0);
    void *c = open_socket (ctx, ZMQ_SUB);
    set_text (c, ZMQ_SUBSCRIBE, "");
    OK (zmq_connect (c, at));
    get (pub, "c asks");
    get_none (c, "no welcome any more");
    close_these (ctx, 4, pub, a, b, c);
}

int main (void)
{
    run ("inproc");
    run ("tcp");
    return 0;
}
