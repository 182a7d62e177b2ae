/*  Threads with the smallest stack that the system allows send and receive, over connections that are made meanwhile.  */
#include "kit.h"
#include <limits.h>

struct pair {
    void *end;
    const char *address;
    int is_raw;
};

/*  Connects, asks and gets its answer; from STREAM, its own words and nothing that it would have to understand.  */
static void *ask (void *argument)
{
    struct pair *pair = argument;
    char text[256];
    OK (zmq_connect (pair->end, pair->address));
    if (pair->is_raw) {
        CHECK (zmq_recv (pair->end, text, sizeof text, 0) == 5);
        return NULL;
    }
    CHECK (zmq_send (pair->end, "ask", 3, 0) == 3);
    CHECK (zmq_recv (pair->end, text, sizeof text, 0) == 6);
    return NULL;
}

static void *answer (void *argument)
{
    struct pair *pair = argument;
    char text[256];
    CHECK (zmq_recv (pair->end, text, sizeof text, 0) == 3);
    CHECK (zmq_send (pair->end, "answer", 6, 0) == 6);
    return NULL;
}

static void start (pthread_t *thread, void *(*body) (void *), void *argument)
{
    pthread_attr_t attributes;
    CHECK (pthread_attr_init (&attributes) == 0);
    CHECK (pthread_attr_setstacksize (&attributes, (size_t) PTHREAD_STACK_MIN) == 0);
    CHECK (pthread_create (thread, &attributes, body, argument) == 0);
    CHECK (pthread_attr_destroy (&attributes) == 0);
}

static void talk (const char *address, int is_raw)
{
    void *context = new_context (), *far = new_context ();
    void *rep = new_socket (context, ZMQ_REP), *req = new_socket (far, is_raw ? ZMQ_STREAM : ZMQ_REQ);
    char endpoint[256];
    size_t size = sizeof endpoint;
    pthread_t threads[2];
    struct pair server = {rep, NULL, 0}, client = {req, endpoint, is_raw};
    OK (zmq_bind (rep, address));
    OK (zmq_getsockopt (rep, ZMQ_LAST_ENDPOINT, endpoint, &size));
    if (!is_raw)
        start (&threads[0], answer, &server);
    start (&threads[1], ask, &client);
    CHECK (pthread_join (threads[1], NULL) == 0);
    if (!is_raw)
        CHECK (pthread_join (threads[0], NULL) == 0);
    close_all (far, &req, 1);
    close_all (context, &rep, 1);
}

int main (void)
{
    for (int i = 0; i < 20; i++) {
        talk ("tcp://127.0.0.1:*", 0);
        talk ("ipc://*", 0);
        talk ("tcp://127.0.0.1:*", 1);
    }
    return 0;
}
