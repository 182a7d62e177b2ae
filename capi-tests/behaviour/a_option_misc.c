/*  Options with a meaning at once: subscriptions, EVENTS, FD, RCVMORE, LAST_ENDPOINT, SOCKS_PROXY, filters.  */
#include "options.h"

static void set (void *socket, int option, const char *text, size_t size)
{
    errno = 0;
    int rc = zmq_setsockopt (socket, option, text, size);
    printf ("%s %s [%zu]", type_name (get_int (socket, ZMQ_TYPE)), option_name (option), size);
    SAY (" -> %s", rc ? errno_name (errno) : "0");
}

static void subscriptions (void)
{
    void *context = new_context ();
    void *sub = new_socket (context, ZMQ_SUB), *xpub = new_socket (context, ZMQ_XPUB);
    join (xpub, sub, "inproc://subscriptions");
    set (sub, ZMQ_SUBSCRIBE, "a", 1);
    set (sub, ZMQ_SUBSCRIBE, "a", 1);
    set (sub, ZMQ_SUBSCRIBE, NULL, 0);
    set (sub, ZMQ_SUBSCRIBE, "", 0);
    set (sub, ZMQ_UNSUBSCRIBE, "never", 5);
    set (sub, ZMQ_UNSUBSCRIBE, "a", 1);
    set (sub, ZMQ_UNSUBSCRIBE, "a", 1);
    set (sub, ZMQ_UNSUBSCRIBE, "a", 1);
    set (sub, ZMQ_UNSUBSCRIBE, NULL, 0);
    set (sub, ZMQ_UNSUBSCRIBE, "", 0);
    set (sub, ZMQ_SUBSCRIBE, "end", 3);
    int done = 0;
    while (!done) {
        char topic[16];
        int size = zmq_recv (xpub, topic, sizeof topic, 0);
        CHECK (size > 0);
        say_bytes ("XPUB sees", topic, (size_t) size);
        done = size == 4;
    }
    void *pub = new_socket (context, ZMQ_PUB), *xsub = new_socket (context, ZMQ_XSUB);
    set (pub, ZMQ_SUBSCRIBE, "a", 1);
    set (xpub, ZMQ_SUBSCRIBE, "a", 1);
    set (xsub, ZMQ_SUBSCRIBE, "a", 1);
    set_int (xpub, ZMQ_XPUB_MANUAL, 1);
    set (xpub, ZMQ_SUBSCRIBE, "a", 1);
    set (xpub, ZMQ_UNSUBSCRIBE, "a", 1);
    void *sockets[] = {sub, xpub, pub, xsub};
    close_all (context, sockets, 4);
}

static void fd_and_events (void)
{
    void *context = new_context ();
    void *push = new_socket (context, ZMQ_PUSH), *pull = new_socket (context, ZMQ_PULL);
    int fd = get_int (pull, ZMQ_FD);
    CHECK (fd >= 0 && fd != get_int (push, ZMQ_FD));
    SAY ("alone: push %s", events_name (get_int (push, ZMQ_EVENTS)));
    join (pull, push, "inproc://events");
    SAY ("joined: push %s", events_name (get_int (push, ZMQ_EVENTS)));
    SAY ("joined: pull %s", events_name (get_int (pull, ZMQ_EVENTS)));
    send_text (push, "1", ZMQ_SNDMORE);
    SAY ("half a message: pull %s", events_name (get_int (pull, ZMQ_EVENTS)));
    send_text (push, "2", 0);
    struct pollfd poll_fd = {fd, POLLIN, 0};
    CHECK (poll (&poll_fd, 1, 10000) == 1 && poll_fd.revents == POLLIN);
    SAY ("a message: pull %s", events_name (get_int (pull, ZMQ_EVENTS)));
    CHECK (fd == get_int (pull, ZMQ_FD));
    expect_text (pull, "1");
    SAY ("between parts: pull %s more %d", events_name (get_int (pull, ZMQ_EVENTS)), get_int (pull, ZMQ_RCVMORE));
    expect_text (pull, "2");
    SAY ("after: pull %s more %d", events_name (get_int (pull, ZMQ_EVENTS)), get_int (pull, ZMQ_RCVMORE));
    void *sockets[] = {push, pull};
    close_all (context, sockets, 2);
}

