/*  zmq_poll on sockets and on file descriptors, alone and mixed.  */
#include "check.h"
#include <sys/socket.h>

static void say (const char *label, zmq_pollitem_t *items, int count, long timeout_ms)
{
    for (int i = 0; i < count; i++)
        items[i].revents = 0x7f;
    RECORD (label, zmq_poll (items, count, timeout_ms));
    for (int i = 0; i < count; i++)
        SAY ("  %d %s", i, events_name (items[i].revents));
}

static void sockets_of (const char *address)
{
    void *context = new_context ();
    void *push = new_socket (context, ZMQ_PUSH), *pull = new_socket (context, ZMQ_PULL);
    zmq_pollitem_t items[3] = {{pull, 0, ZMQ_POLLIN | ZMQ_POLLOUT, 0}, {push, 0, ZMQ_POLLIN | ZMQ_POLLOUT, 0},
                               {push, 0, ZMQ_POLLIN, 0}};
    SAY ("-- %.6s", address);
    say ("apart", items, 3, 0);
    join (pull, push, address);
    wait_for (push, ZMQ_POLLOUT);
    say ("joined", items, 3, 0);
    send_text (push, "x", 0);
    wait_for (pull, ZMQ_POLLIN);
    say ("sent", items, 3, -1);
    items[0].events = ZMQ_POLLOUT;
    say ("asked for what cannot be", items, 1, 20);
    items[0].events = ZMQ_POLLIN;
    say ("again", items, 1, 1000);
    expect_text (pull, "x");
    say ("received", items, 1, 0);

    /*  The same socket twice.  */
    items[1] = items[0];
    send_text (push, "y", 0);
    wait_for (pull, ZMQ_POLLIN);
    say ("twice", items, 2, 1000);
    void *sockets[] = {push, pull};
    close_all (context, sockets, 2);
}

static void *send_late (void *push)
{
    sleep_ms (50);
    send_text (push, "late", 0);
    return NULL;
}

static void wakes (const char *address, long timeout_ms)
{
    void *context = new_context ();
    void *push = new_socket (context, ZMQ_PUSH), *pull = new_socket (context, ZMQ_PULL);
    join (pull, push, address);
    wait_for (push, ZMQ_POLLOUT);
    zmq_pollitem_t item = {pull, 0, ZMQ_POLLIN, 0};
    pthread_t thread;
    CHECK (pthread_create (&thread, NULL, send_late, push) == 0);
    say ("woken", &item, 1, timeout_ms);
    CHECK (pthread_join (thread, NULL) == 0);
    expect_text (pull, "late");
    void *sockets[] = {push, pull};
    close_all (context, sockets, 2);
}

static void descriptors (void)
{
    int pipes[2], pair[2];
    CHECK (pipe (pipes) == 0 && socketpair (AF_UNIX, SOCK_STREAM, 0, pair) == 0);
    zmq_pollitem_t items[4] = {{NULL, 0, ZMQ_POLLIN, 0}, {NULL, 0, ZMQ_POLLOUT, 0},
                               {NULL, 0, ZMQ_POLLIN | ZMQ_POLLOUT | ZMQ_POLLERR | ZMQ_POLLPRI, 0},
                               {NULL, 0, ZMQ_POLLIN, 0}};
    items[0].fd = pipes[0];
    items[1].fd = pipes[1];
    items[2].fd = pair[0];
    items[3].fd = pair[1];
    SAY ("-- descriptors");
    say ("idle", items, 4, 0);
    CHECK (write (pipes[1], "x", 1) == 1 && write (pair[1], "x", 1) == 1);
    say ("written", items, 4, 0);
    say ("written", items, 4, -1);
    say ("readable only", items, 1, -1);
    char byte;
    CHECK (read (pipes[0], &byte, 1) == 1 && read (pair[0], &byte, 1) == 1);
    CHECK (send (pair[1], "o", 1, MSG_OOB) == 1);
    say ("read", items, 4, 0);
    close (pair[1]);
    say ("one end closed", items, 3, 0);
    close (pipes[1]);
    say ("writer closed", items, 1, 100);
    items[0].events = 0;
    say ("writer closed, no events asked", items, 1, 100);
    close (pipes[0]);
    CHECK (pipe (pipes) == 0);
    close (pipes[0]);
    items[1].fd = pipes[1];
    say ("reader closed", items + 1, 1, 100);
    items[1].events = ZMQ_POLLERR;
    say ("reader closed, POLLERR asked", items + 1, 1, 100);
    close (pipes[1]);
    close (pair[0]);
}

static void mixed (void)
{
    int pipes[2];
    CHECK (pipe (pipes) == 0);
    void *context = new_context ();
    void *push = new_socket (context, ZMQ_PUSH), *pull = new_socket (context, ZMQ_PULL);
    join (pull, push, "tcp://127.0.0.1:*");
    wait_for (push, ZMQ_POLLOUT);
    zmq_pollitem_t items[3] = {{pull, 0, ZMQ_POLLIN, 0}, {NULL, 0, ZMQ_POLLIN, 0}, {push, 0, ZMQ_POLLIN, 0}};
    items[1].fd = pipes[0];
    SAY ("-- mixed");
    say ("idle", items, 3, 20);
    CHECK (write (pipes[1], "x", 1) == 1);
    say ("pipe", items, 3, -1);
    send_text (push, "x", 0);
    wait_for (pull, ZMQ_POLLIN);
    say ("both", items, 3, -1);
    char byte;
    CHECK (read (pipes[0], &byte, 1) == 1);
    say ("socket", items, 3, -1);
    expect_text (pull, "x");
    say ("idle", items, 3, 20);
    void *sockets[] = {push, pull};
    close_all (context, sockets, 2);
    close (pipes[0]);
    close (pipes[1]);
}

static void many (void)
{
    enum
    {
        COUNT = 100
    };
    void *context = new_context (), *sockets[2 * COUNT];
    zmq_pollitem_t items[COUNT];
    for (int i = 0; i < COUNT; i++) {
        char name[32];
        snprintf (name, sizeof name, "inproc://many-%d", i);
        sockets[2 * i] = new_socket (context, ZMQ_PULL);
        sockets[2 * i + 1] = new_socket (context, ZMQ_PUSH);
        join (sockets[2 * i], sockets[2 * i + 1], name);
        items[i] = (zmq_pollitem_t){sockets[2 * i], 0, ZMQ_POLLIN, 0};
    }
    SAY ("-- many");
    RC (zmq_poll (items, COUNT, 0));
    for (int i = 0; i < COUNT; i += 7)
        send_text (sockets[2 * i + 1], "x", 0);
    for (int i = 0; i < COUNT; i += 7)
        wait_for (sockets[2 * i], ZMQ_POLLIN);
    RC (zmq_poll (items, COUNT, -1));
    for (int i = 0; i < COUNT; i++)
        CHECK (items[i].revents == (i % 7 ? 0 : ZMQ_POLLIN));
    close_all (context, sockets, 2 * COUNT);
}

int main (void)
{
    sockets_of ("inproc://poll");
    sockets_of ("tcp://127.0.0.1:*");
    sockets_of ("ipc://*");
    wakes ("inproc://poll", -1);
    wakes ("inproc://poll", 10000);
    wakes ("tcp://127.0.0.1:*", -1);
    wakes ("tcp://127.0.0.1:*", 10000);
    wakes ("ipc://*", -1);
    descriptors ();
    mixed ();
    many ();
    return 0;
}
