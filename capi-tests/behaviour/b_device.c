/* zmq_device: queue, forwarder and streamer are proxies; the type is not looked at. */
#include "b_kit.h"

typedef struct
{
    int type;
    void *front, *back;
} device_t;

static void *run_device (void *arg_)
{
    device_t *d = arg_;
    int rc = zmq_device (d->type, d->front, d->back);
    printf ("device: %d %s\n", rc, errno_name (zmq_errno ()));
    zmq_close (d->front);
    zmq_close (d->back);
    return NULL;
}

static void run (int device_, int front_, int back_, int from_, int to_)
{
    void *ctx = new_context ();
    device_t d = {device_, new_socket (ctx, front_), new_socket (ctx, back_)};
    void *from = open_socket (ctx, from_), *to = open_socket (ctx, to_);
    printf ("-- device %d: %s to %s\n", device_, type_name (from_), type_name (to_));
    OK (zmq_bind (d.front, "inproc://front"));
    OK (zmq_bind (d.back, "inproc://back"));
    if (to_ == ZMQ_SUB)
        set_text (to, ZMQ_SUBSCRIBE, "news");
    OK (zmq_connect (from, "inproc://front"));
    OK (zmq_connect (to, "inproc://back"));
    pthread_t thread;
    pthread_create (&thread, NULL, run_device, &d);
    if (to_ == ZMQ_SUB)
        EVENTUALLY ((put (from, "news|of today"), is_ready (to, ZMQ_POLLIN, 20)));
    else
        put (from, "news|of today");
    get (to, "through");
    if (to_ == ZMQ_REP) {
        put (to, "answer");
        get (from, "back");
    }
    zmq_close (from);
    zmq_close (to);
    OK (zmq_ctx_shutdown (ctx));
    pthread_join (thread, NULL);
    OK (zmq_ctx_term (ctx));
}

int main (void)
{
    run (ZMQ_QUEUE, ZMQ_ROUTER, ZMQ_DEALER, ZMQ_REQ, ZMQ_REP);
    run (ZMQ_FORWARDER, ZMQ_XSUB, ZMQ_XPUB, ZMQ_PUB, ZMQ_SUB);
    run (ZMQ_STREAMER, ZMQ_PULL, ZMQ_PUSH, ZMQ_PUSH, ZMQ_PULL);
    run (ZMQ_STREAMER, ZMQ_ROUTER, ZMQ_DEALER, ZMQ_REQ, ZMQ_REP);
    return 0;
}
