/*  A thread that has polled a socket together with a descriptor, then forked: the child's polls of its own socket and the same
    descriptor take no event of the parent's. Argument: rounds (100000 by hand).  */
#include "kit.h"

static void *echo (void *context)
{
    char body[8];
    void *pair = new_socket (context, ZMQ_PAIR);
    OK (zmq_connect (pair, "inproc://echo"));
    for (int size = 0; size != 2;) {
        size = zmq_recv (pair, body, sizeof body, 0);
        CHECK (size > 0 && zmq_send (pair, body, 1, 0) == 1);
    }
    OK (zmq_close (pair));
    return NULL;
}

static void poll_in_child (int fd)
{
    void *pair = new_socket (new_context (), ZMQ_PAIR);
    OK (zmq_bind (pair, "inproc://child"));
    zmq_pollitem_t items[2] = {{pair, 0, ZMQ_POLLIN, 0}, {NULL, fd, ZMQ_POLLIN, 0}};
    for (pid_t parent = getppid (); getppid () == parent;)
        CHECK (zmq_poll (items, 2, 0) == 0);
    _exit (0);
}

int main (int argc, char **argv)
{
    long rounds = size_of_run (argc, argv, 10000);
    int ends[2];
    char body[8];
    pthread_t thread;
    void *context = new_context (), *pair = new_socket (context, ZMQ_PAIR);
    OK (zmq_bind (pair, "inproc://echo"));
    OK (pipe (ends));
    zmq_pollitem_t items[2] = {{pair, 0, ZMQ_POLLIN, 0}, {NULL, ends[0], ZMQ_POLLIN, 0}};
    CHECK (zmq_poll (items, 2, 1) == 0);
    pid_t child = fork ();
    CHECK (child >= 0);
    if (child == 0)
        poll_in_child (ends[0]);
    OK (pthread_create (&thread, NULL, echo, context));
    int late = 0;
    for (long i = 0; i < rounds && late < 3; i++) {
        CHECK (zmq_send (pair, "q?", i + 1 < rounds ? 1 : 2, 0) > 0);
        long before = now_ms ();
        CHECK (zmq_poll (items, 2, 2000) == 1 && items[0].revents == ZMQ_POLLIN);
        late += now_ms () - before > 1000;
        CHECK (zmq_recv (pair, body, sizeof body, 0) == 1);
    }
    OK (kill (child, SIGKILL));
    CHECK (waitpid (child, NULL, 0) == child);
    CHECK (late == 0);
    OK (pthread_join (thread, NULL));
    close_all (context, &pair, 1);
    return 0;
}
