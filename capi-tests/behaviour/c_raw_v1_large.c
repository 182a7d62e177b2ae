/*  A ZMTP 1.0 peer sends large bodies with small messages behind them, all at once and in pieces. */
#include "b_kit.h"

static unsigned char wire[400000];
static size_t length;

static void frame (int flags, char fill, size_t size)
{
    unsigned char *at = wire + length;
    if (size < 254) {
        *at++ = (unsigned char) (size + 1);
    } else {
        *at++ = 255;
        for (int i = 7; i >= 0; i--)
            *at++ = (unsigned char) ((uint64_t) (size + 1) >> 8 * i);
    }
    *at++ = (unsigned char) flags;
    memset (at, fill, size);
    length = (size_t) (at - wire) + size;
}

int main (void)
{
    endpoint_t at;
    void *ctx = new_context ();
    void *pull = open_socket (ctx, ZMQ_PULL);
    bind_tcp (pull, at);
    static const size_t steps[] = {sizeof wire, 65536, 20001, 4097};
    for (int round = 0; round < 4; round++) {
        int fd = raw_connect (at);
        raw_write (fd, "\1\0", 2);
        length = 0;
        static const size_t sizes[] = {3, 16384, 0, 20000, 1, 100000, 5, 70000, 250};
        for (int i = 0; i < 9; i++)
            frame (i % 2, (char) ('a' + i), sizes[i]);
        for (size_t done = 0; done < length; done += steps[round]) {
            size_t n = length - done < steps[round] ? length - done : steps[round];
            raw_write (fd, wire + done, n);
            sleep_ms (length > steps[round] ? 2 : 0);
        }
        for (int i = 0; i < 9; i++) {
            zmq_msg_t msg;
            OK (zmq_msg_init (&msg));
            CHECK (zmq_msg_recv (&msg, pull, 0) == (int) sizes[i]);
            const char *body = zmq_msg_data (&msg);
            for (size_t j = 0; j < sizes[i]; j++)
                CHECK (body[j] == 'a' + i);
            CHECK (zmq_msg_more (&msg) == i % 2);
            OK (zmq_msg_close (&msg));
        }
        SAY ("round %d: 9 parts", round);
        close (fd);
    }
    OK (zmq_close (pull));
    OK (zmq_ctx_term (ctx));
    return 0;
}
