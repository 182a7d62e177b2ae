/* ours-only: the original ends the process when there is no memory */
/*  A process without memory: sending and subscribing answer ENOMEM, what was sent or subscribed to before arrives, a subscriber
    that is too much for a publisher loses its connection, and once there is memory all goes on.  */
#include "kit.h"

enum
{
    TOPICS = 200000
};

/*  Binds within the process, or leaves an endpoint where nobody is yet, and connects.  */
static void link_up (void *binder, void *connector, const char *transport, char endpoint[ENDPOINT_MAX])
{
    if (strcmp (transport, "inproc") == 0) {
        snprintf (endpoint, ENDPOINT_MAX, "inproc://poor");
        OK (zmq_bind (binder, endpoint));
    } else {
        bind_tcp (binder, endpoint);
        OK (zmq_unbind (binder, endpoint));
    }
    OK (zmq_connect (connector, endpoint));
}

static void fill (const char *transport, size_t size)
{
    static char body[1 << 20];
    char endpoint[ENDPOINT_MAX];
    long sent = 0, got = 0;
    void *context = new_context (), *push = new_socket (context, ZMQ_PUSH), *pull = new_socket (context, ZMQ_PULL);
    set_int (push, ZMQ_SNDHWM, 0);
    set_int (pull, ZMQ_RCVHWM, 0);
    set_timeouts (pull, 2000);
    link_up (pull, push, transport, endpoint);
    rlim_t usual = become_poor ();
    while (zmq_send (push, body, size, ZMQ_DONTWAIT) == (int) size)
        sent++;
    CHECK (errno == ENOMEM);
    CHECK (zmq_send (push, body, size, 0) == -1 && errno == ENOMEM);
    become_rich (usual);
    CHECK (zmq_send (push, body, size, ZMQ_DONTWAIT) == (int) size);
    if (strcmp (transport, "inproc") != 0)
        EVENTUALLY (zmq_bind (pull, endpoint) == 0);
    while (got < sent + 1) {
        CHECK (zmq_recv (pull, body, sizeof body, 0) == (int) size);
        got++;
    }
    fprintf (stderr, "%s, %zu bytes: ENOMEM after %ld messages, all of them arrived\n", transport, size, sent);
    close_all (context, (void *[]){push, pull}, 2);
}

static size_t topic_of (char *topic, long number, size_t size)
{
    memset (topic, 't', size);
    sprintf (topic, "%ld", number);
    topic[strlen (topic)] = ' ';
    return size;
}

/*  A SUB whose publisher is in the same process, or yet to come, subscribes to as much as it can.  */
static void subscribe_to_all (const char *transport, size_t size)
{
    char endpoint[ENDPOINT_MAX], topic[1024], notice[1024];
    long count = 0;
    void *context = new_context (), *pub = new_socket (context, ZMQ_XPUB), *sub = new_socket (context, ZMQ_SUB);
    set_int (sub, ZMQ_SNDHWM, 0);
    set_int (pub, ZMQ_RCVHWM, 0);
    set_timeouts (pub, 2000);
    link_up (pub, sub, transport, endpoint);
    rlim_t usual = become_poor ();
    while (zmq_setsockopt (sub, ZMQ_SUBSCRIBE, topic, topic_of (topic, count, size)) == 0)
        count++;
    CHECK (errno == ENOMEM);
    become_rich (usual);
    OK (zmq_setsockopt (sub, ZMQ_SUBSCRIBE, topic, topic_of (topic, count, size)));
    if (strcmp (transport, "inproc") != 0)
        EVENTUALLY (zmq_bind (pub, endpoint) == 0);
    for (long number = 0; number <= count; number++) {
        int length = zmq_recv (pub, notice, sizeof notice, 0);
        /*  The one that was refused may have been told of, and taken back.  */
        while (length > 0 && atol (notice + 1) == count && notice[0] == 0)
            length = zmq_recv (pub, notice, sizeof notice, 0);
        CHECK (length == (int) size + 1 && notice[0] == 1);
    }
    CHECK (zmq_send (pub, topic, size, 0) == (int) size);
    CHECK (zmq_recv (sub, notice, sizeof notice, 0) == (int) size);
    fprintf (stderr, "%s, topics of %zu bytes: ENOMEM after %ld, all of them subscribed to\n", transport, size, count);
    close_all (context, (void *[]){pub, sub}, 2);
}

