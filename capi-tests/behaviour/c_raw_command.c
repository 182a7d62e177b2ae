/* ours-only: what the original does with reserved bits and sizes of commands is its own affair */

/*  A peer's commands: reserved bits set, sizes that no memory holds, and very many of them. A good peer is served
    afterwards, and commands without messages between them take no memory. */
#include "b_kit.h"

static long resident_kb (void)
{
    long pages = 0, resident = 0;
    FILE *statm = fopen ("/proc/self/statm", "r");
    CHECK (statm && fscanf (statm, "%ld %ld", &pages, &resident) == 2);
    fclose (statm);
    return resident * (sysconf (_SC_PAGESIZE) / 1024);
}

static void long_header (int fd, int flags, uint64_t size)
{
    unsigned char head[9] = {(unsigned char) flags};
    for (int i = 0; i < 8; i++)
        head[1 + i] = (unsigned char) (size >> (56 - 8 * i));
    raw_write (fd, head, sizeof head);
}

int main (void)
{
    endpoint_t at;
    void *ctx = new_context ();
    void *pull = open_socket (ctx, ZMQ_PULL);
    set_int (pull, ZMQ_RCVHWM, 5);
    bind_tcp (pull, at);

    /* An unknown command and a PONG, each with every combination of reserved bits. */
    int fd = raw_connect (at);
    raw_handshake (fd, "PUSH");
    unsigned char unknown[120];
    memset (unknown, 0x41, sizeof unknown);
    unknown[0] = 3;
    for (int bits = 0; bits < 32; bits++) {
        raw_frame (fd, bits << 3 | 4, unknown, sizeof unknown);
        raw_frame (fd, bits << 3 | 5, "\4PONG", 5);
        raw_frame (fd, bits << 3, "hello", 5);
    }
    for (int bits = 0; bits < 32; bits++) {
        zmq_msg_t msg;
        OK (zmq_msg_init (&msg));
        CHECK (zmq_msg_recv (&msg, pull, 0) == 5);
        CHECK (memcmp (zmq_msg_data (&msg), "hello", 5) == 0 && !zmq_msg_more (&msg));
        OK (zmq_msg_close (&msg));
        if (bits == 31)
            SAY ("32 messages between 64 commands");
    }
    close (fd);

    /* Commands whose sizes are absurd: the connection ends, the process does not. */
    static const uint64_t sizes[] = {INT64_MAX, (uint64_t) INT64_MAX - 9, 1ull << 62, 1ull << 40, 1ull << 33, 1ull << 32,
                                     (1ull << 32) - 9, 1ull << 63};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        fd = raw_connect (at);
        raw_handshake (fd, "PUSH");
        long_header (fd, 6, sizes[i]);
        send (fd, unknown, sizeof unknown, MSG_NOSIGNAL);
        const char *state = raw_state (fd, SOON_MS);
        SAY ("a command of 2^%d or so: %s", 63 - __builtin_clzll (sizes[i]), *state == 'r' ? "closed" : state);
        close (fd);
    }

    /* 200 MB of commands, whole and in pieces. */
    fd = raw_connect (at);
    raw_handshake (fd, "PUSH");
    static unsigned char many[7 * 32768];
    for (size_t i = 0; i < sizeof many; i += 7)
        memcpy (many + i, "\4\5\4PONG", 7);
    long before = resident_kb ();
    for (int i = 0; i < 900; i++)
        raw_write (fd, many, sizeof many);
    raw_frame (fd, 0, "after", 5);
    expect_text (pull, "after");
    long grown = resident_kb () - before;
    if (grown > 16 * 1024)
        FAIL ("200 MB of commands took %ld kB", grown);
    close (fd);

    void *push = open_socket (ctx, ZMQ_PUSH);
    OK (zmq_connect (push, at));
    send_text (push, "good", 0);
    expect_text (pull, "good");
    SAY ("a good peer is served");
    OK (zmq_close (push));
    OK (zmq_close (pull));
    OK (zmq_ctx_term (ctx));
    return 0;
}
