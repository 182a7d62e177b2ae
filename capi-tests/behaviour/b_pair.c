/* PAIR: one peer, both directions, order, and a second peer that is turned away (RFC 31). */
#include "b_kit.h"

static void both_ways (const char *transport_)
{
    void *ctx = new_context (), *a = open_socket (ctx, ZMQ_PAIR), *b = open_socket (ctx, ZMQ_PAIR);
    join_over (transport_, a, b);
    printf ("%s\n", transport_);
    put (a, "1");
    put (a, "2|3|4");
    put (a, "");
    put (b, "up");
    get (b, "b");
    get (b, "b");
    get (b, "b");
    get (a, "a");
    get_none (a, "a");
    close_these (ctx, 2, a, b);
}

static void second_peer (void)
{
    void *ctx = new_context (), *a = open_socket (ctx, ZMQ_PAIR), *b = open_socket (ctx, ZMQ_PAIR), *c = open_socket (ctx, ZMQ_PAIR);
    OK (zmq_bind (a, "inproc://one"));
    OK (zmq_connect (b, "inproc://one"));
    OK (zmq_connect (c, "inproc://one"));
    put (b, "from b");
    get (a, "a");
    get_none (a, "a hears only b");
    put (a, "to b");
    get (b, "b");
    get_none (c, "c");
    close_these (ctx, 3, a, b, c);
}

static void alone (void)
{
    void *ctx = new_context (), *a = open_socket (ctx, ZMQ_PAIR);
    OK (zmq_bind (a, "inproc://alone"));
    printf ("alone: events %d\n", get_int (a, ZMQ_EVENTS));
    put_flags (a, "x", ZMQ_DONTWAIT);
    get_flags (a, "alone", ZMQ_DONTWAIT);
    void *b = open_socket (ctx, ZMQ_PAIR);
    OK (zmq_connect (b, "inproc://alone"));
    printf ("joined: events %d\n", is_ready (a, ZMQ_POLLIN | ZMQ_POLLOUT, SOON_MS));
    close_these (ctx, 2, a, b);
}

static void replaced (void)
{
    void *ctx = new_context (), *a = open_socket (ctx, ZMQ_PAIR), *b = open_socket (ctx, ZMQ_PAIR);
    OK (zmq_bind (a, "inproc://again"));
    OK (zmq_connect (b, "inproc://again"));
    put (b, "first");
    get (a, "a");
    zmq_close (b);
    get_none (a, "nobody");
    void *c = open_socket (ctx, ZMQ_PAIR);
    OK (zmq_connect (c, "inproc://again"));
    put (c, "second");
    get (a, "a");
    put (a, "reply");
    get (c, "c");
    close_these (ctx, 2, a, c);
}

int main (void)
{
    both_ways ("inproc");
    both_ways ("tcp");
    both_ways ("ipc");
    second_peer ();
    alone ();
    replaced ();
    return 0;
}
