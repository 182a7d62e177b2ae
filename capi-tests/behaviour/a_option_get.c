/*  zmq_getsockopt of every option number on every type, fresh, into buffers of many sizes.  */
#include "options.h"

static const size_t capacities[] = {0, 1, 3, 4, 5, 7, 8, 9, 32, 33, 40, 41, 42, 64, 255, 256, 512};

static void get_each (void *context, int type, int option)
{
    void *socket = zmq_socket (context, type);
    CHECK (socket != NULL);
    printf ("%s %s", type_name (type), option_name (option));
    for (size_t i = 0; i < sizeof capacities / sizeof *capacities; i++)
        say_get (socket, option, capacities[i]);
    putchar ('\n');
    OK (zmq_close (socket));
}

int main (void)
{
    setvbuf (stdout, NULL, _IOFBF, 1 << 16);
    for (int type = ZMQ_PAIR; type <= ZMQ_STREAM; type++) {
        void *context = new_context ();
        for (int option = -2; option <= 130; option++)
            if (is_option_here (option))
                get_each (context, type, option);
        get_each (context, type, 999);
        get_each (context, type, 9999);
        get_each (context, type, INT_MAX);
        get_each (context, type, INT_MIN);
        OK (zmq_ctx_term (context));
    }
    return 0;
}
