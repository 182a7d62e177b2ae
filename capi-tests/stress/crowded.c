/* ours-only: the original ends the process when there is no memory */
/*  A process without memory, or whose memory comes and goes, that has ever more peers and sockets, and peers with long commands:
    calls answer ENOMEM, connections end or wait, and once there is memory all goes on.  */
#include "kit.h"
#include <arpa/inet.h>
#include <malloc.h>
#include <netinet/in.h>
#include <signal.h>

enum
{
    PEERS = 600,
    TALKERS = 12,
    /*  So often there is memory, and so often there is none.  */
    RUNS = 50
};

static int raw_connect (const char *endpoint)
{
    int fd = socket (AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons ((uint16_t) atoi (strrchr (endpoint, ':') + 1)),
                                  .sin_addr.s_addr = htonl (INADDR_LOOPBACK)};
    CHECK (fd >= 0);
    OK (connect (fd, (struct sockaddr *) &address, sizeof address));
    return fd;
}

static void works (void *context, void *pull, const char *endpoint)
{
    void *push = new_socket (context, ZMQ_PUSH);
    OK (zmq_connect (push, endpoint));
    send_text (push, "all is well", 0);
    expect_text (pull, "all is well");
    OK (zmq_close (push));
}

/*  Peers whose first command is as long as it may be, and longer than what there is memory for.  */
static void long_commands (size_t len)
{
    static const char greeting[64] = "\xff\0\0\0\0\0\0\0\1\x7f\3\1NULL";
    static char command[1 << 16];
    char endpoint[ENDPOINT_MAX], answer[64];
    int talkers[TALKERS];
    void *context = new_context (), *pull = new_socket (context, ZMQ_PULL);
    set_timeouts (pull, 5000);
    bind_tcp (pull, endpoint);
    memset (command, 0, 9);
    command[0] = 6;
    command[7] = (char) (len >> 8);
    command[8] = (char) len;
    for (int i = 0; i < TALKERS; i++) {
        talkers[i] = raw_connect (endpoint);
        CHECK (send (talkers[i], greeting, sizeof greeting, MSG_NOSIGNAL) == sizeof greeting);
        CHECK (recv (talkers[i], answer, sizeof answer, MSG_WAITALL) == sizeof answer);
    }
    rlim_t usual = become_destitute ();
    int is_done = 0;
    for (size_t at = 0; at < len + 9; at += 4096)
        for (int i = 0; i < TALKERS; i++) {
            size_t rest = len + 9 - at;
            (void) !send (talkers[i], command + at, rest < 4096 ? rest : 4096, MSG_NOSIGNAL);
        }
    /*  A malformed command, too, ends the connection: each of them does.  */
    for (int i = 0; i < TALKERS; i++) {
        shutdown (talkers[i], SHUT_WR);
        while (recv (talkers[i], answer, sizeof answer, 0) > 0)
            ;
        is_done++;
        close (talkers[i]);
    }
    recover (usual);
    CHECK (is_done == TALKERS);
    works (context, pull, endpoint);
    close_all (context, &pull, 1);
}

/*  One socket, and ever more peers, which it gets to know when there is no memory.  */
static void many_peers (void)
{
    char text[8];
    int refused = 0;
    static void *peers[PEERS];
    void *context = new_context (), *pull = new_socket (context, ZMQ_PULL);
    set_timeouts (pull, 5000);
    OK (zmq_bind (pull, "inproc://crowded"));
    for (int i = 0; i < PEERS; i++) {
        peers[i] = new_socket (context, ZMQ_PUSH);
        OK (zmq_connect (peers[i], "inproc://crowded"));
        send_text (peers[i], "here", 0);
        rlim_t usual = become_destitute ();
        refused += zmq_recv (pull, text, sizeof text, ZMQ_DONTWAIT) != 4;
        recover (usual);
    }
    works (context, pull, "inproc://crowded");
    fprintf (stderr, "%d peers, %d of which found no place\n", PEERS, refused);
    CHECK (refused < PEERS / 2);
    for (int i = 0; i < PEERS; i++)
        OK (zmq_close (peers[i]));
    close_all (context, &pull, 1);
}

