/* ours-only: released builds of the original do not export the poller */
/* later: the poller object */
#include "draft.h"

DRAFT (zmq_poller_new)
DRAFT (zmq_poller_destroy)
DRAFT (zmq_poller_size)
DRAFT (zmq_poller_add)
DRAFT (zmq_poller_modify)
DRAFT (zmq_poller_remove)
DRAFT (zmq_poller_wait)
DRAFT (zmq_poller_wait_all)
DRAFT (zmq_poller_fd)
DRAFT (zmq_poller_add_fd)
DRAFT (zmq_poller_modify_fd)
DRAFT (zmq_poller_remove_fd)

static void errors (void)
{
    int fd, pipes[2], hint = 0;
    zmq_poller_event_t event;
    void *none = NULL, *poller = zmq_poller_new_ ();
    void *context = new_context (), *socket = new_socket (context, ZMQ_PULL), *other = new_socket (context, ZMQ_PULL);
    static char zeros[4096];
    CHECK (poller != NULL && pipe (pipes) == 0);

    ERR (zmq_poller_destroy_ (NULL), EFAULT);
    ERR (zmq_poller_destroy_ (&none), EFAULT);
    ERR (zmq_poller_size_ (NULL), EFAULT);
    ERR (zmq_poller_add_ (NULL, socket, NULL, ZMQ_POLLIN), EFAULT);
    ERR (zmq_poller_modify_ (NULL, socket, ZMQ_POLLIN), EFAULT);
    ERR (zmq_poller_remove_ (NULL, socket), EFAULT);
    ERR (zmq_poller_add_fd_ (NULL, pipes[0], NULL, ZMQ_POLLIN), EFAULT);
    ERR (zmq_poller_modify_fd_ (NULL, pipes[0], ZMQ_POLLIN), EFAULT);
    ERR (zmq_poller_remove_fd_ (NULL, pipes[0]), EFAULT);
    ERR (zmq_poller_wait_ (NULL, &event, 0), EFAULT);
    ERR (zmq_poller_wait_all_ (NULL, &event, 1, 0), EFAULT);
    ERR (zmq_poller_fd_ (NULL, &fd), EFAULT);
    ERR (zmq_poller_size_ (zeros), EFAULT);
    ERR (zmq_poller_wait_ (zeros, &event, 0), EFAULT);

    ERR (zmq_poller_wait_ (poller, NULL, 0), EFAULT);
    ERR (zmq_poller_wait_all_ (poller, NULL, 0, 0), EFAULT);
    ERR (zmq_poller_wait_all_ (poller, &event, -1, 0), EINVAL);
    ERR (zmq_poller_wait_ (poller, &event, -1), EFAULT);
    ERR (zmq_poller_wait_ (poller, &event, 0), EAGAIN);
    ERR (zmq_poller_wait_ (poller, &event, 20), EAGAIN);
    ERR (zmq_poller_fd_ (poller, &fd), EINVAL);

    ERR (zmq_poller_add_ (poller, NULL, NULL, ZMQ_POLLIN), ENOTSOCK);
    ERR (zmq_poller_add_ (poller, zeros, NULL, ZMQ_POLLIN), ENOTSOCK);
    ERR (zmq_poller_add_fd_ (poller, -1, NULL, ZMQ_POLLIN), EBADF);
    ERR (zmq_poller_add_ (poller, socket, NULL, 0x10), EINVAL);
    ERR (zmq_poller_add_ (poller, socket, NULL, -1), EINVAL);
    ERR (zmq_poller_add_fd_ (poller, pipes[0], NULL, 0x10), EINVAL);
    RC (zmq_poller_size_ (poller));
    RC (zmq_poller_add_ (poller, socket, &hint, ZMQ_POLLIN));
    ERR (zmq_poller_add_ (poller, socket, NULL, ZMQ_POLLIN), EINVAL);
    RC (zmq_poller_add_fd_ (poller, pipes[0], NULL, ZMQ_POLLIN));
    ERR (zmq_poller_add_fd_ (poller, pipes[0], NULL, ZMQ_POLLIN), EINVAL);
    RC (zmq_poller_size_ (poller));
    ERR (zmq_poller_modify_ (poller, other, ZMQ_POLLIN), EINVAL);
    ERR (zmq_poller_modify_ (poller, zeros, ZMQ_POLLIN), ENOTSOCK);
    ERR (zmq_poller_modify_ (poller, socket, 0x10), EINVAL);
    ERR (zmq_poller_modify_fd_ (poller, pipes[1], ZMQ_POLLIN), EINVAL);
    ERR (zmq_poller_modify_fd_ (poller, -1, ZMQ_POLLIN), EBADF);
    ERR (zmq_poller_remove_ (poller, other), EINVAL);
    ERR (zmq_poller_remove_ (poller, zeros), ENOTSOCK);
    ERR (zmq_poller_remove_fd_ (poller, pipes[1]), EINVAL);
    ERR (zmq_poller_remove_fd_ (poller, -1), EBADF);
    RC (zmq_poller_modify_ (poller, socket, 0));
    RC (zmq_poller_modify_ (poller, socket, ZMQ_POLLIN));
    ERR (zmq_poller_wait_ (poller, &event, 20), EAGAIN);
    SAY ("after EAGAIN: socket %d fd %d data %d events %d", event.socket != NULL, event.fd, event.user_data != NULL,
         event.events);
    RC (zmq_poller_remove_ (poller, socket));
    ERR (zmq_poller_remove_ (poller, socket), EINVAL);
    RC (zmq_poller_remove_fd_ (poller, pipes[0]));
    RC (zmq_poller_size_ (poller));
    RC (zmq_poller_destroy_ (&poller));
    SAY ("handle %s", poller ? "kept" : "cleared");
    close (pipes[0]);
    close (pipes[1]);
    void *sockets[] = {socket, other};
    close_all (context, sockets, 2);
}

