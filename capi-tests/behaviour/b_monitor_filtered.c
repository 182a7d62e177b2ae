/* A peer that no filter lets in: the monitor is told (ACCEPT_FAILED; the original's value is an errno left over from something else). */
#include "b_kit.h"

static void run (int is_ipc_)
{
    void *ctx = new_context (), *pull = open_socket (ctx, ZMQ_PULL), *push = open_socket (ctx, ZMQ_PUSH);
    endpoint_t at, told;
    pid_t nobody = 0x7fffffff;
    if (is_ipc_)
        OK (zmq_setsockopt (pull, ZMQ_IPC_FILTER_PID, &nobody, sizeof nobody));
    else
        set_text (pull, ZMQ_TCP_ACCEPT_FILTER, "10.0.0.1");
    void *monitor = monitor_open (ctx, pull, "inproc://monitor", ZMQ_EVENT_ACCEPTED | ZMQ_EVENT_ACCEPT_FAILED);
    snprintf (at, sizeof at, "ipc://@filtered-%d", (int) getpid ());
    bind_to (pull, is_ipc_ ? at : "tcp://127.0.0.1:*", at);
    OK (zmq_connect (push, at));
    SAY ("%s", monitor_event_name (monitor_next (monitor, NULL, told)));
    SAY ("at our endpoint: %d", strcmp (told, at) == 0);
    close_these (ctx, 3, pull, push, monitor);
}

int main (void)
{
    run (0);
    run (1);
    return 0;
}
