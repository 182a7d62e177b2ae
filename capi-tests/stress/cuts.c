/*  Connections that a proxy cuts after a random number of bytes, again and again: what arrives is whole, multipart messages
    too, and no more than once. Where the reader connects it is in order, as the reader then has one pipe through all connections;
    where it binds, what came over each connection is, which a ROUTER can tell apart. Argument: ms for each pair (5000 by hand).  */
#include "kit.h"
#include <netinet/in.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <sys/un.h>

enum { SEED = 4711, PARTS_MOST = 4, SIZE_MOST = 100 * 1024, BYTES_MOST = 300000, NUMBERS_MOST = 1 << 24, PEERS_MOST = 1 << 16 };
enum { TCP_BEFORE_PROXY, TCP_BEHIND_PROXY };

typedef struct
{
    int listener;
    union
    {
        struct sockaddr any;
        struct sockaddr_in tcp;
        struct sockaddr_un local;
    } backend;
    socklen_t backend_size;
    atomic_int is_over, cuts;
} proxy_t;

typedef struct
{
    void *socket;
    int is_router;
    atomic_int *is_over;
} sender_t;

static unsigned pseudo_random (unsigned *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

/*  Forwards what there is; 0 at the end.  */
static int forward (int from, int to, long *left)
{
    char bytes[8192];
    ssize_t got = recv (from, bytes, *left < (long) sizeof bytes ? (size_t) *left : sizeof bytes, 0);
    if (got <= 0)
        return 0;
    *left -= got;
    for (ssize_t sent = 0; sent < got;) {
        ssize_t now = send (to, bytes + sent, (size_t) (got - sent), MSG_NOSIGNAL);
        if (now <= 0)
            return 0;
        sent += now;
    }
    return *left > 0;
}

static void *run_proxy (void *argument)
{
    proxy_t *proxy = argument;
    unsigned state = SEED;
    while (!proxy->is_over) {
        struct pollfd waiting = {proxy->listener, POLLIN, 0};
        if (poll (&waiting, 1, 20) <= 0)
            continue;
        int front = accept (proxy->listener, NULL, NULL), back = socket (proxy->backend.any.sa_family, SOCK_STREAM, 0), is_open;
        struct timeval patience = {0, 200000};
        CHECK (front >= 0 && back >= 0);
        OK (setsockopt (front, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience));
        OK (setsockopt (back, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience));
        is_open = connect (back, &proxy->backend.any, proxy->backend_size) == 0;
        /*  Every fourth is cut within the handshake or soon after.  */
        unsigned choice = pseudo_random (&state);
        long left = 1 + (long) (choice % 4 == 0 ? pseudo_random (&state) % 200 : pseudo_random (&state) % BYTES_MOST);
        while (is_open && !proxy->is_over) {
            struct pollfd both[2] = {{front, POLLIN, 0}, {back, POLLIN, 0}};
            poll (both, 2, 20);
            if (both[0].revents)
                is_open = forward (front, back, &left);
            if (is_open && both[1].revents)
                is_open = forward (back, front, &left);
        }
        close (front);
        close (back);
        proxy->cuts++;
    }
    return NULL;
}

/*  A head with the message's and the part's number in each part, then bytes that both tell.  */
static void *run_sender (void *argument)
{
    sender_t *sender = argument;
    static char body[SIZE_MOST + 8];
    unsigned state = SEED;
    for (unsigned number = 1; !*sender->is_over; number++) {
        unsigned parts = 1 + number % PARTS_MOST;
        if (sender->is_router && zmq_send (sender->socket, "reader", 6, ZMQ_SNDMORE) < 0)
            continue;
        for (unsigned part = 0; part < parts; part++) {
            size_t size = pseudo_random (&state) % (number % 16 == 0 ? SIZE_MOST : 300);
            uint32_t head[2] = {number, part | parts << 8 | (uint32_t) size << 12};
            memcpy (body, head, sizeof head);
            memset (body + 8, (int) ((number + part) & 0xff), size);
            while (zmq_send (sender->socket, body, size + 8, part + 1 < parts ? ZMQ_SNDMORE : 0) < 0 && !*sender->is_over)
                CHECK (errno == EAGAIN);
        }
        if (number % 32 == 0)
            usleep (200);
    }
    return NULL;
}

/*  Takes the routing id of the next message's connection; 0 if nothing comes.  */
static int receive_peer (void *router, uint32_t *peer)
{
    unsigned char id[5];
    if (zmq_recv (router, id, sizeof id, 0) != sizeof id)
        return 0;
    memcpy (peer, id + 1, sizeof *peer);
    return 1;
}

/*  The number of the last message of a connection.  */
static unsigned *last_of (uint32_t peer)
{
    static struct
    {
        uint32_t peer;
        unsigned last;
    } known[PEERS_MOST];
    static int count;
    for (int i = count; i-- > 0;)
        if (known[i].peer == peer)
            return &known[i].last;
    CHECK (count < PEERS_MOST);
    known[count].peer = peer;
    known[count].last = 0;
    return &known[count++].last;
}

/*  The number of the next message, 0 if nothing comes.  */
static unsigned receive (void *reader)
{
    static char body[SIZE_MOST + 9];
    uint32_t head[2] = {0, 0};
    unsigned number = 0, parts = 1;
    for (unsigned part = 0; part < parts; part++) {
        int length = zmq_recv (reader, body, sizeof body, 0), more;
        size_t size = sizeof more;
        if (length < 0 && part == 0)
            return 0;
        CHECK (length >= 8);
        memcpy (head, body, sizeof head);
        if (part == 0) {
            number = head[0];
            parts = head[1] >> 8 & 15;
        }
        CHECK (head[0] == number && (head[1] & 255) == part && (head[1] >> 8 & 15) == parts);
        CHECK (head[1] >> 12 == (uint32_t) length - 8);
        for (int i = 8; i < length; i++)
            CHECK ((unsigned char) body[i] == ((number + part) & 0xff));
        OK (zmq_getsockopt (reader, ZMQ_RCVMORE, &more, &size));
        CHECK (more == (part + 1 < parts));
    }
    return number;
}

/*  Where the socket that binds listens, for the proxy too.  */
static void bind_behind (void *socket, proxy_t *proxy, int is_tcp, const char *path)
{
    char endpoint[ENDPOINT_MAX];
    memset (&proxy->backend, 0, sizeof proxy->backend);
    if (is_tcp) {
        bind_tcp (socket, endpoint);
        proxy->backend.tcp.sin_family = AF_INET;
        proxy->backend.tcp.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
        proxy->backend.tcp.sin_port = htons ((uint16_t) atoi (strrchr (endpoint, ':') + 1));
        proxy->backend_size = sizeof proxy->backend.tcp;
    } else {
        proxy->backend.local.sun_family = AF_UNIX;
        snprintf (proxy->backend.local.sun_path, sizeof proxy->backend.local.sun_path, "%s-back", path);
        snprintf (endpoint, sizeof endpoint, "ipc://%s", proxy->backend.local.sun_path);
        proxy->backend_size = sizeof proxy->backend.local;
        OK (zmq_bind (socket, endpoint));
    }
}

static void listen_at (proxy_t *proxy, int is_tcp, char *endpoint, const char *path)
{
    struct sockaddr_in tcp = {.sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK)};
    struct sockaddr_un local = {.sun_family = AF_UNIX};
    socklen_t size = sizeof tcp;
    proxy->listener = socket (is_tcp ? AF_INET : AF_UNIX, SOCK_STREAM, 0);
    if (is_tcp) {
        OK (bind (proxy->listener, (struct sockaddr *) &tcp, sizeof tcp));
        OK (getsockname (proxy->listener, (struct sockaddr *) &tcp, &size));
        sprintf (endpoint, "tcp://127.0.0.1:%d", ntohs (tcp.sin_port));
    } else {
        strcpy (local.sun_path, path);
        OK (bind (proxy->listener, (struct sockaddr *) &local, sizeof local));
        sprintf (endpoint, "ipc://%s", path);
    }
    OK (listen (proxy->listener, 100));
}

