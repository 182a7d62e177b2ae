/*  A handler of signals that runs while a thread waits ends the wait, also in the first moments of it and although answers
    came quickly before. One that runs before the wait has begun does not, which a program can have bad luck with. Argument:
    waits (5000 by hand).  */
#include "kit.h"
#include <pthread.h>
#include <time.h>

enum { ANSWERS = 5, WAIT_MS = 15, SOONEST_US = 50, LATEST_US = 300 };

static long waits;
static timer_t timer;
static volatile sig_atomic_t handled;

static void on_signal (int number)
{
    (void) number;
    handled++;
}

static void *answer (void *socket)
{
    char byte;
    do {
        CHECK (zmq_recv (socket, &byte, 1, 0) == 1);
        CHECK (zmq_send (socket, &byte, 1, 0) == 1);
    } while (byte != 'e');
    return NULL;
}

static void ask (void *socket, char byte)
{
    CHECK (zmq_send (socket, &byte, 1, 0) == 1);
    while (zmq_recv (socket, &byte, 1, 0) != 1)
        CHECK (zmq_errno () == EAGAIN || zmq_errno () == EINTR);
}

/*  Whether a signal that came ended the wait.  */
static int is_interrupted (void *socket, int with_poll)
{
    char byte;
    int before = handled;
    long us = SOONEST_US + rand () % (LATEST_US - SOONEST_US);
    struct itimerspec once = {{0, 0}, {0, us * 1000}};
    zmq_pollitem_t item = {socket, 0, ZMQ_POLLIN, 0};
    OK (timer_settime (timer, 0, &once, NULL));
    int result = with_poll ? zmq_poll (&item, 1, WAIT_MS) : zmq_recv (socket, &byte, 1, 0);
    if (result == -1 && zmq_errno () == EINTR)
        return 1;
    CHECK (result == (with_poll ? 0 : -1));
    return handled == before;
}

static void run (const char *address)
{
    char endpoint[ENDPOINT_MAX];
    void *context = new_context ();
    void *asks = new_socket (context, ZMQ_PAIR), *answers = new_socket (context, ZMQ_PAIR);
    OK (zmq_bind (answers, address));
    last_endpoint (answers, endpoint);
    OK (zmq_connect (asks, endpoint));
    sigset_t ours;
    pthread_t thread;
    sigemptyset (&ours);
    sigaddset (&ours, SIGUSR1);
    OK (pthread_sigmask (SIG_BLOCK, &ours, NULL));
    OK (pthread_create (&thread, NULL, answer, answers));
    OK (pthread_sigmask (SIG_UNBLOCK, &ours, NULL));
    ask (asks, 'a');
    set_int (asks, ZMQ_RCVTIMEO, WAIT_MS);
    long missed = 0;
    for (long i = 0; i < waits; i++) {
        for (int j = 0; j < ANSWERS; j++)
            ask (asks, 'a');
        missed += !is_interrupted (asks, i % 2);
    }
    printf ("%s: %ld of %ld missed\n", address, missed, waits);
    CHECK (missed * 12 <= waits);
    ask (asks, 'e');
    OK (pthread_join (thread, NULL));
    OK (zmq_close (asks));
    OK (zmq_close (answers));
    OK (zmq_ctx_term (context));
}

int main (int argc, char **argv)
{
    waits = size_of_run (argc, argv, 500);
    struct sigaction action = {.sa_handler = on_signal};
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
    OK (sigaction (SIGUSR1, &action, NULL));
    OK (timer_create (CLOCK_MONOTONIC, &event, &timer));
    run ("inproc://interrupted");
    run ("tcp://127.0.0.1:*");
    run ("ipc://*");
    return 0;
}
