/* ZMQ_IMMEDIATE: no queue to a peer that is not there; without it messages wait for the peer. */
#include "b_kit.h"

static void not_there (int immediate_)
{
    void *ctx = new_context (), *push = open_socket (ctx, ZMQ_PUSH), *pull = open_socket (ctx, ZMQ_PULL);
    endpoint_t at;
    int unused = raw_listen (at, -1);
    set_int (push, ZMQ_IMMEDIATE, immediate_);
    set_int (push, ZMQ_RECONNECT_IVL, 20);
    OK (zmq_connect (push, at));
    printf ("immediate %d: events %s\n", immediate_, events_name (get_int (push, ZMQ_EVENTS)));
    show_rc ("send", zmq_send (push, "early", 5, ZMQ_DONTWAIT));
    close (unused);
    EVENTUALLY (zmq_bind (pull, at) == 0);
    wait_for (push, ZMQ_POLLOUT);
    put (push, "late");
    get (pull, "pull");
    if (!immediate_)
        get (pull, "pull");
    get_none (pull, "pull");
    close_these (ctx, 2, push, pull);
}

/* Of two peers, only the one that is there gets messages. */
static void two_peers (int immediate_)
{
    void *ctx = new_context (), *push = open_socket (ctx, ZMQ_PUSH), *pull = open_socket (ctx, ZMQ_PULL);
    endpoint_t dead, live;
    int unused = raw_listen (dead, -1);
    set_int (push, ZMQ_IMMEDIATE, immediate_);
    bind_to (pull, "tcp://127.0.0.1:*", live);
    void *mon = new_monitor (ctx, push, ZMQ_EVENT_HANDSHAKE_SUCCEEDED);
    OK (zmq_connect (push, dead));
    OK (zmq_connect (push, live));
    await_event (mon, ZMQ_EVENT_HANDSHAKE_SUCCEEDED);
    wait_for (push, ZMQ_POLLOUT);
    for (int i = 0; i < 10; i++)
        put (push, "x");
    printf ("immediate %d: of 10 the live one has %d\n", immediate_, drain (pull, QUIET_MS));
    close (unused);
    close_these (ctx, 3, push, pull, mon);
}

/* The pipe goes away with the connection. */
static void lost (void)
{
    void *ctx = new_context (), *push = open_socket (ctx, ZMQ_PUSH), *pull = open_socket (ctx, ZMQ_PULL);
    endpoint_t at;
    set_int (push, ZMQ_IMMEDIATE, 1);
    set_int (push, ZMQ_RECONNECT_IVL, 20);
    bind_to (pull, "tcp://127.0.0.1:*", at);
    OK (zmq_connect (push, at));
    put (push, "one");
    get (pull, "pull");
    void *mon = new_monitor (ctx, push, ZMQ_EVENT_DISCONNECTED);
    zmq_close (pull);
    await_event (mon, ZMQ_EVENT_DISCONNECTED);
    EVENTUALLY (get_int (push, ZMQ_EVENTS) == 0);
    show_rc ("lost", zmq_send (push, "x", 1, ZMQ_DONTWAIT));
    pull = open_socket (ctx, ZMQ_PULL);
    EVENTUALLY (zmq_bind (pull, at) == 0);
    wait_for (push, ZMQ_POLLOUT);
    put (push, "two");
    get (pull, "pull");
    close_these (ctx, 3, push, pull, mon);
}

int main (void)
{
    not_there (0);
    not_there (1);
    two_peers (0);
    two_peers (1);
    lost ();
    return 0;
}
