/* zmq_socket_monitor: which addresses and events it takes, stopping, replacing, ipc and inproc sockets. */
#include "b_kit.h"

int main (void)
{
    void *ctx = new_context (), *s = open_socket (ctx, ZMQ_REP);
    show_rc ("tcp address", zmq_socket_monitor (s, "tcp://127.0.0.1:*", ZMQ_EVENT_ALL));
    show_rc ("no protocol", zmq_socket_monitor (s, "monitor", ZMQ_EVENT_ALL));
    show_rc ("ipc address", zmq_socket_monitor (s, "ipc://@b-monitor", ZMQ_EVENT_ALL));
    show_rc ("stop without one", zmq_socket_monitor (s, NULL, 0));
    show_rc ("start", zmq_socket_monitor (s, "inproc://mon.a", ZMQ_EVENT_ALL));
    void *a = open_socket (ctx, ZMQ_PAIR);
    OK (zmq_connect (a, "inproc://mon.a"));
    show_rc ("start a second", zmq_socket_monitor (s, "inproc://mon.b", ZMQ_EVENT_ALL));
    show_event (a, "the first");
    void *b = open_socket (ctx, ZMQ_PAIR);
    OK (zmq_connect (b, "inproc://mon.b"));
    OK (zmq_bind (s, "inproc://a-name"));
    no_event (b, "inproc has no events");
    char at[64];
    snprintf (at, sizeof at, "ipc://@b-monitor-%d", (int) getpid ());
    OK (zmq_bind (s, at));
    show_event (b, "ipc");
    void *req = open_socket (ctx, ZMQ_REQ);
    void *c = new_monitor (ctx, req, ZMQ_EVENT_ALL);
    OK (zmq_connect (req, at));
    put (req, "x");
    get (s, "ipc");
    show_event (b, "ipc server");
    show_event (b, "ipc server");
    show_event (c, "ipc client");
    show_event (c, "ipc client");
    void *other = open_socket (ctx, ZMQ_REP);
    show_rc ("name in use", zmq_socket_monitor (other, "inproc://mon.b", ZMQ_EVENT_ALL));
    show_rc ("closed socket", (zmq_close (other), zmq_socket_monitor (NULL, "inproc://x", ZMQ_EVENT_ALL)));
    show_rc ("stop", zmq_socket_monitor (s, NULL, 0));
    show_event (b, "stopped");
    OK (zmq_disconnect (req, at));
    show_rc ("start again", zmq_socket_monitor (s, "inproc://mon.b2", ZMQ_EVENT_ALL));
    void *d = open_socket (ctx, ZMQ_PAIR);
    OK (zmq_connect (d, "inproc://mon.b2"));
    OK (zmq_unbind (s, at));
    await_event (d, ZMQ_EVENT_CLOSED);
    close_these (ctx, 6, s, a, b, c, d, req);
    return 0;
}
