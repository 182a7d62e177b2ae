/* What the machine allows: the same work on bare sockets and pipes. No libzmq in here. */
#include "common.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { CONNECT_BATCH = 50, MAX_CONNECTIONS = 20000 };

union address {
    struct sockaddr any;
    struct sockaddr_in in;
    struct sockaddr_un un;
};

/* The address as it goes through the pipe: a path, or a port. */
static socklen_t address_from(const struct config *c, const char *text, union address *a)
{
    unsigned port = 0;

    memset(a, 0, sizeof *a);
    if (is_ipc(c)) {
        a->un.sun_family = AF_UNIX;
        CHECK(strlen(text) < sizeof a->un.sun_path);
        strcpy(a->un.sun_path, text);
        return sizeof a->un;
    }
    CHECK(sscanf(text, "%u", &port) == 1);
    a->in.sin_family = AF_INET;
    a->in.sin_port = htons((uint16_t)port);
    a->in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return sizeof a->in;
}

static void set_nodelay(const struct config *c, int fd)
{
    const int on = 1;

    if (!is_ipc(c))
        CHECK(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) == 0);
}

static int raw_dial(const struct config *c, const char *text)
{
    union address a;
    const socklen_t len = address_from(c, text, &a);
    int fd;

    fd = socket(a.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CHECK(fd >= 0);
    CHECK(connect(fd, &a.any, len) == 0);
    set_nodelay(c, fd);
    return fd;
}

static int raw_connect(const struct config *c, int in)
{
    char text[ENDPOINT_MAX];

    line_read(in, text, sizeof text);
    return raw_dial(c, text);
}

/* Listens, and writes to `out` where. */
static int raw_listen(const struct config *c, int out)
{
    char text[ENDPOINT_MAX] = "0";
    union address a;
    socklen_t len;
    int listener;

    if (is_ipc(c))
        snprintf(text, sizeof text, "%s/s0", c->dir);
    len = address_from(c, text, &a);
    listener = socket(a.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CHECK(listener >= 0);
    CHECK(bind(listener, &a.any, len) == 0);
    CHECK(listen(listener, CONNECT_BATCH) == 0);
    if (!is_ipc(c)) {
        CHECK(getsockname(listener, &a.any, &len) == 0);
        snprintf(text, sizeof text, "%u", (unsigned)ntohs(a.in.sin_port));
    }
    line_write(out, text);
    return listener;
}

/* Listens, tells the peer where, and gives the accepted connection. */
static int raw_accept(const struct config *c, const struct peer *p)
{
    const int listener = raw_listen(c, p->to);
    const int fd = accept(listener, NULL, NULL);

    CHECK(fd >= 0);
    close(listener);
    set_nodelay(c, fd);
    return fd;
}

/* A connection to the other end: a socket, or the two pipes that are a peer's standard input and output. */
struct link {
    int from, to;
};

static bool is_pipe(const struct config *c)
{
    return strcmp(c->transport, "pipe") == 0;
}

static struct link link_accept(const struct config *c, const struct peer *p)
{
    struct link link = {p->from, p->to};

    if (!is_pipe(c))
        link.from = link.to = raw_accept(c, p);
    return link;
}

static struct link link_connect(const struct config *c, int in, int out)
{
    struct link link = {in, out};

    if (!is_pipe(c))
        link.from = link.to = raw_connect(c, in);
    return link;
}

static void write_all(int fd, const void *data, size_t size)
{
    const char *at = data;

    while (size > 0) {
        const ssize_t n = write(fd, at, size);

        if (n < 0 && errno == EINTR)
            continue;
        CHECK(n > 0);
        at += n;
        size -= (size_t)n;
    }
}

static void read_all(int fd, void *data, size_t size)
{
    char *at = data;

    while (size > 0) {
        const ssize_t n = read(fd, at, size);

        if (n < 0 && errno == EINTR)
            continue;
        CHECK(n > 0);
        at += n;
        size -= (size_t)n;
    }
}

void role_raw_echo(const struct config *c, void *ctx, int in, int out)
{
    const struct link link = link_connect(c, in, out);
    void *data = buffer_new(c->size);

    (void)ctx;
    for (;;) {
        read_all(link.from, data, c->size);
        write_all(link.to, data, c->size);
    }
}

void role_raw_writer(const struct config *c, void *ctx, int in, int out)
{
    const struct link link = link_connect(c, in, out);
    void *data = buffer_new(c->size);

    (void)ctx;
    for (;;)
        write_all(link.to, data, c->size);
}

void case_limit_roundtrip(const struct config *c, void *ctx)
{
    void *data = buffer_new(c->size);
    struct peer echo;
    struct samples samples;
    struct meter m;
    bool is_open = true;
    struct link link;

    peer_start(&echo, c, ctx, "raw-echo");
    link = link_accept(c, &echo);
    samples_init(&samples);
    meter_init(&m, c);
    while (is_open) {
        uint64_t start, took;

        if (c->gap_ms > 0)
            pause_ms(c->gap_ms);
        start = now_ns();
        write_all(link.to, data, c->size);
        read_all(link.from, data, c->size);
        took = now_ns() - start;
        if (m.state == METER_OPEN)
            CHECK(samples_add(&samples, took));
        is_open = meter_tick(&m, 1);
    }
    report_samples(&samples, &m);
}

/* Writes and reads of `size` bytes each. */
void case_limit_stream(const struct config *c, void *ctx)
{
    const unsigned batch = batch_for(c->size);
    void *data = buffer_new(c->size);
    struct peer writer;
    struct link link;
    struct meter m;
    unsigned i;

    peer_start(&writer, c, ctx, "raw-writer");
    link = link_accept(c, &writer);
    meter_init(&m, c);
    do {
        for (i = 0; i < batch; i++)
            read_all(link.from, data, c->size);
    } while (meter_tick(&m, batch));
    report_meter(&m);
}

/* Answers the first message of each connection and closes it. */
void role_raw_server(const struct config *c, void *ctx, int in, int out)
{
    void *data = buffer_new(c->size);
    const int listener = raw_listen(c, out);

    (void)ctx;
    (void)in;
    for (;;) {
        const int fd = accept(listener, NULL, NULL);

        CHECK(fd >= 0);
        set_nodelay(c, fd);
        read_all(fd, data, c->size);
        write_all(fd, data, c->size);
        close(fd);
    }
}

/* A connection counts when the answer to its first message is there. CONNECT_BATCH are set up at a time. */
void case_limit_connections(const struct config *c, void *ctx)
{
    struct config now = *c;
    void *data = buffer_new(c->size);
    char text[ENDPOINT_MAX];
    int fds[CONNECT_BATCH];
    struct peer server;
    struct meter m;
    int made = 0, i;

    now.seconds = 0;
    peer_start(&server, c, ctx, "raw-server");
    line_read(server.from, text, sizeof text);
    meter_init(&m, c);
    do {
        for (i = 0; i < CONNECT_BATCH; i++) {
            fds[i] = raw_dial(c, text);
            write_all(fds[i], data, c->size);
        }
        for (i = 0; i < CONNECT_BATCH; i++) {
            read_all(fds[i], data, c->size);
            close(fds[i]);
        }
        made += CONNECT_BATCH;
        if (made >= MAX_CONNECTIONS && m.state == METER_OPEN)
            m.c = &now;
    } while (meter_tick(&m, CONNECT_BATCH));
    report_meter(&m);
}
