/*  Proxies whose context ends while messages stream through them: each returns, with ETERM, and nothing is left behind.
    Argument: how many rounds (500 by hand).  */
#include "kit.h"

enum
{
    CLIENTS = 3
};

struct round
{
    void *context;
    char front[ENDPOINT_MAX], back[ENDPOINT_MAX];
    void *frontend, *backend;
    long number;
};

/*  Calls fail once the context is being ended; whoever finds that closes.  */
static void check_term (long result)
{
    CHECK (result >= 0 || errno == ETERM || errno == ENOTSOCK || errno == EAGAIN || errno == EINTR);
}

/*  A thread that comes too late finds the context ending (ETERM) or gone (EFAULT).  */
static void *late_or (void *socket)
{
    CHECK (socket || errno == ETERM || errno == EFAULT);
    return socket;
}

static void *proxy (void *argument)
{
    struct round *round = argument;
    int rc = round->number % 2 ? zmq_proxy (round->frontend, round->backend, NULL)
                               : zmq_proxy_steerable (round->frontend, round->backend, NULL, NULL);
    CHECK (rc == -1 && errno == ETERM);
    OK (zmq_close (round->frontend));
    OK (zmq_close (round->backend));
    return NULL;
}

static void *client (void *argument)
{
    struct round *round = argument;
    void *socket = late_or (zmq_socket (round->context, ZMQ_DEALER));
    if (!socket)
        return NULL;
    char body[3000] = "";
    int zero = 0;
    check_term (zmq_setsockopt (socket, ZMQ_LINGER, &zero, sizeof zero));
    check_term (zmq_connect (socket, round->front));
    for (;;) {
        int rc = zmq_send (socket, body, sizeof body, 0);
        if (rc >= 0)
            rc = zmq_recv (socket, body, sizeof body, 0);
        if (rc < 0)
            break;
    }
    CHECK (errno == ETERM);
    OK (zmq_close (socket));
    return NULL;
}

static void *worker (void *argument)
{
    struct round *round = argument;
    void *socket = late_or (zmq_socket (round->context, ZMQ_REP));
    if (!socket)
        return NULL;
    int zero = 0;
    char body[3000];
    check_term (zmq_setsockopt (socket, ZMQ_LINGER, &zero, sizeof zero));
    check_term (zmq_connect (socket, round->back));
    for (;;) {
        int rc = zmq_recv (socket, body, sizeof body, 0);
        if (rc >= 0)
            rc = zmq_send (socket, body, sizeof body, 0);
        if (rc < 0)
            break;
    }
    CHECK (errno == ETERM);
    OK (zmq_close (socket));
    return NULL;
}

static void run (long number)
{
    struct round round = {.number = number};
    pthread_t threads[CLIENTS + 2];
    round.context = new_context ();
    round.frontend = new_socket (round.context, ZMQ_ROUTER);
    round.backend = new_socket (round.context, ZMQ_DEALER);
    if (number % 3 == 0) {
        strcpy (round.front, "inproc://front");
        strcpy (round.back, "inproc://back");
        OK (zmq_bind (round.frontend, round.front));
        OK (zmq_bind (round.backend, round.back));
    } else {
        bind_tcp (round.frontend, round.front);
        bind_tcp (round.backend, round.back);
    }
    CHECK (pthread_create (&threads[0], NULL, proxy, &round) == 0);
    CHECK (pthread_create (&threads[1], NULL, worker, &round) == 0);
    for (int i = 0; i < CLIENTS; i++)
        CHECK (pthread_create (&threads[2 + i], NULL, client, &round) == 0);
    sleep_ms (number % 20);
    if (number % 4 == 0)
        OK (zmq_ctx_shutdown (round.context));
    OK (zmq_ctx_term (round.context));
    for (int i = 0; i < CLIENTS + 2; i++)
        CHECK (pthread_join (threads[i], NULL) == 0);
}

int main (int argc, char **argv)
{
    long rounds = size_of_run (argc, argv, 60);
    run (1);
    run (2);
    int fds = open_fds ();
    for (long i = 0; i < rounds; i++)
        run (i);
    fprintf (stderr, "%ld rounds: %d descriptors before and %d after, %ld KiB\n", rounds, fds, open_fds (), resident_kib ());
    CHECK (open_fds () <= fds);
    return 0;
}
