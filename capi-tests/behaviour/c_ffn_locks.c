/* ours-only: the original runs free functions where it likes, and does not promise that they may use the socket */

/*  Free functions that use the socket whose call drops their message: when its connection is given up, is
    disconnected or unbound, when the newest message replaces it, and when the context ends. */
#include "b_kit.h"

static void *used;
static int freed;

static void use_socket (void *data, void *hint)
{
    int type;
    size_t size = sizeof type;
    (void) hint;
    free (data);
    freed++;
    if (zmq_getsockopt (used, ZMQ_TYPE, &type, &size) == 0)
        zmq_send (used, "from within", 11, ZMQ_DONTWAIT);
}

static void send_user (void *socket, size_t size, int flags)
{
    zmq_msg_t msg;
    OK (zmq_msg_init_data (&msg, malloc (size), size, use_socket, NULL));
    if (zmq_msg_send (&msg, socket, flags | ZMQ_DONTWAIT) < 0)
        OK (zmq_msg_close (&msg));
}

static void given_up (void *ctx, size_t size, int flags)
{
    endpoint_t at;
    void *push = used = open_socket (ctx, ZMQ_PUSH);
    int listener = raw_listen (at, 1);
    set_int (push, ZMQ_RECONNECT_IVL, -1);
    OK (zmq_connect (push, at));
    send_user (push, size, flags);
    send_user (push, size, 0);
    close (raw_accept (listener));
    close (listener);
    EVENTUALLY (zmq_send (push, "?", 1, ZMQ_DONTWAIT) == -1);
    OK (zmq_close (push));
}

int main (void)
{
    void *ctx = new_context ();
    for (int more = 0; more < 2; more++) {
        given_up (ctx, 100, more * ZMQ_SNDMORE);
        given_up (ctx, 100000, more * ZMQ_SNDMORE);
    }
    EVENTUALLY (freed == 8);
    SAY ("given up");

    void *push = used = open_socket (ctx, ZMQ_PUSH);
    OK (zmq_connect (push, "tcp://127.0.0.1:9"));
    OK (zmq_connect (push, "inproc://nobody"));
    send_user (push, 100000, 0);
    send_user (push, 100000, 0);
    OK (zmq_disconnect (push, "tcp://127.0.0.1:9"));
    EVENTUALLY (freed >= 9);
    OK (zmq_close (push));
    SAY ("disconnected");

    void *pull = open_socket (ctx, ZMQ_PULL);
    push = used = open_socket (ctx, ZMQ_PUSH);
    set_int (pull, ZMQ_CONFLATE, 1);
    set_int (push, ZMQ_CONFLATE, 1);
    OK (zmq_bind (pull, "inproc://newest"));
    OK (zmq_connect (push, "inproc://newest"));
    int before = freed;
    for (int i = 0; i < 3000; i++)
        send_user (push, 100, 0);
    OK (zmq_close (pull));
    EVENTUALLY (zmq_send (push, "?", 1, ZMQ_DONTWAIT) == -1);
    OK (zmq_close (push));
    CHECK (freed >= before + 3000 - 1);
    SAY ("newest");

    OK (zmq_ctx_term (ctx));
    CHECK (freed == before + 3000 || freed == before + 3001);
    SAY ("ended");
    return 0;
}
