/* What the b_*.c programs share on top of check.h: sockets that never wait for ever, messages as text, raw TCP peers.
   Every helper prints what an application can see (text, error names) and nothing that varies between runs. */
#ifndef B_KIT_H
#define B_KIT_H

#include "check.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#define SOON_MS 10000 /* bound for what has to come */
#define QUIET_MS 200  /* how long to look for what must not come */

typedef char endpoint_t[ENDPOINT_MAX];

/* "label: 0" or "label: EINVAL". */
static MAYBE_UNUSED int show_rc (const char *label_, int rc_)
{
    if (rc_ < 0)
        printf ("%s: %s\n", label_, errno_name (zmq_errno ()));
    else
        printf ("%s: %d\n", label_, rc_);
    return rc_;
}

static MAYBE_UNUSED int set_text (void *s_, int option_, const char *text_)
{
    int rc = zmq_setsockopt (s_, option_, text_, strlen (text_));
    if (rc != 0)
        printf ("set %d='%s': %s\n", option_, text_, errno_name (zmq_errno ()));
    return rc;
}

/* A socket that gives up instead of blocking for ever and does not linger. */
static MAYBE_UNUSED void *open_socket (void *ctx_, int type_)
{
    void *s = new_socket (ctx_, type_);
    set_timeouts (s, SOON_MS);
    return s;
}

/* Binds a_, connects b_, over the transport ("inproc", "tcp", "ipc"). */
static MAYBE_UNUSED void join_over (const char *transport_, void *a_, void *b_)
{
    static int serial;
    endpoint_t at;
    if (strcmp (transport_, "tcp") == 0)
        snprintf (at, sizeof at, "tcp://127.0.0.1:*");
    else if (strcmp (transport_, "ipc") == 0)
        snprintf (at, sizeof at, "ipc://@b-kit-%d-%d", (int) getpid (), serial++);
    else
        snprintf (at, sizeof at, "inproc://join-%d", serial++);
    join (a_, b_, at);
}

static MAYBE_UNUSED void close_these (void *ctx_, int n_, ...)
{
    va_list list;
    va_start (list, n_);
    for (int i = 0; i < n_; i++)
        OK (zmq_close (va_arg (list, void *)));
    va_end (list);
    OK (zmq_ctx_term (ctx_));
}

/* Sends text_ with its parts separated by '|'. Quiet when it works. */
static MAYBE_UNUSED int put_flags (void *s_, const char *text_, int flags_)
{
    for (const char *p = text_;;) {
        const char *bar = strchr (p, '|');
        size_t n = bar ? (size_t) (bar - p) : strlen (p);
        if (zmq_send (s_, p, n, flags_ | (bar ? ZMQ_SNDMORE : 0)) < 0) {
            printf ("send '%s': %s\n", text_, errno_name (zmq_errno ()));
            return -1;
        }
        if (!bar)
            return 0;
        p = bar + 1;
    }
}

static MAYBE_UNUSED int put (void *s_, const char *text_)
{
    return put_flags (s_, text_, 0);
}

static MAYBE_UNUSED void show_bytes (const unsigned char *p_, size_t n_)
{
    if (n_ > 64) {
        printf ("<%zu bytes>", n_);
        return;
    }
    for (size_t i = 0; i < n_; i++)
        if (p_[i] >= 32 && p_[i] < 127 && p_[i] != '\\')
            putchar (p_[i]);
        else
            printf ("\\x%02x", p_[i]);
}

/* Receives one whole message and prints "label: a|b"; an error prints its name. */
static MAYBE_UNUSED int get_flags (void *s_, const char *label_, int flags_)
{
    printf ("%s: ", label_);
    for (;;) {
        zmq_msg_t m;
        zmq_msg_init (&m);
        if (zmq_msg_recv (&m, s_, flags_) < 0) {
            printf ("%s\n", errno_name (zmq_errno ()));
            zmq_msg_close (&m);
            return -1;
        }
        show_bytes ((const unsigned char *) zmq_msg_data (&m), zmq_msg_size (&m));
        int more = zmq_msg_more (&m);
        zmq_msg_close (&m);
        if (!more) {
            printf ("\n");
            return 0;
        }
        printf ("|");
    }
}

static MAYBE_UNUSED int get (void *s_, const char *label_)
{
    return get_flags (s_, label_, 0);
}

