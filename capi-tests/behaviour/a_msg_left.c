/*  What zmq_msg_recv leaves in a message when it fails: at once, or after a wait.  */
#include "check.h"

static pthread_t waiting_thread;
static void *waited_context;
static volatile int is_over;
static int freed;

static void on_signal (int number)
{
    (void) number;
}

static void on_free (void *data, void *hint)
{
    (void) data;
    (void) hint;
    freed++;
}

/*  Interrupts the wait until it has ended.  */
static void *interrupt (void *unused)
{
    (void) unused;
    while (!is_over) {
        sleep_ms (20);
        pthread_kill (waiting_thread, SIGUSR1);
    }
    return NULL;
}

static void *shut_down (void *unused)
{
    (void) unused;
    sleep_ms (60);
    OK (zmq_ctx_shutdown (waited_context));
    return NULL;
}

enum kind { INLINE, OWN, LARGE, USERS, KINDS };

static char users_data[200];

static void fill (zmq_msg_t *message, enum kind kind)
{
    static const size_t sizes[] = {5, 200, 70000, sizeof users_data};
    freed = 0;
    if (kind == USERS)
        OK (zmq_msg_init_data (message, users_data, sizeof users_data, on_free, NULL));
    else
        OK (zmq_msg_init_size (message, sizes[kind]));
    memset (zmq_msg_data (message), 'x', sizes[kind]);
}

static void try_receive (void *socket, const char *how, int flags, void *(*meanwhile) (void *))
{
    for (enum kind kind = INLINE; kind < KINDS; kind++) {
        zmq_msg_t message;
        pthread_t thread;
        fill (&message, kind);
        is_over = 0;
        if (meanwhile)
            CHECK (pthread_create (&thread, NULL, meanwhile, NULL) == 0);
        int rc = zmq_msg_recv (&message, socket, flags), error = errno;
        is_over = 1;
        if (meanwhile)
            CHECK (pthread_join (thread, NULL) == 0);
        SAY ("%s, kind %d: %d %s, %zu left, more %d, freed %d", how, kind, rc, errno_name (error), zmq_msg_size (&message),
             zmq_msg_more (&message), freed);
        OK (zmq_msg_close (&message));
        CHECK (freed == (kind == USERS));
        if (meanwhile == shut_down)
            break;
    }
}

static void each_failure (int type)
{
    void *context = waited_context = new_context ();
    void *socket = new_socket (context, type);
    char endpoint[ENDPOINT_MAX];
    SAY ("%s", type_name (type));
    bind_tcp (socket, endpoint);
    if (type == ZMQ_SUB)
        OK (zmq_setsockopt (socket, ZMQ_SUBSCRIBE, "", 0));
    try_receive (socket, "at once", ZMQ_DONTWAIT, NULL);
    if (type != ZMQ_PUSH && type != ZMQ_REQ) {
        set_int (socket, ZMQ_RCVTIMEO, 20);
        try_receive (socket, "in time", 0, NULL);
        set_int (socket, ZMQ_RCVTIMEO, -1);
        try_receive (socket, "interrupted", 0, interrupt);
        try_receive (socket, "shut down", 0, shut_down);
        try_receive (socket, "afterwards", 0, NULL);
    }
    close_all (context, &socket, 1);
}

int main (void)
{
    static const int types[] = {ZMQ_PULL, ZMQ_PAIR, ZMQ_DEALER, ZMQ_ROUTER, ZMQ_REP, ZMQ_SUB, ZMQ_XPUB, ZMQ_STREAM, ZMQ_PUSH, ZMQ_REQ};
    struct sigaction action;
    memset (&action, 0, sizeof action);
    action.sa_handler = on_signal;
    CHECK (sigaction (SIGUSR1, &action, NULL) == 0);
    waiting_thread = pthread_self ();
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        each_failure (types[i]);
    return 0;
}
