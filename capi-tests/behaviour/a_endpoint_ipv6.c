/*  Endpoints of sockets with ZMQ_IPV6.  */
#include "check.h"
#include <netinet/in.h>
#include <sys/socket.h>

static void try_each (const char *endpoint)
{
    char bound[ENDPOINT_MAX] = "";
    void *context = new_context ();
    void *binder = new_socket (context, ZMQ_PULL), *connector = new_socket (context, ZMQ_PUSH);
    set_int (binder, ZMQ_IPV6, 1);
    set_int (connector, ZMQ_IPV6, 1);
    errno = 0;
    int rc = zmq_bind (binder, endpoint);
    int bind_error = rc ? errno : 0;
    if (rc == 0) {
        last_endpoint (binder, bound);
        char *port = strrchr (bound, ':');
        CHECK (port && atoi (port + 1) > 0);
        port[1] = 0;
    }
    errno = 0;
    rc = zmq_connect (connector, endpoint);
    printf ("\"%s\" bind %s ", endpoint, errno_name (bind_error));
    SAY ("%s connect %s", bound, rc ? errno_name (errno) : "0");
    void *sockets[] = {binder, connector};
    close_all (context, sockets, 2);
}

/*  A dual-stack listener takes both kinds.  */
static void reach (const char *bind_text, const char *host)
{
    char endpoint[ENDPOINT_MAX], target[ENDPOINT_MAX];
    void *context = new_context ();
    void *pull = new_socket (context, ZMQ_PULL), *push = new_socket (context, ZMQ_PUSH);
    set_int (pull, ZMQ_IPV6, 1);
    set_int (push, ZMQ_IPV6, 1);
    bind_to (pull, bind_text, endpoint);
    snprintf (target, sizeof target, "tcp://%s%s", host, strrchr (endpoint, ':'));
    OK (zmq_connect (push, target));
    send_text (push, "reached", 0);
    zmq_msg_t message;
    OK (zmq_msg_init (&message));
    CHECK (zmq_msg_recv (&message, pull, 0) == 7);
    SAY ("%s reached through %s, peer %s", bind_text, host, zmq_msg_gets (&message, "Peer-Address"));
    OK (zmq_msg_close (&message));
    void *sockets[] = {pull, push};
    close_all (context, sockets, 2);
}

int main (void)
{
    int probe = socket (AF_INET6, SOCK_STREAM, 0);
    struct sockaddr_in6 loopback = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    if (probe == -1 || bind (probe, (struct sockaddr *) &loopback, sizeof loopback) != 0) {
        SAY ("no IPv6 here");
        return 0;
    }
    close (probe);
    static const char *const endpoints[] = {
      "tcp://*:*",      "tcp://[::]:*",       "tcp://[::1]:*",   "tcp://::1:*",       "tcp://[*]:*",     "tcp://127.0.0.1:*",
      "tcp://lo:*",     "tcp://[::1]:20003",  "tcp://[::1]:",    "tcp://[::1]",       "tcp://[::1:*",    "tcp://::1]:*",
      "tcp://[::g]:*",  "tcp://[::1%lo]:*",   "tcp://[::1%nonic]:20003", "tcp://[fe80::1%lo]:20003", "tcp://[::ffff:127.0.0.1]:*",
      "tcp://[]:*",     "tcp://[::1]:*;[::1]:20003", "tcp://[::1]:0;[::1]:20003", "tcp://[0:0:0:0:0:0:0:1]:*"};
    for (size_t i = 0; i < sizeof endpoints / sizeof *endpoints; i++)
        try_each (endpoints[i]);
    reach ("tcp://*:*", "127.0.0.1");
    reach ("tcp://*:*", "[::1]");
    reach ("tcp://[::]:*", "127.0.0.1");
    reach ("tcp://[::1]:*", "[::1]");
    reach ("tcp://127.0.0.1:*", "127.0.0.1");
    return 0;
}
