/* REQ goes round its peers, takes a reply only from the peer it asked, and forgets a peer that went away. */
#include "b_kit.h"

int main (void)
{
    void *ctx = new_context (), *req = open_socket (ctx, ZMQ_REQ), *rep[3];
    char at[3][32], answer[3][8];
    for (int i = 0; i < 3; i++) {
        snprintf (at[i], sizeof at[i], "inproc://rep-%d", i);
        snprintf (answer[i], sizeof answer[i], "rep %d", i);
        rep[i] = open_socket (ctx, ZMQ_REP);
        OK (zmq_bind (rep[i], at[i]));
        OK (zmq_connect (req, at[i]));
    }
    for (int n = 0; n < 6; n++) {
        put (req, "who?");
        get (rep[n % 3], "asked");
        put (rep[n % 3], answer[n % 3]);
        get (req, "answer");
    }
    zmq_close (rep[1]);
    sleep_ms (QUIET_MS);
    get_int (req, ZMQ_EVENTS);
    for (int n = 0; n < 4; n++) {
        put (req, "who?");
        int i = is_ready (rep[0], ZMQ_POLLIN, QUIET_MS) ? 0 : 2;
        get (rep[i], "asked");
        put (rep[i], "one that is left");
        get (req, "answer");
    }
    close_these (ctx, 3, req, rep[0], rep[2]);
    return 0;
}