static void last_endpoints (void)
{
    char endpoint[ENDPOINT_MAX];
    void *context = new_context (), *socket = new_socket (context, ZMQ_DEALER);
    OK (zmq_bind (socket, "inproc://name"));
    printf ("bind inproc");
    say_get (socket, ZMQ_LAST_ENDPOINT, 13);
    say_get (socket, ZMQ_LAST_ENDPOINT, 14);
    say_get (socket, ZMQ_LAST_ENDPOINT, 20);
    OK (zmq_connect (socket, "inproc://other"));
    printf ("\nconnect inproc");
    say_get (socket, ZMQ_LAST_ENDPOINT, 200);
    OK (zmq_connect (socket, "tcp://127.0.0.1:1"));
    printf ("\nconnect tcp");
    say_get (socket, ZMQ_LAST_ENDPOINT, 200);
    OK (zmq_connect (socket, "tcp://localhost:01"));
    printf ("\nconnect tcp by name");
    say_get (socket, ZMQ_LAST_ENDPOINT, 200);
    OK (zmq_bind (socket, "ipc://@behaviour-last-endpoint"));
    printf ("\nbind ipc");
    say_get (socket, ZMQ_LAST_ENDPOINT, 200);
    OK (zmq_bind (socket, "ipc://last-endpoint.sock"));
    printf ("\nbind ipc");
    say_get (socket, ZMQ_LAST_ENDPOINT, 200);
    CHECK (zmq_bind (socket, "inproc://name") == -1);
    printf ("\nfailed bind");
    say_get (socket, ZMQ_LAST_ENDPOINT, 200);
    CHECK (zmq_connect (socket, "tcp://nowhere") == -1);
    printf ("\nfailed connect");
    say_get (socket, ZMQ_LAST_ENDPOINT, 200);
    OK (zmq_unbind (socket, "ipc://last-endpoint.sock"));
    printf ("\nafter unbind");
    say_get (socket, ZMQ_LAST_ENDPOINT, 200);
    putchar ('\n');

    OK (zmq_bind (socket, "tcp://*:*"));
    last_endpoint (socket, endpoint);
    SAY ("tcp wildcard %d", strncmp (endpoint, "tcp://0.0.0.0:", 14) == 0 && atoi (endpoint + 14) > 0);
    OK (zmq_bind (socket, "tcp://lo:*"));
    last_endpoint (socket, endpoint);
    SAY ("tcp interface %d", strncmp (endpoint, "tcp://127.0.0.1:", 16) == 0 && atoi (endpoint + 16) > 0);
    OK (zmq_bind (socket, "ipc://*"));
    last_endpoint (socket, endpoint);
    SAY ("ipc wildcard %d", strncmp (endpoint, "ipc:///", 7) == 0 && access (endpoint + 6, F_OK) == 0);
    close_all (context, &socket, 1);
    unlink ("last-endpoint.sock");
}

static void strings (void)
{
    void *context = new_context (), *socket = new_socket (context, ZMQ_PULL);
    set (socket, ZMQ_SOCKS_PROXY, "127.0.0.1:1080", 14);
    printf ("SOCKS_PROXY");
    say_get (socket, ZMQ_SOCKS_PROXY, 255);
    putchar ('\n');
    set (socket, ZMQ_SOCKS_PROXY, NULL, 0);
    printf ("SOCKS_PROXY");
    say_get (socket, ZMQ_SOCKS_PROXY, 255);
    putchar ('\n');
    set (socket, ZMQ_SOCKS_PROXY, "", 0);
    set (socket, ZMQ_BINDTODEVICE, "lo", 2);
    printf ("BINDTODEVICE");
    say_get (socket, ZMQ_BINDTODEVICE, 255);
    putchar ('\n');
    set (socket, ZMQ_BINDTODEVICE, NULL, 0);
    printf ("BINDTODEVICE");
    say_get (socket, ZMQ_BINDTODEVICE, 255);
    putchar ('\n');
    static const char *const filters[] = {"127.0.0.1",    "127.0.0.1/8",  "::1",     "::1/128",     "::1/129",
                                          "127.0.0.1/33", "127.0.0.1/",   "/8",      "localhost",   "127.0.0.1:80",
                                          "*",            "lo",           "1.2.3.4/-1",
                                          "no such host", "[::1]"};
    for (size_t i = 0; i < sizeof filters / sizeof *filters; i++) {
        errno = 0;
        int rc = zmq_setsockopt (socket, ZMQ_TCP_ACCEPT_FILTER, filters[i], strlen (filters[i]));
        SAY ("TCP_ACCEPT_FILTER %s -> %s", filters[i], rc ? errno_name (errno) : "0");
    }
    pid_t pid = getpid ();
    uid_t uid = getuid ();
    RC (zmq_setsockopt (socket, ZMQ_IPC_FILTER_PID, &pid, sizeof pid));
    RC (zmq_setsockopt (socket, ZMQ_IPC_FILTER_UID, &uid, sizeof uid));
    RC (zmq_setsockopt (socket, ZMQ_IPC_FILTER_GID, &uid, sizeof uid));
    RC (zmq_setsockopt (socket, ZMQ_IPC_FILTER_PID, NULL, 0));
    RC (zmq_setsockopt (socket, ZMQ_IPC_FILTER_PID, &pid, 3));
    close_all (context, &socket, 1);
}

static void ipv6_is_not_ipv4only (void)
{
    void *context = new_context (), *socket = new_socket (context, ZMQ_PULL);
    for (int value = 0; value < 2; value++) {
        set_int (socket, ZMQ_IPV6, value);
        SAY ("IPV6 %d IPV4ONLY %d", get_int (socket, ZMQ_IPV6), get_int (socket, ZMQ_IPV4ONLY));
    }
    for (int value = 0; value < 2; value++) {
        set_int (socket, ZMQ_IPV4ONLY, value);
        SAY ("IPV6 %d IPV4ONLY %d", get_int (socket, ZMQ_IPV6), get_int (socket, ZMQ_IPV4ONLY));
    }
    close_all (context, &socket, 1);
}

int main (void)
{
    subscriptions ();
    fd_and_events ();
    last_endpoints ();
    strings ();
    ipv6_is_not_ipv4only ();
    return 0;
}
