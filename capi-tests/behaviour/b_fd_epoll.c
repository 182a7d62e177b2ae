/* ZMQ_FD in an epoll set, both edge- and level-triggered: no message is missed when EVENTS is read after each wake-up. */
#include "b_kit.h"

#include <sys/epoll.h>

static int fd_of (void *s_)
{
    int fd = -1;
    size_t size = sizeof fd;
    OK (zmq_getsockopt (s_, ZMQ_FD, &fd, &size));
    return fd;
}

static void *sender (void *push_)
{
    char text[16];
    for (int i = 0; i < 200; i++) {
        snprintf (text, sizeof text, "%d", i);
        zmq_send (push_, text, strlen (text), 0);
        if (i % 20 == 0)
            sleep_ms (3);
    }
    return NULL;
}

static void receive_all (const char *transport_, unsigned trigger_)
{
    void *ctx = new_context (), *push = open_socket (ctx, ZMQ_PUSH), *pull = open_socket (ctx, ZMQ_PULL);
    join_over (transport_, pull, push);
    int ep = epoll_create1 (0), got = 0, wrong = 0, same = 1, fd = fd_of (pull);
    struct epoll_event e = {.events = EPOLLIN | trigger_};
    CHECK (epoll_ctl (ep, EPOLL_CTL_ADD, fd, &e) == 0);
    pthread_t thread;
    pthread_create (&thread, NULL, sender, push);
    while (got < 200) {
        while (get_int (pull, ZMQ_EVENTS) & ZMQ_POLLIN) {
            char text[16] = "";
            zmq_recv (pull, text, sizeof text, ZMQ_DONTWAIT);
            wrong += atoi (text) != got++;
        }
        same = same && fd == fd_of (pull);
        if (got < 200 && epoll_wait (ep, &e, 1, SOON_MS) != 1) {
            printf ("no wake-up after %d\n", got);
            break;
        }
    }
    pthread_join (thread, NULL);
    printf ("%s %s: got %d, wrong %d, one fd %d\n", transport_, trigger_ ? "edge" : "level", got, wrong, same);
    close (ep);
    close_these (ctx, 2, push, pull);
}

/* A wake-up when a full pipe has room again. */
static void room (void)
{
    void *ctx = new_context (), *push = open_socket (ctx, ZMQ_PUSH), *pull = open_socket (ctx, ZMQ_PULL);
    set_int (push, ZMQ_SNDHWM, 2);
    set_int (pull, ZMQ_RCVHWM, 2);
    join_over ("inproc", pull, push);
    fill (push, 100);
    while (get_int (push, ZMQ_EVENTS))
        ;
    struct pollfd p = {fd_of (push), POLLIN, 0};
    printf ("full: fd %d", poll (&p, 1, 50));
    for (int i = 0; i < 4; i++)
        drop_one (pull, SOON_MS);
    printf (", drained: fd %d", poll (&p, 1, SOON_MS));
    printf (", events %s\n", events_name (get_int (push, ZMQ_EVENTS)));
    close_these (ctx, 2, push, pull);
}

/* The fd of a socket that nothing happens to stays quiet; a close of the peer or the context wakes it. */
static void quiet (void)
{
    void *ctx = new_context (), *pull = open_socket (ctx, ZMQ_PULL);
    get_int (pull, ZMQ_EVENTS);
    struct pollfd p = {fd_of (pull), POLLIN, 0};
    printf ("quiet: fd %d", poll (&p, 1, 50));
    OK (zmq_ctx_shutdown (ctx));
    int events;
    size_t size = sizeof events;
    printf (", shut down: fd %d", poll (&p, 1, SOON_MS));
    show_rc (", events", zmq_getsockopt (pull, ZMQ_EVENTS, &events, &size));
    close_these (ctx, 1, pull);
}

int main (void)
{
    receive_all ("inproc", 0);
    receive_all ("inproc", EPOLLET);
    receive_all ("tcp", 0);
    receive_all ("tcp", EPOLLET);
    room ();
    quiet ();
    return 0;
}
