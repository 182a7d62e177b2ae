/*  A thread that is cancelled (pthread_cancel(3)) while it waits in a socket or sends: it ends, in the call or after it,
    and the process goes on. Its socket is not used any more, nor the context ended.  */
#include "kit.h"

static void *receive (void *socket)
{
    char text[8];
    for (;;) {
        zmq_recv (socket, text, sizeof text, 0);
        pthread_testcancel ();
    }
    return NULL;
}

static void cancelled (const char *address)
{
    void *context = new_context (), *far = new_context ();
    void *pull = new_socket (context, ZMQ_PULL), *push = new_socket (far, ZMQ_PUSH);
    void *result = NULL;
    pthread_t thread;
    join (pull, push, address);
    send_text (push, "x", 0);
    CHECK (pthread_create (&thread, NULL, receive, pull) == 0);
    sleep_ms (20);
    CHECK (pthread_cancel (thread) == 0);
    sleep_ms (20);
    send_text (push, "y", 0);
    CHECK (pthread_join (thread, &result) == 0 && result == PTHREAD_CANCELED);
    close_all (far, &push, 1);
}

int main (void)
{
    for (int i = 0; i < 10; i++) {
        cancelled ("tcp://127.0.0.1:*");
        cancelled ("ipc://*");
    }
    fflush (NULL);
    _exit (0);
}
