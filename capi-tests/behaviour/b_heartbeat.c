/* Heartbeats against a peer that is silent: PING goes out, the connection is dropped, PONG or traffic keeps it. */
#include "b_kit.h"

static int is_ping (const unsigned char *body_, long n_)
{
    return n_ >= 7 && memcmp (body_, "\4PING", 5) == 0;
}

/* The peer answers the first answered_ pings, then is silent. */
static void run (int answered_, int ttl_ms_)
{
    void *ctx = new_context (), *s = open_socket (ctx, ZMQ_DEALER);
    endpoint_t at;
    unsigned char body[64], pong[64] = "\4PONG";
    int flags, pings = 0;
    set_int (s, ZMQ_HEARTBEAT_IVL, 100);
    set_int (s, ZMQ_HEARTBEAT_TIMEOUT, 400);
    set_int (s, ZMQ_HEARTBEAT_TTL, ttl_ms_);
    void *mon = new_monitor (ctx, s, ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_DISCONNECTED);
    bind_to (s, "tcp://127.0.0.1:*", at);
    int fd = raw_connect (at);
    raw_handshake (fd, "DEALER");
    show_event (mon, "server");
    long n;
    while ((n = raw_read_frame (fd, &flags, body, sizeof body)) > 0) {
        if (!is_ping (body, n)) {
            printf ("not a ping\n");
            continue;
        }
        if (pings++ == 0)
            printf ("ping: flags %d, %ld bytes, ttl %d\n", flags, n, body[5] << 8 | body[6]);
        if (pings <= answered_) {
            memcpy (pong + 5, body + 7, (size_t) n - 7);
            raw_frame (fd, 4, pong, (size_t) n - 2);
        }
    }
    printf ("answered %d, more pings came %d, then the end\n", answered_, pings > answered_);
    show_event (mon, "server");
    close (fd);
    close_these (ctx, 2, s, mon);
}

/* A TTL that the peer announces: without traffic the connection ends after it. */
static void remote_ttl (void)
{
    void *ctx = new_context (), *s = open_socket (ctx, ZMQ_DEALER);
    endpoint_t at;
    unsigned char body[64];
    int flags;
    void *mon = new_monitor (ctx, s, ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_DISCONNECTED);
    bind_to (s, "tcp://127.0.0.1:*", at);
    int fd = raw_connect (at);
    raw_handshake (fd, "DEALER");
    show_event (mon, "server");
    raw_frame (fd, 4, "\4PING\0\5ctx", 10);
    long n = raw_read_frame (fd, &flags, body, sizeof body), start = now_ms ();
    printf ("pong: flags %d ", flags);
    show_bytes (body, (size_t) (n < 0 ? 0 : n));
    printf ("\n");
    show_event (mon, "server");
    printf ("after its ttl %d\n", now_ms () - start >= 400 && now_ms () - start < 4000);
    close (fd);
    close_these (ctx, 2, s, mon);
}

/* Two library sockets with heartbeats stay connected while nothing is sent. */
static void both (void)
{
    void *ctx = new_context (), *a = open_socket (ctx, ZMQ_DEALER), *b = open_socket (ctx, ZMQ_DEALER);
    set_int (a, ZMQ_HEARTBEAT_IVL, 30);
    set_int (b, ZMQ_HEARTBEAT_IVL, 30);
    set_int (a, ZMQ_HEARTBEAT_TIMEOUT, 2000);
    set_int (b, ZMQ_HEARTBEAT_TIMEOUT, 2000);
    void *mon = new_monitor (ctx, a, ZMQ_EVENT_DISCONNECTED);
    join_over ("tcp", a, b);
    put (b, "1");
    get (a, "a");
    no_event (mon, "idle");
    put (b, "2");
    get (a, "a");
    close_these (ctx, 3, a, b, mon);
}

int main (void)
{
    run (0, 0);
    run (3, 1500);
    remote_ttl ();
    both ();
    return 0;
}
