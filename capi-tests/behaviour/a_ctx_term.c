/*  zmq_ctx_term wakes whoever blocks with ETERM and returns once every socket has been closed and sent.  */
#include "check.h"

struct waiter
{
    void *socket;
    int kind;
    int rc, error;
    int close_after;
};

enum
{
    RECV,
    MSG_RECV,
    SEND,
    POLL,
    PROXY
};

static void *wait_thread (void *argument)
{
    struct waiter *waiter = argument;
    char buffer[16];
    zmq_msg_t message;
    zmq_pollitem_t item = {waiter->socket, 0, ZMQ_POLLIN, 0};
    errno = 0;
    switch (waiter->kind) {
    case RECV:
        waiter->rc = zmq_recv (waiter->socket, buffer, sizeof buffer, 0);
        break;
    case MSG_RECV:
        zmq_msg_init (&message);
        waiter->rc = zmq_msg_recv (&message, waiter->socket, 0);
        break;
    case SEND:
        waiter->rc = zmq_send (waiter->socket, "x", 1, 0);
        break;
    case POLL:
        waiter->rc = zmq_poll (&item, 1, -1);
        break;
    case PROXY:
        waiter->rc = zmq_proxy (waiter->socket, waiter->socket, NULL);
        break;
    }
    waiter->error = errno;
    if (waiter->close_after)
        OK (zmq_close (waiter->socket));
    return NULL;
}

static void wake (const char *label, int type, int kind, int by_shutdown)
{
    void *context = new_context ();
    struct waiter waiter = {new_socket (context, type), kind, 0, 0, 1};
    pthread_t thread;
    CHECK (pthread_create (&thread, NULL, wait_thread, &waiter) == 0);
    sleep_ms (50);
    if (by_shutdown)
        OK (zmq_ctx_shutdown (context));
    OK (zmq_ctx_term (context));
    CHECK (pthread_join (thread, NULL) == 0);
    SAY ("%s on %s -> %d %s", label, type_name (type), waiter.rc, errno_name (waiter.error));
}

static volatile int terminated;

static void *term_thread (void *context)
{
    OK (zmq_ctx_term (context));
    terminated = 1;
    return NULL;
}

static void blocks_until_closed (void)
{
    void *context = new_context ();
    void *one = new_socket (context, ZMQ_PULL), *two = new_socket (context, ZMQ_PUB);
    pthread_t thread;
    terminated = 0;
    CHECK (pthread_create (&thread, NULL, term_thread, context) == 0);
    char byte;
    /*  The first ETERM tells that zmq_ctx_term has begun.  */
    CHECK (zmq_recv (one, &byte, 1, 0) == -1 && errno == ETERM);
    CHECK (!terminated);
    OK (zmq_close (one));
    sleep_ms (100);
    CHECK (!terminated);
    CHECK (zmq_send (two, "x", 1, 0) == -1 && errno == ETERM);
    OK (zmq_close (two));
    CHECK (pthread_join (thread, NULL) == 0);
    CHECK (terminated);
    SAY ("zmq_ctx_term waits for the last zmq_close");
}

/*  Messages that nobody takes hold termination for as long as LINGER says.  */
static void lingers (int type, int linger_ms, const char *endpoint)
{
    void *context = new_context ();
    void *socket = zmq_socket (context, type);
    set_int (socket, ZMQ_LINGER, linger_ms);
    OK (zmq_connect (socket, endpoint));
    send_text (socket, "never taken", 0);
    long start = now_ms ();
    OK (zmq_close (socket));
    long closed = now_ms ();
    OK (zmq_ctx_term (context));
    long gone = now_ms ();
    CHECK (closed - start < 200);
    SAY ("%s linger %d: term %s", type_name (type), linger_ms,
         gone - closed >= linger_ms - 20 ? gone - closed < linger_ms + 2000 ? "waits" : "is late" : "is early");
}

/*  A peer that comes late still gets the messages of a closed socket.  */
static void delivers_after_close (void)
{
    char endpoint[ENDPOINT_MAX];
    void *context = new_context (), *other = new_context ();
    void *pull = new_socket (other, ZMQ_PULL);
    bind_tcp (pull, endpoint);
    void *push = zmq_socket (context, ZMQ_PUSH);
    OK (zmq_connect (push, endpoint));
    for (int i = 0; i < 100; i++)
        send_text (push, "kept", 0);
    OK (zmq_close (push));
    OK (zmq_ctx_term (context));
    for (int i = 0; i < 100; i++)
        expect_text (pull, "kept");
    OK (zmq_close (pull));
    OK (zmq_ctx_term (other));
    SAY ("100 messages outlive their context");
}

int main (void)
{
    for (int by_shutdown = 0; by_shutdown < 2; by_shutdown++) {
        wake ("recv", ZMQ_PULL, RECV, by_shutdown);
        wake ("recv", ZMQ_SUB, RECV, by_shutdown);
        wake ("recv", ZMQ_REP, RECV, by_shutdown);
        wake ("recv", ZMQ_ROUTER, RECV, by_shutdown);
        wake ("recv", ZMQ_STREAM, MSG_RECV, by_shutdown);
        wake ("recv", ZMQ_PAIR, MSG_RECV, by_shutdown);
        wake ("send", ZMQ_PUSH, SEND, by_shutdown);
        wake ("send", ZMQ_DEALER, SEND, by_shutdown);
        wake ("send", ZMQ_REQ, SEND, by_shutdown);
        wake ("send", ZMQ_PAIR, SEND, by_shutdown);
        wake ("poll", ZMQ_PULL, POLL, by_shutdown);
        wake ("poll", ZMQ_XSUB, POLL, by_shutdown);
        wake ("proxy", ZMQ_ROUTER, PROXY, by_shutdown);
    }
    blocks_until_closed ();
    lingers (ZMQ_PUSH, 0, "tcp://127.0.0.1:1");
    lingers (ZMQ_PUSH, 300, "tcp://127.0.0.1:1");
    lingers (ZMQ_DEALER, 300, "tcp://127.0.0.1:1");
    lingers (ZMQ_REQ, 300, "ipc://@behaviour-nobody");
    lingers (ZMQ_PUSH, 300, "inproc://nobody");
    delivers_after_close ();
    return 0;
}
