/* PUSH and PULL: round robin over peers with room, fair reading, exact counts at the high-water mark (RFC 30). */
#include "b_kit.h"

static void round_robin (void)
{
    void *ctx = new_context (), *push = open_socket (ctx, ZMQ_PUSH), *pull[3];
    printf ("push alone %d\n", get_int (push, ZMQ_EVENTS));
    show_rc ("send alone", zmq_send (push, "x", 1, ZMQ_DONTWAIT));
    for (int i = 0; i < 3; i++) {
        char at[32];
        snprintf (at, sizeof at, "inproc://pull-%d", i);
        pull[i] = open_socket (ctx, ZMQ_PULL);
        OK (zmq_bind (pull[i], at));
        OK (zmq_connect (push, at));
    }
    for (int n = 0; n < 7; n++) {
        char text[16];
        snprintf (text, sizeof text, "%d|tail", n);
        put (push, text);
    }
    for (int n = 0; n < 7; n++) {
        char label[16];
        snprintf (label, sizeof label, "pull %d", n % 3);
        get (pull[n % 3], label);
    }
    show_rc ("recv on PUSH", zmq_recv (push, NULL, 0, ZMQ_DONTWAIT));
    show_rc ("send on PULL", zmq_send (pull[0], "x", 1, ZMQ_DONTWAIT));
    close_these (ctx, 4, push, pull[0], pull[1], pull[2]);
}

static void fair (void)
{
    void *ctx = new_context (), *pull = open_socket (ctx, ZMQ_PULL), *push[3];
    OK (zmq_bind (pull, "inproc://fair"));
    for (int i = 0; i < 3; i++) {
        push[i] = open_socket (ctx, ZMQ_PUSH);
        OK (zmq_connect (push[i], "inproc://fair"));
    }
    for (int i = 0; i < 3; i++)
        for (int n = 0; n < 3; n++) {
            char text[32];
            snprintf (text, sizeof text, "from %d|%d", i, n);
            put (push[i], text);
        }
    for (int n = 0; n < 9; n++)
        get (pull, "fair");
    int before = 0;
    fill (push[0], 500);
    put (push[1], "few");
    for (char text[8];; before++)
        if (recv_part (pull, text, sizeof text, 0) == 3)
            break;
    printf ("a flood does not hold up the other: %d\n", before <= 1);
    close_these (ctx, 4, pull, push[0], push[1], push[2]);
}

static void skips_the_full_one (void)
{
    void *ctx = new_context (), *push = open_socket (ctx, ZMQ_PUSH), *small = open_socket (ctx, ZMQ_PULL), *large = open_socket (ctx, ZMQ_PULL);
    set_int (push, ZMQ_SNDHWM, 1);
    set_int (small, ZMQ_RCVHWM, 1);
    set_int (large, ZMQ_RCVHWM, 9);
    OK (zmq_bind (small, "inproc://small"));
    OK (zmq_bind (large, "inproc://large"));
    OK (zmq_connect (push, "inproc://small"));
    OK (zmq_connect (push, "inproc://large"));
    printf ("taken %d", fill (push, 1000));
    printf (", events %d", get_int (push, ZMQ_EVENTS));
    printf (", small %d", drain (small, QUIET_MS));
    printf (", large %d\n", drain (large, QUIET_MS));
    close_these (ctx, 3, push, small, large);
}

/* Over tcp the kernel holds some too: nothing is lost, the order holds. */
static void over_tcp (void)
{
    void *ctx = new_context (), *push = open_socket (ctx, ZMQ_PUSH), *pull = open_socket (ctx, ZMQ_PULL);
    int n = 0, wrong = 0, got, expected = 0;
    set_int (push, ZMQ_SNDHWM, 5);
    set_int (pull, ZMQ_RCVHWM, 5);
    join_over ("tcp", pull, push);
    wait_for (push, ZMQ_POLLOUT);
    while (n < 200000 && zmq_send (push, &n, sizeof n, ZMQ_DONTWAIT) == sizeof n)
        n++;
    printf ("at least the mark: %d\n", n >= 5);
    while (is_ready (pull, ZMQ_POLLIN, QUIET_MS) && zmq_recv (pull, &got, sizeof got, 0) == sizeof got)
        wrong += got != expected++;
    printf ("all arrived: %d, out of order: %d\n", expected == n, wrong);
    close_these (ctx, 2, push, pull);
}

int main (void)
{
    round_robin ();
    fair ();
    skips_the_full_one ();
    over_tcp ();
    return 0;
}
