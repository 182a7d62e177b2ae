/* zmq_proxy: both directions, capture, ends with the context; bad arguments. */
#include "b_kit.h"

typedef struct
{
    void *front, *back, *capture;
} ends_t;

static void *run_proxy (void *arg_)
{
    ends_t *ends = arg_;
    int rc = zmq_proxy (ends->front, ends->back, ends->capture);
    printf ("proxy: %d %s\n", rc, errno_name (zmq_errno ()));
    zmq_close (ends->front);
    zmq_close (ends->back);
    if (ends->capture)
        zmq_close (ends->capture);
    return NULL;
}

static void queue (int with_capture_)
{
    void *ctx = new_context ();
    ends_t ends = {new_socket (ctx, ZMQ_ROUTER), new_socket (ctx, ZMQ_DEALER), NULL};
    void *req = open_socket (ctx, ZMQ_REQ), *rep = open_socket (ctx, ZMQ_REP), *tap = NULL;
    endpoint_t front, back;
    printf ("-- queue, capture %d\n", with_capture_);
    bind_to (ends.front, "tcp://127.0.0.1:*", front);
    bind_to (ends.back, "inproc://back", back);
    if (with_capture_) {
        ends.capture = new_socket (ctx, ZMQ_PUSH);
        tap = open_socket (ctx, ZMQ_PULL);
        join_over ("inproc", tap, ends.capture);
    }
    set_text (req, ZMQ_ROUTING_ID, "me");
    pthread_t thread;
    pthread_create (&thread, NULL, run_proxy, &ends);
    OK (zmq_connect (req, front));
    OK (zmq_connect (rep, back));
    for (int i = 0; i < 3; i++) {
        put (req, "a|b|");
        get (rep, "rep");
        put (rep, "answer|");
        get (req, "req");
    }
    for (int i = 0; with_capture_ && i < 6; i++)
        get (tap, "captured");
    zmq_close (req);
    zmq_close (rep);
    if (tap)
        zmq_close (tap);
    OK (zmq_ctx_shutdown (ctx));
    pthread_join (thread, NULL);
    OK (zmq_ctx_term (ctx));
}

static void streamer (void)
{
    void *ctx = new_context ();
    ends_t ends = {new_socket (ctx, ZMQ_PULL), new_socket (ctx, ZMQ_PUSH), NULL};
    void *push = open_socket (ctx, ZMQ_PUSH), *pull = open_socket (ctx, ZMQ_PULL);
    printf ("-- streamer\n");
    OK (zmq_bind (ends.front, "inproc://front"));
    OK (zmq_bind (ends.back, "inproc://back"));
    OK (zmq_connect (push, "inproc://front"));
    OK (zmq_connect (pull, "inproc://back"));
    pthread_t thread;
    pthread_create (&thread, NULL, run_proxy, &ends);
    int wrong = 0;
    for (int i = 0; i < 1500; i++)
        zmq_send (push, &i, sizeof i, 0);
    for (int i = 0, n; i < 1500; i++)
        wrong += zmq_recv (pull, &n, sizeof n, 0) != sizeof n || n != i;
    printf ("1500 messages, wrong %d\n", wrong);
    zmq_close (push);
    zmq_close (pull);
    OK (zmq_ctx_shutdown (ctx));
    pthread_join (thread, NULL);
    OK (zmq_ctx_term (ctx));
}


int main (void)
{
    void *ctx = new_context (), *s = open_socket (ctx, ZMQ_PULL);
    show_rc ("NULL front", zmq_proxy (NULL, s, NULL));
    show_rc ("NULL back", zmq_proxy (s, NULL, NULL));
    close_these (ctx, 1, s);
    queue (0);
    queue (1);
    streamer ();
    return 0;
}
