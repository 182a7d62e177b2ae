/* ours-only: the original aborts the process on each of these */
#include "check.h"

int main (void)
{
    void *context = new_context ();
    void *push = new_socket (context, ZMQ_PUSH), *pull = new_socket (context, ZMQ_PULL);
    join (pull, push, "inproc://abuse");

    zmq_msg_t closed, zeros;
    OK (zmq_msg_init_size (&closed, 100));
    OK (zmq_msg_close (&closed));
    memset (&zeros, 0, sizeof zeros);
    zmq_msg_t *each[] = {&closed, &zeros};
    for (int i = 0; i < 2; i++) {
        CHECK (zmq_msg_data (each[i]) == NULL);
        CHECK (zmq_msg_size (each[i]) == 0);
        CHECK (zmq_msg_more (each[i]) == 0);
        ERR (zmq_msg_send (each[i], push, 0), EFAULT);
        ERR (zmq_msg_send (each[i], push, ZMQ_DONTWAIT), EFAULT);
        ERR (zmq_sendmsg (push, each[i], 0), EFAULT);
    }

    /*  A copy onto itself changes nothing.  */
    for (size_t size = 0; size < 100; size += 9) {
        zmq_msg_t message;
        OK (zmq_msg_init_size (&message, size));
        memset (zmq_msg_data (&message), 'q', size);
        zmq_msg_copy (&message, &message);
        zmq_msg_move (&message, &message);
        CHECK (zmq_msg_size (&message) == size);
        for (size_t at = 0; at < size; at++)
            CHECK (((char *) zmq_msg_data (&message))[at] == 'q');
        OK (zmq_msg_close (&message));
    }

    send_text (push, "works", 0);
    expect_text (pull, "works");
    void *sockets[] = {push, pull};
    close_all (context, sockets, 2);
    return 0;
}
