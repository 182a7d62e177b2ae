/* ZMQ_XPUB_NODROP: a full subscriber makes the send fail or wait instead of losing the message. */
#include "b_kit.h"

int main (void)
{
    void *ctx = new_context (), *pub = open_socket (ctx, ZMQ_XPUB), *sub = open_socket (ctx, ZMQ_SUB), *other = open_socket (ctx, ZMQ_SUB);
    set_int (pub, ZMQ_XPUB_NODROP, 1);
    set_int (pub, ZMQ_SNDHWM, 5);
    set_int (sub, ZMQ_RCVHWM, 5);
    OK (zmq_bind (pub, "inproc://nodrop"));
    OK (zmq_connect (sub, "inproc://nodrop"));
    OK (zmq_connect (other, "inproc://nodrop"));
    set_text (sub, ZMQ_SUBSCRIBE, "x");
    set_text (other, ZMQ_SUBSCRIBE, "other");
    get (pub, "+x");
    get (pub, "+other");
    printf ("taken %d\n", fill (pub, 1000));
    show_rc ("full", zmq_send (pub, "x", 1, ZMQ_DONTWAIT));
    show_rc ("full, other topic", zmq_send (pub, "other", 5, ZMQ_DONTWAIT));
    get (other, "other");
    set_int (pub, ZMQ_SNDTIMEO, 100);
    show_rc ("full, waiting", zmq_send (pub, "x", 1, 0));
    for (int i = 0; i < 4; i++)
        drop_one (sub, SOON_MS);
    show_rc ("above the low water mark", zmq_send (pub, "x", 1, ZMQ_DONTWAIT));
    for (int i = 0; i < 1; i++)
        drop_one (sub, SOON_MS);
    get_int (pub, ZMQ_EVENTS);
    printf ("taken again %d\n", fill (pub, 1000));
    printf ("read %d\n", drain (sub, QUIET_MS));
    close_these (ctx, 3, pub, sub, other);
    return 0;
}
