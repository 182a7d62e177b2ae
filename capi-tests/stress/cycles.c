/*  Sockets that connect, talk or do not, and close, over and over: descriptors and memory do not grow.
    Argument: how many (100000 by hand).  */
#include "kit.h"
#include <malloc.h>

/*  What is in use, without what was freed and is kept for later.  */
static long used_kib (void *server)
{
    /*  The server lets go of peers when it is asked something.  */
    get_int (server, ZMQ_EVENTS);
    sleep_ms (100);
    get_int (server, ZMQ_EVENTS);
    malloc_trim (0);
    return resident_kib ();
}

static void cycle (void *context, void *server, const char *endpoint, long number)
{
    char id[256], body[16];
    void *client = new_socket (context, number % 2 ? ZMQ_DEALER : ZMQ_REQ);
    OK (zmq_connect (client, endpoint));
    if (number % 4 < 2) {
        set_timeouts (client, 10000);
        send_text (client, "ask", 0);
        int size = zmq_recv (server, id, sizeof id, 0);
        CHECK (size > 0);
        CHECK (number % 2 || zmq_recv (server, body, sizeof body, 0) == 0);
        CHECK (zmq_recv (server, body, sizeof body, 0) == 3);
        CHECK (zmq_send (server, id, (size_t) size, ZMQ_SNDMORE) == size);
        CHECK (number % 2 || zmq_send (server, "", 0, ZMQ_SNDMORE) == 0);
        send_text (server, "answer", 0);
        expect_text (client, "answer");
    }
    OK (zmq_close (client));
}

int main (int argc, char **argv)
{
    long cycles = size_of_run (argc, argv, 4000), settled = cycles / 4, memory = 0;
    char endpoints[3][ENDPOINT_MAX];
    void *context = new_context (), *server = new_socket (context, ZMQ_ROUTER);
    int fds = 0;
    set_timeouts (server, 10000);
    bind_tcp (server, endpoints[0]);
    snprintf (endpoints[1], ENDPOINT_MAX, "ipc://@cycles-%d", (int) getpid ());
    OK (zmq_bind (server, endpoints[1]));
    strcpy (endpoints[2], "inproc://cycles");
    OK (zmq_bind (server, endpoints[2]));
    for (long i = 0; i < cycles; i++) {
        if (i == settled) {
            fds = open_fds ();
            memory = used_kib (server);
        }
        cycle (context, server, endpoints[i % 3], i);
    }
    EVENTUALLY ((get_int (server, ZMQ_EVENTS), open_fds () <= fds + 4));
    long grown = used_kib (server) - memory;
    fprintf (stderr, "%ld cycles: %d descriptors before and %d after, memory grew by %ld KiB\n", cycles - settled, fds,
             open_fds (), grown);
    CHECK (grown < 8192);
    close_all (context, &server, 1);
    return 0;
}
