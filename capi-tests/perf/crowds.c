/* What the machine allows where one end has many connections, or a process stands between the ends. Bare sockets; no
 * libzmq in here. */
#include "common.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { CHUNK = 65536, DEPTH = 10, EVENTS_MAX = 64 };

/* A run stays well below the number of local ports. */
enum { MAX_CONNECTIONS = 20000, CONNECT_BATCH = 50, EXCHANGES = 3 };

static void epoll_watch(int epoll, int fd)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};

    CHECK(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0);
}

static int epoll_next(int epoll, struct epoll_event *events)
{
    int n;

    do
        n = epoll_wait(epoll, events, EVENTS_MAX, -1);
    while (n < 0 && errno == EINTR);
    CHECK(n > 0);
    return n;
}

static size_t read_some(int fd, void *data)
{
    ssize_t n;

    do
        n = read(fd, data, CHUNK);
    while (n < 0 && errno == EINTR);
    CHECK(n > 0);
    return (size_t)n;
}

/* Accepts `count` connections and gives an epoll descriptor that watches them. */
static int accept_many(const struct config *c, int listener)
{
    const int epoll = epoll_create1(EPOLL_CLOEXEC);
    int i;

    CHECK(epoll >= 0);
    for (i = 0; i < c->count; i++)
        epoll_watch(epoll, raw_accept(c, listener));
    close(listener);
    return epoll;
}

static int *dial_many(const struct config *c, const char *where)
{
    int *fds = buffer_new((size_t)c->count * sizeof *fds);
    int i;

    for (i = 0; i < c->count; i++)
        fds[i] = raw_dial(c, where);
    return fds;
}

/* Writes the same to each connection in turn, as fast as they take it. */
void role_raw_fan(const struct config *c, void *ctx, int in, int out)
{
    void *data = buffer_new(CHUNK);
    char where[ENDPOINT_MAX];
    int *fds, i;

    (void)ctx;
    (void)out;
    line_read(in, where, sizeof where);
    fds = dial_many(c, where);
    for (;;)
        for (i = 0; i < c->count; i++)
            write_all(fds[i], data, CHUNK);
}

/* Gives back what comes, on each of its connections. */
void role_raw_echo_many(const struct config *c, void *ctx, int in, int out)
{
    const int epoll = accept_many(c, raw_listen(c, out));
    struct epoll_event events[EVENTS_MAX];
    void *data = buffer_new(CHUNK);

    (void)ctx;
    (void)in;
    for (;;) {
        const int n = epoll_next(epoll, events);
        int i;

        for (i = 0; i < n; i++)
            write_all(events[i].data.fd, data, read_some(events[i].data.fd, data));
    }
}

/* Stands between a writer, which connects to it, and the reader, to which it connects. */
void role_raw_forwarder(const struct config *c, void *ctx, int in, int out)
{
    const int listener = raw_listen(c, out);
    const int to = raw_connect(c, in);
    const int from = raw_accept(c, listener);
    void *data = buffer_new(CHUNK);

    (void)ctx;
    for (;;)
        write_all(to, data, read_some(from, data));
}

/* Bytes from one process to `count` connections of another, told as messages of `size`. */
void case_limit_fan(const struct config *c, void *ctx)
{
    struct epoll_event events[EVENTS_MAX];
    void *data = buffer_new(CHUNK);
    bool is_open = true;
    size_t bytes = 0;
    struct peer fan;
    struct meter m;
    int epoll;

    peer_start(&fan, c, ctx, "raw-fan");
    epoll = accept_many(c, raw_listen(c, fan.to));
    meter_init(&m, c);
    while (is_open) {
        const int n = epoll_next(epoll, events);
        int i;

        for (i = 0; i < n; i++)
            bytes += read_some(events[i].data.fd, data);
        is_open = meter_tick(&m, bytes / c->size);
        bytes %= c->size;
    }
    report_meter(&m);
}

/* `count` connections, DEPTH messages on their way in each. */
void case_limit_dealers(const struct config *c, void *ctx)
{
    const int epoll = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event events[EVENTS_MAX];
    char where[ENDPOINT_MAX];
    void *data = buffer_new(CHUNK);
    bool is_open = true;
    size_t bytes = 0;
    struct peer echo;
    struct meter m;
    int *fds, i;

    CHECK(epoll >= 0 && c->size * DEPTH <= CHUNK);
    peer_start(&echo, c, ctx, "raw-echo-many");
    line_read(echo.from, where, sizeof where);
    fds = dial_many(c, where);
    for (i = 0; i < c->count; i++) {
        epoll_watch(epoll, fds[i]);
        write_all(fds[i], data, c->size * DEPTH);
    }
    meter_init(&m, c);
    while (is_open) {
        const int n = epoll_next(epoll, events);

        for (i = 0; i < n; i++) {
            const size_t got = read_some(events[i].data.fd, data);

            write_all(events[i].data.fd, data, got);
            bytes += got;
        }
        is_open = meter_tick(&m, bytes / c->size);
        bytes %= c->size;
    }
    report_meter(&m);
}

/* A stream that passes through a third process. */
void case_limit_proxy(const struct config *c, void *ctx)
{
    void *data = buffer_new(CHUNK);
    char where[ENDPOINT_MAX];
    struct peer forwarder, writer;
    struct meter m;
    size_t bytes = 0;
    int listener, fd;

    peer_start(&forwarder, c, ctx, "raw-forwarder");
    line_read(forwarder.from, where, sizeof where);
    listener = raw_listen(c, forwarder.to);
    peer_start(&writer, c, ctx, "raw-writer");
    line_write(writer.to, where);
    fd = raw_accept(c, listener);
    meter_init(&m, c);
    do {
        bytes = bytes % c->size + read_some(fd, data);
    } while (meter_tick(&m, bytes / c->size));
    report_meter(&m);
}

/* Answers whatever comes on whichever connection, until the other end closes it. */
void role_raw_server(const struct config *c, void *ctx, int in, int out)
{
    const int listener = raw_listen(c, out), epoll = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event events[EVENTS_MAX];
    void *data = buffer_new(c->size);

    (void)ctx;
    (void)in;
    CHECK(epoll >= 0);
    epoll_watch(epoll, listener);
    for (;;) {
        const int n = epoll_next(epoll, events);
        int i;

        for (i = 0; i < n; i++) {
            const int fd = events[i].data.fd;
            ssize_t got;

            if (fd == listener) {
                epoll_watch(epoll, raw_accept(c, listener));
                continue;
            }
            got = read(fd, data, c->size);
            if (got > 0)
                write_all(fd, data, (size_t)got);
            else
                close(fd);
        }
    }
}

/* As many exchanges as ZMTP needs for its greetings, its READY and a message with its answer. CONNECT_BATCH connections are set
 * up at a time. */
void case_limit_connections(const struct config *c, void *ctx)
{
    struct config now = *c;
    void *data = buffer_new(c->size);
    char text[ENDPOINT_MAX];
    int fds[CONNECT_BATCH];
    struct peer server;
    struct meter m;
    int made = 0, exchange, i;

    now.seconds = 0;
    peer_start(&server, c, ctx, "raw-server");
    line_read(server.from, text, sizeof text);
    meter_init(&m, c);
    do {
        for (i = 0; i < CONNECT_BATCH; i++) {
            fds[i] = raw_dial(c, text);
            write_all(fds[i], data, c->size);
        }
        for (exchange = 1; exchange < EXCHANGES; exchange++)
            for (i = 0; i < CONNECT_BATCH; i++) {
                read_all(fds[i], data, c->size);
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
