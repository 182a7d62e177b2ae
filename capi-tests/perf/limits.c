/* What the machine allows: the same work on bare sockets, and memcpy. No libzmq in here. */
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

static int raw_connect(const struct config *c, int in)
{
    char text[ENDPOINT_MAX];
    union address a;
    socklen_t len;
    int fd;

    line_read(in, text, sizeof text);
    len = address_from(c, text, &a);
    fd = socket(a.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CHECK(fd >= 0);
    CHECK(connect(fd, &a.any, len) == 0);
    set_nodelay(c, fd);
    return fd;
}

/* Listens, tells the peer where, and gives the accepted connection. */
static int raw_accept(const struct config *c, const struct peer *p)
{
    char text[ENDPOINT_MAX] = "0";
    union address a;
    socklen_t len;
    int listener, fd;

    if (is_ipc(c))
        snprintf(text, sizeof text, "%s/s0", c->dir);
    len = address_from(c, text, &a);
    listener = socket(a.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CHECK(listener >= 0);
    CHECK(bind(listener, &a.any, len) == 0);
    CHECK(listen(listener, 1) == 0);
    if (!is_ipc(c)) {
        CHECK(getsockname(listener, &a.any, &len) == 0);
        snprintf(text, sizeof text, "%u", (unsigned)ntohs(a.in.sin_port));
    }
    line_write(p->to, text);
    fd = accept(listener, NULL, NULL);
    CHECK(fd >= 0);
    close(listener);
    set_nodelay(c, fd);
    return fd;
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
    void *data = buffer_new(c->size);
    const int fd = raw_connect(c, in);

    (void)ctx;
    (void)out;
    for (;;) {
        read_all(fd, data, c->size);
        write_all(fd, data, c->size);
    }
}

void role_raw_writer(const struct config *c, void *ctx, int in, int out)
{
    void *data = buffer_new(c->size);
    const int fd = raw_connect(c, in);

    (void)ctx;
    (void)out;
    for (;;)
        write_all(fd, data, c->size);
}

void case_limit_roundtrip(const struct config *c, void *ctx)
{
    void *data = buffer_new(c->size);
    struct peer echo;
    struct samples samples;
    struct meter m;
    bool is_open = true;
    int fd;

    peer_start(&echo, c, ctx, "raw-echo");
    fd = raw_accept(c, &echo);
    samples_init(&samples);
    meter_init(&m, c);
    while (is_open) {
        uint64_t start, took;

        if (c->gap_ms > 0)
            pause_ms(c->gap_ms);
        start = now_ns();
        write_all(fd, data, c->size);
        read_all(fd, data, c->size);
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
    struct meter m;
    unsigned i;
    int fd;

    peer_start(&writer, c, ctx, "raw-writer");
    fd = raw_accept(c, &writer);
    meter_init(&m, c);
    do {
        for (i = 0; i < batch; i++)
            read_all(fd, data, c->size);
    } while (meter_tick(&m, batch));
    report_meter(&m);
}

/* Whole pages: a copy between addresses that differ by a few bytes modulo a page is many times slower on some
 * machines. */
static void *pages_new(size_t size)
{
    void *pages = NULL;

    CHECK(posix_memalign(&pages, 4096, size) == 0);
    memset(pages, 1, size);
    return pages;
}

/* One thread that copies `size` bytes again and again. */
void case_limit_memcpy(const struct config *c, void *ctx)
{
    void *from = pages_new(c->size), *to = pages_new(c->size);
    const unsigned batch = c->size > 1024 * 1024 ? 1 : 1024;
    uint64_t seq = 0;
    struct meter m;
    unsigned i;

    (void)ctx;
    meter_init(&m, c);
    do {
        for (i = 0; i < batch; i++) {
            seq_put(from, seq);
            memcpy(to, from, c->size);
            /* The compiler must not drop a copy that nobody reads. */
            __asm__ volatile("" : : "r"(to) : "memory");
            seq++;
        }
    } while (meter_tick(&m, batch));
    CHECK(seq_get(to) == seq - 1);
    report_meter(&m);
}
