/* ZMQ_XPUB_MANUAL_LAST_VALUE: what is sent right after a subscription was read goes to its sender alone. */
#include "b_kit.h"
#ifndef ZMQ_XPUB_MANUAL_LAST_VALUE
#define ZMQ_XPUB_MANUAL_LAST_VALUE 98
#endif

int main (void)
{
    void *ctx = new_context (), *pub = open_socket (ctx, ZMQ_XPUB), *a = open_socket (ctx, ZMQ_SUB), *b = open_socket (ctx, ZMQ_SUB);
    set_int (pub, ZMQ_XPUB_MANUAL_LAST_VALUE, 1);
    OK (zmq_bind (pub, "inproc://lvc"));
    OK (zmq_connect (a, "inproc://lvc"));
    OK (zmq_connect (b, "inproc://lvc"));
    set_text (a, ZMQ_SUBSCRIBE, "A");
    get (pub, "pub");
    set_text (pub, ZMQ_SUBSCRIBE, "A");
    put (pub, "A last value");
    get (a, "a");
    get_none (b, "b does not");
    set_text (b, ZMQ_SUBSCRIBE, "A");
    get (pub, "pub");
    set_text (pub, ZMQ_SUBSCRIBE, "A");
    put (pub, "A cached");
    get (b, "b");
    get_none (a, "a does not");
    put (pub, "A for all");
    get (a, "a");
    get (b, "b");
    close_these (ctx, 3, pub, a, b);
    return 0;
}
