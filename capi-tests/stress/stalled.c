/*  A subscriber that stops reading keeps no more of the publisher's memory than its own backlog, however much the others get:
    of the same topic, or of another one. Argument: thousands of messages (200 by hand).  */
#include "kit.h"
#include <signal.h>

enum { SUBSCRIBERS = 3, SIZE = 1024, BACKLOG = 700, MOST_KIB = 16 * 1024 };

static void subscriber (const char *endpoint, int number)
{
    char body[SIZE];
    void *sub = new_socket (new_context (), ZMQ_SUB);
    set_int (sub, ZMQ_RCVHWM, 10);
    set_int (sub, ZMQ_RCVBUF, 4096);
    OK (zmq_setsockopt (sub, ZMQ_SUBSCRIBE, "A", 1));
    if (number > 0)
        OK (zmq_setsockopt (sub, ZMQ_SUBSCRIBE, "B", 1));
    OK (zmq_connect (sub, endpoint));
    while (number == 0)
        pause ();
    for (;;)
        zmq_recv (sub, body, sizeof body, 0);
}

static void publish (void *pub, char topic, long count)
{
    char body[SIZE];
    memset (body, topic, sizeof body);
    for (long i = 0; i < count; i++) {
        CHECK (zmq_send (pub, body, sizeof body, 0) == SIZE);
        if (i % 20 == 0)
            usleep (100);
    }
}

int main (int argc, char **argv)
{
    long count = 1000 * size_of_run (argc, argv, 20);
    char endpoint[64];
    snprintf (endpoint, sizeof endpoint, "ipc:///tmp/stalled-%d", (int) getpid ());
    pid_t children[SUBSCRIBERS];
    for (int i = 0; i < SUBSCRIBERS; i++)
        children[i] = in_child (subscriber, endpoint, i);
    void *context = new_context (), *pub = new_socket (context, ZMQ_XPUB);
    set_int (pub, ZMQ_SNDBUF, 4096);
    set_int (pub, ZMQ_XPUB_VERBOSE, 1);
    set_timeouts (pub, 10000);
    OK (zmq_bind (pub, endpoint));
    for (int i = 0; i < 2 * SUBSCRIBERS - 1; i++) {
        char subscription[8];
        CHECK (zmq_recv (pub, subscription, sizeof subscription, 0) == 2 && subscription[0] == 1);
    }
    const char *topics = "AB";
    for (int i = 0; i < 2; i++) {
        publish (pub, topics[i], BACKLOG);
        long before = resident_kib ();
        publish (pub, topics[i], count);
        CHECK (resident_kib () < before + MOST_KIB);
    }
    for (int i = 0; i < SUBSCRIBERS; i++) {
        kill (children[i], SIGKILL);
        CHECK (waitpid (children[i], NULL, 0) == children[i]);
    }
    set_int (pub, ZMQ_LINGER, 0);
    OK (zmq_close (pub));
    OK (zmq_ctx_term (context));
    unlink (endpoint + strlen ("ipc://"));
    return 0;
}
