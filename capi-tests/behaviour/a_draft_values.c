/* ours-only: released builds of the original do not export these */
#include "draft.h"

DRAFT (zmq_ctx_set_ext)
DRAFT (zmq_ctx_get_ext)
DRAFT (zmq_msg_set_routing_id)
DRAFT (zmq_msg_routing_id)
DRAFT (zmq_msg_set_group)
DRAFT (zmq_msg_group)

static void context_options (void)
{
    void *context = new_context ();
    int value = 3, got = -1;
    char text[64] = "";
    size_t size = sizeof got;
    RC (zmq_ctx_set_ext_ (context, ZMQ_IO_THREADS, &value, sizeof value));
    RC (zmq_ctx_get_ext_ (context, ZMQ_IO_THREADS, &got, &size));
    SAY ("value %d size %zu", got, size);
    ERR (zmq_ctx_set_ext_ (context, ZMQ_IO_THREADS, &value, 1), EINVAL);
    ERR (zmq_ctx_set_ext_ (context, ZMQ_IO_THREADS, &value, 0), EINVAL);
    ERR (zmq_ctx_set_ext_ (context, 9999, &value, sizeof value), EINVAL);
    ERR (zmq_ctx_set_ext_ (NULL, ZMQ_IO_THREADS, &value, sizeof value), EFAULT);
    size = 1;
    ERR (zmq_ctx_get_ext_ (context, ZMQ_IO_THREADS, &got, &size), EINVAL);
    size = sizeof got;
    ERR (zmq_ctx_get_ext_ (context, 9999, &got, &size), EINVAL);
    ERR (zmq_ctx_get_ext_ (NULL, ZMQ_IO_THREADS, &got, &size), EFAULT);

    RC (zmq_ctx_set_ext_ (context, ZMQ_THREAD_NAME_PREFIX, "prefix", 6));
    size = sizeof text;
    RC (zmq_ctx_get_ext_ (context, ZMQ_THREAD_NAME_PREFIX, text, &size));
    SAY ("prefix %s", text);
    ERR (zmq_ctx_set_ext_ (context, ZMQ_THREAD_NAME_PREFIX, "", 0), EINVAL);
    RC (zmq_ctx_set_ext_ (context, ZMQ_THREAD_NAME_PREFIX, "0123456789abcdef", 16));
    ERR (zmq_ctx_set_ext_ (context, ZMQ_THREAD_NAME_PREFIX, "0123456789abcdefg", 17), EINVAL);
    RC (zmq_ctx_get (context, ZMQ_ZERO_COPY_RECV));
    RC (zmq_ctx_set (context, ZMQ_ZERO_COPY_RECV, 0));
    RC (zmq_ctx_get (context, ZMQ_ZERO_COPY_RECV));
    ERR (zmq_ctx_set (context, ZMQ_ZERO_COPY_RECV, -1), EINVAL);
    OK (zmq_ctx_term (context));
}

static void message_values (void)
{
    zmq_msg_t message, copy;
    char name[300];
    memset (name, 'g', sizeof name);
    OK (zmq_msg_init (&message));
    SAY ("routing id %u group \"%s\"", zmq_msg_routing_id_ (&message), zmq_msg_group_ (&message));
    ERR (zmq_msg_set_routing_id_ (&message, 0), EINVAL);
    RC (zmq_msg_set_routing_id_ (&message, 0xfffffffe));
    SAY ("routing id %u", zmq_msg_routing_id_ (&message));
    static const size_t lengths[] = {0, 1, 14, 15, 16, 255};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        char text[64];
        memset (name, 'g', sizeof name);
        name[lengths[i]] = 0;
        snprintf (text, sizeof text, "group of %zu", lengths[i]);
        RECORD (text, zmq_msg_set_group_ (&message, name));
        SAY ("is %zu", strlen (zmq_msg_group_ (&message)));
        OK (zmq_msg_init (&copy));
        OK (zmq_msg_copy (&copy, &message));
        SAY ("copy is %zu, routing id %u", strlen (zmq_msg_group_ (&copy)), zmq_msg_routing_id_ (&copy));
        OK (zmq_msg_close (&copy));
    }
    /*  Longer names are refused or cut.  */
    memset (name, 'g', sizeof name);
    name[256] = 0;
    if (zmq_msg_set_group_ (&message, name) == -1)
        CHECK (errno == EINVAL);
    CHECK (strlen (zmq_msg_group_ (&message)) == 255);
    OK (zmq_msg_init (&copy));
    OK (zmq_msg_move (&copy, &message));
    SAY ("moved %zu %u, left %zu %u", strlen (zmq_msg_group_ (&copy)), zmq_msg_routing_id_ (&copy),
         strlen (zmq_msg_group_ (&message)), zmq_msg_routing_id_ (&message));
    OK (zmq_msg_close (&copy));
    OK (zmq_msg_close (&message));
}

int main (void)
{
    context_options ();
    message_values ();
    return 0;
}
