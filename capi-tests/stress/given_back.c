/*  A process without any memory gives large bodies back: what was sent is received whole, without becoming rich first.  */
#include "kit.h"

enum
{
    LARGE = 20000,
    SMALL = 100,
    LEAST = 16
};

static long send_all (void *push, size_t size)
{
    static char body[LARGE];
    long sent = 0;
    while (zmq_send (push, body, size, ZMQ_DONTWAIT) == (int) size)
        sent++;
    CHECK (errno == ENOMEM);
    return sent;
}

int main (void)
{
    static char body[LARGE];
    void *kept = NULL, *next;
    void *context = new_context (), *push = new_socket (context, ZMQ_PUSH), *pull = new_socket (context, ZMQ_PULL);
    set_int (push, ZMQ_SNDHWM, 0);
    set_int (pull, ZMQ_RCVHWM, 0);
    set_timeouts (pull, 2000);
    OK (zmq_bind (pull, "inproc://given-back"));
    OK (zmq_connect (push, "inproc://given-back"));
    /*  So that there is nothing left to be made.  */
    CHECK (zmq_send (push, body, LARGE, 0) == LARGE && zmq_recv (pull, body, sizeof body, 0) == LARGE);
    become_poor ();
    long large = send_all (push, LARGE), small = send_all (push, SMALL);
    /*  What is left is taken, too.  */
    for (size_t size = 1 << 16; size >= LEAST; size /= 2)
        while ((next = malloc (size)) != NULL) {
            *(void **) next = kept;
            kept = next;
        }
    for (long i = 0; i < large; i++)
        CHECK (zmq_recv (pull, body, sizeof body, 0) == LARGE);
    for (long i = 0; i < small; i++)
        CHECK (zmq_recv (pull, body, sizeof body, 0) == SMALL);
    while (kept) {
        next = *(void **) kept;
        free (kept);
        kept = next;
    }
    fprintf (stderr, "%ld large and %ld small bodies were given back without memory\n", large, small);
    close_all (context, (void *[]){push, pull}, 2);
    return 0;
}
