/*  NULL handles, and handles that point to memory that never held one.  */
#include "check.h"
#include <sys/uio.h>

static void as_socket (void *socket)
{
    char buffer[16];
    int value = 0;
    size_t size = sizeof value, count = 1;
    struct iovec part = {buffer, 1};
    zmq_msg_t message;
    zmq_pollitem_t item = {socket, 0, ZMQ_POLLIN, 0};
    RC (zmq_close (socket));
    RC (zmq_setsockopt (socket, ZMQ_LINGER, &value, sizeof value));
    RC (zmq_setsockopt (socket, 9999, NULL, 0));
    RC (zmq_getsockopt (socket, ZMQ_TYPE, &value, &size));
    RC (zmq_getsockopt (socket, 9999, &value, &size));
    RC (zmq_bind (socket, "inproc://name"));
    RC (zmq_bind (socket, "nonsense"));
    RC (zmq_bind (socket, NULL));
    RC (zmq_connect (socket, "inproc://name"));
    RC (zmq_connect (socket, NULL));
    RC (zmq_unbind (socket, "inproc://name"));
    RC (zmq_unbind (socket, NULL));
    RC (zmq_disconnect (socket, "inproc://name"));
    RC (zmq_disconnect (socket, NULL));
    RC (zmq_send (socket, "x", 1, 0));
    RC (zmq_send (socket, "x", 1, ZMQ_DONTWAIT));
    RC (zmq_send_const (socket, "x", 1, 0));
    RC (zmq_recv (socket, buffer, sizeof buffer, 0));
    RC (zmq_sendiov (socket, &part, 1, 0));
    RC (zmq_sendiov (socket, &part, 0, 0));
    RC (zmq_recviov (socket, &part, &count, 0));
    OK (zmq_msg_init (&message));
    RC (zmq_msg_send (&message, socket, 0));
    RC (zmq_sendmsg (socket, &message, 0));
    RC (zmq_msg_recv (&message, socket, 0));
    RC (zmq_recvmsg (socket, &message, 0));
    OK (zmq_msg_close (&message));
    RC (zmq_socket_monitor (socket, "inproc://monitor", ZMQ_EVENT_ALL));
    RC (zmq_socket_monitor (socket, NULL, 0));
    RC (zmq_socket_monitor (socket, "tcp://127.0.0.1:1", ZMQ_EVENT_ALL));
    if (socket)
        RC (zmq_poll (&item, 1, 0));
}

static void as_context (void *context)
{
    PTR (zmq_socket (context, ZMQ_PAIR));
    PTR (zmq_socket (context, 9999));
    RC (zmq_ctx_shutdown (context));
    RC (zmq_ctx_term (context));
    RC (zmq_term (context));
    RC (zmq_ctx_destroy (context));
    RC (zmq_ctx_get (context, ZMQ_IO_THREADS));
    RC (zmq_ctx_get (context, 9999));
    RC (zmq_ctx_set (context, ZMQ_IO_THREADS, 1));
    RC (zmq_ctx_set (context, 9999, 1));
}

int main (void)
{
    void *zeros = calloc (1, 4096), *ones = malloc (4096);
    memset (ones, 0xff, 4096);
    SAY ("-- NULL");
    as_socket (NULL);
    as_context (NULL);
    SAY ("-- zeros");
    as_socket (zeros);
    as_context (zeros);
    SAY ("-- ones");
    as_socket (ones);
    as_context (ones);
    free (zeros);
    free (ones);
    RC (zmq_proxy (NULL, NULL, NULL));
    RC (zmq_proxy_steerable (NULL, NULL, NULL, NULL));
    return 0;
}
