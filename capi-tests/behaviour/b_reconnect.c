/* Reconnection: after a restart of the server, after disconnect, what is queued, and after a break of the connection. */
#include "b_kit.h"

static void restarts (const char *at_)
{
    void *ctx = new_context (), *pull = open_socket (ctx, ZMQ_PULL), *push = open_socket (ctx, ZMQ_PUSH);
    endpoint_t at;
    set_int (push, ZMQ_RECONNECT_IVL, 20);
    bind_to (pull, at_, at);
    OK (zmq_connect (push, at));
    put (push, "one");
    get (pull, "pull");
    void *mon = new_monitor (ctx, push, ZMQ_EVENT_DISCONNECTED | ZMQ_EVENT_HANDSHAKE_SUCCEEDED);
    for (int i = 0; i < 3; i++) {
        zmq_close (pull);
        await_event (mon, ZMQ_EVENT_DISCONNECTED);
        put (push, "while nobody listens");
        pull = open_socket (ctx, ZMQ_PULL);
        EVENTUALLY (zmq_bind (pull, at) == 0);
        get (pull, "pull");
    }
    close_these (ctx, 3, pull, push, mon);
}

static void raw_break (void)
{
    void *ctx = new_context (), *dealer = open_socket (ctx, ZMQ_DEALER);
    endpoint_t at;
    int listener = raw_listen (at, 8), flags;
    char body[64];
    set_int (dealer, ZMQ_RECONNECT_IVL, 20);
    void *mon = new_monitor (ctx, dealer, ZMQ_EVENT_DISCONNECTED);
    OK (zmq_connect (dealer, at));
    for (int i = 0; i < 3; i++) {
        int fd = raw_accept (listener);
        raw_handshake (fd, "DEALER");
        raw_frame (fd, 0, "hello", 5);
        get (dealer, "dealer");
        put (dealer, "hi");
        printf ("peer read %ld\n", raw_read_frame (fd, &flags, body, sizeof body));
        close (fd);
        await_event (mon, ZMQ_EVENT_DISCONNECTED);
    }
    close (listener);
    close_these (ctx, 2, dealer, mon);
}

/* After zmq_disconnect there are no more attempts. */
static void disconnected (void)
{
    void *ctx = new_context (), *dealer = open_socket (ctx, ZMQ_DEALER);
    endpoint_t at;
    int listener = raw_listen (at, 8);
    set_int (dealer, ZMQ_RECONNECT_IVL, 20);
    OK (zmq_connect (dealer, at));
    int fd = raw_accept (listener);
    raw_handshake (fd, "DEALER");
    OK (zmq_disconnect (dealer, at));
    EVENTUALLY ((get_int (dealer, ZMQ_EVENTS), strcmp (raw_state (fd, 0), "open") != 0));
    printf ("peer sees: %s\n", raw_state (fd, SOON_MS));
    struct pollfd p = {listener, POLLIN, 0};
    printf ("connects again: %d\n", poll (&p, 1, QUIET_MS));
    close (fd);
    close (listener);
    close_these (ctx, 1, dealer);
}

int main (void)
{
    endpoint_t at;
    restarts ("tcp://127.0.0.1:*");
    snprintf (at, sizeof at, "ipc://@b-reconnect-%d", (int) getpid ());
    restarts (at);
    raw_break ();
    disconnected ();
    return 0;
}
