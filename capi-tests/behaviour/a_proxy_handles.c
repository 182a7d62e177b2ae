/* ours-only: the original polls descriptor 0 or follows the pointer */
#include "check.h"

int main (void)
{
    static char zeros[4096];
    void *context = new_context (), *socket = new_socket (context, ZMQ_DEALER), *closed = new_socket (context, ZMQ_DEALER);
    OK (zmq_close (closed));
    ERR (zmq_device (ZMQ_QUEUE, NULL, socket), EFAULT);
    ERR (zmq_device (ZMQ_FORWARDER, socket, NULL), EFAULT);
    ERR (zmq_device (999, NULL, NULL), EFAULT);
    ERR (zmq_proxy (zeros, socket, NULL), ENOTSOCK);
    ERR (zmq_proxy (socket, zeros, NULL), ENOTSOCK);
    ERR (zmq_proxy (socket, socket, zeros), ENOTSOCK);
    ERR (zmq_proxy (socket, closed, NULL), ENOTSOCK);
    ERR (zmq_proxy (context, socket, NULL), ENOTSOCK);
    ERR (zmq_proxy_steerable (socket, socket, NULL, zeros), ENOTSOCK);
    ERR (zmq_proxy_steerable (socket, socket, NULL, closed), ENOTSOCK);
    close_all (context, &socket, 1);
    return 0;
}
