/*  zmq_setsockopt of every option number on every type with integers, each followed by what can be read back.  */
#include "options.h"

static const int values[] = {INT_MIN, -100, -2, -1, 0, 1, 2, 3, 255, 256, 99999, 6553599, 6553600, 65535, 65536, INT_MAX};

static void set_each (void *context, int type, int option)
{
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        void *socket = zmq_socket (context, type);
        CHECK (socket != NULL);
        errno = 0;
        int rc = zmq_setsockopt (socket, option, &values[i], sizeof values[i]);
        printf ("%s %s = %d -> %s", type_name (type), option_name (option), values[i], rc ? errno_name (errno) : "0");
        if (option != ZMQ_LAST_ENDPOINT)
            say_get (socket, option, 4);
        putchar ('\n');
        OK (zmq_close (socket));
    }
}

/*  Where every size other than that of an int is refused, one line tells it.  */
static void other_sizes (void *context, int type, int option)
{
    static const unsigned char one[256] = {1};
    static const size_t sizes[] = {0, 1, 2, 3, 5, 8, 16, 256};
    printf ("%s %s sizes", type_name (type), option_name (option));
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        void *socket = zmq_socket (context, type);
        CHECK (socket != NULL);
        errno = 0;
        int rc = zmq_setsockopt (socket, option, one, sizes[i]);
        printf (" %zu:%s", sizes[i], rc ? errno_name (errno) : "0");
        OK (zmq_close (socket));
    }
    putchar ('\n');
}

/*  A context for each option: its end waits for the sockets that are still on their way out.  */
int main (void)
{
    setvbuf (stdout, NULL, _IOFBF, 1 << 16);
    for (int type = ZMQ_PAIR; type <= ZMQ_STREAM; type++)
        for (int option = -1; option <= 130; option++)
            if (is_option_here (option)) {
                void *context = new_context ();
                set_each (context, type, option);
                other_sizes (context, type, option);
                OK (zmq_ctx_term (context));
            }
    void *context = new_context ();
    set_each (context, ZMQ_PAIR, 9999);
    OK (zmq_ctx_term (context));
    return 0;
}
