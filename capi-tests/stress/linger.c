/*  Threads that blast while another ends the context: with no limit to the linger, whatever zmq_send accepted arrives; with one,
    zmq_ctx_term keeps to it. Within the process, where nobody reads on after that, they end of themselves, or are ended and get
    ETERM. Argument: ms of blasting each time (2000 by hand).  */
#include "kit.h"
#include <stdatomic.h>

enum { SENDERS = 4 };

static atomic_long accepted;
static atomic_int is_sent, is_read;

static void *blast (void *push)
{
    char body[200] = "";
    int is_accepted = 1;
    while (!is_sent && (is_accepted = zmq_send (push, body, sizeof body, 0) >= 0))
        accepted++;
    CHECK (is_accepted || errno == ETERM);
    OK (zmq_close (push));
    return NULL;
}

static void *new_sender (void *context, const char *endpoint, int linger)
{
    void *push = new_socket (context, ZMQ_PUSH);
    set_int (push, ZMQ_LINGER, linger);
    OK (zmq_connect (push, endpoint));
    return push;
}

/*  Reads until there has been nothing for a while that began after the senders' end.  */
static void *read_all (void *pull)
{
    char body[200];
    long got = 0;
    for (;;) {
        int is_last = is_read;
        if (zmq_recv (pull, body, sizeof body, 0) == sizeof body)
            got++;
        else if (is_last)
            return (void *) got;
    }
}

static void run (const char *endpoint, int linger, int has_shutdown, long ms)
{
    char bound[ENDPOINT_MAX];
    size_t size = sizeof bound;
    int is_inproc = strncmp (endpoint, "inproc", 6) == 0;
    void *far = new_context (), *near = is_inproc ? far : new_context (), *pull = new_socket (far, ZMQ_PULL), *got = NULL;
    void *pushes[SENDERS];
    pthread_t reader, senders[SENDERS];
    set_timeouts (pull, 300);
    OK (zmq_bind (pull, endpoint));
    OK (zmq_getsockopt (pull, ZMQ_LAST_ENDPOINT, bound, &size));
    accepted = is_sent = is_read = 0;
    /*  Before the threads: one that comes late would find no context.  */
    for (int i = 0; i < SENDERS; i++)
        pushes[i] = new_sender (near, bound, linger);
    if (!is_inproc || !has_shutdown)
        OK (pthread_create (&reader, NULL, read_all, pull));
    for (int i = 0; i < SENDERS; i++)
        OK (pthread_create (&senders[i], NULL, blast, pushes[i]));
    for (long start = now_ms (); is_inproc && has_shutdown && now_ms () - start < ms;)
        zmq_recv (pull, bound + 64, 0, 0);
    if (!is_inproc || !has_shutdown)
        sleep_ms ((int) ms);
    long start = now_ms ();
    if (has_shutdown)
        OK (zmq_ctx_shutdown (near));
    if (is_inproc && has_shutdown)
        OK (zmq_close (pull));
    if (!is_inproc || has_shutdown)
        OK (zmq_ctx_term (near));
    else
        is_sent = 1;
    for (int i = 0; i < SENDERS; i++)
        OK (pthread_join (senders[i], NULL));
    CHECK (linger < 0 || now_ms () - start < linger + 2000);
    if (is_inproc && has_shutdown)
        return;
    is_read = 1;
    OK (pthread_join (reader, &got));
    CHECK (accepted > 0 && (linger < 0 ? (long) got == accepted : (long) got <= accepted));
    fprintf (stderr, "%s, linger %d: %ld of %ld\n", endpoint, linger, (long) got, accepted);
    close_all (far, &pull, 1);
}

int main (int argc, char **argv)
{
    static const int lingers[] = {0, 100, -1};
    long ms = size_of_run (argc, argv, 100);
    char ipc[64];
    snprintf (ipc, sizeof ipc, "ipc:///tmp/linger-%d", (int) getpid ());
    const char *endpoints[] = {"tcp://127.0.0.1:*", ipc, "inproc://linger"};
    for (int i = 0; i < 18; i++)
        run (endpoints[i / 6], lingers[i / 2 % 3], i % 2, ms);
    return 0;
}