static void run (int from, int to, int where, int reader_connects, int linger, long ms)
{
    static unsigned char seen[NUMBERS_MOST];
    proxy_t proxy = {.listener = -1};
    char front[128], path[64], back[80];
    snprintf (path, sizeof path, "/tmp/cuts-%d", (int) getpid ());
    snprintf (back, sizeof back, "%s-back", path);
    memset (seen, 0, sizeof seen);
    listen_at (&proxy, where == TCP_BEFORE_PROXY, front, path);
    void *context = new_context (), *sockets[2] = {new_socket (context, from), new_socket (context, to)};
    for (int i = 0; i < 2; i++) {
        set_int (sockets[i], ZMQ_RECONNECT_IVL, 1);
        set_timeouts (sockets[i], 50);
    }
    if (to == ZMQ_SUB)
        OK (zmq_setsockopt (sockets[1], ZMQ_SUBSCRIBE, "", 0));
    if (from == ZMQ_ROUTER) {
        OK (zmq_setsockopt (sockets[1], ZMQ_ROUTING_ID, "reader", 6));
        set_int (sockets[0], ZMQ_ROUTER_HANDOVER, 1);
    }
    bind_behind (sockets[!reader_connects], &proxy, where == TCP_BEHIND_PROXY, path);
    OK (zmq_connect (sockets[reader_connects], front));
    pthread_t threads[2];
    atomic_int is_over = 0;
    sender_t sender = {sockets[0], from == ZMQ_ROUTER, &is_over};
    OK (pthread_create (&threads[0], NULL, run_proxy, &proxy));
    OK (pthread_create (&threads[1], NULL, run_sender, &sender));
    long start = now_ms (), got = 0;
    for (unsigned last = 0; now_ms () - start < ms;) {
        uint32_t peer = 0;
        if (to == ZMQ_ROUTER && !receive_peer (sockets[1], &peer))
            continue;
        unsigned number = receive (sockets[1]);
        CHECK (number != 0 || to != ZMQ_ROUTER);
        if (number == 0)
            continue;
        CHECK (number < NUMBERS_MOST && !seen[number]++);
        CHECK (!reader_connects || number > last);
        last = number;
        if (to == ZMQ_ROUTER) {
            unsigned *before = last_of (peer);
            CHECK (number > *before);
            *before = number;
        }
        got++;
    }
    is_over = 1;
    OK (pthread_join (threads[1], NULL));
    CHECK (got > 0 && proxy.cuts > 0);
    for (int i = 0; i < 2; i++) {
        set_int (sockets[i], ZMQ_LINGER, linger);
        OK (zmq_close (sockets[i]));
    }
    start = now_ms ();
    OK (zmq_ctx_term (context));
    CHECK (now_ms () - start < linger + 2000);
    proxy.is_over = 1;
    OK (pthread_join (threads[0], NULL));
    fprintf (stderr, "%d to %d, tcp %s the proxy, reader connects %d: %ld messages, %d cuts\n", from, to,
             where == TCP_BEFORE_PROXY ? "before" : "behind", reader_connects, got, proxy.cuts);
    close (proxy.listener);
    unlink (path);
    unlink (back);
}

int main (int argc, char **argv)
{
    static const int pairs[][3] = {{ZMQ_PUSH, ZMQ_PULL, 1},   {ZMQ_PUSH, ZMQ_PULL, 0},     {ZMQ_PUB, ZMQ_SUB, 1},
                                   {ZMQ_PUB, ZMQ_SUB, 0},     {ZMQ_ROUTER, ZMQ_DEALER, 1}, {ZMQ_DEALER, ZMQ_ROUTER, 1},
                                   {ZMQ_DEALER, ZMQ_ROUTER, 0}};
    long ms = size_of_run (argc, argv, 500);
    for (int i = 0; i < 2 * (int) (sizeof pairs / sizeof pairs[0]); i++)
        run (pairs[i / 2][0], pairs[i / 2][1], i % 2, pairs[i / 2][2], (i + i / 2) % 2 ? 200 : 0, ms);
    return 0;
}
