/*  zmq_init, zmq_term and zmq_ctx_destroy; contexts that never had a socket.  */
#include "check.h"

static void try_init (int threads)
{
    errno = 0;
    void *context = zmq_init (threads);
    if (!context) {
        SAY ("zmq_init (%d) -> NULL %s", threads, errno_name (errno));
        return;
    }
    SAY ("zmq_init (%d) -> %d threads", threads, zmq_ctx_get (context, ZMQ_IO_THREADS));
    RC (zmq_term (context));
}

int main (void)
{
    try_init (-1);
    try_init (0);
    try_init (1);
    try_init (3);

    RC (zmq_ctx_term (new_context ()));
    RC (zmq_ctx_destroy (new_context ()));
    RC (zmq_term (new_context ()));
    RC (zmq_ctx_term (NULL));
    RC (zmq_ctx_destroy (NULL));
    RC (zmq_term (NULL));
    RC (zmq_ctx_shutdown (NULL));

    void *context = new_context ();
    RC (zmq_ctx_shutdown (context));
    RC (zmq_ctx_shutdown (context));
    PTR (zmq_socket (context, ZMQ_PAIR));
    RC (zmq_ctx_term (context));

    /*  No I/O thread at all: inproc works, the rest does not.  */
    context = zmq_init (0);
    CHECK (context != NULL);
    void *one = new_socket (context, ZMQ_PAIR), *two = new_socket (context, ZMQ_PAIR);
    RC (zmq_bind (one, "inproc://no-threads"));
    RC (zmq_connect (two, "inproc://no-threads"));
    send_text (one, "through", 0);
    expect_text (two, "through");
    RC (zmq_bind (one, "tcp://127.0.0.1:*"));
    RC (zmq_bind (one, "ipc://@behaviour-no-threads"));
    RC (zmq_connect (one, "tcp://127.0.0.1:1"));
    RC (zmq_connect (one, "ipc://@behaviour-no-threads"));
    RC (zmq_bind (one, "bogus://x"));
    RC (zmq_connect (one, "tcp://"));
    RC (zmq_connect (one, "tcp://nonsense"));
    RC (zmq_bind (one, "tcp://nonsense"));
    OK (zmq_close (one));
    OK (zmq_close (two));
    OK (zmq_ctx_term (context));
    return 0;
}
