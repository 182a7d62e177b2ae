/*  The free function of zmq_msg_init_data runs exactly once, whatever becomes of the message.  */
#include "check.h"

#define SIZE 100

struct content
{
    char data[SIZE];
    int freed;
};

static void free_content (void *data, void *hint)
{
    struct content *content = hint;
    CHECK (data == content->data);
    __sync_fetch_and_add (&content->freed, 1);
}

static void make (zmq_msg_t *message, struct content *content)
{
    memset (content, 0, sizeof *content);
    memset (content->data, 'f', SIZE);
    OK (zmq_msg_init_data (message, content->data, SIZE, free_content, content));
    CHECK (zmq_msg_data (message) == content->data && zmq_msg_size (message) == SIZE);
}

static int freed (struct content *content)
{
    return __sync_fetch_and_add (&content->freed, 0);
}

static void without_socket (void)
{
    struct content content;
    zmq_msg_t message, other;
    make (&message, &content);
    SAY ("shared %d", zmq_msg_get (&message, ZMQ_SHARED));
    CHECK (freed (&content) == 0);
    OK (zmq_msg_close (&message));
    SAY ("close: freed %d", freed (&content));

    make (&message, &content);
    OK (zmq_msg_init (&other));
    OK (zmq_msg_copy (&other, &message));
    SAY ("copy: shared %d %d same memory %d", zmq_msg_get (&message, ZMQ_SHARED), zmq_msg_get (&other, ZMQ_SHARED),
         zmq_msg_data (&other) == content.data);
    OK (zmq_msg_close (&message));
    SAY ("copy: freed %d", freed (&content));
    OK (zmq_msg_close (&other));
    SAY ("copy: freed %d", freed (&content));

    make (&message, &content);
    OK (zmq_msg_init (&other));
    OK (zmq_msg_move (&other, &message));
    SAY ("move: freed %d left %zu", freed (&content), zmq_msg_size (&message));
    OK (zmq_msg_close (&message));
    SAY ("move: freed %d", freed (&content));
    OK (zmq_msg_close (&other));
    SAY ("move: freed %d", freed (&content));

    /*  Being the destination frees what was there.  */
    make (&message, &content);
    OK (zmq_msg_init_size (&other, 5));
    OK (zmq_msg_move (&message, &other));
    SAY ("move over: freed %d", freed (&content));
    OK (zmq_msg_close (&message));
    OK (zmq_msg_close (&other));
    make (&message, &content);
    OK (zmq_msg_init_size (&other, 5));
    OK (zmq_msg_copy (&message, &other));
    SAY ("copy over: freed %d", freed (&content));
    OK (zmq_msg_close (&message));
    OK (zmq_msg_close (&other));

    /*  Small and empty data are not copied either; no function means constant data.  */
    memset (&content, 0, sizeof content);
    OK (zmq_msg_init_data (&message, content.data, 3, free_content, &content));
    SAY ("3 bytes in place %d", zmq_msg_data (&message) == content.data);
    OK (zmq_msg_close (&message));
    SAY ("3 bytes: freed %d", freed (&content));
    memset (&content, 0, sizeof content);
    OK (zmq_msg_init_data (&message, content.data, 0, free_content, &content));
    OK (zmq_msg_close (&message));
    SAY ("0 bytes: freed %d", freed (&content));
    OK (zmq_msg_init_data (&message, content.data, SIZE, NULL, NULL));
    SAY ("constant: shared %d in place %d", zmq_msg_get (&message, ZMQ_SHARED),
         zmq_msg_data (&message) == content.data);
    OK (zmq_msg_init (&other));
    OK (zmq_msg_copy (&other, &message));
    SAY ("constant copy: in place %d", zmq_msg_data (&other) == content.data);
    OK (zmq_msg_close (&other));
    OK (zmq_msg_close (&message));
    OK (zmq_msg_init_data (&message, NULL, 0, NULL, NULL));
    SAY ("NULL constant: size %zu", zmq_msg_size (&message));
    OK (zmq_msg_close (&message));
    SAY ("freed %d", freed (&content));
}

