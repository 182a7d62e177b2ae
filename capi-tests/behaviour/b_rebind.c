/* Disconnect and unbind: what happens to live connections and queued messages, binding again at once. */
#include "b_kit.h"

/* With its listener go the connections that it has made. */
static void unbind_ends (void)
{
    void *ctx = new_context (), *pull = open_socket (ctx, ZMQ_PULL), *push = open_socket (ctx, ZMQ_PUSH), *late = open_socket (ctx, ZMQ_PUSH);
    endpoint_t at;
    bind_to (pull, "tcp://127.0.0.1:*", at);
    OK (zmq_connect (push, at));
    put (push, "before");
    get (pull, "pull");
    OK (zmq_unbind (pull, at));
    put (push, "after unbind");
    get_none (pull, "pull");
    set_int (late, ZMQ_IMMEDIATE, 1);
    OK (zmq_connect (late, at));
    set_int (late, ZMQ_SNDTIMEO, QUIET_MS);
    put (late, "nobody listens");
    close_these (ctx, 3, pull, push, late);
}

static void disconnect_one (const char *transport_)
{
    void *ctx = new_context (), *a = open_socket (ctx, ZMQ_PULL), *b = open_socket (ctx, ZMQ_PULL), *push = open_socket (ctx, ZMQ_PUSH);
    endpoint_t at[2];
    int tcp = strcmp (transport_, "tcp") == 0;
    printf ("-- %s\n", transport_);
    bind_to (a, tcp ? "tcp://127.0.0.1:*" : "inproc://a", at[0]);
    bind_to (b, tcp ? "tcp://127.0.0.1:*" : "inproc://b", at[1]);
    OK (zmq_connect (push, at[0]));
    OK (zmq_connect (push, at[1]));
    for (int i = 0; i < 4; i++)
        put (push, "both");
    for (int i = 0; i < 2; i++) {
        get (a, "a");
        get (b, "b");
    }
    OK (zmq_disconnect (push, at[0]));
    sleep_ms (QUIET_MS);
    for (int i = 0; i < 4; i++)
        put (push, "one");
    printf ("a %d, b %d\n", drain (a, QUIET_MS), drain (b, QUIET_MS));
    OK (zmq_disconnect (push, at[1]));
    sleep_ms (QUIET_MS);
    show_rc ("no peer left", zmq_send (push, "x", 1, ZMQ_DONTWAIT));
    OK (zmq_connect (push, at[0]));
    put (push, "again");
    get (a, "a");
    close_these (ctx, 3, a, b, push);
}

/* The same name may be bound again as soon as zmq_unbind has returned. */
static void again_and_again (void)
{
    void *ctx = new_context (), *rep = open_socket (ctx, ZMQ_REP);
    endpoint_t at;
    bind_to (rep, "tcp://127.0.0.1:*", at);
    int failed = 0;
    for (int i = 0; i < 20; i++) {
        OK (zmq_unbind (rep, at));
        int tries = 0;
        while (zmq_bind (rep, at) != 0 && tries++ < 1000)
            sleep_ms (2);
        failed += tries >= 1000;
    }
    printf ("failed %d\n", failed);
    void *req = open_socket (ctx, ZMQ_REQ);
    OK (zmq_connect (req, at));
    put (req, "still works");
    get (rep, "rep");
    close_these (ctx, 2, rep, req);
}

/* A second identical connect: nothing for DEALER, another pipe for PUSH. */
static void twice (int type_, int peer_)
{
    void *ctx = new_context (), *s = open_socket (ctx, type_), *peer = open_socket (ctx, peer_);
    endpoint_t at;
    set_int (s, ZMQ_SNDHWM, 1);
    set_int (peer, ZMQ_RCVHWM, 1);
    bind_to (peer, "tcp://127.0.0.1:*", at);
    void *mon = new_monitor (ctx, peer, ZMQ_EVENT_ACCEPTED);
    show_rc ("connect", zmq_connect (s, at));
    show_rc ("connect again", zmq_connect (s, at));
    event_t e;
    int n = 0;
    while (next_event (mon, &e, QUIET_MS) == 0)
        n++;
    printf ("%s: %d connections\n", type_name (type_), n);
    show_rc ("disconnect", zmq_disconnect (s, at));
    show_rc ("disconnect", zmq_disconnect (s, at));
    close_these (ctx, 3, s, peer, mon);
}

int main (void)
{
    unbind_ends ();
    disconnect_one ("inproc");
    disconnect_one ("tcp");
    again_and_again ();
    twice (ZMQ_DEALER, ZMQ_DEALER);
    twice (ZMQ_PUSH, ZMQ_PULL);
    twice (ZMQ_REQ, ZMQ_REP);
    twice (ZMQ_SUB, ZMQ_PUB);
    return 0;
}
