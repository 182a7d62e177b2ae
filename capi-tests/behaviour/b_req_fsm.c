/* REQ and REP: strict alternation, EFSM otherwise, events follow the state (RFC 28). */
#include "b_kit.h"

static void run (const char *transport_)
{
    void *ctx = new_context (), *rep = open_socket (ctx, ZMQ_REP), *req = open_socket (ctx, ZMQ_REQ);
    join_over (transport_, rep, req);
    printf ("-- %s\n", transport_);
    show_rc ("req recv first", zmq_recv (req, NULL, 0, ZMQ_DONTWAIT));
    show_rc ("rep send first", zmq_send (rep, "x", 1, ZMQ_DONTWAIT));
    printf ("req events %d\n", is_ready (req, ZMQ_POLLIN | ZMQ_POLLOUT, SOON_MS));
    printf ("rep events %d\n", get_int (rep, ZMQ_EVENTS));
    put (req, "a|b");
    show_rc ("req sends twice", zmq_send (req, "x", 1, ZMQ_DONTWAIT));
    printf ("req events %d\n", get_int (req, ZMQ_EVENTS));
    get_none (req, "no reply yet");
    char part[8];
    show_rc ("rep first part", zmq_recv (rep, part, sizeof part, 0));
    show_rc ("rep sends between parts", zmq_send (rep, "x", 1, ZMQ_DONTWAIT));
    show_rc ("rep second part", zmq_recv (rep, part, sizeof part, 0));
    show_rc ("rep receives twice", zmq_recv (rep, part, sizeof part, ZMQ_DONTWAIT));
    printf ("rep events %d\n", get_int (rep, ZMQ_EVENTS));
    show_rc ("rep sends", zmq_send (rep, "c", 1, ZMQ_SNDMORE));
    show_rc ("rep receives between parts", zmq_recv (rep, part, sizeof part, ZMQ_DONTWAIT));
    show_rc ("rep sends", zmq_send (rep, "d", 1, 0));
    show_rc ("rep sends again", zmq_send (rep, "x", 1, ZMQ_DONTWAIT));
    get (req, "reply");
    show_rc ("req receives twice", zmq_recv (req, part, sizeof part, ZMQ_DONTWAIT));
    show_rc ("req sends a part", zmq_send (req, "e", 1, ZMQ_SNDMORE));
    show_rc ("req receives between parts", zmq_recv (req, part, sizeof part, ZMQ_DONTWAIT));
    put (req, "");
    get (rep, "second request");
    put (rep, "");
    get (req, "second reply");
    close_these (ctx, 2, rep, req);
}

int main (void)
{
    run ("inproc");
    run ("tcp");
    return 0;
}
