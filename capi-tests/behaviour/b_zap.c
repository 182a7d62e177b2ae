/* Authentication handlers between whole sockets (RFC 27): whom a status lets come back, a handler that takes its time,
   one that goes without an answer, and one that comes late. */
#include "b_kit.h"

#define FAILED (ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH)

static void *new_handler (void *ctx_)
{
    void *handler = open_socket (ctx_, ZMQ_ROUTER);
    OK (zmq_bind (handler, "inproc://zeromq.zap.01"));
    return handler;
}

/* The original keeps a peer with status 300 until ZMQ_HANDSHAKE_IVL passes. */
static void *new_server (void *ctx_, endpoint_t at_, int handshake_ms_)
{
    void *s = open_socket (ctx_, ZMQ_PULL);
    set_int (s, ZMQ_HANDSHAKE_IVL, handshake_ms_);
    set_int (s, ZMQ_PLAIN_SERVER, 1);
    set_text (s, ZMQ_ZAP_DOMAIN, "test");
    bind_to (s, "tcp://127.0.0.1:*", at_);
    return s;
}

static void *new_client (void *ctx_, const char *at_, const char *name_)
{
    void *s = open_socket (ctx_, ZMQ_PUSH);
    set_int (s, ZMQ_RECONNECT_IVL, 20);
    set_text (s, ZMQ_PLAIN_USERNAME, name_);
    set_text (s, ZMQ_PLAIN_PASSWORD, "secret");
    OK (zmq_connect (s, at_));
    put (s, name_);
    return s;
}

/* Takes a request; the peer that asked goes to peer_, the user's name is shown. */
static size_t take_request (void *handler_, unsigned char *peer_, const char *label_)
{
    char part[256];
    int peer_size = zmq_recv (handler_, peer_, 32, 0);
    if (peer_size < 0)
        FAIL ("%s: no request", label_);
    printf ("%s asks:", label_);
    while (get_int (handler_, ZMQ_RCVMORE)) {
        int size = zmq_recv (handler_, part, sizeof part, 0);
        printf (" '%.*s'", size, part);
    }
    printf ("\n");
    return (size_t) peer_size;
}

static void answer (void *handler_, const unsigned char *peer_, size_t size_, const char *status_)
{
    CHECK (zmq_send (handler_, peer_, size_, ZMQ_SNDMORE) >= 0);
    const char *frames[] = {"", "1.0", "1", status_, "text", "user", ""};
    for (int i = 0; i < 7; i++)
        CHECK (zmq_send (handler_, frames[i], strlen (frames[i]), i < 6 ? ZMQ_SNDMORE : 0) >= 0);
}

/* A client that is told to come back does, and one that is told off does not. */
static void statuses (void)
{
    endpoint_t at;
    unsigned char peer[32];
    void *ctx = new_context (), *handler = new_handler (ctx), *server = new_server (ctx, at, 500);
    void *events = new_monitor (ctx, server, FAILED);
    void *client = new_client (ctx, at, "patient");
    for (int i = 0; i < 3; i++) {
        size_t size = take_request (handler, peer, "patient");
        answer (handler, peer, size, i < 2 ? "300" : "200");
        if (i < 2)
            show_event (events, "server");
    }
    get (server, "server");
    void *denied = new_client (ctx, at, "denied");
    size_t size = take_request (handler, peer, "denied");
    answer (handler, peer, size, "400");
    show_event (events, "server");
    get_none (handler, "another request");
    get_none (server, "server");
    close_these (ctx, 5, client, denied, events, handler, server);
}

/* While one peer waits for its verdict others are judged and served, and what it would say is not heard. */
static void pondering (void)
{
    endpoint_t at, open_at;
    unsigned char first[32], second[32];
    void *ctx = new_context (), *handler = new_handler (ctx), *server = new_server (ctx, at, 30000);
    void *open_server = open_socket (ctx, ZMQ_PULL), *open_client = open_socket (ctx, ZMQ_PUSH);
    bind_to (open_server, "tcp://127.0.0.1:*", open_at);
    void *slow = new_client (ctx, at, "slow");
    size_t first_size = take_request (handler, first, "slow");
    void *quick = new_client (ctx, at, "quick");
    size_t second_size = take_request (handler, second, "quick");
    answer (handler, second, second_size, "200");
    get (server, "server");
    OK (zmq_connect (open_client, open_at));
    put (open_client, "not judged");
    get (open_server, "open server");
    get_none (server, "server");
    answer (handler, first, first_size, "200");
    get (server, "server");
    close_these (ctx, 6, slow, quick, open_client, open_server, handler, server);
}

/* A handler goes without an answer: its question is open until ZMQ_HANDSHAKE_IVL. Then there is none, and then another. */
static void leaving (void)
{
    endpoint_t at;
    unsigned char peer[32];
    void *ctx = new_context (), *handler = new_handler (ctx), *server = new_server (ctx, at, 500);
    void *events = new_monitor (ctx, server, FAILED);
    void *client = new_client (ctx, at, "client");
    take_request (handler, peer, "client");
    long start = now_ms ();
    OK (zmq_close (handler));
    show_event (events, "server");
    printf ("in time: %d\n", now_ms () - start >= 300 && now_ms () - start < 4000);
    /* The client comes back, to nobody at first. */
    show_event (events, "server");
    handler = new_handler (ctx);
    size_t size = take_request (handler, peer, "client");
    answer (handler, peer, size, "200");
    get (server, "server");
    close_these (ctx, 4, client, events, handler, server);
}

/* Sockets that are closed, and a context that ends, do not wait for a verdict. */
static void ending (void)
{
    endpoint_t at;
    unsigned char peer[32];
    void *ctx = new_context (), *handler = new_handler (ctx), *server = new_server (ctx, at, 30000);
    void *client = new_client (ctx, at, "client");
    take_request (handler, peer, "client");
    long start = now_ms ();
    close_these (ctx, 3, server, client, handler);
    printf ("ended in time: %d\n", now_ms () - start < 4000);
}

int main (void)
{
    SAY ("-- statuses");
    statuses ();
    SAY ("-- pondering");
    pondering ();
    SAY ("-- leaving");
    leaving ();
    SAY ("-- ending");
    ending ();
    return 0;
}