/* Looks for a message that should not come. */
static MAYBE_UNUSED int get_none (void *s_, const char *label_)
{
    set_int (s_, ZMQ_RCVTIMEO, QUIET_MS);
    int rc = get (s_, label_);
    set_int (s_, ZMQ_RCVTIMEO, SOON_MS);
    return rc;
}

/* Throws one whole message away; 0 if there was one within timeout_ms_. */
static MAYBE_UNUSED int drop_one (void *s_, int timeout_ms_)
{
    char byte;
    zmq_pollitem_t item = {s_, 0, ZMQ_POLLIN, 0};
    if (zmq_poll (&item, 1, timeout_ms_) != 1)
        return -1;
    do {
        if (zmq_recv (s_, &byte, 1, ZMQ_DONTWAIT) < 0)
            return -1;
    } while (get_int (s_, ZMQ_RCVMORE));
    return 0;
}

/* How many whole messages arrive until it has been quiet. */
static MAYBE_UNUSED int drain (void *s_, int quiet_ms_)
{
    int n = 0;
    while (drop_one (s_, quiet_ms_) == 0)
        n++;
    return n;
}

static MAYBE_UNUSED int is_ready (void *s_, short events_, int timeout_ms_)
{
    zmq_pollitem_t item = {s_, 0, events_, 0};
    zmq_poll (&item, 1, timeout_ms_);
    return item.revents;
}

/* Sends n_ numbered messages without waiting; returns how many were taken. */
static MAYBE_UNUSED int fill (void *s_, int limit_)
{
    int n = 0;
    while (n < limit_ && zmq_send (s_, "x", 1, ZMQ_DONTWAIT) == 1)
        n++;
    return n;
}

/* ---- monitors ---- */

/* As monitor_open, with a name of its own. */
static MAYBE_UNUSED void *new_monitor (void *ctx_, void *s_, int events_)
{
    static int serial;
    char at[64];
    snprintf (at, sizeof at, "inproc://monitor-%d", serial++);
    return monitor_open (ctx_, s_, at, events_);
}

typedef struct
{
    int event;
    uint32_t value;
    endpoint_t endpoint;
} event_t;

/* The next event within timeout_ms_; 0, or -1 when there is none. */
static MAYBE_UNUSED int next_event (void *mon_, event_t *out_, int timeout_ms_)
{
    memset (out_, 0, sizeof *out_);
    if (!is_ready (mon_, ZMQ_POLLIN, timeout_ms_))
        return -1;
    out_->event = monitor_next (mon_, &out_->value, out_->endpoint);
    return 0;
}

/* Prints the next event; the value only where it means the same in every run. */
static MAYBE_UNUSED int show_event (void *mon_, const char *label_)
{
    event_t e;
    if (next_event (mon_, &e, SOON_MS) != 0) {
        printf ("%s: no event\n", label_);
        return -1;
    }
    printf ("%s: %s", label_, monitor_event_name (e.event));
    switch (e.event) {
        case ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL: printf (" 0x%x", e.value); break;
        case ZMQ_EVENT_HANDSHAKE_FAILED_AUTH: printf (" %u", e.value); break;
        case ZMQ_EVENT_BIND_FAILED: printf (" %s", errno_name ((int) e.value)); break;
        default: break;
    }
    printf ("\n");
    return e.event;
}

/* Skips events until event_; -1 if it does not come. */
static MAYBE_UNUSED int await_event (void *mon_, int event_)
{
    event_t e;
    do
        if (next_event (mon_, &e, SOON_MS) != 0) {
            printf ("no %s\n", monitor_event_name (event_));
            return -1;
        }
    while (e.event != event_);
    return 0;
}

static MAYBE_UNUSED int no_event (void *mon_, const char *label_)
{
    event_t e;
    if (next_event (mon_, &e, QUIET_MS) != 0) {
        printf ("%s: no event\n", label_);
        return 0;
    }
    printf ("%s: unexpected %s\n", label_, monitor_event_name (e.event));
    return -1;
}

/* ---- raw TCP peers ---- */

static MAYBE_UNUSED int port_of (const char *endpoint_)
{
    const char *colon = strrchr (endpoint_, ':');
    return colon ? atoi (colon + 1) : -1;
}

static MAYBE_UNUSED void raw_patience (int fd_)
{
    struct timeval t = {SOON_MS / 1000, 0};
    setsockopt (fd_, SOL_SOCKET, SO_RCVTIMEO, &t, sizeof t);
}

static MAYBE_UNUSED int raw_connect (const char *endpoint_)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons ((uint16_t) port_of (endpoint_))};
    a.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
    int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect (fd, (struct sockaddr *) &a, sizeof a) != 0)
        FAIL ("raw connect");
    raw_patience (fd);
    return fd;
}

