/* A connection that ends in the middle of a message or between its parts: nothing of it is delivered, others go on. */
#include "b_kit.h"

static void peer_dies (const void *bytes_, size_t n_, const char *label_)
{
    void *ctx = new_context (), *pull = open_socket (ctx, ZMQ_PULL), *good = open_socket (ctx, ZMQ_PUSH);
    endpoint_t at;
    void *mon = new_monitor (ctx, pull, ZMQ_EVENT_DISCONNECTED);
    bind_to (pull, "tcp://127.0.0.1:*", at);
    int fd = raw_connect (at);
    raw_handshake (fd, "PUSH");
    raw_frame (fd, 0, "whole", 5);
    get (pull, "pull");
    raw_write (fd, bytes_, n_);
    get_none (pull, label_);
    close (fd);
    show_event (mon, "pull");
    get_none (pull, label_);
    OK (zmq_connect (good, at));
    put (good, "a|b");
    get (pull, "pull");
    close_these (ctx, 3, pull, good, mon);
}

/* The application closes with a message half sent. */
static void sender_closes (const char *transport_)
{
    void *ctx = new_context (), *pull = open_socket (ctx, ZMQ_PULL), *push = open_socket (ctx, ZMQ_PUSH), *good = open_socket (ctx, ZMQ_PUSH);
    endpoint_t at;
    bind_to (pull, strcmp (transport_, "tcp") == 0 ? "tcp://127.0.0.1:*" : "inproc://midway", at);
    OK (zmq_connect (push, at));
    OK (zmq_connect (good, at));
    set_int (push, ZMQ_LINGER, -1);
    put (push, "whole");
    zmq_send (push, "half", 4, ZMQ_SNDMORE);
    zmq_close (push);
    get (pull, transport_);
    get_none (pull, transport_);
    put (good, "good");
    get (pull, transport_);
    close_these (ctx, 2, pull, good);
}

/* The receiver goes while parts are being sent: the rest goes nowhere and the next message is whole. */
static void receiver_closes (void)
{
    void *ctx = new_context (), *one = open_socket (ctx, ZMQ_PULL), *two = open_socket (ctx, ZMQ_PULL), *push = open_socket (ctx, ZMQ_PUSH);
    OK (zmq_bind (one, "inproc://one"));
    OK (zmq_bind (two, "inproc://two"));
    OK (zmq_connect (push, "inproc://one"));
    zmq_send (push, "a", 1, ZMQ_SNDMORE);
    zmq_close (one);
    sleep_ms (QUIET_MS);
    OK (zmq_connect (push, "inproc://two"));
    get_int (push, ZMQ_EVENTS);
    show_rc ("second part", zmq_send (push, "b", 1, ZMQ_SNDMORE));
    show_rc ("last part", zmq_send (push, "c", 1, 0));
    put (push, "d|e");
    get (two, "two");
    get_none (two, "two");
    close_these (ctx, 2, two, push);
}

int main (void)
{
    peer_dies ("\1\3abc", 5, "first part only");
    peer_dies ("\0\12abc", 5, "three of ten bytes");
    peer_dies ("\2\0\0", 3, "half a length");
    peer_dies ("\1\3abc\0\3d", 8, "half of the second part");
    sender_closes ("inproc");
    sender_closes ("tcp");
    receiver_closes ();
    return 0;
}
