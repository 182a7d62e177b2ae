/* ZMQ_ROUTER_MANDATORY: EHOSTUNREACH for unknown, EAGAIN for full; POLLOUT tells whether any peer has room. */
#include "b_kit.h"

int main (void)
{
    void *ctx = new_context (), *router = open_socket (ctx, ZMQ_ROUTER), *d = open_socket (ctx, ZMQ_DEALER);
    set_int (router, ZMQ_SNDHWM, 2);
    OK (zmq_bind (router, "inproc://mandatory"));
    printf ("events without MANDATORY %d\n", get_int (router, ZMQ_EVENTS));
    set_int (router, ZMQ_ROUTER_MANDATORY, 1);
    printf ("events without a peer %d\n", get_int (router, ZMQ_EVENTS));
    show_rc ("unknown", zmq_send (router, "nobody", 6, ZMQ_SNDMORE));
    show_rc ("the socket can go on", zmq_send (router, "nobody", 6, ZMQ_SNDMORE));

    set_text (d, ZMQ_ROUTING_ID, "d");
    set_int (d, ZMQ_RCVHWM, 2);
    OK (zmq_connect (d, "inproc://mandatory"));
    put (d, "hello");
    get (router, "router");
    printf ("events with a peer %d\n", get_int (router, ZMQ_EVENTS));
    int n = 0;
    while (n < 100 && zmq_send (router, "d", 1, ZMQ_SNDMORE | ZMQ_DONTWAIT) == 1 && zmq_send (router, "x", 1, ZMQ_DONTWAIT) == 1)
        n++;
    printf ("taken %d, then %s\n", n, errno_name (zmq_errno ()));
    printf ("events when full %d\n", get_int (router, ZMQ_EVENTS));
    set_int (router, ZMQ_SNDTIMEO, 50);
    show_rc ("full, waiting", zmq_send (router, "d", 1, ZMQ_SNDMORE));
    get (d, "dealer");
    get (d, "dealer");
    printf ("events after two are read %d\n", is_ready (router, ZMQ_POLLOUT, QUIET_MS));
    put (router, "d|y");
    printf ("left %d\n", drain (d, QUIET_MS));

    set_int (router, ZMQ_ROUTER_MANDATORY, 0);
    show_rc ("unknown again", put (router, "nobody|x"));
    n = 0;
    for (int i = 0; i < 20; i++)
        n += put (router, "d|x") == 0;
    printf ("taken %d, arrived %d\n", n, drain (d, QUIET_MS));
    close_these (ctx, 2, router, d);
    return 0;
}
