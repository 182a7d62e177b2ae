/* DEALER: goes round its peers by whole messages, reads fairly, adds no frames. */
#include "b_kit.h"

int main (void)
{
    void *ctx = new_context (), *dealer = open_socket (ctx, ZMQ_DEALER), *d[3];
    printf ("alone %d\n", get_int (dealer, ZMQ_EVENTS));
    show_rc ("send alone", zmq_send (dealer, "x", 1, ZMQ_DONTWAIT));
    for (int i = 0; i < 3; i++) {
        char at[32];
        snprintf (at, sizeof at, "inproc://dealer-%d", i);
        d[i] = open_socket (ctx, ZMQ_DEALER);
        OK (zmq_bind (d[i], at));
        OK (zmq_connect (dealer, at));
    }
    for (int n = 0; n < 9; n++) {
        char text[16];
        snprintf (text, sizeof text, "n%d|more|", n);
        put (dealer, text);
    }
    for (int n = 0; n < 9; n++) {
        char label[16];
        snprintf (label, sizeof label, "peer %d", n % 3);
        get (d[n % 3], label);
    }
    for (int i = 0; i < 3; i++)
        for (int n = 0; n < 3; n++) {
            char text[16];
            snprintf (text, sizeof text, "p%d|m%d", i, n);
            put (d[i], text);
        }
    for (int n = 0; n < 9; n++)
        get (dealer, "dealer");
    close_these (ctx, 4, dealer, d[0], d[1], d[2]);
    return 0;
}
