/*  ZMQ_CONFLATE: a sender never waits for its reader, however many messages it sends. */
#include "b_kit.h"

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
    while (sent < 20000 && zmq_send (push, &sent, sizeof sent, 0) == sizeof sent)
        sent++;
    while (got != sent - 1)
        CHECK (zmq_recv (pull, &got, sizeof got, 0) == sizeof got);
    SAY ("%s: sent %d, the last received", label, sent);
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
