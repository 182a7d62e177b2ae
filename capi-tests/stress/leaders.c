/*  ours-only: threads wait in the sockets of one context, each in its own and some in one together, over every transport,
 *  with limits of a millisecond and with none, by recv and by poll, beside others that never wait; signals come all the time,
 *  sockets are closed under those who wait in them, and contexts are shut down at any moment. Nobody sleeps while there is
 *  something for him. Argument: how many rounds (150 by hand).  */
#include "kit.h"
#include <sched.h>

enum
{
    PAIRS = 6,
    MESSAGES = 200
};

static const char *const addresses[] = {"tcp://127.0.0.1:*", "ipc://*", "inproc://leaders-%d"};
static unsigned seed = 1;

struct pair
{
    void *near, *far;
    int how;
};

static void nothing (int number)
{
    (void) number;
}

static int is_over (void)
{
    return errno == ETERM || errno == ENOTSOCK;
}

/*  One message, waited for as `how` says; -1 when the socket is over.  */
static int receive (void *socket, int how, unsigned *number)
{
    for (;;) {
        zmq_pollitem_t items[] = {{socket, 0, ZMQ_POLLIN, 0}, {NULL, -1, ZMQ_POLLIN, 0}};
        if (how % 4 == 1 && zmq_poll (items, 1, -1) < 0 && errno != EINTR)
            return -1;
        if (how % 4 == 2 && zmq_poll (items, 2, 10000) < 0 && errno != EINTR)
            return -1;
        int size = zmq_recv (socket, number, sizeof *number, how % 4 == 3 ? ZMQ_DONTWAIT : 0);
        if (size >= 0)
            return size;
        if (is_over ())
            return -1;
        CHECK (errno == EAGAIN || errno == EINTR);
        if (how % 4 == 3)
            sched_yield ();
    }
}

static int send_number (void *socket, unsigned number)
{
    while (zmq_send (socket, &number, sizeof number, 0) < 0) {
        if (is_over ())
            return -1;
        CHECK (errno == EAGAIN || errno == EINTR);
    }
    return 0;
}

static void *answer (void *argument)
{
    struct pair *pair = argument;
    unsigned number;
    while (receive (pair->far, 0, &number) >= 0)
        if (send_number (pair->far, number) != 0)
            break;
    return NULL;
}

static void *ask (void *argument)
{
    struct pair *pair = argument;
    for (unsigned i = 0, number = 0; i < MESSAGES; i++) {
        if (send_number (pair->near, i) != 0 || receive (pair->near, pair->how, &number) < 0)
            return NULL;
        CHECK (number == i);
    }
    return pair;
}

/*  `ending`: 0 nobody is disturbed, 1 a socket is closed, 2 the context is shut down.  */
static void run_round (int round, int ending)
{
    void *context = new_context (), *far = ending == 2 || round % 2 ? new_context () : context;
    struct pair pairs[PAIRS];
    pthread_t askers[PAIRS], answerers[PAIRS];
    int whole = 0;
    for (int i = 0; i < PAIRS; i++) {
        char address[64];
        int kind = far == context ? i % 3 : i % 2;
        snprintf (address, sizeof address, addresses[kind], i);
        pairs[i] = (struct pair){new_socket (context, ZMQ_DEALER), new_socket (far, ZMQ_DEALER), i + round};
        if (i % 2)
            set_int (pairs[i].near, ZMQ_RCVTIMEO, 1);
        set_int (pairs[i].near, ZMQ_LINGER, 0);
        set_int (pairs[i].far, ZMQ_LINGER, 0);
        join (pairs[i].far, pairs[i].near, address);
    }
    for (int i = 0; i < PAIRS; i++) {
        CHECK (pthread_create (&answerers[i], NULL, answer, &pairs[i]) == 0);
        CHECK (pthread_create (&askers[i], NULL, ask, &pairs[i]) == 0);
    }
    if (ending) {
        usleep (rand_r (&seed) % 10000);
        if (ending == 1)
            OK (zmq_close (pairs[round % PAIRS].near));
        else
            OK (zmq_ctx_shutdown (context));
    }
    for (int i = 0; i < PAIRS; i++) {
        void *result;
        CHECK (pthread_join (askers[i], &result) == 0);
        whole += result != NULL;
    }
    CHECK (ending || whole == PAIRS);
    OK (zmq_ctx_shutdown (far));
    for (int i = 0; i < PAIRS; i++) {
        CHECK (pthread_join (answerers[i], NULL) == 0);
        OK (zmq_close (pairs[i].far));
        if (ending != 1 || i != round % PAIRS)
            OK (zmq_close (pairs[i].near));
    }
    if (far != context)
        while (zmq_ctx_term (far) != 0)
            CHECK (errno == EINTR);
    while (zmq_ctx_term (context) != 0)
        CHECK (errno == EINTR);
}

/*  Several threads take from one socket, each as often as its share.  */
static void *take (void *socket)
{
    unsigned number;
    for (int i = 0; i < MESSAGES; i++)
        CHECK (receive (socket, 0, &number) >= 0);
    return NULL;
}

static void together (const char *address)
{
    void *context = new_context (), *far = new_context ();
    void *pull = new_socket (context, ZMQ_PULL), *push = new_socket (far, ZMQ_PUSH);
    pthread_t threads[3];
    join (pull, push, address);
    for (int i = 0; i < 3; i++)
        CHECK (pthread_create (&threads[i], NULL, take, pull) == 0);
    for (unsigned i = 0; i < 3 * MESSAGES; i++) {
        CHECK (send_number (push, i) == 0);
        if (i % 16 == 0)
            usleep (rand_r (&seed) % 60);
    }
    for (int i = 0; i < 3; i++)
        CHECK (pthread_join (threads[i], NULL) == 0);
    close_all (context, &pull, 1);
    close_all (far, &push, 1);
}

int main (int argc, char **argv)
{
    long rounds = size_of_run (argc, argv, 6);
    struct sigaction action;
    struct sigevent event;
    timer_t timer;
    memset (&action, 0, sizeof action);
    action.sa_handler = nothing;
    OK (sigaction (SIGUSR1, &action, NULL));
    memset (&event, 0, sizeof event);
    event.sigev_notify = SIGEV_SIGNAL;
    event.sigev_signo = SIGUSR1;
    OK (timer_create (CLOCK_MONOTONIC, &event, &timer));
    for (int i = 0; i < rounds; i++) {
        struct itimerspec often = {{0, 300000}, {0, 300000}}, never = {{0, 0}, {0, 0}};
        run_round (i, 0);
        OK (timer_settime (timer, 0, &often, NULL));
        run_round (i, i % 3);
        OK (timer_settime (timer, 0, &never, NULL));
        run_round (i, 1 + i % 2);
        together (addresses[i % 2]);
    }
    return 0;
}