/* A listening socket on a free port of 127.0.0.1; its tcp:// endpoint in out_. */
static MAYBE_UNUSED int raw_listen (char *out_, int backlog_)
{
    struct sockaddr_in a = {.sin_family = AF_INET};
    socklen_t size = sizeof a;
    a.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
    int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind (fd, (struct sockaddr *) &a, sizeof a) != 0
        || (backlog_ >= 0 && listen (fd, backlog_) != 0)
        || getsockname (fd, (struct sockaddr *) &a, &size) != 0)
        FAIL ("raw listen");
    snprintf (out_, ENDPOINT_MAX, "tcp://127.0.0.1:%d", ntohs (a.sin_port));
    return fd;
}

static MAYBE_UNUSED int raw_accept (int listener_)
{
    struct pollfd p = {listener_, POLLIN, 0};
    if (poll (&p, 1, SOON_MS) != 1)
        FAIL ("raw accept");
    int fd = accept (listener_, NULL, NULL);
    if (fd < 0)
        FAIL ("raw accept");
    raw_patience (fd);
    return fd;
}

/* Reads exactly n_ bytes; fewer when the peer closes or nothing comes. */
static MAYBE_UNUSED size_t raw_read (int fd_, void *out_, size_t n_)
{
    size_t have = 0;
    while (have < n_) {
        ssize_t n = recv (fd_, (char *) out_ + have, n_ - have, 0);
        if (n <= 0)
            break;
        have += (size_t) n;
    }
    return have;
}

static MAYBE_UNUSED void raw_write (int fd_, const void *bytes_, size_t n_)
{
    if (send (fd_, bytes_, n_, MSG_NOSIGNAL) != (ssize_t) n_)
        printf ("raw write failed\n");
}

/* What a raw peer sees next: "closed", "reset", "data" (left unread) or "open" after wait_ms_ of nothing. */
static MAYBE_UNUSED const char *raw_state (int fd_, int wait_ms_)
{
    struct pollfd p = {fd_, POLLIN, 0};
    char byte;
    if (poll (&p, 1, wait_ms_) != 1)
        return "open";
    ssize_t n = recv (fd_, &byte, 1, MSG_PEEK);
    return n > 0 ? "data" : n == 0 ? "closed" : "reset";
}

/* One ZMTP frame whose body is at most 255 bytes. */
static MAYBE_UNUSED void raw_frame (int fd_, int flags_, const void *body_, size_t n_)
{
    unsigned char out[2 + 255] = {(unsigned char) flags_, (unsigned char) n_};
    memcpy (out + 2, body_, n_);
    raw_write (fd_, out, n_ + 2);
}

/* Reads one short or long frame; returns its size and puts its flags in flags_; -1 on end. */
static MAYBE_UNUSED long raw_read_frame (int fd_, int *flags_, void *body_, size_t room_)
{
    unsigned char head[9];
    if (raw_read (fd_, head, 2) != 2)
        return -1;
    *flags_ = head[0];
    uint64_t size = head[1];
    if (head[0] & 2) {
        if (raw_read (fd_, head + 2, 7) != 7)
            return -1;
        size = 0;
        for (int i = 0; i < 8; i++)
            size = size << 8 | head[1 + i];
    }
    if (size > room_ || raw_read (fd_, body_, size) != size)
        return -1;
    return (long) size;
}

/* The NULL handshake as a ZMTP 3.0 peer of the given socket type. */
static MAYBE_UNUSED void raw_handshake (int fd_, const char *socket_type_)
{
    static const unsigned char greeting[64] = {0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 3, 0, 'N', 'U', 'L', 'L'};
    unsigned char theirs[64], ready[64] = "\5READY\13Socket-Type";
    size_t n = 18, length = strlen (socket_type_);
    int flags;
    raw_write (fd_, greeting, sizeof greeting);
    if (raw_read (fd_, theirs, sizeof theirs) != sizeof theirs)
        FAIL ("raw greeting");
    ready[n + 3] = (unsigned char) length;
    memcpy (ready + n + 4, socket_type_, length);
    raw_frame (fd_, 4, ready, n + 4 + length);
    unsigned char body[512];
    if (raw_read_frame (fd_, &flags, body, sizeof body) < 0 || flags != 4 || memcmp (body, "\5READY", 6) != 0)
        FAIL ("raw ready");
}

#endif