/*  Sent to a peer that takes it.  */
static void delivered (const char *address)
{
    struct content content;
    zmq_msg_t message;
    void *context = new_context ();
    void *push = new_socket (context, ZMQ_PUSH), *pull = new_socket (context, ZMQ_PULL);
    join (pull, push, address);
    make (&message, &content);
    CHECK (zmq_msg_send (&message, push, 0) == SIZE);
    OK (zmq_msg_close (&message));
    OK (zmq_msg_init (&message));
    CHECK (zmq_msg_recv (&message, pull, 0) == SIZE);
    SAY ("%.6s: same memory %d", address, zmq_msg_data (&message) == content.data);
    CHECK (*(char *) zmq_msg_data (&message) == 'f');
    OK (zmq_msg_close (&message));
    EVENTUALLY (freed (&content));
    void *sockets[] = {push, pull};
    close_all (context, sockets, 2);
    SAY ("%.6s: freed %d", address, freed (&content));
}

/*  Received by copying into a buffer.  */
static void copied_out (const char *address)
{
    struct content content;
    zmq_msg_t message;
    void *context = new_context ();
    void *push = new_socket (context, ZMQ_PUSH), *pull = new_socket (context, ZMQ_PULL);
    join (pull, push, address);
    make (&message, &content);
    CHECK (zmq_msg_send (&message, push, 0) == SIZE);
    char byte;
    CHECK (zmq_recv (pull, &byte, 1, 0) == SIZE);
    EVENTUALLY (freed (&content));
    void *sockets[] = {push, pull};
    close_all (context, sockets, 2);
    SAY ("%.6s into a buffer: freed %d", address, freed (&content));
}

/*  To all subscribers, of which there are some, or none.  */
static void published (int subscribers, const char *address)
{
    struct content content;
    zmq_msg_t message;
    char endpoint[ENDPOINT_MAX], byte;
    void *context = new_context (), *sockets[4];
    sockets[0] = new_socket (context, ZMQ_XPUB);
    bind_to (sockets[0], address, endpoint);
    for (int i = 1; i <= subscribers; i++) {
        sockets[i] = new_socket (context, ZMQ_SUB);
        OK (zmq_setsockopt (sockets[i], ZMQ_SUBSCRIBE, "", 0));
        OK (zmq_connect (sockets[i], endpoint));
    }
    /*  Only the first subscription shows; a subscriber of another topic tells when all are there.  */
    for (int i = 1; i <= subscribers; i++) {
        char topic[2] = {'z', (char) i};
        OK (zmq_setsockopt (sockets[i], ZMQ_SUBSCRIBE, topic, 2));
    }
    for (int seen = 0; subscribers && seen < subscribers + 1; seen++)
        CHECK (zmq_recv (sockets[0], &byte, 1, 0) > 0);
    make (&message, &content);
    CHECK (zmq_msg_send (&message, sockets[0], 0) == SIZE);
    for (int i = 1; i <= subscribers; i++)
        CHECK (zmq_recv (sockets[i], &byte, 1, 0) == SIZE);
    EVENTUALLY (freed (&content));
    close_all (context, sockets, subscribers + 1);
    SAY ("%.6s to %d subscribers: freed %d", address, subscribers, freed (&content));
}

