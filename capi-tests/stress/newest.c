/*  ours-only: the original drops a message that is sent while the reader looks, also the last one

    ZMQ_CONFLATE while the reader reads: whatever it misses, the last message comes, and none after a newer one. Argument:
    floods (2000 by hand).  */
#include "kit.h"
#include <pthread.h>

enum { FLOOD = 500 };

static long floods;

static void *read_until_the_last (void *pull)
{
    int got = -1, newest = -1;
    while (newest != (int) (floods * FLOOD) - 1) {
        CHECK (zmq_recv (pull, &got, sizeof got, 0) == sizeof got);
        CHECK (got > newest);
        newest = got;
        /* After each flood its end is waited for. */
        if (got % FLOOD == FLOOD - 1)
            CHECK (zmq_send (pull, "", 0, 0) == 0);
    }
    return NULL;
}

static void run (void *context, const char *address)
{
    char endpoint[ENDPOINT_MAX];
    void *to = new_socket (context, ZMQ_DEALER), *from = new_socket (context, ZMQ_DEALER);
    void *ends[] = {to, from};
    for (int i = 0; i < 2; i++) {
        set_int (ends[i], ZMQ_CONFLATE, 1);
        set_timeouts (ends[i], 10000);
    }
    OK (zmq_bind (to, address));
    last_endpoint (to, endpoint);
    OK (zmq_connect (from, endpoint));
    pthread_t reader;
    OK (pthread_create (&reader, NULL, read_until_the_last, to));
    int sent = 0;
    for (long i = 0; i < floods; i++) {
        for (int j = 0; j < FLOOD; j++, sent++)
            CHECK (zmq_send (from, &sent, sizeof sent, 0) == sizeof sent);
        CHECK (zmq_recv (from, endpoint, sizeof endpoint, 0) == 0);
    }
    OK (pthread_join (reader, NULL));
    OK (zmq_close (from));
    OK (zmq_close (to));
}

int main (int argc, char **argv)
{
    floods = size_of_run (argc, argv, 100);
    void *context = new_context ();
    run (context, "inproc://newest");
    run (context, "tcp://127.0.0.1:*");
    run (context, "ipc://*");
    OK (zmq_ctx_term (context));
    return 0;
}
