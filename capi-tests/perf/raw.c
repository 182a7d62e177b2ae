/* Bare connections: sockets, or the pipes to a peer. What the limits are made of; no libzmq in here. */
#include "common.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { BACKLOG = 1024 };

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

int raw_dial(const struct config *c, const char *where)
{
    union address a;
    const socklen_t len = address_from(c, where, &a);
    int fd;

    fd = socket(a.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CHECK(fd >= 0);
    CHECK(connect(fd, &a.any, len) == 0);
    set_nodelay(c, fd);
    return fd;
}

int raw_connect(const struct config *c, int in)
{
    char text[ENDPOINT_MAX];

    line_read(in, text, sizeof text);
    return raw_dial(c, text);
}

/* Listens, and writes to `out` where. */
int raw_listen(const struct config *c, int out)
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
    CHECK(listen(listener, BACKLOG) == 0);
    if (!is_ipc(c)) {
        CHECK(getsockname(listener, &a.any, &len) == 0);
        snprintf(text, sizeof text, "%u", (unsigned)ntohs(a.in.sin_port));
    }
    line_write(out, text);
    return listener;
}

int raw_accept(const struct config *c, int listener)
{
    const int fd = accept(listener, NULL, NULL);

    CHECK(fd >= 0);
    set_nodelay(c, fd);
    return fd;
}

/* Listens, tells the peer where, and gives the accepted connection. */
int raw_accept_one(const struct config *c, const struct peer *p)
{
    const int listener = raw_listen(c, p->to);
    const int fd = raw_accept(c, listener);

    close(listener);
    return fd;
}

static bool is_pipe(const struct config *c)
{
    return strcmp(c->transport, "pipe") == 0;
}

struct link link_accept(const struct config *c, const struct peer *p)
{
    struct link link = {p->from, p->to};

    if (!is_pipe(c))
        link.from = link.to = raw_accept_one(c, p);
    return link;
}

struct link link_connect(const struct config *c, int in, int out)
{
    struct link link = {in, out};

    if (!is_pipe(c))
        link.from = link.to = raw_connect(c, in);
    return link;
}

void write_all(int fd, const void *data, size_t size)
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

void read_all(int fd, void *data, size_t size)
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
