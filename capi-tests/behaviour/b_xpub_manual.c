/* ZMQ_XPUB_MANUAL: the application decides what the last subscriber is subscribed to. */
#include "b_kit.h"

static void run (const char *transport_)
{
    void *ctx = new_context (), *pub = open_socket (ctx, ZMQ_XPUB), *a = open_socket (ctx, ZMQ_XSUB), *b = open_socket (ctx, ZMQ_XSUB);
    endpoint_t at;
    printf ("-- %s\n", transport_);
    show_rc ("SUBSCRIBE before MANUAL", zmq_setsockopt (pub, ZMQ_SUBSCRIBE, "B", 1));
    set_int (pub, ZMQ_XPUB_MANUAL, 1);
    bind_to (pub, strcmp (transport_, "tcp") == 0 ? "tcp://127.0.0.1:*" : "inproc://manual", at);
    OK (zmq_connect (a, at));
    OK (zmq_connect (b, at));
    zmq_send (a, "\1A", 2, 0);
    get (pub, "asked");
    set_text (pub, ZMQ_SUBSCRIBE, "XA");
    put (pub, "A|asked for");
    put (pub, "XA|given");
    get (a, "a");
    get_none (a, "a");

    zmq_send (b, "\1B", 2, 0);
    get (pub, "asked");
    set_text (pub, ZMQ_SUBSCRIBE, "XB");
    put (pub, "XA|1");
    put (pub, "XB|2");
    get (a, "a");
    get (b, "b");
    get_none (b, "b");

    zmq_send (a, "\0A", 2, 0);
    get (pub, "asked");
    put (pub, "XA|still");
    get (a, "a");
    set_text (pub, ZMQ_UNSUBSCRIBE, "XA");
    put (pub, "XA|gone");
    get_none (a, "a");
    zmq_close (b);
    get (pub, "b closed");
    get_none (pub, "b closed");
    put (pub, "XB|nobody");
    close_these (ctx, 2, pub, a);
}

int main (void)
{
    run ("inproc");
    run ("tcp");
    return 0;
}
