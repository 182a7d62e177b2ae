/* ours-only: the original aborts on an endpoint that is NULL */
#include "check.h"

int main (void)
{
    void *context = new_context ();
    for (int type = ZMQ_PAIR; type <= ZMQ_STREAM; type++) {
        void *socket = new_socket (context, type);
        ERR (zmq_bind (socket, NULL), EINVAL);
        ERR (zmq_connect (socket, NULL), EINVAL);
        ERR (zmq_unbind (socket, NULL), EINVAL);
        ERR (zmq_disconnect (socket, NULL), EINVAL);
        OK (zmq_close (socket));
    }
    OK (zmq_ctx_term (context));
    return 0;
}
