/*  A context with as many sockets as it was told to hold: all work, one more is refused, and it ends.
    Argument: how many (10000 by hand).  */
#include "kit.h"

int main (int argc, char **argv)
{
    long count = size_of_run (argc, argv, 1500);
    need_fds ((unsigned long) count + 100);
    void *context = zmq_ctx_new (), **sockets = calloc ((size_t) count, sizeof *sockets);
    CHECK (context && sockets && count % 2 == 0);
    OK (zmq_ctx_set (context, ZMQ_MAX_SOCKETS, (int) count));
    for (long i = 0; i < count; i++)
        sockets[i] = new_socket (context, ZMQ_PAIR);
    CHECK (zmq_socket (context, ZMQ_PAIR) == NULL && errno == EMFILE);
    long memory = resident_kib ();
    for (long i = 0; i < count; i += 2) {
        char endpoint[64];
        snprintf (endpoint, sizeof endpoint, "inproc://pair-%ld", i);
        OK (zmq_bind (sockets[i], endpoint));
        OK (zmq_connect (sockets[i + 1], endpoint));
        send_text (sockets[i], "there", 0);
        send_text (sockets[i + 1], "and back", 0);
    }
    for (long i = 0; i < count; i += 2) {
        expect_text (sockets[i], "and back");
        expect_text (sockets[i + 1], "there");
    }
    fprintf (stderr, "%ld sockets: %d descriptors, %ld KiB, %ld of them for the pipes\n", count, open_fds (),
             resident_kib (), resident_kib () - memory);
    /*  Both ends of a pair: one alone is kept until the other has taken notice.  */
    for (int i = 0; i < 2; i++)
        OK (zmq_close (sockets[i]));
    for (int i = 0; i < 2; i++)
        EVENTUALLY ((sockets[i] = zmq_socket (context, ZMQ_PAIR)) != NULL);
    long start = now_ms ();
    close_all (context, sockets, (int) count);
    fprintf (stderr, "closed and ended in %ld ms\n", now_ms () - start);
    free (sockets);
    return 0;
}
