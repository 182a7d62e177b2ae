/*  Random calls of zmq_setsockopt and zmq_getsockopt, one after the other on the same socket, so that what one option does to
 *  another is seen as well: any number that is not a draft's, values of any size, buffers of any size.  */
#include "options.h"

static uint64_t state;

/*  splitmix64.  */
static uint64_t next (void)
{
    uint64_t z = state += 0x9E3779B97F4A7C15;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return z ^ (z >> 31);
}

static size_t below (size_t limit)
{
    return (size_t) (next () >> 16) % limit;
}

static int any_int (void)
{
    static const int ints[] = {INT_MIN, -100, -2, -1, 0, 0, 1, 1, 2, 3, 99, 100, 101, 255, 256, 6553599, 6553600, INT_MAX};
    return below (4) ? ints[below (sizeof ints / sizeof *ints)] : (int) (uint32_t) next ();
}

static const char *const texts[] = {"127.0.0.1", "10.0.0.0/8", "::1/128", "127.0.0.1/33", "127.0.0.1:1080", "",
                                    "rq:tPiHV0dB#N=rO1:hqwBgo%K0HX[fBXl?S!bM%", "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID",
                                    "admin", "lo", "X-key:value", "0"};

/*  Fills the value and says what it is; its size.  */
static size_t any_value (unsigned char *value)
{
    size_t size;
    int number = any_int ();
    switch (below (8)) {
        case 0: {
            const char *text = texts[below (sizeof texts / sizeof *texts)];
            /*  With or without its NUL.  */
            size = strlen (text) + below (2);
            memcpy (value, text, size);
            break;
        }
        case 1: {
            int64_t large = below (2) ? number : (int64_t) next ();
            size = sizeof large;
            memcpy (value, &large, size);
            break;
        }
        case 2:
            size = below (80);
            for (size_t i = 0; i < size; i++)
                value[i] = (unsigned char) next ();
            break;
        case 3: {
            static const size_t sizes[] = {0, 1, 15, 16, 17, 31, 32, 33, 40, 41, 254, 255, 256, 257, 400};
            size = sizes[below (sizeof sizes / sizeof *sizes)];
            memset (value, 'l', size);
            break;
        }
        default:
            size = sizeof number;
            memcpy (value, &number, size);
    }
    return size;
}

static int any_option (void)
{
    for (;;) {
        int option = below (20) ? (int) below (93) : any_int ();
        /*  The build decides over the others; what USE_FD names is somebody's.  */
        if (!is_option_by_build (option) && option != ZMQ_USE_FD && option != ZMQ_FD)
            return option;
    }
}

static void set (void *socket, int option)
{
    unsigned char value[512];
    size_t size = any_value (value);
    errno = 0;
    int rc = zmq_setsockopt (socket, option, value, size);
    printf ("  %s =", option_name (option));
    for (size_t i = 0; i < size && i < 41; i++)
        printf ("%s%02x", i ? "" : " ", value[i]);
    printf ("[%zu] -> %s", size, rc ? errno_name (errno) : "0");
}

static void sequence (int type, uint64_t seed)
{
    state = seed * 1000 + (uint64_t) type;
    void *context = new_context ();
    void *socket = zmq_socket (context, type);
    CHECK (socket != NULL);
    printf ("%s %llu\n", type_name (type), (unsigned long long) seed);
    for (int step = 0; step < 60; step++) {
        int option = any_option ();
        if (below (4))
            set (socket, option);
        else
            printf ("  %s", option_name (option));
        /*  As a number, as whatever, and what a mechanism has become.  */
        say_get (socket, option, 4);
        say_get (socket, option, 8);
        say_get (socket, option, below (600));
        say_get (socket, ZMQ_MECHANISM, 4);
        say_get (socket, ZMQ_PLAIN_SERVER, 4);
        say_get (socket, ZMQ_CURVE_SERVER, 4);
        putchar ('\n');
    }
    OK (zmq_close (socket));
    OK (zmq_ctx_term (context));
}

int main (void)
{
    setvbuf (stdout, NULL, _IOFBF, 1 << 16);
    const char *seeds = getenv ("FUZZ_SEEDS");
    uint64_t last = seeds ? strtoull (seeds, NULL, 10) : 12;
    for (int type = ZMQ_PAIR; type <= ZMQ_STREAM; type++)
        for (uint64_t seed = 1; seed <= last; seed++)
            sequence (type, seed);
    return 0;
}
