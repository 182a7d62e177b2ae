/*  Parts of a message arrive all or none, in order, and not mixed with those of another.  */
#include "check.h"

static void *flood (void *argument)
{
    void *socket = ((void **) argument)[0];
    char who = *(char *) ((void **) argument)[1];
    char text[2] = {who, 0};
    for (int i = 0; i < 500; i++)
        for (int part = 0; part < 5; part++) {
            text[1] = (char) ('0' + part);
            CHECK (zmq_send (socket, text, 2, part < 4 ? ZMQ_SNDMORE : 0) == 2);
        }
    return NULL;
}

static void not_mixed (const char *address)
{
    char endpoint[ENDPOINT_MAX];
    void *context = new_context (), *sockets[4];
    pthread_t threads[3];
    void *arguments[3][2];
    sockets[0] = new_socket (context, ZMQ_PULL);
    bind_to (sockets[0], address, endpoint);
    for (int i = 0; i < 3; i++) {
        sockets[i + 1] = new_socket (context, ZMQ_PUSH);
        OK (zmq_connect (sockets[i + 1], endpoint));
        arguments[i][0] = sockets[i + 1];
        arguments[i][1] = "abc" + i;
        CHECK (pthread_create (&threads[i], NULL, flood, arguments[i]) == 0);
    }
    for (int message = 0; message < 1500; message++) {
        char first = 0, text[2];
        for (int part = 0; part < 5; part++) {
            CHECK (zmq_recv (sockets[0], text, 2, 0) == 2);
            if (part == 0)
                first = text[0];
            CHECK (text[0] == first && text[1] == '0' + part);
            CHECK (get_int (sockets[0], ZMQ_RCVMORE) == (part < 4));
        }
    }
    for (int i = 0; i < 3; i++)
        CHECK (pthread_join (threads[i], NULL) == 0);
    close_all (context, sockets, 4);
    SAY ("%.6s: 1500 messages whole", address);
}

static void all_or_none (const char *address)
{
    char byte;
    void *context = new_context ();
    void *push = new_socket (context, ZMQ_PUSH), *pull = new_socket (context, ZMQ_PULL);
    join (pull, push, address);
    send_text (push, "first", 0);
    expect_text (pull, "first");
    send_text (push, "a", ZMQ_SNDMORE);
    send_text (push, "b", ZMQ_SNDMORE);
    set_int (pull, ZMQ_RCVTIMEO, 50);
    RC (zmq_recv (pull, &byte, 1, 0));
    SAY ("events with parts missing %s", events_name (get_int (pull, ZMQ_EVENTS)));
    send_text (push, "c", 0);
    set_int (pull, ZMQ_RCVTIMEO, -1);
    wait_for (pull, ZMQ_POLLIN);
    /*  Once the first part is there the others are there too.  */
    RC (zmq_recv (pull, &byte, 1, ZMQ_DONTWAIT));
    RC (zmq_recv (pull, &byte, 1, ZMQ_DONTWAIT));
    RC (zmq_recv (pull, &byte, 1, ZMQ_DONTWAIT));
    RC (zmq_recv (pull, &byte, 1, ZMQ_DONTWAIT));

    /*  RCVMORE tells of the last part received, also after an empty attempt.  */
    SAY ("RCVMORE %d", get_int (pull, ZMQ_RCVMORE));
    send_text (push, "d", ZMQ_SNDMORE);
    send_text (push, "", 0);
    CHECK (zmq_recv (pull, &byte, 1, 0) == 1);
    SAY ("RCVMORE %d", get_int (pull, ZMQ_RCVMORE));
    CHECK (zmq_recv (pull, &byte, 1, 0) == 0);
    SAY ("RCVMORE %d", get_int (pull, ZMQ_RCVMORE));

    /*  Two pullers: no message is shared out between them.  */
    void *other = new_socket (context, ZMQ_PULL);
    char endpoint[ENDPOINT_MAX];
    bind_to (other, strncmp (address, "inproc", 6) ? address : "inproc://other", endpoint);
    OK (zmq_connect (push, endpoint));
    wait_for (push, ZMQ_POLLOUT);
    for (int i = 0; i < 20; i++)
        for (int part = 0; part < 3; part++)
            send_text (push, part == 0 ? "0" : part == 1 ? "1" : "2", part < 2 ? ZMQ_SNDMORE : 0);
    zmq_pollitem_t items[2] = {{pull, 0, ZMQ_POLLIN, 0}, {other, 0, ZMQ_POLLIN, 0}};
    int total = 0;
    while (total < 20) {
        CHECK (zmq_poll (items, 2, 10000) > 0);
        for (int i = 0; i < 2; i++)
            if (items[i].revents) {
                for (int part = 0; part < 3; part++) {
                    CHECK (zmq_recv (items[i].socket, &byte, 1, ZMQ_DONTWAIT) == 1);
                    CHECK (byte == '0' + part);
                }
                CHECK (!get_int (items[i].socket, ZMQ_RCVMORE));
                total++;
            }
    }
    SAY ("%.6s: %d messages whole", address, total);
    void *sockets[] = {push, pull, other};
    close_all (context, sockets, 3);
}

int main (void)
{
    static const char *const addresses[] = {"inproc://parts", "tcp://127.0.0.1:*", "ipc://*"};
    for (int i = 0; i < 3; i++) {
        all_or_none (addresses[i]);
        not_mixed (addresses[i]);
    }
    return 0;
}
