/*  Many connections to one ROUTER at the same time, made by a few processes: each is answered by name, and all are gone
    when the processes are. Argument: how many (2000 by hand).  */
#include "kit.h"

enum
{
    PROCESSES = 4
};

static long each;

static void clients (const char *endpoint, int number)
{
    void *context = new_context (), **sockets = calloc ((size_t) each, sizeof *sockets);
    CHECK (sockets != NULL);
    OK (zmq_ctx_set (context, ZMQ_MAX_SOCKETS, (int) each));
    for (long i = 0; i < each; i++) {
        sockets[i] = new_socket (context, ZMQ_DEALER);
        set_timeouts (sockets[i], 20000);
        OK (zmq_connect (sockets[i], endpoint));
    }
    for (int round = 0; round < 3; round++) {
        char text[64];
        for (long i = 0; i < each; i++) {
            snprintf (text, sizeof text, "%d of %d-%ld", round, number, i);
            send_text (sockets[i], text, 0);
        }
        for (long i = 0; i < each; i++) {
            snprintf (text, sizeof text, "%d of %d-%ld", round, number, i);
            expect_text (sockets[i], text);
        }
    }
    close_all (context, sockets, (int) each);
}

int main (int argc, char **argv)
{
    long count = size_of_run (argc, argv, 200), answered = 0;
    char endpoint[ENDPOINT_MAX], id[256], text[64];
    pid_t children[PROCESSES];
    each = count / PROCESSES;
    need_fds ((unsigned long) (each * PROCESSES * 2 + 100));
    /*  The port is chosen before there are threads that a fork would not take along.  */
    void *context = new_context (), *router = new_socket (context, ZMQ_ROUTER);
    bind_tcp (router, endpoint);
    OK (zmq_close (router));
    OK (zmq_ctx_term (context));
    for (int i = 0; i < PROCESSES; i++)
        children[i] = in_child (clients, endpoint, i);
    context = new_context ();
    router = new_socket (context, ZMQ_ROUTER);
    set_timeouts (router, 20000);
    set_int (router, ZMQ_BACKLOG, 4096);
    EVENTUALLY (zmq_bind (router, endpoint) == 0);
    int fds = open_fds (), most = 0;
    long start = now_ms ();
    for (; answered < each * PROCESSES * 3; answered++) {
        int size = zmq_recv (router, id, sizeof id, 0), length = zmq_recv (router, text, sizeof text, 0);
        CHECK (size > 0 && length > 0);
        CHECK (zmq_send (router, id, (size_t) size, ZMQ_SNDMORE) == size);
        CHECK (zmq_send (router, text, (size_t) length, 0) == length);
        if (answered % 50 == 0 && open_fds () > most)
            most = open_fds ();
    }
    for (int i = 0; i < PROCESSES; i++)
        ends_well (children[i]);
    EVENTUALLY (open_fds () <= fds + 1);
    fprintf (stderr, "%ld answers in %ld ms: %d descriptors at the most, %ld KiB\n", answered, now_ms () - start, most,
             resident_kib ());
    close_all (context, &router, 1);
    return 0;
}
