/* no-valgrind: what a child has inherited is its parent's, and counts as lost when it closes it */

/*  What a forked child asks of sockets that it has inherited is answered EINTR where their threads would be needed, and the parent
 *  does not notice. Closing works. */
#include "check.h"
#include <sys/wait.h>

static void child (void *pull, void *push, const char *endpoint)
{
    int events;
    size_t size = sizeof events;
    zmq_pollitem_t item = { .socket = pull, .events = ZMQ_POLLIN };
    RC (zmq_getsockopt (pull, ZMQ_EVENTS, &events, &size));
    RC (zmq_poll (&item, 1, 5000));
    RC (zmq_bind (pull, "tcp://127.0.0.1:*"));
    RC (zmq_connect (push, "tcp://127.0.0.1:1"));
    int rc = zmq_disconnect (push, endpoint);
    SAY ("zmq_disconnect -> %d %s", rc, errno_name (errno));
    rc = zmq_unbind (pull, endpoint);
    SAY ("zmq_unbind -> %d %s", rc, errno_name (errno));
    int linger = 0;
    RC (zmq_setsockopt (push, ZMQ_LINGER, &linger, sizeof linger));
    RC (zmq_close (push));
    RC (zmq_close (pull));
    fflush (stdout);
    _exit (0);
}

int main (void)
{
    char endpoint[ENDPOINT_MAX];
    void *context = new_context ();
    void *pull = new_socket (context, ZMQ_PULL), *push = new_socket (context, ZMQ_PUSH);
    bind_tcp (pull, endpoint);
    OK (zmq_connect (push, endpoint));
    send_text (push, "before", 0);
    expect_text (pull, "before");

    fflush (stdout);
    pid_t pid = fork ();
    CHECK (pid >= 0);
    if (pid == 0)
        child (pull, push, endpoint);
    int status = -1;
    CHECK (waitpid (pid, &status, 0) == pid);
    CHECK (WIFEXITED (status) && WEXITSTATUS (status) == 0);

    /*  The connection and the listener are what they were.  */
    send_text (push, "after", 0);
    expect_text (pull, "after");
    void *another = new_socket (context, ZMQ_PUSH);
    OK (zmq_connect (another, endpoint));
    send_text (another, "from another", 0);
    expect_text (pull, "from another");
    void *sockets[] = { pull, push, another };
    close_all (context, sockets, 3);
    SAY ("parent: done");
    return 0;
}
