/*  ZMQ_CONFLATE: a sender never waits for its reader, however many messages it sends.

    The original drops a message that is sent just while its reader looks, also the last one: then one more is sent.
    That ours loses none is for stress/newest.c to say. */
#include "b_kit.h"

#define FLOOD 20000

static void flood (void *ctx, const char *label, const char *address, int connect_first)
{
    endpoint_t at;
    void *pull = open_socket (ctx, ZMQ_PULL), *push = open_socket (ctx, ZMQ_PUSH);
    set_int (pull, ZMQ_CONFLATE, 1);
    set_int (push, ZMQ_CONFLATE, 1);
    if (connect_first)
        OK (zmq_connect (push, address));
    bind_to (pull, address, at);
    if (!connect_first)
        OK (zmq_connect (push, at));
    int sent = 0, got = -1;
    while (sent < FLOOD && zmq_send (push, &sent, sizeof sent, 0) == sizeof sent)
        sent++;
    SAY ("%s: sent %d", label, sent);
    set_timeouts (pull, QUIET_MS);
    for (int more = 0; got != sent - 1; ) {
        if (zmq_recv (pull, &got, sizeof got, 0) == sizeof got)
            continue;
        CHECK (zmq_errno () == EAGAIN && more++ < 20);
        CHECK (zmq_send (push, &sent, sizeof sent, 0) == sizeof sent);
        sent++;
    }
    SAY ("%s: the last received", label);
    OK (zmq_close (push));
    OK (zmq_close (pull));
}

int main (void)
{
    void *ctx = new_context ();
    flood (ctx, "inproc", "inproc://bind", 0);
    flood (ctx, "inproc, connect first", "inproc://connect", 1);
    flood (ctx, "tcp", "tcp://127.0.0.1:*", 0);
    OK (zmq_ctx_term (ctx));
    return 0;
}
