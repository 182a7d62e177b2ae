/* Many sockets and connections in one context: a thousand clients of one server, the socket limit, reuse after close. */
#include "b_kit.h"

#define CLIENTS 200

static void one_server (const char *transport_)
{
    void *ctx = new_context (), *router = open_socket (ctx, ZMQ_ROUTER), **dealer = calloc (CLIENTS, sizeof *dealer);
    endpoint_t at;
    int good = 0;
    char number[16], id[8];
    bind_to (router, strcmp (transport_, "tcp") == 0 ? "tcp://127.0.0.1:*" : "inproc://many", at);
    for (int i = 0; i < CLIENTS; i++) {
        dealer[i] = open_socket (ctx, ZMQ_DEALER);
        OK (zmq_connect (dealer[i], at));
        snprintf (number, sizeof number, "%d", i);
        put (dealer[i], number);
    }
    for (int i = 0; i < CLIENTS; i++) {
        zmq_recv (router, id, sizeof id, 0);
        int n = recv_part (router, number, sizeof number, 0);
        zmq_send (router, id, 5, ZMQ_SNDMORE);
        zmq_send (router, number, (size_t) n, 0);
    }
    for (int i = 0; i < CLIENTS; i++) {
        good += recv_part (dealer[i], number, sizeof number, 0) > 0 && atoi (number) == i;
        zmq_close (dealer[i]);
    }
    printf ("%s: %d of %d answered\n", transport_, good, CLIENTS);
    free (dealer);
    close_these (ctx, 1, router);
}

static void limit (void)
{
    void *ctx = new_context (), *s[10];
    zmq_ctx_set (ctx, ZMQ_MAX_SOCKETS, 5);
    int n = 0;
    while (n < 10 && (s[n] = zmq_socket (ctx, ZMQ_PULL)) != NULL)
        n++;
    printf ("limit 5: %d opened, then %s\n", n, errno_name (zmq_errno ()));
    for (int i = 0; i < n; i++)
        zmq_close (s[i]);
    EVENTUALLY ((s[0] = zmq_socket (ctx, ZMQ_PULL)) != NULL);
    close_these (ctx, 1, s[0]);
}

static void churn (void)
{
    void *ctx = new_context (), *pull = open_socket (ctx, ZMQ_PULL);
    endpoint_t at;
    int good = 0;
    bind_to (pull, "tcp://127.0.0.1:*", at);
    for (int i = 0; i < 200; i++) {
        void *push = open_socket (ctx, ZMQ_PUSH);
        set_int (push, ZMQ_LINGER, -1);
        OK (zmq_connect (push, at));
        zmq_send (push, "x", 1, 0);
        zmq_close (push);
    }
    while (good < 200 && drop_one (pull, SOON_MS) == 0)
        good++;
    printf ("churn: %d messages\n", good);
    close_these (ctx, 1, pull);
}

int main (void)
{
    one_server ("inproc");
    one_server ("tcp");
    limit ();
    churn ();
    return 0;
}
