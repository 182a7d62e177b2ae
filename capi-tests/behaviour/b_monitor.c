/* Monitor events of both ends in their order: connection, disconnection, unbind, stop. */
#include "b_kit.h"

static void lifecycle (void)
{
    void *ctx = new_context (), *server = open_socket (ctx, ZMQ_DEALER), *client = open_socket (ctx, ZMQ_DEALER);
    void *smon = new_monitor (ctx, server, ZMQ_EVENT_ALL), *cmon = new_monitor (ctx, client, ZMQ_EVENT_ALL);
    endpoint_t at;
    bind_to (server, "tcp://127.0.0.1:*", at);
    show_event (smon, "server");
    OK (zmq_connect (client, at));
    put (client, "x");
    get (server, "server");
    for (int i = 0; i < 2; i++)
        show_event (smon, "server");
    for (int i = 0; i < 3; i++)
        show_event (cmon, "client");
    no_event (cmon, "client");
    zmq_close (client);
    show_event (cmon, "client");
    show_event (smon, "server");
    no_event (smon, "server");
    OK (zmq_unbind (server, at));
    show_event (smon, "server");
    OK (zmq_socket_monitor (server, NULL, 0));
    show_event (smon, "server");
    close_these (ctx, 3, server, smon, cmon);
}

static void server_goes (void)
{
    void *ctx = new_context (), *server = open_socket (ctx, ZMQ_DEALER), *client = open_socket (ctx, ZMQ_DEALER);
    void *smon = new_monitor (ctx, server, ZMQ_EVENT_ALL), *cmon = new_monitor (ctx, client, ZMQ_EVENT_ALL);
    endpoint_t at;
    set_int (client, ZMQ_RECONNECT_IVL, 50);
    bind_to (server, "tcp://127.0.0.1:*", at);
    OK (zmq_connect (client, at));
    put (client, "x");
    get (server, "server");
    await_event (cmon, ZMQ_EVENT_HANDSHAKE_SUCCEEDED);
    await_event (smon, ZMQ_EVENT_HANDSHAKE_SUCCEEDED);
    zmq_close (server);
    show_event (cmon, "client");
    show_event (cmon, "client");
    show_event (cmon, "client");
    show_event (cmon, "client");
    show_event (cmon, "client");
    event_t e;
    int closed = 0, stopped = 0;
    while (!stopped && next_event (smon, &e, SOON_MS) == 0) {
        closed += e.event == ZMQ_EVENT_CLOSED;
        stopped = e.event == ZMQ_EVENT_MONITOR_STOPPED;
    }
    printf ("server: CLOSED %d, MONITOR_STOPPED last %d\n", closed, stopped);
    close_these (ctx, 3, client, smon, cmon);
}

static void values (void)
{
    void *ctx = new_context (), *server = open_socket (ctx, ZMQ_PAIR), *client = open_socket (ctx, ZMQ_PAIR);
    void *smon = new_monitor (ctx, server, ZMQ_EVENT_ALL), *cmon = new_monitor (ctx, client, ZMQ_EVENT_ALL);
    endpoint_t at;
    event_t e;
    bind_to (server, "tcp://127.0.0.1:*", at);
    OK (zmq_connect (client, at));
    for (int i = 0; i < 3; i++) {
        CHECK (next_event (smon, &e, SOON_MS) == 0);
        int is_fd = fcntl ((int) e.value, F_GETFD) >= 0;
        printf ("server %s: value %s, endpoint %s\n", monitor_event_name (e.event), e.value == 0 ? "0" : is_fd ? "an fd" : "?",
                strcmp (e.endpoint, at) == 0 ? "the bound one" : e.endpoint);
    }
    for (int i = 0; i < 3; i++) {
        CHECK (next_event (cmon, &e, SOON_MS) == 0);
        int is_fd = fcntl ((int) e.value, F_GETFD) >= 0;
        printf ("client %s: value %s, endpoint %s\n", monitor_event_name (e.event),
                e.event == ZMQ_EVENT_CONNECT_DELAYED ? errno_name ((int) e.value) : e.value == 0 ? "0" : is_fd ? "an fd" : "?",
                strcmp (e.endpoint, at) == 0 ? "the bound one" : e.endpoint);
    }
    close_these (ctx, 4, server, client, smon, cmon);
}

static void bind_fails (void)
{
    void *ctx = new_context (), *a = open_socket (ctx, ZMQ_PAIR), *b = open_socket (ctx, ZMQ_PAIR);
    void *mon = new_monitor (ctx, b, ZMQ_EVENT_ALL);
    endpoint_t at;
    bind_to (a, "tcp://127.0.0.1:*", at);
    show_rc ("bind in use", zmq_bind (b, at));
    show_event (mon, "bind in use");
    show_event (mon, "bind in use");
    no_event (mon, "bind in use");
    close_these (ctx, 3, a, b, mon);
}

/* Only what was asked for. */
static void mask (void)
{
    void *ctx = new_context (), *server = open_socket (ctx, ZMQ_PAIR), *client = open_socket (ctx, ZMQ_PAIR);
    void *smon = new_monitor (ctx, server, ZMQ_EVENT_ACCEPTED | ZMQ_EVENT_DISCONNECTED);
    join_over ("tcp", server, client);
    put (client, "x");
    get (server, "x");
    zmq_close (client);
    show_event (smon, "masked");
    show_event (smon, "masked");
    no_event (smon, "masked");
    close_these (ctx, 2, server, smon);
}

int main (void)
{
    lifecycle ();
    server_goes ();
    values ();
    bind_fails ();
    mask ();
    return 0;
}
