/* ZMQ_CONNECT_ROUTING_ID names the peer that the next connect reaches; ROUTER to ROUTER. */
#include "b_kit.h"

int main (void)
{
    void *ctx = new_context (), *a = open_socket (ctx, ZMQ_ROUTER), *b = open_socket (ctx, ZMQ_ROUTER);
    endpoint_t at;
    set_int (a, ZMQ_ROUTER_MANDATORY, 1);
    set_text (b, ZMQ_ROUTING_ID, "B's own");
    bind_to (b, "tcp://127.0.0.1:*", at);
    show_rc ("empty", zmq_setsockopt (a, ZMQ_CONNECT_ROUTING_ID, "", 0));
    show_rc ("name", zmq_setsockopt (a, ZMQ_CONNECT_ROUTING_ID, "bob", 3));
    set_text (a, ZMQ_ROUTING_ID, "alice");
    OK (zmq_connect (a, at));
    show_rc ("known at once", zmq_send (a, "bob", 3, ZMQ_SNDMORE));
    show_rc ("body", zmq_send (a, "hi", 2, 0));
    get (b, "b");
    put (b, "alice|hello");
    get (a, "a");
    show_rc ("its own id is not used", zmq_send (a, "B's own", 7, ZMQ_SNDMORE));

    void *c = open_socket (ctx, ZMQ_ROUTER);
    OK (zmq_bind (c, "inproc://c"));
    set_text (a, ZMQ_CONNECT_ROUTING_ID, "carol");
    OK (zmq_connect (a, "inproc://c"));
    put (a, "carol|hi carol");
    get (c, "c");
    put (c, "alice|hi alice");
    get (a, "a");
    close_these (ctx, 3, a, b, c);
    return 0;
}
