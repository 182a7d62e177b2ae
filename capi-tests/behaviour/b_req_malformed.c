/* A REQ given replies without the empty delimiter; over tcp the connection is dropped and not made again. */
#include "b_kit.h"

static void over_tcp (void)
{
    void *ctx = new_context (), *req = open_socket (ctx, ZMQ_REQ);
    endpoint_t at;
    int listener = raw_listen (at, 4), flags;
    unsigned char body[64];
    set_int (req, ZMQ_RECONNECT_IVL, 20);
    OK (zmq_connect (req, at));
    int fd = raw_accept (listener);
    raw_handshake (fd, "REP");
    put (req, "hi");
    printf ("delimiter %ld", raw_read_frame (fd, &flags, body, sizeof body));
    printf (" flags %d", flags);
    printf (" body %ld", raw_read_frame (fd, &flags, body, sizeof body));
    printf (" flags %d\n", flags);
    raw_frame (fd, 0, "no delimiter", 12);
    printf ("peer sees: %s\n", raw_state (fd, SOON_MS));
    close (fd);
    struct pollfd again = {listener, POLLIN, 0};
    printf ("connects again: %d\n", poll (&again, 1, QUIET_MS));
    get_none (req, "still waiting");
    show_rc ("state unchanged", zmq_send (req, "x", 1, ZMQ_DONTWAIT));
    close (listener);
    close_these (ctx, 1, req);
}

static void delimiter_only (void)
{
    void *ctx = new_context (), *req = open_socket (ctx, ZMQ_REQ), *router = open_socket (ctx, ZMQ_ROUTER);
    set_text (req, ZMQ_ROUTING_ID, "me");
    OK (zmq_bind (router, "inproc://malformed"));
    OK (zmq_connect (req, "inproc://malformed"));
    put (req, "one");
    get (router, "router");
    put (router, "me|nodelimiter");
    put (router, "me|x|y");
    get_none (req, "malformed");
    put (router, "me||fine");
    get (req, "req");
    close_these (ctx, 2, req, router);
}

static void stale (void)
{
    void *ctx = new_context (), *req = open_socket (ctx, ZMQ_REQ), *router = open_socket (ctx, ZMQ_ROUTER);
    set_text (req, ZMQ_ROUTING_ID, "me");
    OK (zmq_bind (router, "inproc://stale"));
    OK (zmq_connect (req, "inproc://stale"));
    put (req, "one");
    get (router, "router");
    put (router, "me||first reply");
    put (router, "me||second reply to the same");
    get (req, "req");
    put (req, "two");
    get (router, "router");
    put (router, "me||reply to two");
    get (req, "stale ones are thrown away before a request");
    close_these (ctx, 2, req, router);
}

int main (void)
{
    over_tcp ();
    delimiter_only ();
    stale ();
    return 0;
}
