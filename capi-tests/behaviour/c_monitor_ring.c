/* ours-only: the original may wait for ever for sockets that listen to themselves */

/*  Sockets that listen to their own monitors, or in a ring to each other's, end with their context. */
#include "b_kit.h"

static void ring (int count)
{
    void *ctx = new_context (), *sockets[3];
    char name[32];
    for (int i = 0; i < count; i++) {
        sockets[i] = open_socket (ctx, ZMQ_DEALER);
        snprintf (name, sizeof name, "inproc://monitor-%d", i);
        OK (zmq_socket_monitor (sockets[i], name, ZMQ_EVENT_ALL));
    }
    for (int i = 0; i < count; i++) {
        snprintf (name, sizeof name, "inproc://monitor-%d", (i + 1) % count);
        OK (zmq_connect (sockets[i], name));
        OK (zmq_bind (sockets[(i + 1) % count], "tcp://127.0.0.1:*"));
        unsigned char event[6];
        CHECK (zmq_recv (sockets[i], event, sizeof event, 0) == 6);
    }
    for (int i = 0; i < count; i++)
        OK (zmq_close (sockets[i]));
    OK (zmq_ctx_term (ctx));
    SAY ("a ring of %d has ended", count);
}

int main (void)
{
    for (int count = 1; count <= 3; count++)
        ring (count);
    return 0;
}
