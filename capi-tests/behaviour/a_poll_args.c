/*  zmq_poll: what it refuses, and how long it waits.  */
#include "check.h"

static void timed (const char *label, zmq_pollitem_t *items, int count, long timeout_ms, long at_least, long below)
{
    long start = now_ms ();
    RECORD (label, zmq_poll (items, count, timeout_ms));
    long waited = now_ms () - start;
    SAY ("  waited as asked %d", waited >= at_least && waited < below);
}

int main (void)
{
    void *context = new_context (), *pull = new_socket (context, ZMQ_PULL);
    int pipes[2];
    CHECK (pipe (pipes) == 0);
    zmq_pollitem_t items[8];
    memset (items, 0, sizeof items);

    /*  A negative count with NULL or with items.  */
    RC (zmq_poll (NULL, -1, 0));
    RC (zmq_poll (items, -1, 0));
    RC (zmq_poll (items, INT_MIN, 0));
    RC (zmq_poll (NULL, 1, 0));
    RC (zmq_poll (NULL, 100, 1000));
    RC (zmq_poll (NULL, 0, 0));
    RC (zmq_poll (items, 0, 0));
    timed ("nothing, 0", NULL, 0, 0, 0, 500);
    timed ("nothing, 50", NULL, 0, 50, 50, 2000);
    timed ("no items, 50", items, 0, 50, 50, 2000);

    items[0].socket = pull;
    items[0].events = ZMQ_POLLIN;
    items[0].revents = 0x7f;
    timed ("socket, 0", items, 1, 0, 0, 500);
    SAY ("  revents %s", events_name (items[0].revents));
    items[0].revents = 0x7f;
    timed ("socket, 50", items, 1, 50, 50, 2000);
    SAY ("  revents %s", events_name (items[0].revents));
    items[0].events = 0;
    timed ("socket without events, 50", items, 1, 50, 50, 2000);
    items[0].events = ZMQ_POLLERR | ZMQ_POLLPRI;
    timed ("socket with POLLERR and POLLPRI, 50", items, 1, 50, 50, 2000);
    items[0].events = ZMQ_POLLIN;
    items[0].fd = 9999;
    timed ("socket, its fd is not looked at", items, 1, 0, 0, 500);

    memset (items, 0, sizeof items);
    items[0].fd = pipes[0];
    items[0].events = ZMQ_POLLIN;
    timed ("fd, 0", items, 1, 0, 0, 500);
    timed ("fd, 50", items, 1, 50, 50, 2000);
    items[0].events = 0;
    timed ("fd without events, 50", items, 1, 50, 50, 2000);

    /*  A descriptor that is not open, or negative.  */
    items[0].fd = 9999;
    items[0].events = ZMQ_POLLIN;
    RC (zmq_poll (items, 1, 0));
    SAY ("not open: revents %s", events_name (items[0].revents));
    RC (zmq_poll (items, 1, 1000));
    SAY ("not open: revents %s", events_name (items[0].revents));
    items[0].fd = -1;
    RC (zmq_poll (items, 1, 0));
    SAY ("negative: revents %s", events_name (items[0].revents));
    timed ("negative, 50", items, 1, 50, 50, 2000);

    /*  One bad item among good ones.  */
    static char zeros[4096];
    memset (items, 0, sizeof items);
    items[0].socket = pull;
    items[0].events = ZMQ_POLLIN;
    items[1].socket = zeros;
    items[1].events = ZMQ_POLLIN;
    RC (zmq_poll (items, 2, 0));
    RC (zmq_poll (items, 2, -1));
    OK (zmq_close (pull));
    OK (zmq_ctx_term (context));
    close (pipes[0]);
    close (pipes[1]);
    return 0;
}
