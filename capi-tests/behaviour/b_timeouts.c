/* ZMQ_RCVTIMEO and ZMQ_SNDTIMEO: none, some, for ever; DONTWAIT wins; a message within the time is taken. */
#include "b_kit.h"

static void *late_sender (void *push_)
{
    sleep_ms (100);
    zmq_send (push_, "late", 4, 0);
    return NULL;
}

static int took (long start_, long least_)
{
    long t = now_ms () - start_;
    return t >= least_ && t < least_ + 3000;
}

int main (void)
{
    void *ctx = new_context (), *push = open_socket (ctx, ZMQ_PUSH), *pull = open_socket (ctx, ZMQ_PULL);
    char text[16];
    set_int (pull, ZMQ_RCVTIMEO, 0);
    long start = now_ms ();
    show_rc ("0", zmq_recv (pull, text, sizeof text, 0));
    set_int (pull, ZMQ_RCVTIMEO, 250);
    show_rc ("250", zmq_recv (pull, text, sizeof text, 0));
    printf ("waited %d\n", took (start, 250));
    start = now_ms ();
    show_rc ("250 DONTWAIT", zmq_recv (pull, text, sizeof text, ZMQ_DONTWAIT));
    printf ("did not wait %d\n", now_ms () - start < 200);
    set_int (push, ZMQ_SNDTIMEO, 250);
    start = now_ms ();
    show_rc ("send 250", zmq_send (push, "x", 1, 0));
    printf ("waited %d\n", took (start, 250));
    set_int (push, ZMQ_SNDTIMEO, 0);
    show_rc ("send 0", zmq_send (push, "x", 1, 0));

    join_over ("inproc", pull, push);
    pthread_t thread;
    set_int (pull, ZMQ_RCVTIMEO, -1);
    pthread_create (&thread, NULL, late_sender, push);
    get (pull, "for ever");
    pthread_join (thread, NULL);
    set_int (pull, ZMQ_RCVTIMEO, 5000);
    start = now_ms ();
    pthread_create (&thread, NULL, late_sender, push);
    get (pull, "5000");
    printf ("not the whole time %d\n", now_ms () - start < 4000);
    pthread_join (thread, NULL);
    for (int bad = -2; bad > -4; bad--)
        show_rc ("set", zmq_setsockopt (pull, ZMQ_RCVTIMEO, &bad, sizeof bad));
    close_these (ctx, 2, push, pull);
    return 0;
}
