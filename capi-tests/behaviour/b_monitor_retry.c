/* A refused connection as the monitor tells it, and the intervals of the retries: fixed and doubling. An attempt is not
   early: it comes no sooner after zmq_connect than all the intervals announced before it take. That holds however late
   this program is to read of an attempt. */
#include "b_kit.h"

static void run (int ivl_, int max_, int retries_)
{
    void *ctx = new_context (), *s = open_socket (ctx, ZMQ_DEALER);
    endpoint_t at;
    int unused = raw_listen (at, -1);
    set_int (s, ZMQ_RECONNECT_IVL, ivl_);
    set_int (s, ZMQ_RECONNECT_IVL_MAX, max_);
    void *mon = new_monitor (ctx, s, ZMQ_EVENT_ALL);
    printf ("-- interval %d, max %d\n", ivl_, max_);
    event_t e;
    long start = now_ms (), announced = 0;
    OK (zmq_connect (s, at));
    int base = ivl_;
    for (int n = 0; n < retries_;) {
        CHECK (next_event (mon, &e, SOON_MS) == 0);
        printf ("%s", monitor_event_name (e.event));
        if (e.event == ZMQ_EVENT_CONNECT_RETRIED) {
            printf (" within [%d, %d): %d", base, base + ivl_, (int) e.value >= base && (int) e.value < base + ivl_);
            if (n++ > 0)
                printf (", not early %d", now_ms () - start >= announced - 5);
            announced += e.value;
            if (max_)
                base = base * 2 > max_ ? max_ : base * 2;
        }
        printf (", endpoint %s\n", strcmp (e.endpoint, at) == 0 ? "as typed" : e.endpoint);
    }
    close (unused);
    close_these (ctx, 2, s, mon);
}

/* A negative interval: no second attempt. */
static void never (void)
{
    void *ctx = new_context (), *s = open_socket (ctx, ZMQ_DEALER);
    endpoint_t at;
    int unused = raw_listen (at, -1);
    set_int (s, ZMQ_RECONNECT_IVL, -1);
    void *mon = new_monitor (ctx, s, ZMQ_EVENT_ALL);
    OK (zmq_connect (s, at));
    printf ("-- interval -1\n");
    show_event (mon, "never");
    show_event (mon, "never");
    no_event (mon, "never");
    close (unused);
    close_these (ctx, 2, s, mon);
}

int main (void)
{
    run (40, 0, 4);
    run (20, 100, 6);
    run (50, 50, 3);
    never ();
    return 0;
}
