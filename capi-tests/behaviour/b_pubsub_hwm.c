/* PUB drops for a subscriber whose pipe is full, for that subscriber only, and multipart counts once. */
#include "b_kit.h"

static void run (int sndhwm_, int rcvhwm_, const char *text_, int n_)
{
    void *ctx = new_context (), *pub = open_socket (ctx, ZMQ_PUB), *sub = open_socket (ctx, ZMQ_SUB);
    set_int (pub, ZMQ_SNDHWM, sndhwm_);
    set_int (sub, ZMQ_RCVHWM, rcvhwm_);
    OK (zmq_bind (pub, "inproc://hwm"));
    set_text (sub, ZMQ_SUBSCRIBE, "");
    OK (zmq_connect (sub, "inproc://hwm"));
    get_int (pub, ZMQ_EVENTS);
    for (int i = 0; i < n_; i++)
        put_flags (pub, text_, ZMQ_DONTWAIT);
    printf ("snd %d rcv %d sent %d kept %d\n", sndhwm_, rcvhwm_, n_, drain (sub, QUIET_MS));
    put (pub, "after");
    get (sub, "after");
    close_these (ctx, 2, pub, sub);
}

static void slow_and_fast (void)
{
    void *ctx = new_context (), *pub = open_socket (ctx, ZMQ_PUB), *slow = open_socket (ctx, ZMQ_SUB), *fast = open_socket (ctx, ZMQ_SUB);
    set_int (pub, ZMQ_SNDHWM, 2);
    set_int (slow, ZMQ_RCVHWM, 2);
    set_int (fast, ZMQ_RCVHWM, 1000);
    OK (zmq_bind (pub, "inproc://two"));
    set_text (slow, ZMQ_SUBSCRIBE, "");
    set_text (fast, ZMQ_SUBSCRIBE, "");
    OK (zmq_connect (slow, "inproc://two"));
    OK (zmq_connect (fast, "inproc://two"));
    get_int (pub, ZMQ_EVENTS);
    for (int i = 0; i < 50; i++)
        put (pub, "x|y");
    printf ("slow %d fast %d\n", drain (slow, QUIET_MS), drain (fast, QUIET_MS));
    close_these (ctx, 3, pub, slow, fast);
}

int main (void)
{
    run (10, 10, "m", 100);
    run (1, 1, "m", 100);
    run (10, 10, "a|b|c", 100);
    run (0, 5, "m", 3000);
    run (5, 0, "m", 3000);
    slow_and_fast ();
    return 0;
}
