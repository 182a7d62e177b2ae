/*  A free function may call the library: here it sends on another socket, under a lock of the application.  */
#include "check.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static void *report;
static int reported;

static void free_and_report (void *data, void *hint)
{
    (void) hint;
    pthread_mutex_lock (&lock);
    if (report) {
        zmq_msg_t message;
        OK (zmq_msg_init_size (&message, 1));
        *(char *) zmq_msg_data (&message) = *(char *) data;
        CHECK (zmq_msg_send (&message, report, 0) == 1);
        OK (zmq_msg_close (&message));
        reported++;
    }
    free (data);
    pthread_mutex_unlock (&lock);
}

static void send_content (void *socket, char letter, size_t size)
{
    char *data = malloc (size);
    zmq_msg_t message;
    memset (data, letter, size);
    OK (zmq_msg_init_data (&message, data, size, free_and_report, NULL));
    CHECK (zmq_msg_send (&message, socket, 0) == (int) size);
    OK (zmq_msg_close (&message));
}

static void round_trip (const char *address, size_t size)
{
    void *context = new_context ();
    void *push = new_socket (context, ZMQ_PUSH), *pull = new_socket (context, ZMQ_PULL);
    void *out = new_socket (context, ZMQ_PUSH), *in = new_socket (context, ZMQ_PULL);
    join (in, out, "inproc://reports");
    join (pull, push, address);
    pthread_mutex_lock (&lock);
    report = out;
    reported = 0;
    pthread_mutex_unlock (&lock);
    for (char letter = 'a'; letter <= 'z'; letter++)
        send_content (push, letter, size);
    for (int i = 0; i < 26; i++) {
        zmq_msg_t message;
        OK (zmq_msg_init (&message));
        CHECK (zmq_msg_recv (&message, pull, 0) == (int) size);
        OK (zmq_msg_close (&message));
    }
    char letters[27] = "";
    for (int i = 0; i < 26; i++)
        CHECK (zmq_recv (in, &letters[i], 1, 0) == 1);
    SAY ("%.6s %zu: %s", address, size, letters);

    /*  Left over at the end: the reports go to a socket that is still open.  */
    for (int i = 0; i < 3; i++)
        send_content (push, 'x', size);
    OK (zmq_close (push));
    OK (zmq_close (pull));
    for (int i = 0; i < 3; i++)
        CHECK (zmq_recv (in, letters, 1, 0) == 1 && *letters == 'x');
    pthread_mutex_lock (&lock);
    report = NULL;
    CHECK (reported == 29);
    pthread_mutex_unlock (&lock);
    OK (zmq_close (out));
    OK (zmq_close (in));
    OK (zmq_ctx_term (context));
    SAY ("%.6s %zu: 29 reports", address, size);
}

int main (void)
{
    round_trip ("inproc://data", 100);
    round_trip ("inproc://data", 100000);
    round_trip ("tcp://127.0.0.1:*", 100);
    round_trip ("tcp://127.0.0.1:*", 100000);
    round_trip ("ipc://*", 100);
    return 0;
}
