/*  ours-only: a forked child that uses a socket it has inherited, while a thread of the parent waits in it or in another one.
    What the child sends does not touch the parent's connections, and to wait is EINTR, as in the original. Argument: how many
    forks (100 by hand).  */
#include "kit.h"

static void *waiter (void *socket)
{
    char text[8];
    CHECK (zmq_recv (socket, text, sizeof text, 0) == 4 && memcmp (text, "over", 4) == 0);
    return NULL;
}

static void child (void *push, void *dealer)
{
    char text[8];
    for (int i = 0; i < 3; i++)
        CHECK (zmq_send (push, "child", 5, ZMQ_DONTWAIT) == 5 || errno == EAGAIN || errno == EINTR);
    set_timeouts (dealer, 5);
    CHECK (zmq_recv (dealer, text, sizeof text, 0) == -1 && errno == EINTR);
    OK (zmq_close (push));
    OK (zmq_close (dealer));
}

int main (int argc, char **argv)
{
    long forks = size_of_run (argc, argv, 20);
    void *context = new_context (), *far = new_context ();
    void *push = new_socket (context, ZMQ_PUSH), *dealer = new_socket (context, ZMQ_DEALER);
    void *waited = new_socket (context, ZMQ_PULL);
    void *pull = new_socket (far, ZMQ_PULL), *peer = new_socket (far, ZMQ_DEALER), *other = new_socket (far, ZMQ_PUSH);
    pthread_t thread;
    set_timeouts (pull, 10000);
    join (pull, push, "tcp://127.0.0.1:*");
    join (peer, dealer, "tcp://127.0.0.1:*");
    join (waited, other, "tcp://127.0.0.1:*");
    send_text (peer, "hello", 0);
    expect_text (dealer, "hello");
    CHECK (pthread_create (&thread, NULL, waiter, waited) == 0);
    for (long i = 0; i < forks; i++) {
        char text[32];
        snprintf (text, sizeof text, "before %ld", i);
        send_text (push, text, 0);
        expect_text (pull, text);
        fflush (NULL);
        pid_t process = fork ();
        CHECK (process >= 0);
        if (process == 0) {
            alarm (20);
            child (push, dealer);
            _exit (0);
        }
        ends_well (process);
        snprintf (text, sizeof text, "after %ld", i);
        send_text (push, text, 0);
        expect_text (pull, text);
    }
    send_text (other, "over", 0);
    CHECK (pthread_join (thread, NULL) == 0);
    close_all (context, (void *[]){push, dealer, waited}, 3);
    close_all (far, (void *[]){pull, peer, other}, 3);
    return 0;
}
