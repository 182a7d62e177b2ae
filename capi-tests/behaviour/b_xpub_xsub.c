/* XSUB sends raw subscription messages: duplicates, unmatched cancels, user messages upstream, no local filter. */
#include "b_kit.h"

static void run (const char *transport_)
{
    void *ctx = new_context (), *pub = open_socket (ctx, ZMQ_XPUB), *sub = open_socket (ctx, ZMQ_XSUB);
    join_over (transport_, pub, sub);
    printf ("-- %s\n", transport_);
    printf ("xsub events %d\n", get_int (sub, ZMQ_EVENTS) & ZMQ_POLLOUT);
    zmq_send (sub, "\1A", 2, 0);
    get (pub, "+A");
    zmq_send (sub, "\1A", 2, 0);
    get_none (pub, "+A again");
    put (pub, "A1");
    get (sub, "A1");
    zmq_send (sub, "\0A", 2, 0);
    get_none (pub, "-A once");
    put (pub, "A2");
    get (sub, "A2");
    zmq_send (sub, "\0A", 2, 0);
    get (pub, "-A twice");
    put (pub, "A3");
    get_none (sub, "A3");
    zmq_send (sub, "\0A", 2, 0);
    get_none (pub, "-A not there");
    zmq_send (sub, "\0never", 6, 0);
    get_none (pub, "cancel of nothing");

    zmq_send (sub, "hello", 5, 0);
    get (pub, "user message");
    put (sub, "two|parts");
    get (pub, "user multipart");
    zmq_send (sub, "", 0, 0);
    get (pub, "empty user message");
    zmq_send (sub, "\2x", 2, 0);
    get (pub, "starts with 2");
    zmq_send (sub, "\1", 1, 0);
    get (pub, "+everything");
    put (pub, "");
    put (pub, "zzz|y");
    get (sub, "all");
    get (sub, "all");
    close_these (ctx, 2, pub, sub);
}

int main (void)
{
    run ("inproc");
    run ("tcp");
    return 0;
}
