/*  zmq_socket by type, and what a fresh socket is.  */
#include "check.h"

int main (void)
{
    void *context = new_context ();
    static const int bad[] = {-1, INT_MIN, -100, 21, 22, 100, 9999, INT_MAX};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        errno = 0;
        void *socket = zmq_socket (context, bad[i]);
        SAY ("zmq_socket %d -> %s %s", bad[i], socket ? "pointer" : "NULL", errno_name (errno));
    }
    for (int type = ZMQ_PAIR; type <= ZMQ_STREAM; type++) {
        void *socket = zmq_socket (context, type);
        CHECK (socket != NULL);
        SAY ("%s type %d events %s linger %d thread-safe %d", type_name (type), get_int (socket, ZMQ_TYPE),
             events_name (get_int (socket, ZMQ_EVENTS)), get_int (socket, ZMQ_LINGER), get_int (socket, ZMQ_THREAD_SAFE));
        OK (zmq_close (socket));
    }
    /*  The old names.  */
    SAY ("XREQ %d XREP %d", ZMQ_XREQ, ZMQ_XREP);
    OK (zmq_ctx_term (context));
    return 0;
}
