/* What a connection costs: memory while it idles, and time to set it up. */
#include "common.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

/* A run stays well below the number of local ports. */
enum { MAX_CONNECTIONS = 20000, CONNECT_BATCH = 50, SETTLE_MS = 300, CROWDS = 4 };

/* Opens `count` connections, sends one message on each, and then keeps silent. The first line is the endpoint; the
 * second one says when to go on after the first connection. */
void role_idle_clients(const struct config *c, void *ctx, int in, int out)
{
    char endpoint[ENDPOINT_MAX], go[ENDPOINT_MAX];
    int i;

    (void)out;
    line_read(in, endpoint, sizeof endpoint);
    for (i = 0; i <= c->count; i++) {
        void *push = socket_new(ctx, ZMQ_PUSH);

        socket_dial(push, endpoint);
        send_bytes(push, "x", 1, 0);
        if (i == 0)
            line_read(in, go, sizeof go);
    }
    for (;;)
        pause();
}

/* Memory of the server after one connection, and after `count` more. */
void case_idle_memory(const struct config *c, void *ctx)
{
    void *pull = socket_new(ctx, ZMQ_PULL);
    struct peer clients;
    double before, after;
    char byte;
    int i;

    peer_start(&clients, c, ctx, "idle-clients");
    bind_and_tell(c, pull, clients.to);
    recv_bytes(pull, &byte, 1);
    pause_ms(SETTLE_MS);
    before = rss_bytes(getpid());
    line_write(clients.to, "go");
    for (i = 0; i < c->count; i++)
        recv_bytes(pull, &byte, 1);
    pause_ms(SETTLE_MS);
    after = rss_bytes(getpid());
    report_number("connections", c->count);
    report_number("rss_bytes", (after - before) / c->count);
}

static void connect_batch(const struct config *c, void *ctx, const char *endpoint)
{
    void *sockets[CONNECT_BATCH];
    void *data = buffer_new(c->size);
    int i;

    for (i = 0; i < CONNECT_BATCH; i++) {
        sockets[i] = socket_new(ctx, ZMQ_DEALER);
        socket_dial(sockets[i], endpoint);
        send_bytes(sockets[i], data, c->size, 0);
    }
    for (i = 0; i < CONNECT_BATCH; i++) {
        recv_bytes(sockets[i], data, c->size);
        CHECK(zmq_close(sockets[i]) == 0);
    }
    free(data);
}

/* A new connection counts when the answer to its first message is there. CONNECT_BATCH are set up at a time. */
void case_connections(const struct config *c, void *ctx)
{
    struct config now = *c;
    char endpoint[ENDPOINT_MAX];
    struct peer router;
    struct meter m;
    int made = 0;

    now.seconds = 0;
    peer_start(&router, c, ctx, "router");
    line_read(router.from, endpoint, sizeof endpoint);
    meter_init(&m, c);
    do {
        connect_batch(c, ctx, endpoint);
        made += CONNECT_BATCH;
        if (made >= MAX_CONNECTIONS && m.state == METER_OPEN)
            m.c = &now;
    } while (meter_tick(&m, CONNECT_BATCH));
    report_meter(&m);
}

/* Every CROWDS-th of `count` connections, counted from the number in the second line. Each sends its number twice: when
 * it is made, and after a third line. */
void role_crowd(const struct config *c, void *ctx, int in, int out)
{
    void **pushes = buffer_new((size_t)c->count * sizeof *pushes);
    char endpoint[ENDPOINT_MAX], line[ENDPOINT_MAX];
    int first, round;

    (void)out;
    line_read(in, endpoint, sizeof endpoint);
    line_read(in, line, sizeof line);
    first = atoi(line);
    CHECK(zmq_ctx_set(ctx, ZMQ_MAX_SOCKETS, c->count + 1) == 0);
    for (round = 0; round < 2; round++) {
        uint64_t i;

        for (i = (uint64_t)first; i < (uint64_t)c->count; i += CROWDS) {
            if (round == 0) {
                pushes[i] = socket_new(ctx, ZMQ_PUSH);
                socket_dial(pushes[i], endpoint);
            }
            send_bytes(pushes[i], &i, sizeof i, 0);
        }
        line_read(in, line, sizeof line);
    }
    for (;;)
        pause();
}

static void recv_from_each(const struct config *c, void *pull)
{
    bool *has_come = buffer_new((size_t)c->count * sizeof *has_come);
    int i;

    for (i = 0; i < c->count; i++) {
        uint64_t number;

        recv_bytes(pull, &number, sizeof number);
        CHECK(number < (uint64_t)c->count && !has_come[number]);
        has_come[number] = true;
    }
    free(has_come);
}

/* `count` connections at once, from several processes. The rate is that of their coming, up to the first message of
 * each; then memory is measured, and then each of them must still be able to send. */
void case_many(const struct config *c, void *ctx)
{
    void *pull = socket_new(ctx, ZMQ_PULL);
    struct peer crowds[CROWDS];
    char endpoint[ENDPOINT_MAX], line[ENDPOINT_MAX];
    const int backlog = 4096;
    struct rlimit files;
    struct meter m;
    double before;
    int i;

    CHECK(getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur > (rlim_t)c->count + 64);
    CHECK(zmq_setsockopt(pull, ZMQ_BACKLOG, &backlog, sizeof backlog) == 0);
    socket_bind(c, pull, endpoint);
    before = rss_bytes(getpid());
    for (i = 0; i < CROWDS; i++)
        peer_start(&crowds[i], c, ctx, "crowd");
    meter_init(&m, c);
    meter_open(&m);
    for (i = 0; i < CROWDS; i++) {
        line_write(crowds[i].to, endpoint);
        snprintf(line, sizeof line, "%d", i);
        line_write(crowds[i].to, line);
    }
    recv_from_each(c, pull);
    meter_close(&m, (uint64_t)c->count);
    pause_ms(SETTLE_MS);
    report_meter(&m);
    report_number("rss_bytes", (rss_bytes(getpid()) - before) / c->count);
    for (i = 0; i < CROWDS; i++)
        line_write(crowds[i].to, "go");
    recv_from_each(c, pull);
}
