/*  A socket may go from thread to thread as long as one uses it at a time.  */
#include "check.h"

struct relay
{
    void *socket;
    int number;
};

static void *use_once (void *argument)
{
    struct relay *relay = argument;
    char text[16], got[16];
    snprintf (text, sizeof text, "%d", relay->number);
    CHECK (zmq_send (relay->socket, text, strlen (text), 0) > 0);
    CHECK (recv_part (relay->socket, got, sizeof got, 0) > 0 && strcmp (got, text) == 0);
    CHECK (get_int (relay->socket, ZMQ_TYPE) == ZMQ_REQ);
    return NULL;
}

static void *answer (void *rep)
{
    char text[16];
    int size;
    while ((size = zmq_recv (rep, text, sizeof text, 0)) >= 0)
        CHECK (zmq_send (rep, text, (size_t) size, 0) == size);
    CHECK (errno == ETERM);
    OK (zmq_close (rep));
    return NULL;
}

static void *close_it (void *socket)
{
    OK (zmq_close (socket));
    return NULL;
}

static void migrate (const char *address)
{
    void *context = new_context ();
    struct relay relay = {new_socket (context, ZMQ_REQ), 0};
    void *rep = new_socket (context, ZMQ_REP);
    join (rep, relay.socket, address);
    pthread_t server, user;
    CHECK (pthread_create (&server, NULL, answer, rep) == 0);
    for (; relay.number < 100; relay.number++) {
        CHECK (pthread_create (&user, NULL, use_once, &relay) == 0);
        CHECK (pthread_join (user, NULL) == 0);
    }
    CHECK (pthread_create (&user, NULL, close_it, relay.socket) == 0);
    CHECK (pthread_join (user, NULL) == 0);
    OK (zmq_ctx_term (context));
    CHECK (pthread_join (server, NULL) == 0);
    SAY ("%.6s: 100 threads, one after the other", address);
}

int main (void)
{
    migrate ("inproc://migrate");
    migrate ("tcp://127.0.0.1:*");
    migrate ("ipc://*");
    return 0;
}
