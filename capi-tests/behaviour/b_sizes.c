/* Messages of every interesting size, over each transport, with their content; parts large and small together. */
#include "b_kit.h"

static unsigned char *make (size_t n_, unsigned seed_)
{
    unsigned char *p = malloc (n_ ? n_ : 1);
    for (size_t i = 0; i < n_; i++)
        p[i] = (unsigned char) ((seed_ = seed_ * 1103515245u + 12345u) >> 16);
    return p;
}

static int send_size (void *s_, size_t n_, unsigned seed_, int flags_)
{
    unsigned char *p = make (n_, seed_);
    int rc = zmq_send (s_, p, n_, flags_);
    free (p);
    return rc == (int) n_;
}

static int recv_size (void *s_, size_t n_, unsigned seed_, int more_)
{
    zmq_msg_t m;
    zmq_msg_init (&m);
    int rc = zmq_msg_recv (&m, s_, 0);
    unsigned char *p = make (n_, seed_);
    int good = rc == (int) n_ && memcmp (zmq_msg_data (&m), p, n_) == 0 && zmq_msg_more (&m) == more_;
    free (p);
    zmq_msg_close (&m);
    return good;
}

static void run (const char *transport_, int snd_type_, int rcv_type_)
{
    static const size_t sizes[] = {0,    1,    2,    28,   29,    30,    32,    33,    34,     63,     64,      65,      127,     254,     255,    256,
                                   257,  1000, 4095, 4096, 8183,  8184,  8190,  8191,  8192,   8193,   16384,   32767,   32768,   65535,   65536,  65537,
                                   99999, 131072, 262144, 500001, 1048576, 4194304, 8388608, 0, 1};
    void *ctx = new_context (), *a = open_socket (ctx, rcv_type_), *b = open_socket (ctx, snd_type_);
    int sent = 0, good = 0, n = (int) (sizeof sizes / sizeof *sizes);
    join_over (transport_, a, b);
    for (int i = 0; i < n; i++)
        sent += send_size (b, sizes[i], (unsigned) i, 0);
    for (int i = 0; i < n; i++)
        good += recv_size (a, sizes[i], (unsigned) i, 0);
    printf ("%s: sent %d, good %d\n", transport_, sent, good);
    for (int round = 0; round < 3; round++) {
        sent = good = 0;
        for (int i = 0; i < n; i++)
            sent += send_size (b, sizes[(i * 7 + round) % n], (unsigned) i, i + 1 < n ? ZMQ_SNDMORE : 0);
        for (int i = 0; i < n; i++)
            good += recv_size (a, sizes[(i * 7 + round) % n], (unsigned) i, i + 1 < n);
        printf ("%s: one message of %d parts, good %d\n", transport_, sent, good);
    }
    close_these (ctx, 2, a, b);
}

static void truncated (void)
{
    void *ctx = new_context (), *a = open_socket (ctx, ZMQ_PULL), *b = open_socket (ctx, ZMQ_PUSH);
    char body[8] = "-------";
    join_over ("inproc", a, b);
    put (b, "0123456789");
    show_rc ("4 of 10", zmq_recv (a, body, 4, 0));
    printf ("%s\n", body);
    put (b, "abc|def");
    show_rc ("0 of 3", zmq_recv (a, NULL, 0, 0));
    printf ("more %d\n", get_int (a, ZMQ_RCVMORE));
    show_rc ("def", zmq_recv (a, body, sizeof body, 0));
    close_these (ctx, 2, a, b);
}

static void many_parts (const char *transport_)
{
    void *ctx = new_context (), *a = open_socket (ctx, ZMQ_PULL), *b = open_socket (ctx, ZMQ_PUSH);
    int good = 0;
    join_over (transport_, a, b);
    for (int i = 0; i < 5000; i++)
        zmq_send (b, &i, sizeof i, i < 4999 ? ZMQ_SNDMORE : 0);
    for (int i = 0, n; i < 5000; i++)
        good += zmq_recv (a, &n, sizeof n, 0) == sizeof n && n == i && get_int (a, ZMQ_RCVMORE) == (i < 4999);
    printf ("%s: 5000 parts, good %d\n", transport_, good);
    close_these (ctx, 2, a, b);
}

int main (void)
{
    run ("inproc", ZMQ_PUSH, ZMQ_PULL);
    run ("tcp", ZMQ_PUSH, ZMQ_PULL);
    run ("ipc", ZMQ_PAIR, ZMQ_PAIR);
    truncated ();
    many_parts ("inproc");
    many_parts ("tcp");
    return 0;
}
