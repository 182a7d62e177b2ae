/*  A forked child may close and terminate what it inherited, at once, and work in a context of its own.  */
/* no-valgrind: a child has not the threads that own what they allocated, so that it counts as lost */
#include "check.h"
#include <sys/wait.h>

static void child (void *context, void *pull, const char *endpoint)
{
    printf ("child: ");
    RC (zmq_close (pull));
    int rc = zmq_ctx_term (context);
    SAY ("child: zmq_ctx_term (context) -> %d %s", rc, rc ? errno_name (errno) : "");

    void *own = new_context ();
    void *push = new_socket (own, ZMQ_PUSH);
    set_int (push, ZMQ_LINGER, -1);
    OK (zmq_connect (push, endpoint));
    send_text (push, "from the child", 0);
    OK (zmq_close (push));
    OK (zmq_ctx_term (own));
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
        child (context, pull, endpoint);
    expect_text (pull, "from the child");
    int status = -1;
    CHECK (waitpid (pid, &status, 0) == pid);
    CHECK (WIFEXITED (status) && WEXITSTATUS (status) == 0);

    /*  The parent has not noticed.  */
    send_text (push, "after", 0);
    expect_text (pull, "after");
    OK (zmq_close (push));
    OK (zmq_close (pull));
    OK (zmq_ctx_term (context));
    SAY ("parent: done");
    return 0;
}
