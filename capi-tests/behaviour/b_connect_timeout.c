/* ZMQ_CONNECT_TIMEOUT: a listener whose queue is full never answers; the attempt is given up and made again. */
#include "b_kit.h"

int main (void)
{
    void *ctx = new_context (), *s = open_socket (ctx, ZMQ_DEALER);
    endpoint_t at;
    int listener = raw_listen (at, 0), filler[8];
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons ((uint16_t) port_of (at))};
    a.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
    for (int i = 0; i < 8; i++) {
        filler[i] = socket (AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (connect (filler[i], (struct sockaddr *) &a, sizeof a) != 0 && errno != EINPROGRESS)
            printf ("filler\n");
    }
    set_int (s, ZMQ_CONNECT_TIMEOUT, 200);
    set_int (s, ZMQ_RECONNECT_IVL, 20);
    printf ("timeout %d\n", get_int (s, ZMQ_CONNECT_TIMEOUT));
    void *mon = new_monitor (ctx, s, ZMQ_EVENT_ALL);
    OK (zmq_connect (s, at));
    for (int i = 0; i < 2; i++) {
        long start = now_ms ();
        show_event (mon, "client");
        show_event (mon, "client");
        show_event (mon, "client");
        printf ("in time %d\n", now_ms () - start >= 150 && now_ms () - start < 3000);
    }
    for (int i = 0; i < 8; i++)
        close (filler[i]);
    close (listener);
    close_these (ctx, 2, s, mon);
    return 0;
}
