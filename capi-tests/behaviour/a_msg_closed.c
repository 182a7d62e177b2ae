/*  A message that has been closed is invalid: EFAULT from whatever answers with an errno.  */
#include "check.h"

int main (void)
{
    zmq_msg_t closed, valid;
    OK (zmq_msg_init_size (&closed, 100));
    OK (zmq_msg_close (&closed));
    ERR (zmq_msg_close (&closed), EFAULT);
    ERR (zmq_msg_close (&closed), EFAULT);

    OK (zmq_msg_init (&valid));
    RC (zmq_msg_copy (&valid, &closed));
    RC (zmq_msg_move (&valid, &closed));
    RC (zmq_msg_copy (&closed, &valid));
    RC (zmq_msg_move (&closed, &valid));
    OK (zmq_msg_close (&valid));

    void *context = new_context ();
    void *push = new_socket (context, ZMQ_PUSH), *pull = new_socket (context, ZMQ_PULL);
    join (pull, push, "inproc://closed");
    OK (zmq_msg_init_size (&closed, 3));
    OK (zmq_msg_close (&closed));
    RC (zmq_recvmsg (pull, &closed, ZMQ_DONTWAIT));
    RC (zmq_msg_recv (&closed, pull, ZMQ_DONTWAIT));

    /*  Memory that was never a message.  */
    zmq_msg_t zeros;
    memset (&zeros, 0, sizeof zeros);
    RC (zmq_msg_close (&zeros));
    RC (zmq_msg_recv (&zeros, pull, 0));

    send_text (push, "works", 0);
    expect_text (pull, "works");

    /*  A message that was sent is empty and valid, and may be closed, once.  */
    OK (zmq_msg_init_size (&valid, 100));
    RC (zmq_msg_send (&valid, push, 0));
    SAY ("size after send %zu", zmq_msg_size (&valid));
    RC (zmq_msg_close (&valid));
    RC (zmq_msg_close (&valid));
    OK (zmq_msg_init (&valid));
    RC (zmq_msg_recv (&valid, pull, 0));

    /*  An empty receive destroys what was there and leaves a valid empty message.  */
    SAY ("size %zu", zmq_msg_size (&valid));
    RC (zmq_msg_recv (&valid, pull, ZMQ_DONTWAIT));
    SAY ("size after EAGAIN %zu", zmq_msg_size (&valid));
    RC (zmq_msg_close (&valid));

    /*  A failed send leaves the content.  */
    void *lonely = new_socket (context, ZMQ_PUSH);
    OK (zmq_msg_init_size (&valid, 100));
    memset (zmq_msg_data (&valid), 'k', 100);
    RC (zmq_msg_send (&valid, lonely, ZMQ_DONTWAIT));
    SAY ("size after EAGAIN %zu first %c", zmq_msg_size (&valid), *(char *) zmq_msg_data (&valid));
    RC (zmq_msg_send (&valid, pull, 0));
    SAY ("size after ENOTSUP %zu", zmq_msg_size (&valid));
    RC (zmq_msg_send (&valid, NULL, 0));
    SAY ("size after ENOTSOCK %zu", zmq_msg_size (&valid));
    RC (zmq_msg_recv (&valid, NULL, 0));
    SAY ("size after ENOTSOCK %zu", zmq_msg_size (&valid));
    RC (zmq_msg_recv (&valid, push, 0));
    SAY ("size after ENOTSUP %zu", zmq_msg_size (&valid));
    RC (zmq_msg_close (&valid));
    void *sockets[] = {push, pull, lonely};
    close_all (context, sockets, 3);
    return 0;
}
