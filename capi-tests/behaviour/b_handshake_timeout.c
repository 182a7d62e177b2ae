/* ZMQ_HANDSHAKE_IVL: peers that say nothing, or half of it, are dropped in time; a good one is still served. */
#include "b_kit.h"

static void server (const void *bytes_, size_t n_, const char *label_)
{
    void *ctx = new_context (), *s = open_socket (ctx, ZMQ_DEALER), *good = open_socket (ctx, ZMQ_DEALER);
    endpoint_t at;
    char greeting[64];
    set_int (s, ZMQ_HANDSHAKE_IVL, 200);
    void *mon = new_monitor (ctx, s, ZMQ_EVENT_ACCEPTED | ZMQ_EVENT_DISCONNECTED | 0x7800);
    bind_to (s, "tcp://127.0.0.1:*", at);
    long start = now_ms ();
    int fd = raw_connect (at);
    if (n_)
        raw_write (fd, bytes_, n_);
    printf ("-- %s\n", label_);
    show_event (mon, "server");
    show_event (mon, "server");
    printf ("in time %d\n", now_ms () - start >= 200 && now_ms () - start < 4000);
    while (raw_read (fd, greeting, 1) == 1)
        ;
    printf ("peer sees: %s\n", raw_state (fd, SOON_MS));
    OK (zmq_connect (good, at));
    put (good, "good");
    get (s, "served");
    close (fd);
    close_these (ctx, 3, s, good, mon);
}

/* A client whose server is silent tries again. */
static void client (void)
{
    void *ctx = new_context (), *s = open_socket (ctx, ZMQ_DEALER);
    endpoint_t at;
    int listener = raw_listen (at, 8);
    set_int (s, ZMQ_HANDSHAKE_IVL, 200);
    set_int (s, ZMQ_RECONNECT_IVL, 20);
    void *mon = new_monitor (ctx, s, ZMQ_EVENT_ALL);
    OK (zmq_connect (s, at));
    printf ("-- client\n");
    for (int i = 0; i < 6; i++)
        show_event (mon, "client");
    int a = raw_accept (listener), b = raw_accept (listener);
    raw_handshake (b, "DEALER");
    raw_frame (b, 0, "at last", 7);
    get (s, "client");
    close (a);
    close (b);
    close (listener);
    close_these (ctx, 2, s, mon);
}

int main (void)
{
    static const unsigned char greeting[64] = {0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 3, 0, 'N', 'U', 'L', 'L'};
    server ("", 0, "silent");
    server ("\xff\0\0", 3, "three bytes");
    server (greeting, 12, "half a greeting");
    server (greeting, 64, "no READY");
    client ();
    return 0;
}
