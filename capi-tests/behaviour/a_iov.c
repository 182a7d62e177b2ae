/*  zmq_sendiov and zmq_recviov. Parts belong to one message only where ZMQ_SNDMORE is given.  */
#include "check.h"
#include <sys/uio.h>

static void receive (void *socket, size_t room)
{
    struct iovec parts[8];
    size_t count = room;
    memset (parts, 0, sizeof parts);
    int rc = (int) RECORD ("zmq_recviov", zmq_recviov (socket, parts, &count, ZMQ_DONTWAIT));
    SAY ("  room %zu -> count %zu more %d", room, count, get_int (socket, ZMQ_RCVMORE));
    for (size_t i = 0; rc > 0 && i < count; i++) {
        say_bytes ("  part", parts[i].iov_base, parts[i].iov_len);
        free (parts[i].iov_base);
    }
}

static void drain (void *socket)
{
    while (say_message ("  message", socket, ZMQ_DONTWAIT) > 0)
        ;
}

int main (void)
{
    void *context = new_context ();
    void *push = new_socket (context, ZMQ_PUSH), *pull = new_socket (context, ZMQ_PULL);
    join (pull, push, "inproc://iov");

    struct iovec parts[5] = {{"one", 3}, {"", 0}, {"three", 5}, {"a part that is longer than the rest of them", 43}, {"5", 1}};
    size_t count;
    for (count = 1; count <= 5; count++) {
        char text[64];
        snprintf (text, sizeof text, "zmq_sendiov %zu", count);
        RECORD (text, zmq_sendiov (push, parts, count, 0));
        drain (pull);
        snprintf (text, sizeof text, "zmq_sendiov %zu SNDMORE", count);
        RECORD (text, zmq_sendiov (push, parts, count, ZMQ_SNDMORE));
        drain (pull);
    }

    for (size_t room = 1; room <= 6; room++) {
        RC (zmq_sendiov (push, parts, 5, ZMQ_SNDMORE));
        RC (zmq_sendiov (push, parts, 1, ZMQ_SNDMORE));
        receive (pull, room);
        receive (pull, room);
        drain (pull);
    }
    RC (zmq_sendiov (push, parts, 2, 0));
    receive (pull, 8);
    receive (pull, 8);
    receive (pull, 8);

    /*  Errors.  */
    RC (zmq_sendiov (push, NULL, 1, 0));
    RC (zmq_sendiov (push, parts, 0, 0));
    RC (zmq_sendiov (push, NULL, 0, 0));
    RC (zmq_sendiov (NULL, parts, 1, 0));
    RC (zmq_sendiov (pull, parts, 1, 0));
    count = 1;
    RC (zmq_recviov (pull, NULL, &count, 0));
    count = 0;
    RC (zmq_recviov (pull, parts, &count, 0));
    RC (zmq_recviov (pull, parts, NULL, 0));
    count = 1;
    RC (zmq_recviov (NULL, parts, &count, 0));
    count = 1;
    RC (zmq_recviov (push, parts, &count, 0));
    count = 1;
    RC (zmq_recviov (pull, parts, &count, ZMQ_DONTWAIT));
    void *sockets[] = {push, pull};
    close_all (context, sockets, 2);
    return 0;
}
