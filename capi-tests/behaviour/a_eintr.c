/*  A signal whose handler returns makes a blocking call answer EINTR, with or without SA_RESTART.  */
#include "check.h"

static volatile sig_atomic_t handled;
static pthread_t main_thread;
static volatile int calls_done;

static void on_signal (int number)
{
    (void) number;
    handled++;
}

/*  Pokes the main thread until the call that it is in has returned.  */
static void *poke (void *unused)
{
    (void) unused;
    sleep_ms (50);
    while (!calls_done) {
        pthread_kill (main_thread, SIGUSR1);
        sleep_ms (20);
    }
    return NULL;
}

#define INTERRUPTED(call)                                                                                              \
    do {                                                                                                               \
        pthread_t thread;                                                                                              \
        calls_done = 0;                                                                                                \
        handled = 0;                                                                                                   \
        CHECK (pthread_create (&thread, NULL, poke, NULL) == 0);                                                       \
        RC (call);                                                                                                     \
        calls_done = 1;                                                                                                \
        CHECK (pthread_join (thread, NULL) == 0);                                                                      \
        CHECK (handled > 0);                                                                                           \
    } while (0)

static void each_call (void)
{
    char byte;
    zmq_msg_t message;
    void *context = new_context ();
    void *pull = new_socket (context, ZMQ_PULL), *push = new_socket (context, ZMQ_PUSH);
    void *idle = new_socket (context, ZMQ_ROUTER);
    char endpoint[ENDPOINT_MAX];
    bind_tcp (idle, endpoint);
    zmq_pollitem_t items[2] = {{pull, 0, ZMQ_POLLIN, 0}, {NULL, 0, ZMQ_POLLIN, 0}};
    int pipes[2];
    CHECK (pipe (pipes) == 0);
    items[1].fd = pipes[0];

    INTERRUPTED (zmq_recv (pull, &byte, 1, 0));
    OK (zmq_msg_init (&message));
    INTERRUPTED (zmq_msg_recv (&message, pull, 0));
    INTERRUPTED (zmq_recv (idle, &byte, 1, 0));
    INTERRUPTED (zmq_send (push, "x", 1, 0));
    INTERRUPTED (zmq_poll (items, 2, -1));
    INTERRUPTED (zmq_poll (items, 1, -1));
    INTERRUPTED (zmq_poll (items + 1, 1, -1));
    INTERRUPTED (zmq_poll (items, 2, 20000));
    INTERRUPTED (zmq_proxy (idle, idle, NULL));
    set_int (pull, ZMQ_RCVTIMEO, 20000);
    INTERRUPTED (zmq_recv (pull, &byte, 1, 0));

    /*  The socket has not suffered.  */
    join (pull, push, "tcp://127.0.0.1:*");
    send_text (push, "after", 0);
    expect_text (pull, "after");

    /*  zmq_ctx_term can be called again.  */
    INTERRUPTED (zmq_ctx_term (context));
    RC (zmq_recv (pull, &byte, 1, 0));
    OK (zmq_close (pull));
    INTERRUPTED (zmq_ctx_term (context));
    OK (zmq_close (push));
    OK (zmq_close (idle));
    RC (zmq_ctx_term (context));
    close (pipes[0]);
    close (pipes[1]);
}

int main (void)
{
    struct sigaction action;
    main_thread = pthread_self ();
    memset (&action, 0, sizeof action);
    action.sa_handler = on_signal;
    SAY ("-- without SA_RESTART");
    CHECK (sigaction (SIGUSR1, &action, NULL) == 0);
    each_call ();
    SAY ("-- with SA_RESTART");
    action.sa_flags = SA_RESTART;
    CHECK (sigaction (SIGUSR1, &action, NULL) == 0);
    each_call ();
    return 0;
}
