/* ours-only: with the original it is undefined what several threads in one socket do */
#include "check.h"

static volatile int stop;

/*  Every call answers with a success or an errno that the manual has.  */
static void *hammer (void *socket)
{
    unsigned round = 0;
    while (!stop) {
        char buffer[64];
        int value = 0, rc = 0;
        size_t size = sizeof value;
        zmq_pollitem_t item = {socket, 0, ZMQ_POLLIN, 0};
        switch (round++ % 6) {
        case 0:
            rc = zmq_send (socket, "part", 4, ZMQ_DONTWAIT | ZMQ_SNDMORE);
            break;
        case 1:
            rc = zmq_send (socket, "last", 4, ZMQ_DONTWAIT);
            break;
        case 2:
            rc = zmq_recv (socket, buffer, sizeof buffer, ZMQ_DONTWAIT);
            break;
        case 3:
            rc = zmq_getsockopt (socket, ZMQ_EVENTS, &value, &size);
            break;
        case 4:
            rc = zmq_poll (&item, 1, 0);
            break;
        case 5:
            rc = zmq_setsockopt (socket, ZMQ_RCVTIMEO, &value, sizeof value);
            break;
        }
        if (rc == -1)
            CHECK (errno == EAGAIN || errno == ENOTSOCK || errno == ETERM || errno == EINVAL || errno == EBUSY || errno == EFSM
                   || errno == ENOTSUP || errno == EFAULT);
    }
    return NULL;
}

static void storm (int type, const char *address)
{
    pthread_t threads[4];
    void *context = new_context ();
    void *socket = new_socket (context, type), *peer = new_socket (context, type);
    join (socket, peer, address);
    stop = 0;
    for (int i = 0; i < 4; i++)
        CHECK (pthread_create (&threads[i], NULL, hammer, i < 3 ? socket : peer) == 0);
    sleep_ms (300);
    /*  Closed while they are in it.  */
    OK (zmq_close (socket));
    sleep_ms (50);
    stop = 1;
    for (int i = 0; i < 4; i++)
        CHECK (pthread_join (threads[i], NULL) == 0);
    CHECK (zmq_close (socket) == -1 && errno == ENOTSOCK);
    OK (zmq_close (peer));
    OK (zmq_ctx_term (context));
    SAY ("%s %.6s", type_name (type), address);
}

int main (void)
{
    storm (ZMQ_DEALER, "inproc://storm");
    storm (ZMQ_DEALER, "tcp://127.0.0.1:*");
    storm (ZMQ_PAIR, "inproc://storm");
    storm (ZMQ_ROUTER, "tcp://127.0.0.1:*");
    storm (ZMQ_REQ, "ipc://*");
    return 0;
}
