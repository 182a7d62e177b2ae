/*  What a received message tells: more, shared, source fd, metadata by transport and pattern.  */
#include "check.h"
#include <sys/stat.h>

static void say_metadata (const char *label, zmq_msg_t *message)
{
    /*  "Routing-Id" is another name of "Identity" in builds with drafts.  */
    static const char *const names[] = {"Socket-Type", "Identity", "User-Id", "Peer-Address", "X-Other", ""};
    char uid_gid_pid[64];
    snprintf (uid_gid_pid, sizeof uid_gid_pid, ":%u:%u:%d", getuid (), getgid (), (int) getpid ());
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        errno = 0;
        const char *value = zmq_msg_gets (message, names[i]);
        if (value && strstr (value, uid_gid_pid))
            value = "address:uid:gid:pid";
        SAY ("%s gets \"%s\" -> %s", label, names[i], value ? value : errno_name (errno));
    }
    int fd = zmq_msg_get (message, ZMQ_SRCFD);
    struct stat status;
    SAY ("%s source fd %s", label,
         fd == -1                                               ? "none"
         : fstat (fd, &status) == 0 && S_ISSOCK (status.st_mode) ? "is a socket"
                                                                 : "is none");
    SAY ("%s more %d %d shared %d", label, zmq_msg_more (message), zmq_msg_get (message, ZMQ_MORE),
         zmq_msg_get (message, ZMQ_SHARED));
}

static void pair_up (int from_type, int to_type, const char *address)
{
    char label[64];
    void *context = new_context ();
    void *from = new_socket (context, from_type), *to = new_socket (context, to_type);
    OK (zmq_setsockopt (from, ZMQ_ROUTING_ID, "alice", 5));
    join (to, from, address);
    if (to_type == ZMQ_SUB) {
        /*  The subscriber is the one that has bound here: send until it gets one.  */
        OK (zmq_setsockopt (to, ZMQ_SUBSCRIBE, "", 0));
        set_int (to, ZMQ_RCVTIMEO, 20);
        zmq_msg_t message;
        int rc;
        OK (zmq_msg_init (&message));
        do {
            send_text (from, "hello", 0);
            rc = zmq_msg_recv (&message, to, 0);
        } while (rc == -1 && errno == EAGAIN);
        CHECK (rc == 5);
        snprintf (label, sizeof label, "%.3s %s->%s", address, type_name (from_type), type_name (to_type));
        say_metadata (label, &message);
        OK (zmq_msg_close (&message));
    } else {
        send_text (from, "one", ZMQ_SNDMORE);
        send_text (from, "two", 0);
        int more = 1;
        for (int part = 0; more; part++) {
            zmq_msg_t message, copy;
            OK (zmq_msg_init (&message));
            CHECK (zmq_msg_recv (&message, to, 0) >= 0);
            more = get_int (to, ZMQ_RCVMORE);
            CHECK (more == zmq_msg_more (&message));
            snprintf (label, sizeof label, "%.3s %s->%s %d", address, type_name (from_type), type_name (to_type), part);
            say_metadata (label, &message);
            OK (zmq_msg_init (&copy));
            OK (zmq_msg_copy (&copy, &message));
            errno = 0;
            const char *value = zmq_msg_gets (&copy, "Socket-Type");
            SAY ("%s copy: more %d Socket-Type %s", label, zmq_msg_more (&copy), value ? value : errno_name (errno));
            OK (zmq_msg_close (&message));
            value = zmq_msg_gets (&copy, "Socket-Type");
            SAY ("%s copy alone: Socket-Type %s", label, value ? value : errno_name (errno));
            OK (zmq_msg_close (&copy));
        }
    }
    void *sockets[] = {from, to};
    close_all (context, sockets, 2);
}

int main (void)
{
    static const char *const addresses[] = {"inproc://data", "tcp://127.0.0.1:*", "ipc://*", "tcp://[::1]:*"};
    for (size_t i = 0; i < 4; i++) {
        if (i == 3) {
            void *context = new_context (), *probe = new_socket (context, ZMQ_PAIR);
            set_int (probe, ZMQ_IPV6, 1);
            int rc = zmq_bind (probe, addresses[i]);
            close_all (context, &probe, 1);
            if (rc)
                break;
            context = new_context ();
            OK (zmq_ctx_set (context, ZMQ_IPV6, 1));
            void *a = new_socket (context, ZMQ_PUSH), *b = new_socket (context, ZMQ_PULL);
            join (b, a, addresses[i]);
            send_text (a, "six", 0);
            zmq_msg_t message;
            OK (zmq_msg_init (&message));
            CHECK (zmq_msg_recv (&message, b, 0) == 3);
            CHECK (strcmp (zmq_msg_gets (&message, "Peer-Address"), "::1") == 0);
            OK (zmq_msg_close (&message));
            void *sockets[] = {a, b};
            close_all (context, sockets, 2);
            break;
        }
        pair_up (ZMQ_PUSH, ZMQ_PULL, addresses[i]);
        pair_up (ZMQ_PAIR, ZMQ_PAIR, addresses[i]);
        pair_up (ZMQ_DEALER, ZMQ_ROUTER, addresses[i]);
        pair_up (ZMQ_DEALER, ZMQ_DEALER, addresses[i]);
        pair_up (ZMQ_REQ, ZMQ_REP, addresses[i]);
        pair_up (ZMQ_REQ, ZMQ_ROUTER, addresses[i]);
        pair_up (ZMQ_PUB, ZMQ_SUB, addresses[i]);
    }
    return 0;
}