static void say_event (const char *label, const zmq_poller_event_t *event, void *const *data)
{
    int which = -1;
    for (int i = 0; i < 3; i++)
        if (event->user_data == data[i])
            which = i;
    SAY ("%s: data %d socket %d fd %s events %s", label, which, event->socket != NULL,
         event->fd == -1 ? "-1" : event->fd == 0 ? "0" : "some", events_name (event->events));
}

static void waits (const char *address)
{
    int pipes[2];
    char byte;
    zmq_poller_event_t event, events[4];
    void *poller = zmq_poller_new_ (), *context = new_context ();
    void *push = new_socket (context, ZMQ_PUSH), *pull = new_socket (context, ZMQ_PULL);
    void *data[3] = {&byte, &event, pipes};
    CHECK (poller != NULL && pipe (pipes) == 0);
    join (pull, push, address);
    wait_for (push, ZMQ_POLLOUT);
    SAY ("-- %.6s", address);
    OK (zmq_poller_add_ (poller, pull, data[0], ZMQ_POLLIN));
    ERR (zmq_poller_wait_ (poller, &event, 0), EAGAIN);
    send_text (push, "x", 0);
    RC (zmq_poller_wait_ (poller, &event, 10000));
    CHECK (event.socket == pull);
    say_event ("pull", &event, data);
    OK (zmq_poller_modify_ (poller, pull, 0));
    ERR (zmq_poller_wait_ (poller, &event, 20), EAGAIN);
    OK (zmq_poller_modify_ (poller, pull, ZMQ_POLLIN | ZMQ_POLLOUT));
    RC (zmq_poller_wait_ (poller, &event, -1));
    say_event ("pull", &event, data);

    OK (zmq_poller_add_ (poller, push, data[1], ZMQ_POLLOUT));
    OK (zmq_poller_add_fd_ (poller, pipes[0], data[2], ZMQ_POLLIN));
    CHECK (write (pipes[1], "x", 1) == 1);
    memset (events, 0x7f, sizeof events);
    int count = (int) RC (zmq_poller_wait_all_ (poller, events, 4, 10000));
    for (int i = 0; i < 4; i++)
        say_event (i < count ? "event" : "rest", &events[i], data);
    RC (zmq_poller_wait_all_ (poller, events, 2, 10000));
    RC (zmq_poller_wait_all_ (poller, events, 1, 10000));
    OK (zmq_poller_modify_fd_ (poller, pipes[0], 0));
    RC (zmq_poller_wait_all_ (poller, events, 4, 10000));
    OK (zmq_poller_remove_ (poller, push));
    expect_text (pull, "x");
    ERR (zmq_poller_wait_all_ (poller, events, 4, 20), EAGAIN);
    OK (zmq_poller_modify_fd_ (poller, pipes[0], ZMQ_POLLIN));
    RC (zmq_poller_wait_ (poller, &event, -1));
    CHECK (event.fd == pipes[0]);
    say_event ("pipe", &event, data);
    RC (zmq_poller_destroy_ (&poller));
    close (pipes[0]);
    close (pipes[1]);
    void *sockets[] = {push, pull};
    close_all (context, sockets, 2);
}

int main (void)
{
    errors ();
    waits ("inproc://poller");
    waits ("tcp://127.0.0.1:*");
    return 0;
}
