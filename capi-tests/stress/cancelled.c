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

/*  Sends now and then, so that somebody has to be woken for it, and can be cancelled only in there, or at the end.  */
static volatile int is_over;
static char body[40000];

static void *send_on (void *socket)
{
    int state;
    struct timespec begun, now;
    CHECK (pthread_setcancelstate (PTHREAD_CANCEL_DISABLE, &state) == 0);
    while (!is_over) {
        CHECK (pthread_setcancelstate (PTHREAD_CANCEL_ENABLE, &state) == 0);
        zmq_send (socket, body, sizeof body, ZMQ_DONTWAIT);
        CHECK (pthread_setcancelstate (PTHREAD_CANCEL_DISABLE, &state) == 0);
        clock_gettime (CLOCK_MONOTONIC, &begun);
        do
            clock_gettime (CLOCK_MONOTONIC, &now);
        while ((now.tv_sec - begun.tv_sec) * 1000000000L + now.tv_nsec - begun.tv_nsec < 200000);
    }
    CHECK (pthread_setcancelstate (PTHREAD_CANCEL_ENABLE, &state) == 0);
    pthread_testcancel ();
    return NULL;
}

static void *drain (void *socket)
{
    char text[8];
    while (zmq_recv (socket, text, sizeof text, 0) >= 0)
        ;
    return NULL;
}

static void cancelled_sender (const char *address)
{
    void *context = new_context (), *far = new_context ();
    void *push = new_socket (context, ZMQ_PUSH), *pull = new_socket (far, ZMQ_PULL);
    void *result = NULL;
    pthread_t thread, reader;
    join (pull, push, address);
    is_over = 0;
    CHECK (pthread_create (&reader, NULL, drain, pull) == 0);
    CHECK (pthread_create (&thread, NULL, send_on, push) == 0);
    sleep_ms (10);
    CHECK (pthread_cancel (thread) == 0);
    sleep_ms (10);
    is_over = 1;
    CHECK (pthread_join (thread, &result) == 0 && result == PTHREAD_CANCELED);
    OK (zmq_ctx_shutdown (far));
    CHECK (pthread_join (reader, NULL) == 0);
    close_all (far, &pull, 1);
}

int main (void)
{
    for (int i = 0; i < 10; i++) {
        cancelled_sender ("tcp://127.0.0.1:*");
        cancelled_sender ("ipc://*");
    }
    for (int i = 0; i < 10; i++) {
        cancelled ("tcp://127.0.0.1:*");
        cancelled ("ipc://*");
    }
    fflush (NULL);
    _exit (0);
}
