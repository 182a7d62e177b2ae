/* tcp addresses: source;destination, names, IPv6, what is refused at once and what only later. */
#include "b_kit.h"

static void pass (void *a_, void *b_, const char *label_)
{
    put (b_, label_);
    get (a_, "arrived");
}

static void source_address (void)
{
    void *ctx = new_context (), *a = open_socket (ctx, ZMQ_PULL), *b = open_socket (ctx, ZMQ_PUSH);
    endpoint_t at, typed, shown;
    bind_to (a, "tcp://127.0.0.1:*", at);
    snprintf (typed, sizeof typed, "tcp://127.0.0.2:0;127.0.0.1:%d", port_of (at));
    show_rc ("source;destination", zmq_connect (b, typed));
    last_endpoint (b, shown);
    printf ("as typed %d\n", strcmp (typed, shown) == 0);
    put (b, "from 127.0.0.2");
    zmq_msg_t m;
    zmq_msg_init (&m);
    zmq_msg_recv (&m, a, 0);
    printf ("peer address %s\n", zmq_msg_gets (&m, "Peer-Address"));
    zmq_msg_close (&m);
    show_rc ("disconnect", zmq_disconnect (b, typed));
    close_these (ctx, 2, a, b);
}

static void names (void)
{
    void *ctx = new_context (), *a = open_socket (ctx, ZMQ_PULL), *b = open_socket (ctx, ZMQ_PUSH);
    endpoint_t at, typed;
    bind_to (a, "tcp://127.0.0.1:*", at);
    snprintf (typed, sizeof typed, "tcp://localhost:%d", port_of (at));
    show_rc ("localhost", zmq_connect (b, typed));
    pass (a, b, "by name");
    show_rc ("disconnect by name", zmq_disconnect (b, typed));
    show_rc ("unknown name", zmq_connect (b, "tcp://no-such-host.invalid:5555"));
    show_rc ("disconnect it", zmq_disconnect (b, "tcp://no-such-host.invalid:5555"));
    close_these (ctx, 2, a, b);
}

static void ipv6 (void)
{
    void *ctx = new_context (), *a = open_socket (ctx, ZMQ_PULL), *b = open_socket (ctx, ZMQ_PUSH);
    endpoint_t at, typed;
    int probe = socket (AF_INET6, SOCK_STREAM, 0), has = 0;
    struct sockaddr_in6 loopback = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    if (probe >= 0)
        has = bind (probe, (struct sockaddr *) &loopback, sizeof loopback) == 0;
    close (probe);
    if (!has)
        printf ("no ::1 here\n");
    else {
        show_rc ("without ZMQ_IPV6", zmq_bind (a, "tcp://[::1]:*"));
        set_int (a, ZMQ_IPV6, 1);
        set_int (b, ZMQ_IPV6, 1);
        bind_to (a, "tcp://[::1]:*", at);
        printf ("%.12s\n", at);
        OK (zmq_connect (b, at));
        pass (a, b, "over ::1");
        OK (zmq_disconnect (b, at));
        bind_to (a, "tcp://*:*", at);
        printf ("%.11s\n", at);
        snprintf (typed, sizeof typed, "tcp://127.0.0.1:%d", port_of (at));
        OK (zmq_connect (b, typed));
        pass (a, b, "IPv4 to a dual stack listener");
        OK (zmq_disconnect (b, typed));
        snprintf (typed, sizeof typed, "tcp://[::1]:%d", port_of (at));
        OK (zmq_connect (b, typed));
        pass (a, b, "IPv6 to a dual stack listener");
    }
    close_these (ctx, 2, a, b);
}

static void refused (void)
{
    static const char *const texts[] = {"tcp://127.0.0.1",     "tcp://",          "tcp://:5555",         "tcp://127.0.0.1:",
                                        "tcp://127.0.0.1:x",   "tcp://*:*",       "tcp://127.0.0.1:*",   "tcp:/127.0.0.1:1",
                                        "127.0.0.1:5555",      "",                "foo://bar",           "inproc://",
                                        "udp://127.0.0.1:999", "tcp://a b:5555",  "tcp://192.0.2.1:5555", "tcp://127.0.0.1:99999",
                                        "tcp://no-such-nic0:5555"};
    void *ctx = new_context (), *s = open_socket (ctx, ZMQ_DEALER);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        char label[64];
        snprintf (label, sizeof label, "connect '%s'", texts[i]);
        show_rc (label, zmq_connect (s, texts[i]));
    }
    static const char *const binds[] = {"tcp://127.0.0.1", "tcp://",        "tcp://127.0.0.1:",  "tcp://127.0.0.1:x", "tcp://no-such-host.invalid:*",
                                        "foo://bar",       "inproc://",     "tcp://192.0.2.1:*", "ipc://",
                                        "udp://127.0.0.1:999", "tcp://no-such-nic0:*"};
    for (size_t i = 0; i < sizeof binds / sizeof *binds; i++) {
        char label[64];
        snprintf (label, sizeof label, "bind '%s'", binds[i]);
        show_rc (label, zmq_bind (s, binds[i]));
    }
    close_these (ctx, 1, s);
}

int main (void)
{
    source_address ();
    names ();
    ipv6 ();
    refused ();
    return 0;
}
