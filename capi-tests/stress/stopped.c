/*  A peer that is stopped (SIGSTOP) in the middle of a large message, and one that is stopped while it should read: others
    go on, linger ends when it should, and so does the context.  */
#include "kit.h"

enum
{
    LARGE = 64 << 20,
    LINGER_MS = 300
};

static void send_large (const char *endpoint, int number)
{
    void *context = new_context (), *push = new_socket (context, ZMQ_PUSH);
    char *body = calloc (1, LARGE);
    (void) number;
    CHECK (body != NULL);
    OK (zmq_connect (push, endpoint));
    for (;;)
        CHECK (zmq_send (push, body, LARGE, 0) == LARGE);
}

static void send_small (const char *endpoint, int number)
{
    void *context = new_context (), *push = new_socket (context, ZMQ_PUSH);
    set_int (push, ZMQ_LINGER, -1);
    OK (zmq_connect (push, endpoint));
    for (int i = 0; i < number; i++)
        CHECK (zmq_send (push, &i, sizeof i, 0) == sizeof i);
    OK (zmq_close (push));
    OK (zmq_ctx_term (context));
}

static void read_nothing (const char *endpoint, int number)
{
    void *context = new_context (), *pull = new_socket (context, ZMQ_PULL);
    (void) number;
    OK (zmq_bind (pull, endpoint));
    for (;;)
        pause ();
}

static void stop (pid_t child)
{
    int status;
    OK (kill (child, SIGSTOP));
    CHECK (waitpid (child, &status, WUNTRACED) == child && WIFSTOPPED (status));
}

static void end (pid_t child)
{
    OK (kill (child, SIGKILL));
    CHECK (waitpid (child, NULL, 0) == child);
}

/*  A free endpoint, found before the children are made.  */
static void free_endpoint (char endpoint[ENDPOINT_MAX])
{
    void *context = new_context (), *socket = new_socket (context, ZMQ_PULL);
    bind_tcp (socket, endpoint);
    OK (zmq_close (socket));
    OK (zmq_ctx_term (context));
}

static void stopped_writer (void)
{
    enum
    {
        SMALL = 20000
    };
    char endpoint[ENDPOINT_MAX];
    int next = 0, number;
    free_endpoint (endpoint);
    pid_t large = in_child (send_large, endpoint, 0);
    void *context = new_context (), *pull = new_socket (context, ZMQ_PULL);
    set_timeouts (pull, 10000);
    set_int (pull, ZMQ_RCVHWM, 1);
    EVENTUALLY (zmq_bind (pull, endpoint) == 0);
    CHECK (zmq_recv (pull, &number, sizeof number, 0) == LARGE);
    stop (large);
    pid_t small = in_child (send_small, endpoint, SMALL);
    while (next < SMALL) {
        int size = zmq_recv (pull, &number, sizeof number, 0);
        CHECK (size == LARGE || (size == sizeof number && number == next++));
    }
    ends_well (small);
    long start = now_ms ();
    OK (zmq_close (pull));
    OK (zmq_ctx_term (context));
    fprintf (stderr, "a writer stopped midway: the context ended in %ld ms\n", now_ms () - start);
    CHECK (now_ms () - start < 5000);
    end (large);
}

static void stopped_reader (void)
{
    char endpoint[ENDPOINT_MAX], *body = calloc (1, LARGE);
    CHECK (body != NULL);
    free_endpoint (endpoint);
    pid_t reader = in_child (read_nothing, endpoint, 0);
    void *context = new_context (), *push = new_socket (context, ZMQ_PUSH);
    set_int (push, ZMQ_LINGER, LINGER_MS);
    set_int (push, ZMQ_IMMEDIATE, 1);
    set_timeouts (push, 10000);
    OK (zmq_connect (push, endpoint));
    send_text (push, "wait for the connection", 0);
    stop (reader);
    CHECK (zmq_send (push, body, LARGE, 0) == LARGE);
    long start = now_ms ();
    OK (zmq_close (push));
    OK (zmq_ctx_term (context));
    long took = now_ms () - start;
    fprintf (stderr, "a stopped reader: the context ended in %ld ms, linger %d\n", took, LINGER_MS);
    CHECK (took >= LINGER_MS - 50 && took < LINGER_MS + 5000);
    end (reader);
    free (body);
}

int main (void)
{
    stopped_writer ();
    stopped_reader ();
    return 0;
}
