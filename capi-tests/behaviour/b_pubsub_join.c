/* Late joiners miss what was sent, a subscriber binds, several publishers, resubscription after the publisher comes back. */
#include "b_kit.h"

/* Publishes probe_ until the subscriber hears it, then throws away the copies. */
static void until_heard (void *pub_, void *sub_, const char *probe_)
{
    long end = now_ms () + SOON_MS;
    do
        put (pub_, probe_);
    while (!is_ready (sub_, ZMQ_POLLIN, 20) && now_ms () < end);
    put (pub_, "end of probes");
    char text[64];
    int n;
    do
        n = zmq_recv (sub_, text, sizeof text, 0);
    while (n >= 0 && !(n == 13 && memcmp (text, "end of probes", 13) == 0));
}

static void late (void)
{
    void *ctx = new_context (), *pub = open_socket (ctx, ZMQ_PUB), *sub = open_socket (ctx, ZMQ_SUB);
    endpoint_t at;
    bind_to (pub, "tcp://127.0.0.1:*", at);
    put (pub, "too early");
    set_text (sub, ZMQ_SUBSCRIBE, "");
    OK (zmq_connect (sub, at));
    until_heard (pub, sub, "probe");
    put (pub, "in time");
    get (sub, "late joiner");
    get_none (sub, "late joiner");
    close_these (ctx, 2, pub, sub);
}

static void sub_binds (void)
{
    void *ctx = new_context (), *sub = open_socket (ctx, ZMQ_SUB), *one = open_socket (ctx, ZMQ_PUB), *two = open_socket (ctx, ZMQ_PUB);
    endpoint_t at;
    set_text (sub, ZMQ_SUBSCRIBE, "");
    bind_to (sub, "tcp://127.0.0.1:*", at);
    OK (zmq_connect (one, at));
    OK (zmq_connect (two, at));
    until_heard (one, sub, "probe");
    until_heard (two, sub, "probe");
    put (one, "from one");
    get (sub, "bound sub");
    put (two, "from two");
    get (sub, "bound sub");
    close_these (ctx, 3, sub, one, two);
}

static void publisher_restarts (void)
{
    void *ctx = new_context (), *pub = open_socket (ctx, ZMQ_PUB), *sub = open_socket (ctx, ZMQ_SUB);
    endpoint_t at;
    bind_to (pub, "tcp://127.0.0.1:*", at);
    set_int (sub, ZMQ_RECONNECT_IVL, 20);
    set_text (sub, ZMQ_SUBSCRIBE, "e");
    set_text (sub, ZMQ_SUBSCRIBE, "topic");
    OK (zmq_connect (sub, at));
    until_heard (pub, sub, "e");
    zmq_close (pub);
    pub = open_socket (ctx, ZMQ_PUB);
    while (zmq_bind (pub, at) != 0)
        sleep_ms (10);
    until_heard (pub, sub, "e");
    put (pub, "other");
    put (pub, "topic|again");
    get (sub, "resubscribed");
    get_none (sub, "resubscribed");
    close_these (ctx, 2, pub, sub);
}

int main (void)
{
    late ();
    sub_binds ();
    publisher_restarts ();
    return 0;
}
