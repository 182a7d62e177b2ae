/* Ending: close with a connection pending, term while blocked in another thread, shutdown, pending inproc connects. */
#include "b_kit.h"

static void pending (int type_, const char *at_)
{
    void *ctx = new_context (), *s = open_socket (ctx, type_);
    OK (zmq_connect (s, at_));
    long start = now_ms ();
    close_these (ctx, 1, s);
    printf ("%s to '%.9s' ends at once %d\n", type_name (type_), at_, now_ms () - start < 2000);
}

static void *blocked (void *s_)
{
    set_int (s_, ZMQ_RCVTIMEO, -1);
    show_rc ("blocked recv", zmq_recv (s_, NULL, 0, 0));
    show_rc ("recv again", zmq_recv (s_, NULL, 0, 0));
    int events;
    size_t size = sizeof events;
    show_rc ("getsockopt", zmq_getsockopt (s_, ZMQ_EVENTS, &events, &size));
    show_rc ("bind", zmq_bind (s_, "inproc://later"));
    OK (zmq_close (s_));
    return NULL;
}

static void *blocked_poll (void *s_)
{
    zmq_pollitem_t item = {s_, 0, ZMQ_POLLIN, 0};
    show_rc ("blocked poll", zmq_poll (&item, 1, -1));
    OK (zmq_close (s_));
    return NULL;
}

static void term_wakes (void *(*body_) (void *) )
{
    void *ctx = new_context (), *s = open_socket (ctx, ZMQ_PULL);
    pthread_t thread;
    pthread_create (&thread, NULL, body_, s);
    sleep_ms (50);
    OK (zmq_ctx_term (ctx));
    pthread_join (thread, NULL);
}

static void shutdown_first (void)
{
    void *ctx = new_context (), *s = open_socket (ctx, ZMQ_REQ);
    show_rc ("shutdown", zmq_ctx_shutdown (ctx));
    show_rc ("shutdown again", zmq_ctx_shutdown (ctx));
    show_rc ("send", zmq_send (s, "x", 1, 0));
    show_rc ("new socket", zmq_socket (ctx, ZMQ_REQ) ? 0 : -1);
    close_these (ctx, 1, s);
}

static void inproc_waiting (void)
{
    void *ctx = new_context (), *s = open_socket (ctx, ZMQ_PUSH);
    OK (zmq_connect (s, "inproc://never bound"));
    set_int (s, ZMQ_LINGER, -1);
    put (s, "lost");
    zmq_close (s);
    show_rc ("term with a pending inproc connect", zmq_ctx_term (ctx));
}

static void inproc_after_close (void)
{
    void *ctx = new_context (), *s = open_socket (ctx, ZMQ_PUSH), *pull = open_socket (ctx, ZMQ_PULL);
    OK (zmq_connect (s, "inproc://bound later"));
    set_int (s, ZMQ_LINGER, -1);
    put (s, "kept");
    zmq_close (s);
    OK (zmq_bind (pull, "inproc://bound later"));
    get (pull, "after its sender closed");
    close_these (ctx, 1, pull);
}

int main (void)
{
    endpoint_t dead;
    int unused = raw_listen (dead, -1), silent;
    pending (ZMQ_DEALER, dead);
    silent = raw_listen (dead, 4);
    pending (ZMQ_SUB, dead);
    pending (ZMQ_PUSH, "tcp://no-such-host.invalid:1");
    pending (ZMQ_REQ, "ipc://@nobody");
    pending (ZMQ_PAIR, "inproc://nobody");
    close (unused);
    close (silent);
    term_wakes (blocked);
    term_wakes (blocked_poll);
    shutdown_first ();
    inproc_waiting ();
    inproc_after_close ();
    return 0;
}