static void greedy_subscriber (const char *endpoint, int size)
{
    char topic[1024];
    void *context = new_context (), *sub = new_socket (context, ZMQ_SUB);
    set_int (sub, ZMQ_SNDHWM, 0);
    set_int (sub, ZMQ_RECONNECT_IVL, 20);
    set_timeouts (sub, 30000);
    for (long number = 0; number < TOPICS; number++)
        OK (zmq_setsockopt (sub, ZMQ_SUBSCRIBE, topic, topic_of (topic, number, (size_t) size)));
    OK (zmq_connect (sub, endpoint));
    CHECK (zmq_recv (sub, topic, sizeof topic, 0) == size);
    close_all (context, &sub, 1);
}

/*  Takes what there is to take; answers the number of topics that are subscribed to.  */
static long take_notices (void *pub, signed char *held)
{
    static long count = 0;
    char notice[1024];
    int length;
    if (held == NULL)
        return count = 0;
    while ((length = zmq_recv (pub, notice, sizeof notice - 1, ZMQ_DONTWAIT)) > 0) {
        notice[length] = 0;
        held[atol (notice + 1)] += notice[0] == 1 ? 1 : -1;
        count += notice[0] == 1 ? 1 : -1;
    }
    CHECK (errno == EAGAIN || errno == ENOMEM);
    return count;
}

static int next_event (void *monitor)
{
    unsigned char event[64];
    int length = zmq_recv (monitor, event, sizeof event, ZMQ_DONTWAIT);
    if (length < 0)
        return 0;
    CHECK (zmq_recv (monitor, event + 32, 32, ZMQ_DONTWAIT) >= 0);
    return event[0] | event[1] << 8;
}

/*  A publisher without memory for all that a peer subscribes to; in a process that has none left over from before.  */
static void serve (const char *none, int type)
{
    (void) none;
    const size_t size = 100;
    static signed char held[TOPICS + 1];
    char endpoint[ENDPOINT_MAX], topic[1024];
    int losses = 0, event;
    void *context = new_context (), *pub = new_socket (context, type);
    bind_tcp (pub, endpoint);
    OK (zmq_close (pub));
    OK (zmq_ctx_term (context));
    pid_t child = in_child (greedy_subscriber, endpoint, (int) size);
    context = new_context ();
    pub = new_socket (context, type);
    OK (zmq_socket_monitor (pub, "inproc://poor-monitor", ZMQ_EVENT_DISCONNECTED));
    void *monitor = new_socket (context, ZMQ_PAIR);
    OK (zmq_connect (monitor, "inproc://poor-monitor"));
    memset (held, 0, sizeof held);
    take_notices (pub, NULL);
    rlim_t usual = become_poor ();
    EVENTUALLY (zmq_bind (pub, endpoint) == 0);
    while (losses < 2) {
        /*  A PUB that sends takes what has come.  */
        if (type == ZMQ_XPUB)
            take_notices (pub, held);
        else
            CHECK (zmq_send (pub, "none", 4, 0) == 4);
        while ((event = next_event (monitor)) != 0)
            losses += event == ZMQ_EVENT_DISCONNECTED;
    }
    become_rich (usual);
    if (type == ZMQ_XPUB) {
        EVENTUALLY (take_notices (pub, held) == TOPICS);
        for (int i = 0; i < TOPICS; i++)
            CHECK (held[i] == 1);
    }
    topic_of (topic, TOPICS - 1, size);
    int status = 0;
    while (waitpid (child, &status, WNOHANG) == 0) {
        CHECK (zmq_send (pub, topic, size, 0) == (int) size);
        sleep_ms (1);
    }
    CHECK (WIFEXITED (status) && WEXITSTATUS (status) == 0);
    fprintf (stderr, "publisher %d: a subscriber lost its connection, and was served once there was memory\n", type);
    close_all (context, (void *[]){pub, monitor}, 2);
}

int main (void)
{
    ends_well (in_child (serve, NULL, ZMQ_PUB));
    ends_well (in_child (serve, NULL, ZMQ_XPUB));
    fill ("inproc", 100);
    fill ("inproc", 5000);
    fill ("tcp", 100);
    fill ("tcp", 5000);
    subscribe_to_all ("inproc", 10);
    subscribe_to_all ("inproc", 500);
    subscribe_to_all ("tcp", 10);
    subscribe_to_all ("tcp", 500);
    return 0;
}
