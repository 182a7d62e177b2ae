/*  ours-only: two threads send on one socket. Large messages in streams, from memory that is written over as soon as zmq_send answers, to a
    reader that pauses, that goes in the middle of a message, and from a context that ends. What arrives is whole.
    Argument: messages for each (2000 by hand).  */
#include "kit.h"
#include <pthread.h>
#include <signal.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <sys/socket.h>

enum { SIZE = 1200 * 1024, WORDS = SIZE / 4, SENDERS = 2 };

typedef struct
{
    void *socket;
    long count;
    uint32_t first;
    atomic_long *sent;
} sender_t;

/*  Sends until the count is reached or the context ends; a message is its number again and again.  */
static void *run_sender (void *argument)
{
    sender_t *sender = argument;
    uint32_t *body = malloc (SIZE);
    CHECK (body != NULL);
    for (long i = 0; i < sender->count; i++) {
        uint32_t number = sender->first + (uint32_t) i;
        size_t words = WORDS - 1000 * (number % 97);
        for (size_t at = 0; at < words; at++)
            body[at] = number;
        if (zmq_send (sender->socket, body, words * 4, 0) < 0) {
            CHECK (errno == ETERM);
            break;
        }
        ++*sender->sent;
        memset (body, 0xee, words * 4);
    }
    free (body);
    return NULL;
}

/*  Receives a message, which is to be whole; its number, or 0 if nothing comes.  */
static uint32_t receive (void *pull)
{
    zmq_msg_t message;
    OK (zmq_msg_init (&message));
    int length = zmq_msg_recv (&message, pull, 0);
    if (length < 0)
        return 0;
    const uint32_t *body = zmq_msg_data (&message);
    uint32_t number = body[0];
    CHECK ((size_t) length == 4 * (WORDS - 1000 * (size_t) (number % 97)));
    for (int at = 0; at < length / 4; at++)
        CHECK (body[at] == number);
    OK (zmq_msg_close (&message));
    return number;
}

static void *new_pull (void *context, const char *endpoint, int timeout_ms)
{
    void *pull = new_socket (context, ZMQ_PULL);
    set_int (pull, ZMQ_RCVHWM, 4);
    set_int (pull, ZMQ_RCVTIMEO, timeout_ms);
    OK (zmq_bind (pull, endpoint));
    return pull;
}

/*  Reads with pauses of different lengths, `number` messages in all.  */
static void reader (const char *endpoint, int number)
{
    void *pull = new_pull (new_context (), endpoint, 20000);
    uint32_t last[SENDERS] = {0};
    for (int i = 0; i < number; i++) {
        uint32_t got = receive (pull);
        CHECK (got > last[got >> 24]);
        last[got >> 24] = got;
        if (i % 16 == 0)
            usleep (1000 * (unsigned) (i % 40));
    }
}

/*  Reads until it is killed.  */
static void doomed_reader (const char *endpoint, int number)
{
    void *pull = new_pull (new_context (), endpoint, 20000);
    (void) number;
    while (receive (pull) > 0)
        usleep (300);
}

static void *new_push (void *context, const char *endpoint)
{
    void *push = new_socket (context, ZMQ_PUSH);
    set_int (push, ZMQ_SNDHWM, 4);
    set_int (push, ZMQ_RECONNECT_IVL, 5);
    set_int (push, ZMQ_LINGER, 20000);
    OK (zmq_connect (push, endpoint));
    return push;
}

static void start (pthread_t *threads, sender_t *senders, void *push, long count, atomic_long *sent)
{
    for (int i = 0; i < SENDERS; i++) {
        senders[i] = (sender_t) {push, count, ((uint32_t) i << 24) + 1, sent};
        OK (pthread_create (&threads[i], NULL, run_sender, &senders[i]));
    }
}

static void finish (pthread_t *threads)
{
    for (int i = 0; i < SENDERS; i++)
        OK (pthread_join (threads[i], NULL));
}

static void test_pauses (const char *endpoint, long count)
{
    pthread_t threads[SENDERS];
    sender_t senders[SENDERS];
    atomic_long sent = 0;
    pid_t child = in_child (reader, endpoint, (int) (SENDERS * count));
    void *context = new_context (), *push = new_push (context, endpoint);
    start (threads, senders, push, count, &sent);
    finish (threads);
    CHECK (sent == SENDERS * count);
    OK (zmq_close (push));
    OK (zmq_ctx_term (context));
    ends_well (child);
}

/*  The reader is killed again and again, and at last the context ends while both threads send.  */
static void test_ends (const char *endpoint, long count)
{
    pthread_t threads[SENDERS];
    sender_t senders[SENDERS];
    atomic_long sent = 0;
    void *context = new_context (), *push = new_push (context, endpoint);
    start (threads, senders, push, 1 << 20, &sent);
    for (int i = 0; i < 8; i++) {
        long before = sent;
        int status;
        pid_t child = in_child (doomed_reader, endpoint, 0);
        while (sent < before + count / 4)
            usleep (1000);
        OK (kill (child, SIGKILL));
        CHECK (waitpid (child, &status, 0) == child);
    }
    set_int (push, ZMQ_LINGER, 0);
    OK (zmq_ctx_shutdown (context));
    finish (threads);
    OK (zmq_close (push));
    OK (zmq_ctx_term (context));
}

/*  Several readers in this process, of which one is slow: each has its own copy.  */
static void test_inproc (long count)
{
    pthread_t threads[SENDERS];
    sender_t senders[SENDERS];
    atomic_long sent = 0;
    void *context = new_context (), *pull = new_pull (context, "inproc://lent", 20000);
    char endpoint[64];
    size_t size = sizeof endpoint;
    OK (zmq_bind (pull, "tcp://127.0.0.1:*"));
    OK (zmq_getsockopt (pull, ZMQ_LAST_ENDPOINT, endpoint, &size));
    void *push = new_push (context, "inproc://lent");
    OK (zmq_connect (push, endpoint));
    start (threads, senders, push, count, &sent);
    for (long i = 0; i < SENDERS * count; i++)
        CHECK (receive (pull) > 0);
    finish (threads);
    OK (zmq_close (push));
    OK (zmq_close (pull));
    OK (zmq_ctx_term (context));
}

/*  One that the system has just chosen.  */
static int free_port (void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int fd = socket (AF_INET, SOCK_STREAM, 0);
    CHECK (fd >= 0);
    OK (bind (fd, (struct sockaddr *) &address, size));
    OK (getsockname (fd, (struct sockaddr *) &address, &size));
    close (fd);
    return ntohs (address.sin_port);
}

int main (int argc, char **argv)
{
    long count = size_of_run (argc, argv, 150);
    char endpoint[64], path[32];
    snprintf (path, sizeof path, "/tmp/lent-%d", (int) getpid ());
    snprintf (endpoint, sizeof endpoint, "ipc://%s", path);
    test_pauses (endpoint, count);
    test_ends (endpoint, count);
    unlink (path);
    snprintf (endpoint, sizeof endpoint, "tcp://127.0.0.1:%d", free_port ());
    test_pauses (endpoint, count);
    test_ends (endpoint, count);
    test_inproc (count);
    printf ("whole\n");
    return 0;
}
