/* ZMQ_REQ_RELAXED: send again without a reply; the late reply is never seen. */
#include "b_kit.h"

static void run (const char *transport_)
{
    void *ctx = new_context (), *req = open_socket (ctx, ZMQ_REQ), *router = open_socket (ctx, ZMQ_ROUTER);
    printf ("-- %s\n", transport_);
    set_int (req, ZMQ_REQ_RELAXED, 1);
    set_int (req, ZMQ_REQ_CORRELATE, 1);
    set_text (req, ZMQ_ROUTING_ID, "me");
    join_over (transport_, router, req);
    char id[2][8], number[2][8], text[32];
    for (int n = 0; n < 2; n++) {
        printf ("events %d\n", is_ready (req, ZMQ_POLLOUT, SOON_MS));
        put (req, n ? "two" : "one");
        zmq_recv (router, id[n], sizeof id[n], 0);
        zmq_recv (router, number[n], sizeof number[n], 0);
        zmq_recv (router, text, sizeof text, 0);
        get (router, "asked");
    }
    for (int n = 0; n < 2; n++) {
        zmq_send (router, id[n], 2, ZMQ_SNDMORE);
        zmq_send (router, number[n], 4, ZMQ_SNDMORE);
        put (router, n ? "|answer two" : "|answer one");
    }
    get (req, "answer");
    show_rc ("recv again", zmq_recv (req, text, sizeof text, ZMQ_DONTWAIT));
    put (req, "three");
    get_none (req, "nothing");
    close_these (ctx, 2, req, router);
}

static void pipe_dropped (void)
{
    void *ctx = new_context (), *req = open_socket (ctx, ZMQ_REQ), *rep = open_socket (ctx, ZMQ_REP);
    endpoint_t at;
    set_int (req, ZMQ_REQ_RELAXED, 1);
    bind_to (rep, "tcp://127.0.0.1:*", at);
    OK (zmq_connect (req, at));
    put (req, "lost");
    get (rep, "rep");
    put (req, "second");
    put (rep, "answer to lost");
    get (rep, "rep");
    put (rep, "answer to second");
    get (req, "req");
    close_these (ctx, 2, req, rep);
}

int main (void)
{
    run ("inproc");
    run ("tcp");
    pipe_dropped ();
    return 0;
}
