/*  zmq_ctx_set and zmq_ctx_get: defaults, bounds, unknown options, what later sockets inherit.  */
#include "check.h"

/*  Draft options have another answer in a build with drafts.  */
static int is_draft (int option)
{
    return option == 10 || option == 11;
}

static void say_all (const char *when)
{
    void *context = new_context ();
    SAY ("-- %s", when);
    for (int option = -1; option < 100; option++) {
        char text[64];
        if (is_draft (option))
            continue;
        snprintf (text, sizeof text, "get %d", option);
        RECORD (text, zmq_ctx_get (context, option));
    }
    OK (zmq_ctx_term (context));
}

static void set_each (int option)
{
    static const int values[] = {INT_MIN, -2, -1, 0, 1, 2, 3, 16, 17, 99, 1000, 65535, 65536, 100000, INT_MAX};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        char text[64];
        void *context = new_context ();
        snprintf (text, sizeof text, "set %d to %d", option, values[i]);
        RECORD (text, zmq_ctx_set (context, option, values[i]));
        snprintf (text, sizeof text, "    get %d", option);
        RECORD (text, zmq_ctx_get (context, option));
        OK (zmq_ctx_term (context));
    }
}

int main (void)
{
    say_all ("defaults");
    for (int option = -1; option < 100; option++)
        if (!is_draft (option) && (option < 10 || option > 14 || option == 42 || option == 70))
            set_each (option);
    set_each (9999);

    /*  Number of sockets allowed is what was asked for.  */
    void *context = new_context ();
    RC (zmq_ctx_get (context, ZMQ_SOCKET_LIMIT));
    RC (zmq_ctx_set (context, ZMQ_SOCKET_LIMIT, 10));
    RC (zmq_ctx_get (context, ZMQ_SOCKET_LIMIT));

    /*  Options that sockets inherit when they are made.  */
    void *before = zmq_socket (context, ZMQ_DEALER);
    OK (zmq_ctx_set (context, ZMQ_IPV6, 1));
    OK (zmq_ctx_set (context, ZMQ_BLOCKY, 0));
    void *after = zmq_socket (context, ZMQ_DEALER);
    SAY ("IPV6 before %d after %d", get_int (before, ZMQ_IPV6), get_int (after, ZMQ_IPV6));
    SAY ("LINGER before %d after %d", get_int (before, ZMQ_LINGER), get_int (after, ZMQ_LINGER));
    RC (zmq_ctx_get (context, ZMQ_IPV6));
    RC (zmq_ctx_get (context, ZMQ_BLOCKY));
    OK (zmq_ctx_set (context, ZMQ_BLOCKY, 1));
    void *again = zmq_socket (context, ZMQ_DEALER);
    SAY ("LINGER again %d", get_int (again, ZMQ_LINGER));

    /*  Threads and limits cannot be changed any more, but can be set.  */
    RC (zmq_ctx_set (context, ZMQ_IO_THREADS, 4));
    RC (zmq_ctx_get (context, ZMQ_IO_THREADS));
    RC (zmq_ctx_set (context, ZMQ_MAX_SOCKETS, 4));
    RC (zmq_ctx_get (context, ZMQ_MAX_SOCKETS));
    OK (zmq_close (before));
    OK (zmq_close (after));
    OK (zmq_close (again));

    /*  After shutdown options still answer.  */
    OK (zmq_ctx_shutdown (context));
    RC (zmq_ctx_get (context, ZMQ_IO_THREADS));
    RC (zmq_ctx_set (context, ZMQ_IO_THREADS, 2));
    RC (zmq_ctx_get (context, ZMQ_IO_THREADS));
    OK (zmq_ctx_term (context));

    RC (zmq_ctx_get (NULL, ZMQ_IO_THREADS));
    RC (zmq_ctx_set (NULL, ZMQ_IO_THREADS, 1));
    RC (zmq_ctx_get (NULL, 9999));
    return 0;
}
