/* XPUB and XSUB as a forwarder: subscriptions go up, publications come down, duplicates are told once. */
#include "b_kit.h"

static void pump (void *from_, void *to_)
{
    zmq_msg_t m;
    do {
        zmq_msg_init (&m);
        if (zmq_msg_recv (&m, from_, 0) < 0)
            FAIL ("pump");
        int more = zmq_msg_more (&m);
        if (zmq_msg_send (&m, to_, more ? ZMQ_SNDMORE : 0) < 0)
            FAIL ("pump");
        if (!more)
            return;
    } while (1);
}

int main (void)
{
    void *ctx = new_context ();
    void *xpub = open_socket (ctx, ZMQ_XPUB), *xsub = open_socket (ctx, ZMQ_XSUB);
    void *pub = open_socket (ctx, ZMQ_XPUB), *sub1 = open_socket (ctx, ZMQ_SUB), *sub2 = open_socket (ctx, ZMQ_SUB);
    endpoint_t down, up;
    bind_to (xpub, "tcp://127.0.0.1:*", down);
    bind_to (xsub, "tcp://127.0.0.1:*", up);
    OK (zmq_connect (pub, up));
    set_text (sub1, ZMQ_SUBSCRIBE, "A");
    OK (zmq_connect (sub1, down));
    pump (xpub, xsub);
    get (pub, "upstream");

    set_text (sub2, ZMQ_SUBSCRIBE, "A");
    set_text (sub2, ZMQ_SUBSCRIBE, "B");
    OK (zmq_connect (sub2, down));
    pump (xpub, xsub);
    get (pub, "upstream");
    get_none (xpub, "A is not told twice");

    put (pub, "A|1");
    put (pub, "B|2");
    put (pub, "C|3");
    pump (xsub, xpub);
    pump (xsub, xpub);
    get_none (xsub, "C was never asked for");
    get (sub1, "sub1");
    get_none (sub1, "sub1");
    get (sub2, "sub2");
    get (sub2, "sub2");

    zmq_close (sub1);
    get_none (xpub, "A has a reader left");
    zmq_close (sub2);
    set_int (xpub, ZMQ_RCVTIMEO, SOON_MS);
    pump (xpub, xsub);
    pump (xpub, xsub);
    get (pub, "upstream");
    get (pub, "upstream");
    close_these (ctx, 3, xpub, xsub, pub);
    return 0;
}
