/*  zmq_setsockopt of every option number with strings, nothing, and 8-byte values, and what can be read back.  */
#include "options.h"

struct value
{
    const char *label;
    const void *data;
    size_t size;
};

static char long_text[1001];

static const int64_t big[] = {0, 1, -1, 0x100000000, INT64_MIN, INT64_MAX};

static void set_value (void *context, int type, int option, const struct value *value)
{
    void *socket = zmq_socket (context, type);
    CHECK (socket != NULL);
    errno = 0;
    int rc = zmq_setsockopt (socket, option, value->data, value->size);
    printf ("%s %s = %s -> %s", type_name (type), option_name (option), value->label, rc ? errno_name (errno) : "0");
    if (rc == 0) {
        static const size_t capacities[] = {4, 8, 32, 41, 255, 256, 512};
        for (size_t i = 0; i < sizeof capacities / sizeof *capacities; i++)
            say_get (socket, option, capacities[i]);
        printf (" mechanism");
        say_get (socket, ZMQ_MECHANISM, 4);
    }
    putchar ('\n');
    OK (zmq_close (socket));
}

int main (void)
{
    memset (long_text, 'l', 1000);
    setvbuf (stdout, NULL, _IOFBF, 1 << 16);
    struct value values[] = {{"NULL 0", NULL, 0},
                             {"empty", "", 0},
                             {"NUL", "", 1},
                             {"a", "a", 1},
                             {"abc with NUL", "abc", 4},
                             {"a NUL b", "a\0b", 3},
                             {"NUL a", "\0a", 2},
                             {"127.0.0.1", "127.0.0.1", 9},
                             {"10.0.0.0/8", "10.0.0.0/8", 10},
                             {"127.0.0.1/33", "127.0.0.1/33", 12},
                             {"127.0.0.1:1080", "127.0.0.1:1080", 14},
                             {"nonsense", "~~~nonsense~~~", 14},
                             {"31 l", long_text, 31},
                             {"32 l", long_text, 32},
                             {"40 l", long_text, 40},
                             {"41 l", long_text, 41},
                             {"254 l", long_text, 254},
                             {"255 l", long_text, 255},
                             {"256 l", long_text, 256},
                             {"257 l", long_text, 257},
                             {"1000 l", long_text, 1000},
                             {"i64 0", &big[0], 8},
                             {"i64 1", &big[1], 8},
                             {"i64 -1", &big[2], 8},
                             {"i64 2^32", &big[3], 8},
                             {"i64 min", &big[4], 8},
                             {"i64 max", &big[5], 8}};
    for (int type = ZMQ_PAIR; type <= ZMQ_STREAM; type++)
        for (int option = 0; option <= 92; option++) {
            if (!is_option_here (option))
                continue;
            /*  Its end waits for the sockets that are still on their way out.  */
            void *context = new_context ();
            for (size_t i = 0; i < sizeof values / sizeof *values; i++)
                set_value (context, type, option, &values[i]);
            OK (zmq_ctx_term (context));
        }
    return 0;
}
