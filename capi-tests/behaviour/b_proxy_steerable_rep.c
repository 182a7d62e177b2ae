/* ours-only: 4.3.4 leaves a REP control socket without an answer, later versions answer every command */
#include "b_kit.h"

typedef struct
{
    void *front, *back, *control;
    int rc;
} ends_t;

static void *run_proxy (void *arg_)
{
    ends_t *ends = arg_;
    ends->rc = zmq_proxy_steerable (ends->front, ends->back, NULL, ends->control);
    zmq_close (ends->front);
    zmq_close (ends->back);
    zmq_close (ends->control);
    return NULL;
}

static void statistics (void *control_)
{
    int i = 0;
    put (control_, "STATISTICS");
    printf ("statistics:");
    do {
        uint64_t value = 0;
        int n = zmq_recv (control_, &value, sizeof value, 0);
        if (n != sizeof value) {
            printf (" size %d", n);
            break;
        }
        /* Even ones count messages in some versions and parts in others, odd ones bytes. */
        printf (" %llu", (unsigned long long) (i++ % 2 ? value : value > 0));
    } while (get_int (control_, ZMQ_RCVMORE));
    printf ("\n");
}

static void tell (void *control_, const char *command_, int replies_)
{
    put (control_, command_);
    if (replies_)
        get (control_, command_);
}

static void run (int control_type_)
{
    void *ctx = new_context ();
    int replies = control_type_ == ZMQ_REP;
    ends_t ends = {new_socket (ctx, ZMQ_ROUTER), new_socket (ctx, ZMQ_DEALER), new_socket (ctx, control_type_), 0};
    void *req = open_socket (ctx, ZMQ_REQ), *rep = open_socket (ctx, ZMQ_REP);
    void *control = open_socket (ctx, replies ? ZMQ_REQ : ZMQ_PAIR);
    printf ("-- control %s\n", type_name (control_type_));
    OK (zmq_bind (ends.front, "inproc://front"));
    OK (zmq_bind (ends.back, "inproc://back"));
    OK (zmq_bind (ends.control, "inproc://control"));
    OK (zmq_connect (req, "inproc://front"));
    OK (zmq_connect (rep, "inproc://back"));
    OK (zmq_connect (control, "inproc://control"));
    pthread_t thread;
    pthread_create (&thread, NULL, run_proxy, &ends);
    statistics (control);
    put (req, "12345|678");
    get (rep, "rep");
    put (rep, "1");
    get (req, "req");
    statistics (control);

    tell (control, "PAUSE", replies);
    statistics (control);
    put (req, "held");
    get_none (rep, "paused");
    tell (control, "RESUME", replies);
    get (rep, "resumed");
    put (rep, "ok");
    get (req, "req");
    statistics (control);
    tell (control, "what?", replies);
    tell (control, "TERMINATE", replies);
    pthread_join (thread, NULL);
    printf ("proxy: %d\n", ends.rc);
    close_these (ctx, 3, req, rep, control);
}

int main (void)
{
    run (ZMQ_REP);
    return 0;
}
