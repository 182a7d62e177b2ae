/* ours-only: the original ends the process when there is no memory */
/*  A process without memory: sending answers ENOMEM, what was sent before arrives, and once there is memory all goes on.  */
#include "kit.h"

enum
{
    SPARE = 32 << 20
};

static void fill (const char *transport, size_t size)
{
    static char body[1 << 20];
    char endpoint[ENDPOINT_MAX];
    struct rlimit limit;
    long pages, sent = 0, got = 0;
    void *context = new_context (), *push = new_socket (context, ZMQ_PUSH), *pull = new_socket (context, ZMQ_PULL);
    set_int (push, ZMQ_SNDHWM, 0);
    set_int (pull, ZMQ_RCVHWM, 0);
    set_timeouts (pull, 2000);
    if (strcmp (transport, "inproc") == 0) {
        snprintf (endpoint, sizeof endpoint, "inproc://poor");
        OK (zmq_bind (pull, endpoint));
    } else {
        bind_tcp (pull, endpoint);
        OK (zmq_unbind (pull, endpoint));
    }
    OK (zmq_connect (push, endpoint));
    FILE *statm = fopen ("/proc/self/statm", "r");
    CHECK (statm && fscanf (statm, "%ld", &pages) == 1);
    fclose (statm);
    OK (getrlimit (RLIMIT_AS, &limit));
    rlim_t usual = limit.rlim_cur;
    limit.rlim_cur = (rlim_t) pages * (rlim_t) sysconf (_SC_PAGESIZE) + SPARE;
    OK (setrlimit (RLIMIT_AS, &limit));
    while (zmq_send (push, body, size, ZMQ_DONTWAIT) == (int) size)
        sent++;
    CHECK (errno == ENOMEM);
    CHECK (zmq_send (push, body, size, 0) == -1 && errno == ENOMEM);
    limit.rlim_cur = usual;
    OK (setrlimit (RLIMIT_AS, &limit));
    CHECK (zmq_send (push, body, size, ZMQ_DONTWAIT) == (int) size);
    if (strcmp (transport, "inproc") != 0)
        EVENTUALLY (zmq_bind (pull, endpoint) == 0);
    while (got < sent + 1) {
        CHECK (zmq_recv (pull, body, sizeof body, 0) == (int) size);
        got++;
    }
    fprintf (stderr, "%s, %zu bytes: ENOMEM after %ld messages, all of them arrived\n", transport, size, sent);
    close_all (context, (void *[]){push, pull}, 2);
}

int main (void)
{
    fill ("inproc", 100);
    fill ("inproc", 5000);
    fill ("tcp", 100);
    fill ("tcp", 5000);
    return 0;
}
