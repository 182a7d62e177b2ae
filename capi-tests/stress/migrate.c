/*  Sockets that move between threads with each call, one thread at a time in each: every message arrives, in order. */
#include "../behaviour/check.h"

enum
{
    SOCKETS = 8,
    THREADS = 4,
    MESSAGES = 3000
};

struct shared
{
    pthread_mutex_t lock;
    void *socket;
    unsigned sent, received;
};

static struct shared shared[SOCKETS];

static unsigned size_of (unsigned number)
{
    return number % 500 == 0 ? 50000 : 8 + number % 97;
}

/*  One message of one or two parts, if there is room.  */
static void try_send (struct shared *s)
{
    static __thread unsigned char body[50000];
    if (s->sent == MESSAGES)
        return;
    unsigned size = size_of (s->sent);
    memset (body, (int) s->sent, size);
    memcpy (body, &s->sent, sizeof s->sent);
    if (s->sent % 3 == 0 && zmq_send (s->socket, "head", 4, ZMQ_DONTWAIT | ZMQ_SNDMORE) != 4)
        CHECK (errno == EAGAIN);
    else if (zmq_send (s->socket, body, size, ZMQ_DONTWAIT) == (int) size)
        s->sent++;
    else
        CHECK (errno == EAGAIN && s->sent % 3 != 0);
}

static void try_recv (struct shared *s)
{
    zmq_msg_t part;
    CHECK (zmq_msg_init (&part) == 0);
    int size = zmq_msg_recv (&part, s->socket, ZMQ_DONTWAIT);
    if (size >= 0 && s->received % 3 == 0) {
        CHECK (size == 4 && zmq_msg_more (&part));
        size = zmq_msg_recv (&part, s->socket, ZMQ_DONTWAIT);
        CHECK (size >= 0);
    }
    if (size < 0)
        CHECK (errno == EAGAIN);
    else {
        unsigned number;
        const unsigned char *data = zmq_msg_data (&part);
        memcpy (&number, data, sizeof number);
        CHECK (number == s->received && (unsigned) size == size_of (number) && !zmq_msg_more (&part));
        for (int i = sizeof number; i < size; i++)
            CHECK (data[i] == (unsigned char) number);
        s->received++;
    }
    CHECK (zmq_msg_close (&part) == 0);
}

static void *work (void *seed_)
{
    unsigned seed = (unsigned) (uintptr_t) seed_;
    for (int done = 0; done < SOCKETS;) {
        struct shared *s = &shared[rand_r (&seed) % SOCKETS];
        pthread_mutex_lock (&s->lock);
        for (int i = rand_r (&seed) % 8; i >= 0; i--)
            rand_r (&seed) % 2 ? try_send (s) : try_recv (s);
        if (rand_r (&seed) % 8 == 0) {
            zmq_pollitem_t item = {s->socket, 0, ZMQ_POLLIN, 0};
            CHECK (zmq_poll (&item, 1, 1) >= 0);
        }
        pthread_mutex_unlock (&s->lock);
        done = 0;
        for (int i = 0; i < SOCKETS; i++) {
            pthread_mutex_lock (&shared[i].lock);
            done += shared[i].sent == MESSAGES && shared[i].received == MESSAGES;
            pthread_mutex_unlock (&shared[i].lock);
        }
    }
    return NULL;
}

static void migrate (const char *address, int hwm)
{
    void *context = new_context ();
    pthread_t threads[THREADS];
    for (int i = 0; i < SOCKETS; i += 2) {
        char own[64];
        snprintf (own, sizeof own, strncmp (address, "inproc", 6) == 0 ? "%s%d" : "%s", address, i);
        for (int k = i; k < i + 2; k++) {
            shared[k] = (struct shared){.socket = new_socket (context, ZMQ_DEALER)};
            pthread_mutex_init (&shared[k].lock, NULL);
            set_int (shared[k].socket, ZMQ_SNDHWM, hwm);
            set_int (shared[k].socket, ZMQ_RCVHWM, hwm);
        }
        join (shared[i].socket, shared[i + 1].socket, own);
    }
    for (uintptr_t i = 0; i < THREADS; i++)
        CHECK (pthread_create (&threads[i], NULL, work, (void *) (i + 1)) == 0);
    for (int i = 0; i < THREADS; i++)
        CHECK (pthread_join (threads[i], NULL) == 0);
    for (int i = 0; i < SOCKETS; i++)
        OK (zmq_close (shared[i].socket));
    OK (zmq_ctx_term (context));
    SAY ("%.6s, mark %d: all there, in order", address, hwm);
}

int main (void)
{
    migrate ("inproc://move", 3);
    migrate ("inproc://move", 1000);
    migrate ("tcp://127.0.0.1:*", 3);
    migrate ("ipc://*", 1000);
    return 0;
}
