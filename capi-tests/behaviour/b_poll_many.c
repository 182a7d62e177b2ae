/* zmq_poll over many sockets and plain descriptors: the right items, the count, cleared revents. */
#include "b_kit.h"

#define PAIRS 50

int main (void)
{
    void *ctx = new_context (), *push[PAIRS], *pull[PAIRS];
    zmq_pollitem_t items[PAIRS + 3];
    for (int i = 0; i < PAIRS; i++) {
        push[i] = open_socket (ctx, ZMQ_PUSH);
        pull[i] = open_socket (ctx, ZMQ_PULL);
        join_over (i % 2 ? "inproc" : "tcp", pull[i], push[i]);
        items[i] = (zmq_pollitem_t){pull[i], -1, ZMQ_POLLIN, 99};
    }
    int pipe_fd[2];
    CHECK (pipe (pipe_fd) == 0);
    items[PAIRS] = (zmq_pollitem_t){NULL, pipe_fd[0], ZMQ_POLLIN, 99};
    items[PAIRS + 1] = (zmq_pollitem_t){NULL, pipe_fd[1], ZMQ_POLLOUT, 99};
    items[PAIRS + 2] = (zmq_pollitem_t){push[1], 0, ZMQ_POLLOUT, 99};

    show_rc ("nothing to read", zmq_poll (items, PAIRS + 1, 0));
    int stale = 0;
    for (int i = 0; i <= PAIRS; i++)
        stale += items[i].revents != 0;
    printf ("stale revents %d\n", stale);
    show_rc ("writable ones", zmq_poll (items, PAIRS + 3, 0));

    for (int round = 0; round < 3; round++) {
        int chosen = (round * 17 + 4) % PAIRS;
        put (push[chosen], "x");
        show_rc ("one", zmq_poll (items, PAIRS, SOON_MS));
        for (int i = 0; i < PAIRS; i++)
            if (items[i].revents)
                printf ("item %d %s\n", i, events_name (items[i].revents));
        get (pull[chosen], "got");
    }
    for (int i = 0; i < PAIRS; i++)
        put (push[i], "x");
    CHECK (write (pipe_fd[1], "x", 1) == 1);
    EVENTUALLY (zmq_poll (items, PAIRS + 1, 100) == PAIRS + 1);
    printf ("all ready, the pipe %s\n", events_name (items[PAIRS].revents));
    for (int i = 0; i < PAIRS; i++)
        drop_one (pull[i], SOON_MS);
    long start = now_ms ();
    show_rc ("only the pipe", zmq_poll (items, PAIRS + 1, -1));
    char byte;
    CHECK (read (pipe_fd[0], &byte, 1) == 1);
    show_rc ("times out", zmq_poll (items, PAIRS + 1, 100));
    printf ("after its time %d\n", now_ms () - start >= 100);
    items[0].events = 0;
    put (push[0], "x");
    show_rc ("no events asked for", zmq_poll (items, 1, 100));
    close (pipe_fd[1]);
    items[PAIRS].events = ZMQ_POLLIN;
    show_rc ("hung up pipe", zmq_poll (items + PAIRS, 1, 1000));
    printf ("%s\n", events_name (items[PAIRS].revents));
    close (pipe_fd[0]);
    for (int i = 0; i < PAIRS; i++) {
        zmq_close (push[i]);
        zmq_close (pull[i]);
    }
    OK (zmq_ctx_term (ctx));
    return 0;
}
