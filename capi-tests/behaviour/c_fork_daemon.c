/* ours-only: the original never ends such a context, zmq_ctx_term answers EINTR each time */

/*  A program makes a context, becomes a daemon, and works in it: its threads start with its first socket, in the child. */
#include "check.h"
#include <sys/wait.h>

static void work (void *context)
{
    char endpoint[ENDPOINT_MAX];
    void *pull = new_socket (context, ZMQ_PULL), *push = new_socket (context, ZMQ_PUSH);
    bind_tcp (pull, endpoint);
    OK (zmq_connect (push, endpoint));
    send_text (push, "from the daemon", 0);
    expect_text (pull, "from the daemon");
    void *sockets[] = { pull, push };
    close_all (context, sockets, 2);
    SAY ("ended");
    fflush (stdout);
}

int main (void)
{
    void *context = new_context ();
    fflush (stdout);
    pid_t pid = fork ();
    CHECK (pid >= 0);
    if (pid == 0) {
        work (context);
        _exit (0);
    }
    int status = -1;
    CHECK (waitpid (pid, &status, 0) == pid);
    CHECK (WIFEXITED (status) && WEXITSTATUS (status) == 0);
    work (context);
    return 0;
}
