/*  A monitor that is opened right after zmq_connect sees the connection made: programs do it in this order. The order is not
 *  promised, and a busy machine may upset it; hence a share of many connections, and some rounds. */
#include "b_kit.h"

enum { CONNECTIONS = 50, SEEN = 45, ROUNDS = 10 };

/*  Whether the monitor of one connection sees it made. */
static int is_seen (void)
{
    void *ctx = new_context (), *server = open_socket (ctx, ZMQ_DEALER), *client = open_socket (ctx, ZMQ_DEALER);
    char endpoint[ENDPOINT_MAX];
    bind_tcp (server, endpoint);
    OK (zmq_connect (client, endpoint));
    OK (zmq_socket_monitor (client, "inproc://monitor", ZMQ_EVENT_CONNECTED | ZMQ_EVENT_HANDSHAKE_SUCCEEDED));
    void *monitor = open_socket (ctx, ZMQ_PAIR);
    OK (zmq_connect (monitor, "inproc://monitor"));
    /*  The handshake comes after: whether it was missed, too, does not matter. */
    set_int (monitor, ZMQ_RCVTIMEO, 50);
    uint16_t event = 0;
    unsigned char frame[6];
    if (zmq_recv (monitor, frame, sizeof frame, 0) == sizeof frame)
        memcpy (&event, frame, sizeof event);
    OK (zmq_close (monitor));
    OK (zmq_close (client));
    OK (zmq_close (server));
    OK (zmq_ctx_term (ctx));
    return event == ZMQ_EVENT_CONNECTED;
}

int main (void)
{
    for (int round = 0; round < ROUNDS; round++) {
        int seen = 0;
        for (int i = 0; i < CONNECTIONS; i++)
            seen += is_seen ();
        if (seen >= SEEN) {
            SAY ("nearly all were seen");
            return 0;
        }
        fprintf (stderr, "%d of %d were seen\n", seen, CONNECTIONS);
    }
    return 1;
}
