/*  ours-only: several threads in one socket at the same time, which is undefined with the original. Nobody crashes, and
 *  nobody sleeps while there is something for him. */
#include "../behaviour/check.h"

enum
{
    MESSAGES = 5000
};

static void *echo (void *socket)
{
    char text[64];
    int size;
    while ((size = zmq_recv (socket, text, sizeof text, 0)) >= 0)
        if (zmq_send (socket, text, (size_t) size, 0) != size)
            break;
    CHECK (errno == ETERM);
    OK (zmq_close (socket));
    return NULL;
}

static void *send_all (void *socket)
{
    for (unsigned i = 0; i < MESSAGES; i++)
        CHECK (zmq_send (socket, &i, sizeof i, 0) == sizeof i);
    return NULL;
}

/*  One thread sends while another receives.  */
static void send_and_recv (const char *address)
{
    void *context = new_context (), *peer = new_socket (context, ZMQ_DEALER), *dealer = new_socket (context, ZMQ_DEALER);
    pthread_t sender, other;
    join (peer, dealer, address);
    CHECK (pthread_create (&other, NULL, echo, peer) == 0);
    CHECK (pthread_create (&sender, NULL, send_all, dealer) == 0);
    for (unsigned i = 0, got; i < MESSAGES; i++)
        CHECK (zmq_recv (dealer, &got, sizeof got, 0) == sizeof got && got == i);
    CHECK (pthread_join (sender, NULL) == 0);
    OK (zmq_close (dealer));
    OK (zmq_ctx_term (context));
    CHECK (pthread_join (other, NULL) == 0);
    SAY ("%.6s: one sends, one receives", address);
}

static void *recv_one (void *socket)
{
    char text[64];
    return (void *) (intptr_t) (zmq_recv (socket, text, sizeof text, 0) >= 0 ? 0 : errno);
}

static void *send_one (void *socket)
{
    return (void *) (intptr_t) (zmq_send (socket, "x", 1, 0) >= 0 ? 0 : errno);
}

static int result_of (pthread_t thread)
{
    void *result;
    CHECK (pthread_join (thread, &result) == 0);
    return (int) (intptr_t) result;
}

/*  As many messages as threads that receive: each gets one.  */
static void both_recv (const char *address)
{
    void *context = new_context (), *peer = new_socket (context, ZMQ_DEALER), *dealer = new_socket (context, ZMQ_DEALER);
    join (peer, dealer, address);
    for (int round = 0; round < 300; round++) {
        pthread_t threads[3];
        for (int i = 0; i < 3; i++)
            CHECK (pthread_create (&threads[i], NULL, recv_one, dealer) == 0);
        for (int i = 0; i < 3; i++)
            CHECK (zmq_send (peer, "x", 1, 0) == 1);
        for (int i = 0; i < 3; i++)
            CHECK (result_of (threads[i]) == 0);
    }
    OK (zmq_close (peer));
    OK (zmq_close (dealer));
    OK (zmq_ctx_term (context));
    SAY ("%.6s: three receive", address);
}

/*  Waiting threads learn that their socket was closed, or that the context ends.  */
static void end_while_waiting (const char *address, int by_close)
{
    for (int round = 0; round < 100; round++) {
        void *context = new_context (), *dealer = new_socket (context, ZMQ_DEALER), *full = new_socket (context, ZMQ_PUSH);
        pthread_t threads[4];
        char endpoint[ENDPOINT_MAX];
        bind_to (dealer, address, endpoint);
        set_int (full, ZMQ_LINGER, 0);
        for (int i = 0; i < 4; i++)
            CHECK (pthread_create (&threads[i], NULL, i < 2 ? recv_one : send_one, i < 2 ? dealer : full) == 0);
        if (round % 2)
            sleep_ms (1);
        if (by_close) {
            OK (zmq_close (dealer));
            OK (zmq_close (full));
        } else
            OK (zmq_ctx_shutdown (context));
        for (int i = 0; i < 4; i++) {
            int result = result_of (threads[i]);
            CHECK (result == (by_close ? ENOTSOCK : ETERM));
        }
        if (!by_close) {
            OK (zmq_close (dealer));
            OK (zmq_close (full));
        }
        OK (zmq_ctx_term (context));
    }
    SAY ("%.6s: %s while threads wait", address, by_close ? "closed" : "shut down");
}

int main (void)
{
    const char *addresses[] = {"inproc://together", "tcp://127.0.0.1:*", "ipc://*"};
    for (int i = 0; i < 3; i++) {
        send_and_recv (addresses[i]);
        both_recv (addresses[i]);
        end_while_waiting (addresses[i], 1);
        end_while_waiting (addresses[i], 0);
    }
    return 0;
}
