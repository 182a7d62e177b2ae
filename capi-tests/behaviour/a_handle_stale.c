/* ours-only: the original reads memory that it has freed, or takes one kind of handle for another */
#include "check.h"
#include <sys/uio.h>

static void no_socket (void *socket)
{
    char buffer[16];
    int value = 0;
    size_t size = sizeof value, count = 1;
    struct iovec part = {buffer, 1};
    zmq_msg_t message;
    zmq_pollitem_t item = {socket, 0, ZMQ_POLLIN, 0};
    ERR (zmq_close (socket), ENOTSOCK);
    ERR (zmq_setsockopt (socket, ZMQ_LINGER, &value, sizeof value), ENOTSOCK);
    ERR (zmq_getsockopt (socket, ZMQ_TYPE, &value, &size), ENOTSOCK);
    ERR (zmq_bind (socket, "inproc://name"), ENOTSOCK);
    ERR (zmq_connect (socket, "inproc://name"), ENOTSOCK);
    ERR (zmq_unbind (socket, "inproc://name"), ENOTSOCK);
    ERR (zmq_disconnect (socket, "inproc://name"), ENOTSOCK);
    ERR (zmq_send (socket, "x", 1, 0), ENOTSOCK);
    ERR (zmq_send_const (socket, "x", 1, 0), ENOTSOCK);
    ERR (zmq_recv (socket, buffer, sizeof buffer, 0), ENOTSOCK);
    ERR (zmq_sendiov (socket, &part, 1, 0), ENOTSOCK);
    ERR (zmq_recviov (socket, &part, &count, 0), ENOTSOCK);
    OK (zmq_msg_init (&message));
    ERR (zmq_msg_send (&message, socket, 0), ENOTSOCK);
    ERR (zmq_msg_recv (&message, socket, 0), ENOTSOCK);
    OK (zmq_msg_close (&message));
    ERR (zmq_socket_monitor (socket, "inproc://monitor", ZMQ_EVENT_ALL), ENOTSOCK);
    ERR (zmq_socket_monitor (socket, NULL, 0), ENOTSOCK);
    ERR (zmq_poll (&item, 1, 0), ENOTSOCK);
    ERR (zmq_poll (&item, 1, -1), ENOTSOCK);
    CHECK (zmq_proxy (socket, socket, NULL) == -1);
    CHECK (zmq_proxy_steerable (socket, socket, NULL, socket) == -1);
}

static void no_context (void *context)
{
    errno = 0;
    CHECK (zmq_socket (context, ZMQ_PAIR) == NULL && errno == EFAULT);
    ERR (zmq_ctx_get (context, ZMQ_IO_THREADS), EFAULT);
    ERR (zmq_ctx_set (context, ZMQ_IO_THREADS, 1), EFAULT);
    ERR (zmq_ctx_shutdown (context), EFAULT);
    ERR (zmq_ctx_term (context), EFAULT);
}

static void no_timers (void *timers)
{
    ERR (zmq_timers_destroy (&timers), EFAULT);
    ERR (zmq_timers_destroy (NULL), EFAULT);
    ERR (zmq_timers_add (timers, 10, NULL, NULL), EFAULT);
    ERR (zmq_timers_cancel (timers, 1), EFAULT);
    ERR (zmq_timers_set_interval (timers, 1, 10), EFAULT);
    ERR (zmq_timers_reset (timers, 1), EFAULT);
    ERR (zmq_timers_timeout (timers), EFAULT);
    ERR (zmq_timers_execute (timers), EFAULT);
}

int main (void)
{
    void *context = new_context ();
    for (int type = ZMQ_PAIR; type <= ZMQ_STREAM; type++) {
        void *closed = new_socket (context, type);
        OK (zmq_close (closed));
        SAY ("-- closed %s", type_name (type));
        no_socket (closed);
    }

    /*  Another socket lives, maybe where the old one was: the old handle does not reach it.  */
    void *old[64], *live = NULL;
    for (int i = 0; i < 64; i++) {
        old[i] = new_socket (context, ZMQ_PULL);
        OK (zmq_close (old[i]));
    }
    live = new_socket (context, ZMQ_PUSH);
    for (int i = 0; i < 64; i++)
        if (old[i] != live)
            CHECK (zmq_close (old[i]) == -1 && errno == ENOTSOCK);
    CHECK (get_int (live, ZMQ_TYPE) == ZMQ_PUSH);

    SAY ("-- a context as a socket");
    no_socket (context);
    SAY ("-- a socket as a context");
    no_context (live);
    SAY ("-- timers as either");
    void *timers = zmq_timers_new ();
    CHECK (timers != NULL);
    no_socket (timers);
    no_context (timers);
    SAY ("-- either as timers");
    no_timers (live);
    no_timers (context);
    OK (zmq_timers_destroy (&timers));
    SAY ("-- something unaligned");
    static char bytes[4096];
    no_socket (bytes + 1);
    no_context (bytes + 3);
    no_timers (bytes + 5);

    OK (zmq_close (live));
    OK (zmq_ctx_term (context));
    SAY ("-- a terminated context");
    no_context (context);
    return 0;
}
