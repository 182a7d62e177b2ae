/*  After zmq_ctx_shutdown every call on a socket answers ETERM, save zmq_close.  */
#include "check.h"
#include <sys/uio.h>

static void each_call (void *socket)
{
    char buffer[256];
    int value = 0;
    size_t size = sizeof value, count = 1;
    struct iovec part = {buffer, 1};
    zmq_msg_t message;
    zmq_pollitem_t item = {socket, 0, ZMQ_POLLIN | ZMQ_POLLOUT, -1};

    RC (zmq_send (socket, "x", 1, 0));
    RC (zmq_send (socket, "x", 1, ZMQ_DONTWAIT));
    RC (zmq_send (socket, "x", 1, ZMQ_SNDMORE));
    RC (zmq_send_const (socket, "x", 1, 0));
    RC (zmq_recv (socket, buffer, sizeof buffer, 0));
    RC (zmq_recv (socket, buffer, sizeof buffer, ZMQ_DONTWAIT));
    OK (zmq_msg_init_size (&message, 3));
    RC (zmq_msg_send (&message, socket, 0));
    RC (zmq_sendmsg (socket, &message, 0));
    SAY ("still %zu bytes", zmq_msg_size (&message));
    OK (zmq_msg_close (&message));
    OK (zmq_msg_init (&message));
    RC (zmq_msg_recv (&message, socket, 0));
    RC (zmq_recvmsg (socket, &message, 0));
    OK (zmq_msg_close (&message));
    RC (zmq_sendiov (socket, &part, 1, 0));
    RC (zmq_recviov (socket, &part, &count, 0));
    RC (zmq_bind (socket, "inproc://late"));
    RC (zmq_bind (socket, "tcp://127.0.0.1:*"));
    RC (zmq_bind (socket, "nonsense"));
    RC (zmq_connect (socket, "inproc://early"));
    RC (zmq_connect (socket, "nonsense"));
    RC (zmq_unbind (socket, "inproc://early"));
    RC (zmq_disconnect (socket, "inproc://early"));
    RC (zmq_unbind (socket, "nonsense"));
    RC (zmq_setsockopt (socket, ZMQ_LINGER, &value, sizeof value));
    RC (zmq_setsockopt (socket, 9999, &value, sizeof value));
    RC (zmq_getsockopt (socket, ZMQ_TYPE, &value, &size));
    RC (zmq_getsockopt (socket, ZMQ_EVENTS, &value, &size));
    RC (zmq_getsockopt (socket, ZMQ_FD, &value, &size));
    RC (zmq_getsockopt (socket, ZMQ_RCVMORE, &value, &size));
    RC (zmq_getsockopt (socket, 9999, &value, &size));
    RC (zmq_socket_monitor (socket, "inproc://monitor", ZMQ_EVENT_ALL));
    RC (zmq_socket_monitor (socket, NULL, 0));
    RC (zmq_poll (&item, 1, 0));
    RC (zmq_poll (&item, 1, 1000));
    RC (zmq_poll (&item, 1, -1));
    RC (zmq_proxy (socket, socket, NULL));
}

int main (void)
{
    static const int types[] = {ZMQ_PAIR, ZMQ_DEALER, ZMQ_PUB, ZMQ_SUB, ZMQ_REQ, ZMQ_STREAM, ZMQ_PUSH, ZMQ_ROUTER};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        SAY ("-- %s", type_name (types[i]));
        void *context = new_context ();
        void *socket = new_socket (context, types[i]);
        OK (zmq_bind (socket, "inproc://early"));
        OK (zmq_ctx_shutdown (context));
        PTR (zmq_socket (context, ZMQ_PAIR));
        PTR (zmq_socket (context, 9999));
        each_call (socket);
        RC (zmq_close (socket));
        PTR (zmq_socket (context, ZMQ_PAIR));
        RC (zmq_ctx_shutdown (context));
        RC (zmq_ctx_term (context));
    }
    return 0;
}
