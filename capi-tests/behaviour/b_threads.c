/* A socket handed from thread to thread, contexts shared by threads, many senders to one receiver. */
#include "b_kit.h"

static void *one_turn (void *s_)
{
    put (s_, "from a thread");
    get (s_, "echo");
    return NULL;
}

static void moving (const char *transport_)
{
    void *ctx = new_context (), *a = open_socket (ctx, ZMQ_DEALER), *b = open_socket (ctx, ZMQ_DEALER);
    join_over (transport_, a, b);
    for (int i = 0; i < 5; i++) {
        pthread_t thread;
        pthread_create (&thread, NULL, one_turn, b);
        char text[32];
        int n = zmq_recv (a, text, sizeof text, 0);
        zmq_send (a, text, (size_t) n, 0);
        pthread_join (thread, NULL);
    }
    close_these (ctx, 2, a, b);
}

typedef struct
{
    void *ctx;
    const char *at;
    int id;
} worker_t;

static void *work (void *arg_)
{
    worker_t *w = arg_;
    void *push = open_socket (w->ctx, ZMQ_PUSH);
    set_int (push, ZMQ_LINGER, -1);
    OK (zmq_connect (push, w->at));
    for (int i = 0; i < 1000; i++) {
        int body[2] = {w->id, i};
        if (zmq_send (push, body, sizeof body, 0) != sizeof body)
            break;
    }
    zmq_close (push);
    return NULL;
}

static void many (const char *bind_)
{
    void *ctx = new_context (), *pull = open_socket (ctx, ZMQ_PULL);
    endpoint_t at;
    pthread_t thread[8];
    worker_t w[8];
    int next[8] = {0}, wrong = 0, body[2];
    bind_to (pull, bind_, at);
    for (int i = 0; i < 8; i++) {
        w[i] = (worker_t){ctx, at, i};
        pthread_create (&thread[i], NULL, work, &w[i]);
    }
    for (int i = 0; i < 8000; i++)
        if (zmq_recv (pull, body, sizeof body, 0) != sizeof body || body[0] < 0 || body[0] > 7 || body[1] != next[body[0]]++)
            wrong++;
    for (int i = 0; i < 8; i++)
        pthread_join (thread[i], NULL);
    printf ("8 senders of 1000, wrong %d\n", wrong);
    close_these (ctx, 1, pull);
}

static void *opens (void *ctx_)
{
    for (int i = 0; i < 50; i++) {
        void *s = zmq_socket (ctx_, ZMQ_PAIR);
        if (!s || zmq_close (s) != 0)
            printf ("open or close failed\n");
    }
    return NULL;
}

int main (void)
{
    moving ("inproc");
    moving ("tcp");
    many ("inproc://many");
    many ("tcp://127.0.0.1:*");
    void *ctx = new_context ();
    pthread_t thread[4];
    for (int i = 0; i < 4; i++)
        pthread_create (&thread[i], NULL, opens, ctx);
    for (int i = 0; i < 4; i++)
        pthread_join (thread[i], NULL);
    OK (zmq_ctx_term (ctx));
    return 0;
}
