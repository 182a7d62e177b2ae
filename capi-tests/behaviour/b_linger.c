/* ZMQ_LINGER: what zmq_ctx_term waits for, in time and in messages delivered. */
#include "b_kit.h"

/* Closes a PUSH with messages for a peer that is not there. */
static void no_peer (int linger_)
{
    void *ctx = new_context (), *push = open_socket (ctx, ZMQ_PUSH);
    endpoint_t at;
    int unused = raw_listen (at, -1);
    set_int (push, ZMQ_LINGER, linger_);
    OK (zmq_connect (push, at));
    put (push, "x");
    long start = now_ms ();
    OK (zmq_close (push));
    int close_is_quick = now_ms () - start < 200;
    OK (zmq_ctx_term (ctx));
    long took = now_ms () - start;
    printf ("linger %d: close returns at once %d, term waits %d\n", linger_, close_is_quick, took >= linger_ && took < linger_ + 3000);
    close (unused);
}

/* The peer comes while the socket lingers. */
static void delivered_late (void)
{
    void *ctx = new_context (), *ctx2 = new_context (), *push = open_socket (ctx, ZMQ_PUSH), *pull = open_socket (ctx2, ZMQ_PULL);
    endpoint_t at;
    int unused = raw_listen (at, -1);
    set_int (push, ZMQ_LINGER, -1);
    set_int (push, ZMQ_RECONNECT_IVL, 20);
    OK (zmq_connect (push, at));
    put (push, "kept|for you");
    OK (zmq_close (push));
    close (unused);
    EVENTUALLY (zmq_bind (pull, at) == 0);
    get (pull, "pull");
    OK (zmq_ctx_term (ctx));
    close_these (ctx2, 1, pull);
}

/* Everything sent before the close arrives. */
static void all_sent (int linger_)
{
    void *ctx = new_context (), *ctx2 = new_context (), *push = open_socket (ctx, ZMQ_PUSH), *pull = open_socket (ctx2, ZMQ_PULL);
    endpoint_t at;
    set_int (push, ZMQ_LINGER, linger_);
    set_int (push, ZMQ_SNDHWM, 0);
    set_int (pull, ZMQ_RCVHWM, 10);
    bind_to (pull, "tcp://127.0.0.1:*", at);
    OK (zmq_connect (push, at));
    for (int i = 0; i < 5000; i++)
        put (push, "some text");
    OK (zmq_close (push));
    printf ("linger %d, 5000 sent, read %d\n", linger_, drain (pull, 1000));
    OK (zmq_ctx_term (ctx));
    close_these (ctx2, 1, pull);
}

static void defaults (void)
{
    void *ctx = zmq_ctx_new ();
    static const int types[] = {ZMQ_PAIR, ZMQ_PUB, ZMQ_SUB, ZMQ_REQ, ZMQ_XSUB, ZMQ_XPUB, ZMQ_PUSH, ZMQ_STREAM};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        void *s = zmq_socket (ctx, types[i]);
        printf ("%s lingers %d", type_name (types[i]), get_int (s, ZMQ_LINGER));
        zmq_close (s);
        zmq_ctx_set (ctx, ZMQ_BLOCKY, 0);
        s = zmq_socket (ctx, types[i]);
        printf (", not blocky %d\n", get_int (s, ZMQ_LINGER));
        zmq_close (s);
        zmq_ctx_set (ctx, ZMQ_BLOCKY, 1);
    }
    zmq_ctx_term (ctx);
}

int main (void)
{
    defaults ();
    no_peer (0);
    no_peer (300);
    delivered_late ();
    all_sent (-1);
    all_sent (10000);
    return 0;
}
