/*  Several contexts: inproc names, limits and termination are each their own.  */
#include "check.h"

static void max_sockets (int limit)
{
    void *context = new_context (), *sockets[8];
    int made = 0;
    OK (zmq_ctx_set (context, ZMQ_MAX_SOCKETS, limit));
    for (;;) {
        errno = 0;
        void *socket = zmq_socket (context, ZMQ_DEALER);
        if (!socket)
            break;
        CHECK (made < 8);
        sockets[made++] = socket;
    }
    SAY ("limit %d: %d sockets, then %s", limit, made, errno_name (errno));
    PTR (zmq_socket (context, 9999));

    /*  A closed socket makes room, though maybe not at once.  */
    if (made) {
        OK (zmq_close (sockets[--made]));
        void *socket = NULL;
        EVENTUALLY ((socket = zmq_socket (context, ZMQ_PUB)) != NULL);
        sockets[made++] = socket;
        PTR (zmq_socket (context, ZMQ_PUB));
    }
    close_all (context, sockets, made);
}

int main (void)
{
    void *first = new_context (), *second = new_context ();
    void *a = new_socket (first, ZMQ_PAIR), *b = new_socket (second, ZMQ_PAIR);
    RC (zmq_bind (a, "inproc://same"));
    RC (zmq_bind (b, "inproc://same"));
    void *c = new_socket (first, ZMQ_PAIR), *d = new_socket (second, ZMQ_PAIR);
    OK (zmq_connect (c, "inproc://same"));
    OK (zmq_connect (d, "inproc://same"));
    send_text (c, "first", 0);
    send_text (d, "second", 0);
    expect_text (a, "first");
    expect_text (b, "second");

    OK (zmq_ctx_shutdown (first));
    char byte;
    RC (zmq_recv (a, &byte, 1, ZMQ_DONTWAIT));
    send_text (d, "still there", 0);
    expect_text (b, "still there");
    OK (zmq_close (a));
    OK (zmq_close (c));
    OK (zmq_ctx_term (first));
    send_text (b, "and back", 0);
    expect_text (d, "and back");
    OK (zmq_close (b));
    OK (zmq_close (d));
    OK (zmq_ctx_term (second));

    max_sockets (1);
    max_sockets (3);

    /*  Many contexts one after the other, and at once.  */
    for (int i = 0; i < 50; i++) {
        void *context = new_context ();
        OK (zmq_close (new_socket (context, ZMQ_PUB)));
        OK (zmq_ctx_term (context));
    }
    void *contexts[20], *sockets[20];
    for (int i = 0; i < 20; i++) {
        contexts[i] = new_context ();
        sockets[i] = new_socket (contexts[i], ZMQ_PULL);
        OK (zmq_bind (sockets[i], "inproc://many"));
    }
    for (int i = 19; i >= 0; i--)
        close_all (contexts[i], &sockets[i], 1);
    return 0;
}
