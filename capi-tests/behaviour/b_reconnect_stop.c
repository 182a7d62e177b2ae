/* ours-only: ZMQ_RECONNECT_STOP is a draft option and draft options are off in the distribution's build */
#include "b_kit.h"
#ifndef ZMQ_RECONNECT_STOP
#define ZMQ_RECONNECT_STOP 109
#endif
#define CONN_REFUSED 1
#define HANDSHAKE_FAILED 2

static void refused (int stop_)
{
    void *ctx = new_context (), *s = open_socket (ctx, ZMQ_DEALER);
    endpoint_t at;
    int unused = raw_listen (at, -1);
    set_int (s, ZMQ_RECONNECT_STOP, stop_);
    set_int (s, ZMQ_RECONNECT_IVL, 20);
    void *mon = new_monitor (ctx, s, ZMQ_EVENT_CONNECT_RETRIED);
    OK (zmq_connect (s, at));
    event_t e;
    int retried = next_event (mon, &e, 1000) == 0;
    printf ("stop %d, refused: retried %d\n", stop_, retried);
    CHECK (retried == !(stop_ & CONN_REFUSED));
    close (unused);
    close_these (ctx, 2, s, mon);
}

static void not_a_peer (int stop_)
{
    void *ctx = new_context (), *s = open_socket (ctx, ZMQ_DEALER);
    endpoint_t at;
    int listener = raw_listen (at, 8);
    set_int (s, ZMQ_RECONNECT_STOP, stop_);
    set_int (s, ZMQ_RECONNECT_IVL, 20);
    OK (zmq_connect (s, at));
    int fd = raw_accept (listener);
    static const unsigned char greeting[64] = {0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 3, 0, 'P', 'L', 'A', 'I', 'N'};
    raw_write (fd, greeting, sizeof greeting);
    struct pollfd p = {listener, POLLIN, 0};
    int again = poll (&p, 1, 1000);
    printf ("stop %d, handshake failed: connects again %d\n", stop_, again);
    if (stop_ & HANDSHAKE_FAILED)
        CHECK (!again);
    close (fd);
    close (listener);
    close_these (ctx, 1, s);
}

int main (void)
{
    refused (0);
    refused (CONN_REFUSED);
    not_a_peer (HANDSHAKE_FAILED);
    return 0;
}
