/*  zmq_send and zmq_recv: sizes, truncation, NULL buffers, flags, calls that the type does not have.  */
#include "check.h"

static void truncation (const char *address)
{
    static const size_t sizes[] = {0, 1, 2, 29, 30, 33, 34, 100, 254, 255, 256, 8191, 8192, 8193, 70000, 300000};
    void *context = new_context ();
    void *push = new_socket (context, ZMQ_PUSH), *pull = new_socket (context, ZMQ_PULL);
    join (pull, push, address);
    char *out = malloc (300000), *in = malloc (300001);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        size_t size = sizes[i];
        for (size_t at = 0; at < size; at++)
            out[at] = (char) (at * 7 + size);
        size_t capacities[] = {0, 1, size ? size - 1 : 0, size, size + 1};
        for (int c = 0; c < 5; c++) {
            CHECK (zmq_send (push, out, size, 0) == (int) size);
            memset (in, '#', 300001);
            int rc = zmq_recv (pull, in, capacities[c], 0);
            size_t got = size < capacities[c] ? size : capacities[c];
            CHECK (memcmp (in, out, got) == 0);
            CHECK (in[got] == '#');
            SAY ("%.6s size %zu into %zu -> %d", address, size, capacities[c], rc);
        }
    }
    free (out);
    free (in);

    RC (zmq_send (push, NULL, 0, 0));
    RC (zmq_recv (pull, NULL, 0, 0));
    RC (zmq_send (push, "abc", 3, 0));
    RC (zmq_recv (pull, NULL, 0, 0));
    RC (zmq_send_const (push, NULL, 0, 0));
    RC (zmq_recv (pull, NULL, 0, 0));
    static const char constant[] = "constant content that is longer than what fits inside a message";
    RC (zmq_send_const (push, constant, sizeof constant, 0));
    zmq_msg_t message;
    OK (zmq_msg_init (&message));
    RC (zmq_msg_recv (&message, pull, 0));
    CHECK (memcmp (zmq_msg_data (&message), constant, sizeof constant) == 0);
    SAY ("%.6s constant: in place %d", address, zmq_msg_data (&message) == (void *) constant);
    OK (zmq_msg_close (&message));
    RC (zmq_send_const (push, "few", 3, ZMQ_SNDMORE));
    RC (zmq_send_const (push, "more", 4, ZMQ_DONTWAIT));
    say_message ("constant", pull, 0);

    /*  Unknown flags.  */
    RC (zmq_send (push, "f", 1, 4));
    RC (zmq_recv (pull, NULL, 0, 4));
    RC (zmq_send (push, "f", 1, 0x100));
    RC (zmq_recv (pull, NULL, 0, 0x100));
    RC (zmq_recv (pull, NULL, 0, ZMQ_DONTWAIT));
    RC (zmq_recv (pull, NULL, 0, ZMQ_DONTWAIT | ZMQ_SNDMORE));
    void *sockets[] = {push, pull};
    close_all (context, sockets, 2);
}

/*  What each type answers when it is alone.  */
static void alone (void)
{
    for (int type = ZMQ_PAIR; type <= ZMQ_STREAM; type++) {
        char text[64], byte;
        void *context = new_context (), *socket = new_socket (context, type);
        set_timeouts (socket, 20);
        snprintf (text, sizeof text, "%s recv DONTWAIT", type_name (type));
        RECORD (text, zmq_recv (socket, &byte, 1, ZMQ_DONTWAIT));
        snprintf (text, sizeof text, "%s recv", type_name (type));
        RECORD (text, zmq_recv (socket, &byte, 1, 0));
        snprintf (text, sizeof text, "%s send DONTWAIT", type_name (type));
        RECORD (text, zmq_send (socket, "x", 1, ZMQ_DONTWAIT));
        snprintf (text, sizeof text, "%s send", type_name (type));
        RECORD (text, zmq_send (socket, "x", 1, 0));
        snprintf (text, sizeof text, "%s send SNDMORE", type_name (type));
        RECORD (text, zmq_send (socket, "x", 1, ZMQ_SNDMORE));
        snprintf (text, sizeof text, "%s send empty", type_name (type));
        RECORD (text, zmq_send (socket, "", 0, 0));
        snprintf (text, sizeof text, "%s send empty again", type_name (type));
        RECORD (text, zmq_send (socket, "", 0, ZMQ_DONTWAIT));
        snprintf (text, sizeof text, "%s recv after", type_name (type));
        RECORD (text, zmq_recv (socket, &byte, 1, ZMQ_DONTWAIT));
        SAY ("%s events %s", type_name (type), events_name (get_int (socket, ZMQ_EVENTS)));
        close_all (context, &socket, 1);
    }
}

static void timeouts (void)
{
    char byte;
    void *context = new_context ();
    void *push = new_socket (context, ZMQ_PUSH), *pull = new_socket (context, ZMQ_PULL);
    set_timeouts (push, 100);
    set_timeouts (pull, 100);
    long start = now_ms ();
    RC (zmq_recv (pull, &byte, 1, 0));
    long end = now_ms ();
    SAY ("recv waited %d", end - start >= 99 && end - start < 1000);
    start = now_ms ();
    RC (zmq_send (push, "x", 1, 0));
    end = now_ms ();
    SAY ("send waited %d", end - start >= 99 && end - start < 1000);
    set_timeouts (push, 0);
    set_timeouts (pull, 0);
    start = now_ms ();
    RC (zmq_recv (pull, &byte, 1, 0));
    RC (zmq_send (push, "x", 1, 0));
    end = now_ms ();
    SAY ("0 does not wait %d", end - start < 90);
    void *sockets[] = {push, pull};
    close_all (context, sockets, 2);
}

int main (void)
{
    alone ();
    timeouts ();
    truncation ("inproc://truncation");
    truncation ("tcp://127.0.0.1:*");
    truncation ("ipc://*");
    return 0;
}