/*  Left in a pipe or on a connection that never comes up when everything ends.  */
static void pending (const char *address, int is_bound, int take_none)
{
    struct content content, more[5];
    zmq_msg_t message;
    void *context = new_context ();
    void *push = new_socket (context, ZMQ_PUSH), *pull = new_socket (context, ZMQ_PULL);
    if (is_bound)
        join (pull, push, address);
    else
        OK (zmq_connect (push, address));
    make (&message, &content);
    CHECK (zmq_msg_send (&message, push, 0) == SIZE);
    for (int i = 0; i < 5; i++) {
        make (&message, &more[i]);
        CHECK (zmq_msg_send (&message, push, i < 4 ? ZMQ_SNDMORE : 0) == SIZE);
    }
    if (!take_none) {
        char byte;
        CHECK (zmq_recv (pull, &byte, 1, 0) == SIZE);
    }
    void *sockets[] = {push, pull};
    close_all (context, sockets, 2);
    int total = freed (&content);
    for (int i = 0; i < 5; i++) {
        CHECK (freed (&more[i]) == 1);
        total += freed (&more[i]);
    }
    SAY ("%.6s pending: freed %d of 6", address, total);
}

/*  Parts of a message whose last part never came.  */
static void unfinished (const char *address)
{
    struct content content[3];
    zmq_msg_t message;
    void *context = new_context ();
    void *push = new_socket (context, ZMQ_DEALER), *pull = new_socket (context, ZMQ_DEALER);
    join (pull, push, address);
    for (int i = 0; i < 3; i++) {
        make (&message, &content[i]);
        CHECK (zmq_msg_send (&message, push, ZMQ_SNDMORE) == SIZE);
    }
    void *sockets[] = {push, pull};
    close_all (context, sockets, 2);
    SAY ("%.6s unfinished: freed %d %d %d", address, freed (&content[0]), freed (&content[1]), freed (&content[2]));
}

/*  A send that fails leaves the message with its owner.  */
static void not_sent (void)
{
    struct content content;
    zmq_msg_t message;
    void *context = new_context ();
    void *push = new_socket (context, ZMQ_PUSH), *pull = new_socket (context, ZMQ_PULL);
    void *req = new_socket (context, ZMQ_REQ), *rep = new_socket (context, ZMQ_REP);
    make (&message, &content);
    ERR (zmq_msg_send (&message, push, ZMQ_DONTWAIT), EAGAIN);
    ERR (zmq_msg_send (&message, pull, 0), ENOTSUP);
    ERR (zmq_msg_send (&message, rep, 0), EFSM);
    ERR (zmq_msg_send (&message, req, ZMQ_DONTWAIT), EAGAIN);
    ERR (zmq_msg_send (&message, NULL, 0), ENOTSOCK);
    SAY ("not sent: freed %d", freed (&content));
    OK (zmq_msg_close (&message));
    SAY ("closed: freed %d", freed (&content));

    /*  Accepted and dropped: nobody listens.  */
    void *pub = new_socket (context, ZMQ_PUB), *router = new_socket (context, ZMQ_ROUTER);
    make (&message, &content);
    CHECK (zmq_msg_send (&message, pub, 0) == SIZE);
    SAY ("PUB without peers: freed %d", freed (&content));
    make (&message, &content);
    send_text (router, "nobody", ZMQ_SNDMORE);
    CHECK (zmq_msg_send (&message, router, 0) == SIZE);
    SAY ("ROUTER without peers: freed %d", freed (&content));
    void *sockets[] = {push, pull, req, rep, pub, router};
    close_all (context, sockets, 6);
}

int main (void)
{
    without_socket ();
    not_sent ();
    static const char *const addresses[] = {"inproc://free", "tcp://127.0.0.1:*", "ipc://*"};
    for (size_t i = 0; i < 3; i++) {
        delivered (addresses[i]);
        copied_out (addresses[i]);
        published (0, addresses[i]);
        published (1, addresses[i]);
        published (3, addresses[i]);
        pending (addresses[i], 1, 1);
        pending (addresses[i], 1, 0);
        unfinished (addresses[i]);
    }
    pending ("tcp://127.0.0.1:1", 0, 1);
    pending ("ipc://@behaviour-nobody", 0, 1);
    pending ("inproc://nobody", 0, 1);
    return 0;
}
