/*  zmq_proxy, zmq_proxy_steerable and zmq_device: arguments, and messages both ways.  */
#include "check.h"

struct proxy
{
    void *front, *back, *capture, *control;
    int kind, rc, error;
};

enum
{
    PROXY,
    STEERABLE,
    DEVICE
};

static void *run_proxy (void *argument)
{
    struct proxy *proxy = argument;
    if (proxy->kind == PROXY)
        proxy->rc = zmq_proxy (proxy->front, proxy->back, proxy->capture);
    else if (proxy->kind == STEERABLE)
        proxy->rc = zmq_proxy_steerable (proxy->front, proxy->back, proxy->capture, proxy->control);
    else
        proxy->rc = zmq_device (ZMQ_QUEUE, proxy->front, proxy->back);
    proxy->error = errno;
    OK (zmq_close (proxy->front));
    if (proxy->back != proxy->front)
        OK (zmq_close (proxy->back));
    if (proxy->capture)
        OK (zmq_close (proxy->capture));
    if (proxy->control)
        OK (zmq_close (proxy->control));
    return NULL;
}

/*  Requests through a ROUTER and a DEALER to a REP, with a copy of everything.  */
static void queue (const char *label, int kind)
{
    void *context = new_context ();
    struct proxy proxy = {new_socket (context, ZMQ_ROUTER), new_socket (context, ZMQ_DEALER), NULL, NULL, kind, 0, 0};
    void *req = new_socket (context, ZMQ_REQ), *rep = new_socket (context, ZMQ_REP), *copies = NULL, *control = NULL;
    OK (zmq_setsockopt (req, ZMQ_ROUTING_ID, "me", 2));
    join (proxy.front, req, "tcp://127.0.0.1:*");
    join (proxy.back, rep, "inproc://back");
    if (kind != DEVICE) {
        proxy.capture = new_socket (context, ZMQ_PUSH);
        copies = new_socket (context, ZMQ_PULL);
        join (copies, proxy.capture, "inproc://capture");
    }
    if (kind == STEERABLE) {
        proxy.control = new_socket (context, ZMQ_PAIR);
        control = new_socket (context, ZMQ_PAIR);
        join (proxy.control, control, "inproc://control");
    }
    pthread_t thread;
    SAY ("-- %s", label);
    CHECK (pthread_create (&thread, NULL, run_proxy, &proxy) == 0);
    send_text (req, "first", ZMQ_SNDMORE);
    send_text (req, "second", 0);
    say_message ("request", rep, 0);
    send_text (rep, "answer", 0);
    say_message ("reply", req, 0);
    if (copies) {
        say_message ("copy", copies, 0);
        say_message ("copy", copies, 0);
    }
    if (control) {
        /*  While it pauses nothing passes.  */
        send_text (control, "PAUSE", 0);
        sleep_ms (100);
        send_text (req, "later", 0);
        set_int (rep, ZMQ_RCVTIMEO, 100);
        say_message ("paused", rep, 0);
        set_int (rep, ZMQ_RCVTIMEO, -1);
        send_text (control, "RESUME", 0);
        say_message ("resumed", rep, 0);
        send_text (rep, "answer", 0);
        say_message ("reply", req, 0);
        send_text (control, "STATISTICS", 0);
        for (int part = 0, more = 1; more; part++) {
            uint64_t number = 0;
            CHECK (zmq_recv (control, &number, sizeof number, 0) == 8);
            more = get_int (control, ZMQ_RCVMORE);
            /*  Bytes; the counts before them are of messages or of parts, by version.  */
            if (part % 2)
                SAY ("statistics %d: %llu", part, (unsigned long long) number);
        }
        send_text (control, "TERMINATE", 0);
        CHECK (pthread_join (thread, NULL) == 0);
        SAY ("terminated: %d", proxy.rc);
        OK (zmq_close (control));
    } else
        OK (zmq_ctx_shutdown (context));
    OK (zmq_close (req));
    OK (zmq_close (rep));
    if (copies)
        OK (zmq_close (copies));
    if (!control) {
        CHECK (pthread_join (thread, NULL) == 0);
        SAY ("ended: %d %s", proxy.rc, errno_name (proxy.error));
    }
    OK (zmq_ctx_term (context));
}

/*  One socket as both ends sends back what it gets.  */
static void same_socket (void)
{
    void *context = new_context ();
    struct proxy proxy = {new_socket (context, ZMQ_PAIR), NULL, NULL, NULL, PROXY, 0, 0};
    proxy.back = proxy.front;
    void *peer = new_socket (context, ZMQ_PAIR);
    join (proxy.front, peer, "inproc://echo");
    pthread_t thread;
    CHECK (pthread_create (&thread, NULL, run_proxy, &proxy) == 0);
    SAY ("-- one socket");
    send_text (peer, "echo", ZMQ_SNDMORE);
    send_text (peer, "", 0);
    say_message ("echo", peer, 0);
    OK (zmq_close (peer));
    OK (zmq_ctx_term (context));
    CHECK (pthread_join (thread, NULL) == 0);
    SAY ("ended: %d %s", proxy.rc, errno_name (proxy.error));
}

int main (void)
{
    void *context = new_context (), *socket = new_socket (context, ZMQ_DEALER);
    RC (zmq_proxy (NULL, socket, NULL));
    RC (zmq_proxy (socket, NULL, NULL));
    RC (zmq_proxy (NULL, NULL, socket));
    RC (zmq_proxy_steerable (NULL, socket, NULL, socket));
    RC (zmq_proxy_steerable (socket, NULL, NULL, NULL));
    OK (zmq_close (socket));
    OK (zmq_ctx_term (context));
    queue ("zmq_proxy", PROXY);
    queue ("zmq_proxy_steerable", STEERABLE);
    queue ("zmq_device", DEVICE);
    same_socket ();
    return 0;
}
