/* High-water marks on inproc are exact: the sum of both ends, 0 is unlimited, bind first or connect first. */
#include "b_kit.h"

static void count (int snd_, int rcv_, int push_binds_, int bind_first_)
{
    void *ctx = new_context (), *push = open_socket (ctx, ZMQ_PUSH), *pull = open_socket (ctx, ZMQ_PULL);
    void *binder = push_binds_ ? push : pull, *connector = push_binds_ ? pull : push;
    set_int (push, ZMQ_SNDHWM, snd_);
    set_int (pull, ZMQ_RCVHWM, rcv_);
    int early = 0;
    if (bind_first_)
        OK (zmq_bind (binder, "inproc://hwm"));
    OK (zmq_connect (connector, "inproc://hwm"));
    if (!bind_first_) {
        early = push_binds_ ? 0 : fill (push, 5000);
        OK (zmq_bind (binder, "inproc://hwm"));
        /* The push learns of its peer's part in the mark with the next command it takes. */
        get_int (push, ZMQ_EVENTS);
    }
    int taken = early + fill (push, 5000 - early);
    printf ("snd %d rcv %d, %s binds %s: before the bind %d, taken %d, read %d\n", snd_, rcv_, push_binds_ ? "push" : "pull",
            bind_first_ ? "first" : "later", early, taken, drain (pull, QUIET_MS));
    close_these (ctx, 2, push, pull);
}

/* A full pipe takes messages again only after half has been read. */
static void low_water (int snd_, int rcv_)
{
    void *ctx = new_context (), *push = open_socket (ctx, ZMQ_PUSH), *pull = open_socket (ctx, ZMQ_PULL);
    set_int (push, ZMQ_SNDHWM, snd_);
    set_int (pull, ZMQ_RCVHWM, rcv_);
    join_over ("inproc", pull, push);
    int taken = fill (push, 5000), read = 0;
    while (!(get_int (push, ZMQ_EVENTS) & ZMQ_POLLOUT) && drop_one (pull, 0) == 0)
        read++;
    printf ("snd %d rcv %d: full at %d, POLLOUT after reading %d, then takes %d\n", snd_, rcv_, taken, read, fill (push, 5000));
    close_these (ctx, 2, push, pull);
}

static void multipart (void)
{
    void *ctx = new_context (), *push = open_socket (ctx, ZMQ_PUSH), *pull = open_socket (ctx, ZMQ_PULL);
    set_int (push, ZMQ_SNDHWM, 3);
    set_int (pull, ZMQ_RCVHWM, 3);
    join_over ("inproc", pull, push);
    int n = 0;
    while (n < 100 && zmq_send (push, "a", 1, ZMQ_DONTWAIT | ZMQ_SNDMORE) == 1) {
        zmq_send (push, "b", 1, ZMQ_DONTWAIT | ZMQ_SNDMORE);
        zmq_send (push, "c", 1, ZMQ_DONTWAIT);
        n++;
    }
    printf ("whole messages of three parts: %d, read %d\n", n, drain (pull, QUIET_MS));
    close_these (ctx, 2, push, pull);
}

/* One message larger than the mark in parts still goes through whole. */
static void one_long_message (void)
{
    void *ctx = new_context (), *push = open_socket (ctx, ZMQ_PUSH), *pull = open_socket (ctx, ZMQ_PULL);
    set_int (push, ZMQ_SNDHWM, 2);
    set_int (pull, ZMQ_RCVHWM, 2);
    join_over ("inproc", pull, push);
    int rc = 1, parts = 1;
    for (int i = 0; i < 99 && rc == 1; i++)
        rc = zmq_send (push, "x", 1, ZMQ_DONTWAIT | ZMQ_SNDMORE);
    show_rc ("hundredth part", zmq_send (push, "x", 1, ZMQ_DONTWAIT));
    char byte;
    zmq_recv (pull, &byte, 1, 0);
    while (get_int (pull, ZMQ_RCVMORE)) {
        zmq_recv (pull, &byte, 1, 0);
        parts++;
    }
    printf ("parts read %d\n", parts);
    close_these (ctx, 2, push, pull);
}

/* Marks can be changed while connected. */
static void changed_live (void)
{
    void *ctx = new_context (), *push = open_socket (ctx, ZMQ_PUSH), *pull = open_socket (ctx, ZMQ_PULL);
    set_int (push, ZMQ_SNDHWM, 2);
    set_int (pull, ZMQ_RCVHWM, 2);
    join_over ("inproc", pull, push);
    printf ("at first %d", fill (push, 5000));
    set_int (push, ZMQ_SNDHWM, 10);
    printf (", then %d more\n", fill (push, 5000));
    close_these (ctx, 2, push, pull);
}

int main (void)
{
    static const int marks[][2] = {{1, 1}, {2, 3}, {10, 10}, {0, 5}, {5, 0}, {0, 0}, {1000, 1000}};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        for (int way = 0; way < 4; way++)
            count (marks[i][0], marks[i][1], way & 1, way & 2);
    low_water (1, 1);
    low_water (5, 5);
    low_water (10, 10);
    low_water (500, 500);
    low_water (7, 2);
    multipart ();
    one_long_message ();
    changed_live ();
    return 0;
}
