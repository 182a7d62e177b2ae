/* What a connection costs: memory while it idles, and time to set it up. */
#include "common.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* A run stays well below the number of local ports. */
enum { MAX_CONNECTIONS = 20000, CONNECT_BATCH = 50, SETTLE_MS = 300 };

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
