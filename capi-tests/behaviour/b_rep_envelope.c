/* REP keeps the envelope up to the empty frame, returns it with the reply, ignores what has none. */
#include "b_kit.h"

int main (void)
{
    void *ctx = new_context (), *rep = open_socket (ctx, ZMQ_REP), *dealer = open_socket (ctx, ZMQ_DEALER), *other = open_socket (ctx, ZMQ_DEALER);
    OK (zmq_bind (rep, "inproc://rep"));
    OK (zmq_connect (dealer, "inproc://rep"));
    put (dealer, "|plain");
    get (rep, "rep");
    put (rep, "ok");
    get (dealer, "dealer");

    put (dealer, "hop1|hop2||deep|body");
    get (rep, "rep");
    put (rep, "ok|two");
    get (dealer, "dealer");

    put (dealer, "no delimiter");
    put (dealer, "many|parts|no|delimiter");
    get_none (rep, "ignored");
    printf ("events %d\n", get_int (rep, ZMQ_EVENTS));
    put (dealer, "|after");
    get (rep, "rep");
    put (rep, "ok");
    get (dealer, "dealer");

    put (dealer, "|");
    get (rep, "empty body");
    put (rep, "");
    get (dealer, "dealer");

    put (dealer, "bottom only|");
    get_none (rep, "delimiter is the last frame");
    OK (zmq_connect (other, "inproc://rep"));
    put (other, "|from other");
    get (rep, "rep");
    zmq_close (other);
    show_rc ("reply to a peer that left", zmq_send (rep, "gone", 4, 0));
    show_rc ("state moved on", zmq_send (rep, "x", 1, ZMQ_DONTWAIT));
    put (dealer, "|last");
    get (rep, "rep");
    close_these (ctx, 2, rep, dealer);
    return 0;
}