/*  Sockets where there is memory for one, but not for the lists of all to grow.  */
static void many_sockets (void)
{
    static void *sockets[PEERS];
    int refused = 0;
    void *context = new_context ();
    OK (zmq_ctx_set (context, ZMQ_MAX_SOCKETS, 2 * PEERS));
    for (int i = 0; i < PEERS; i++) {
        void *hole = malloc (90000), *behind = malloc (16);
        CHECK (hole && behind);
        rlim_t usual = become_destitute ();
        free (hole);
        sockets[i] = zmq_socket (context, ZMQ_PUSH);
        CHECK (sockets[i] || errno == ENOMEM);
        recover (usual);
        free (behind);
        if (sockets[i] == NULL) {
            refused++;
            sockets[i] = new_socket (context, ZMQ_PUSH);
        }
    }
    fprintf (stderr, "%d sockets, %d of them at the second attempt\n", PEERS, refused);
    close_all (context, sockets, PEERS);
}

static volatile int is_over;

/*  Has all memory for a moment, again and again.  */
static void *take_all (void *none)
{
    unsigned random = 1;
    while (!is_over) {
        void *taken = NULL;
        for (size_t size = 1 << 20; size >= 32; size /= 2) {
            void **piece;
            while ((piece = malloc (size)) != NULL) {
                *piece = taken;
                taken = piece;
            }
        }
        random = random * 1664525u + 1013904223u;
        for (unsigned turns = (random >> 16) % 64; turns > 0; turns--)
            sched_yield ();
        while (taken) {
            void *before = *(void **) taken;
            free (taken);
            taken = before;
        }
        sched_yield ();
    }
    return none;
}

/*  Sockets, connections and messages beside such a thread.  */
static void beside_a_thief (const char *transport)
{
    char endpoint[ENDPOINT_MAX], text[16];
    long connected = 0, refused = 0;
    void *context = new_context (), *pull = new_socket (context, ZMQ_PULL);
    set_timeouts (pull, 5000);
    bind_to (pull, transport, endpoint);
    works (context, pull, endpoint);
    pthread_t thief;
    rlim_t usual = become_poor ();
    is_over = 0;
    CHECK (pthread_create (&thief, NULL, take_all, NULL) == 0);
    while (connected < RUNS || refused < RUNS) {
        void *push = zmq_socket (context, ZMQ_PUSH);
        if (push && zmq_connect (push, endpoint) == 0) {
            connected++;
            CHECK (zmq_send (push, "beside", 6, ZMQ_DONTWAIT) == 6 || errno == ENOMEM || errno == EAGAIN);
        } else {
            /*  Those that are closed may not have gone yet.  */
            CHECK (errno == ENOMEM || errno == EMFILE);
            refused++;
        }
        while (zmq_recv (pull, text, sizeof text, ZMQ_DONTWAIT) >= 0)
            ;
        CHECK (errno == EAGAIN || errno == ENOMEM);
        if (push)
            CHECK (zmq_setsockopt (push, ZMQ_LINGER, &(int){0}, sizeof (int)) == 0 && zmq_close (push) == 0);
    }
    is_over = 1;
    CHECK (pthread_join (thief, NULL) == 0);
    become_rich (usual);
    fprintf (stderr, "%s beside a thief: %ld connected, %ld times no memory\n", transport, connected, refused);
    set_timeouts (pull, 1000);
    while (zmq_recv (pull, text, sizeof text, 0) == 6)
        ;
    works (context, pull, endpoint);
    close_all (context, &pull, 1);
}

int main (void)
{
    /*  So that all threads take from the same memory.  */
    CHECK (mallopt (M_ARENA_MAX, 1) == 1);
    long_commands (30000);
    long_commands (60000);
    many_peers ();
    many_sockets ();
    beside_a_thief ("inproc://thief");
    beside_a_thief ("tcp://127.0.0.1:*");
    return 0;
}
