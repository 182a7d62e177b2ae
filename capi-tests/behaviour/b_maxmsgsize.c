/* ZMQ_MAXMSGSIZE: at the limit is fine, above it the sender is disconnected and others are still served. */
#include "b_kit.h"

static void run (int size_, const char *label_)
{
    void *ctx = new_context (), *pull = open_socket (ctx, ZMQ_PULL), *push = open_socket (ctx, ZMQ_PUSH), *other = open_socket (ctx, ZMQ_PUSH);
    endpoint_t at;
    int64_t limit = 1000;
    char *body = calloc (1, (size_t) size_);
    printf ("-- %s\n", label_);
    OK (zmq_setsockopt (pull, ZMQ_MAXMSGSIZE, &limit, sizeof limit));
    void *mon = new_monitor (ctx, pull, ZMQ_EVENT_DISCONNECTED);
    bind_to (pull, "tcp://127.0.0.1:*", at);
    OK (zmq_connect (push, at));
    put (push, "small");
    get (pull, "pull");
    zmq_send (push, body, (size_t) size_, 0);
    if (size_ <= 1000)
        get (pull, "pull");
    else
        show_event (mon, "pull");
    OK (zmq_connect (other, at));
    put (other, "other");
    get (pull, "pull");
    free (body);
    close_these (ctx, 4, pull, push, other, mon);
}

int main (void)
{
    run (1000, "at the limit");
    run (1001, "one more");
    run (300000, "much more");
    return 0;
}
