/*  One message part: init, size, data, close, move, copy, properties, as long as nothing is sent.  */
#include "check.h"

static void sizes (void)
{
    static const size_t each[] = {0, 1, 7, 8, 29, 30, 31, 32, 33, 34, 40, 64, 255, 256, 1024, 8192, 65536, 1 << 20};
    for (size_t i = 0; i < sizeof each / sizeof *each; i++) {
        zmq_msg_t message;
        OK (zmq_msg_init_size (&message, each[i]));
        CHECK (zmq_msg_size (&message) == each[i]);
        CHECK (zmq_msg_data (&message) != NULL);
        CHECK ((uintptr_t) zmq_msg_data (&message) % sizeof (void *) == 0);
        memset (zmq_msg_data (&message), 'a' + (int) i, each[i]);
        SAY ("size %zu more %d shared %d get-more %d", each[i], zmq_msg_more (&message),
             zmq_msg_get (&message, ZMQ_SHARED), zmq_msg_get (&message, ZMQ_MORE));
        OK (zmq_msg_close (&message));
    }
    zmq_msg_t huge;
    RC (zmq_msg_init_size (&huge, SIZE_MAX));
    RC (zmq_msg_init_size (&huge, SIZE_MAX - 8));
    RC (zmq_msg_init_size (&huge, SIZE_MAX / 4));
}

static void layout (void)
{
    SAY ("sizeof zmq_msg_t %zu", sizeof (zmq_msg_t));
    zmq_msg_t array[3];
    memset (array, 0xa5, sizeof array);
    OK (zmq_msg_init (&array[1]));
    OK (zmq_msg_close (&array[1]));
    OK (zmq_msg_init_size (&array[1], 100));
    OK (zmq_msg_close (&array[1]));
    for (size_t i = 0; i < sizeof (zmq_msg_t); i++)
        CHECK (((unsigned char *) &array[0])[i] == 0xa5 && ((unsigned char *) &array[2])[i] == 0xa5);

    /*  Idle messages may be relocated by memcpy.  */
    for (size_t size = 0; size < 200; size += 11) {
        zmq_msg_t from, to;
        OK (zmq_msg_init_size (&from, size));
        memset (zmq_msg_data (&from), 'x', size);
        memcpy (&to, &from, sizeof to);
        memset (&from, 0, sizeof from);
        CHECK (zmq_msg_size (&to) == size);
        for (size_t i = 0; i < size; i++)
            CHECK (((char *) zmq_msg_data (&to))[i] == 'x');
        OK (zmq_msg_close (&to));
    }
}

static void properties (void)
{
    zmq_msg_t message;
    OK (zmq_msg_init (&message));
    for (int property = -1; property < 10; property++) {
        char text[64];
        snprintf (text, sizeof text, "zmq_msg_get %d", property);
        RECORD (text, zmq_msg_get (&message, property));
        snprintf (text, sizeof text, "zmq_msg_set %d", property);
        RECORD (text, zmq_msg_set (&message, property, 1));
    }
    static const char *const names[] = {"",          "Socket-Type", "Identity", "Routing-Id", "User-Id", "Peer-Address",
                                        "X-Nothing", "__fd"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        errno = 0;
        const char *value = zmq_msg_gets (&message, names[i]);
        SAY ("gets \"%s\" -> %s %s", names[i], value ? value : "NULL", value ? "" : errno_name (errno));
    }
    OK (zmq_msg_close (&message));
}

static void move_and_copy (size_t size)
{
    zmq_msg_t from, to;
    SAY ("-- %zu bytes", size);
    OK (zmq_msg_init_size (&from, size));
    memset (zmq_msg_data (&from), 'm', size);
    OK (zmq_msg_init_size (&to, 500));
    RC (zmq_msg_move (&to, &from));
    SAY ("moved %zu left %zu", zmq_msg_size (&to), zmq_msg_size (&from));
    RC (zmq_msg_copy (&from, &to));
    SAY ("copied %zu left %zu shared %d %d", zmq_msg_size (&from), zmq_msg_size (&to),
         zmq_msg_get (&from, ZMQ_SHARED), zmq_msg_get (&to, ZMQ_SHARED));
    CHECK (size == 0 || memcmp (zmq_msg_data (&from), zmq_msg_data (&to), size) == 0);
    SAY ("same memory %d", size && zmq_msg_data (&from) == zmq_msg_data (&to));
    OK (zmq_msg_close (&to));
    CHECK (zmq_msg_size (&from) == size && (size == 0 || *(char *) zmq_msg_data (&from) == 'm'));
    OK (zmq_msg_close (&from));
}

int main (void)
{
    sizes ();
    layout ();
    properties ();
    move_and_copy (0);
    move_and_copy (10);
    move_and_copy (33);
    move_and_copy (100);
    move_and_copy (1000);
    return 0;
}
