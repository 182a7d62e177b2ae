/*  NULL where a value or a length is expected.  */
#include "options.h"

int main (void)
{
    void *context;
    setvbuf (stdout, NULL, _IOFBF, 1 << 16);
    for (int type = ZMQ_PAIR; type <= ZMQ_STREAM; type++) {
        context = new_context ();
        for (int option = 0; option <= 92; option++) {
            if (!is_option_here (option))
                continue;
            void *socket = new_socket (context, type);
            errno = 0;
            int rc = zmq_setsockopt (socket, option, NULL, 0);
            SAY ("%s set %s NULL 0 -> %s", type_name (type), option_name (option), rc ? errno_name (errno) : "0");
            OK (zmq_close (socket));
        }
        OK (zmq_ctx_term (context));
    }
    context = new_context ();
    void *socket = new_socket (context, ZMQ_PULL);
    size_t size = 0;
    RC (zmq_getsockopt (socket, ZMQ_TYPE, NULL, &size));
    RC (zmq_getsockopt (socket, ZMQ_LAST_ENDPOINT, NULL, &size));
    RC (zmq_getsockopt (socket, ZMQ_ROUTING_ID, NULL, &size));
    RC (zmq_getsockopt (socket, 9999, NULL, &size));
    RC (zmq_setsockopt (socket, 9999, NULL, 0));
    RC (zmq_setsockopt (socket, ZMQ_LINGER, NULL, 3));
    OK (zmq_close (socket));
    OK (zmq_ctx_term (context));
    return 0;
}
