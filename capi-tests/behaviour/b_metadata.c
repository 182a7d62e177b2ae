/* zmq_msg_gets: what a received message knows of its sender, by transport; zmq_msg_get. */
#include "b_kit.h"

static void show_property (zmq_msg_t *m_, const char *name_)
{
    const char *value = zmq_msg_gets (m_, name_);
    if (value)
        printf ("  %s: '%s'\n", name_, value);
    else
        printf ("  %s: %s\n", name_, errno_name (zmq_errno ()));
}

static void run (const char *transport_, int sender_, int receiver_)
{
    void *ctx = new_context (), *a = open_socket (ctx, receiver_), *b = open_socket (ctx, sender_);
    printf ("-- %s to %s over %s\n", type_name (sender_), type_name (receiver_), transport_);
    set_text (b, ZMQ_ROUTING_ID, "my id");
    join_over (transport_, a, b);
    put (b, "first|second");
    for (int i = 0; i < (receiver_ == ZMQ_ROUTER ? 3 : 2); i++) {
        zmq_msg_t m;
        zmq_msg_init (&m);
        zmq_msg_recv (&m, a, 0);
        printf (" part of %zu\n", zmq_msg_size (&m));
        show_property (&m, "Socket-Type");
        show_property (&m, "Identity");
        if (strcmp (transport_, "ipc") != 0)
            show_property (&m, "Peer-Address");
        show_property (&m, "User-Id");
        show_property (&m, "X-Nothing");
        show_property (&m, "");
        int fd = zmq_msg_get (&m, ZMQ_SRCFD);
        printf ("  SRCFD is an fd %d\n", fd >= 0 && fcntl (fd, F_GETFD) >= 0);
        show_rc ("  MORE", zmq_msg_get (&m, ZMQ_MORE));
        show_rc ("  unknown", zmq_msg_get (&m, 999));
        zmq_msg_close (&m);
    }
    close_these (ctx, 2, a, b);
}

int main (void)
{
    run ("tcp", ZMQ_PUSH, ZMQ_PULL);
    run ("tcp", ZMQ_DEALER, ZMQ_ROUTER);
    run ("tcp", ZMQ_REQ, ZMQ_REP);
    run ("ipc", ZMQ_PAIR, ZMQ_PAIR);
    run ("inproc", ZMQ_PUSH, ZMQ_PULL);
    return 0;
}
