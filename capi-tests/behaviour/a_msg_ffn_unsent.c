/*  What waits for a connection is still required: its free function runs once it was sent, or dropped.  */
#include "check.h"

static int freed;

static void count (void *data, void *hint)
{
    (void) data;
    (void) hint;
    __atomic_fetch_add (&freed, 1, __ATOMIC_SEQ_CST);
}

static int count_freed (void)
{
    return __atomic_load_n (&freed, __ATOMIC_SEQ_CST);
}

static void send_content (void *socket, size_t size, int flags)
{
    static char data[100000];
    zmq_msg_t message;
    OK (zmq_msg_init_data (&message, data, size, count, NULL));
    CHECK (zmq_msg_send (&message, socket, flags) == (int) size);
    OK (zmq_msg_close (&message));
}

int main (void)
{
    static char buffer[100000];
    void *context = new_context ();
    void *push = new_socket (context, ZMQ_PUSH), *pull = new_socket (context, ZMQ_PULL);
    char address[100];
    snprintf (address, sizeof address, "ipc:///tmp/ffn-unsent-%d", (int) getpid ());
    OK (zmq_connect (push, address));
    static const size_t sizes[] = {40, 100, 1000, 100000};
    for (int i = 0; i < 4; i++) {
        send_content (push, sizes[i], ZMQ_SNDMORE);
        send_content (push, sizes[i], 0);
    }
    SAY ("before: %d", count_freed ());
    OK (zmq_bind (pull, address));
    for (int i = 0; i < 8; i++)
        SAY ("received %d", zmq_recv (pull, buffer, sizeof buffer, 0));
    OK (zmq_close (pull));
    while (count_freed () < 8)
        usleep (1000);
    SAY ("after: %d", count_freed ());

    /*  Nobody takes this one.  */
    void *other = new_socket (context, ZMQ_PUSH);
    OK (zmq_connect (other, "tcp://127.0.0.1:1"));
    send_content (other, 100, 0);
    SAY ("waiting: %d", count_freed ());
    int zero = 0;
    OK (zmq_setsockopt (other, ZMQ_LINGER, &zero, sizeof zero));
    OK (zmq_setsockopt (push, ZMQ_LINGER, &zero, sizeof zero));
    OK (zmq_close (other));
    OK (zmq_close (push));
    OK (zmq_ctx_term (context));
    SAY ("dropped: %d", count_freed ());
    return 0;
}
