/* ours-only: released builds of the original do not know the option */
/*  ZMQ_IN_BATCH_SIZE sets how much a STREAM socket puts into one message. The expected transcript is that of the original
    built with its drafts.  */
#define ZMQ_BUILD_DRAFT_API
#include "b_kit.h"

static void read_at_most (int size)
{
    void *context = new_context (), *stream = open_socket (context, ZMQ_STREAM);
    endpoint_t at;
    char body[20000];
    size_t got = 0;
    memset (body, 'x', sizeof body);
    set_int (stream, ZMQ_IN_BATCH_SIZE, size);
    set_int (stream, ZMQ_STREAM_NOTIFY, 0);
    bind_tcp (stream, at);
    int fd = raw_connect (at);
    CHECK (write (fd, body, sizeof body) == sizeof body);
    int longest = 0;
    while (got < sizeof body) {
        CHECK (zmq_recv (stream, body, sizeof body, 0) == 5);
        int n = zmq_recv (stream, body, sizeof body, 0);
        CHECK (n > 0 && n <= size);
        got += (size_t) n;
        longest = n > longest ? n : longest;
    }
    SAY ("at most %d: %s", size, longest == size ? "as much as that" : "less");
    close (fd);
    close_all (context, (void *[]){stream}, 1);
}

int main (void)
{
    read_at_most (1);
    read_at_most (100);
    read_at_most (8192);
    read_at_most (15000);
    return 0;
}
