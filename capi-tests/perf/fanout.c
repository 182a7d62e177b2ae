/* One socket with many peers: PUB to N SUBs, and N DEALERs with a ROUTER that echoes. The N sockets live in the
 * measuring process and are polled together. */
#include "common.h"

#include <errno.h>

enum { DEALER_DEPTH = 10, DRAIN_MAX = 256 };

void role_publisher(const struct config *c, void *ctx, int in, int out)
{
    void *pub = socket_new(ctx, ZMQ_PUB);
    void *data = buffer_new(c->size);
    const int nodrop = 1;
    uint64_t seq;

    (void)in;
    if (c->is_lossless)
        CHECK(zmq_setsockopt(pub, ZMQ_XPUB_NODROP, &nodrop, sizeof nodrop) == 0);
    bind_and_tell(c, pub, out);
    for (seq = 1;; seq++) {
        seq_put(data, seq);
        send_bytes(pub, data, c->size, 0);
    }
}

void role_router(const struct config *c, void *ctx, int in, int out)
{
    void *router = socket_new(ctx, ZMQ_ROUTER);

    (void)in;
    bind_and_tell(c, router, out);
    for (;;)
        forward_message(router, 0);
}

static zmq_pollitem_t *connect_many(const struct config *c, void *ctx, int type, const char *endpoint)
{
    zmq_pollitem_t *items = buffer_new((size_t)c->count * sizeof *items);
    int i;

    for (i = 0; i < c->count; i++) {
        items[i].socket = socket_new(ctx, type);
        items[i].events = ZMQ_POLLIN;
        if (type == ZMQ_SUB)
            CHECK(zmq_setsockopt(items[i].socket, ZMQ_SUBSCRIBE, "", 0) == 0);
        socket_dial(items[i].socket, endpoint);
    }
    return items;
}

static void poll_many(const struct config *c, zmq_pollitem_t *items)
{
    while (zmq_poll(items, c->count, -1) < 0)
        CHECK(zmq_errno() == EINTR);
}

/* Takes what one SUB has (bounded). A PUB may leave messages out at the high-water mark, but never goes back, and
 * leaves none out when it is lossless. */
static unsigned drain_sub(const struct config *c, void *sub, void *data, uint64_t *last)
{
    unsigned n;

    for (n = 0; n < DRAIN_MAX && try_recv_bytes(sub, data, c->size); n++) {
        const uint64_t seq = seq_get(data);

        CHECK(seq > *last);
        if (c->is_lossless && *last != 0)
            CHECK(seq == *last + 1);
        *last = seq;
    }
    return n;
}

/* The window opens only after each SUB has got something. */
void case_pub(const struct config *c, void *ctx)
{
    uint64_t *last = buffer_new((size_t)c->count * sizeof *last);
    void *data = buffer_new(c->size);
    char endpoint[ENDPOINT_MAX];
    int silent = c->count;
    uint64_t got = 0;
    bool is_open = true;
    zmq_pollitem_t *subs;
    struct peer publisher;
    struct meter m;

    peer_start(&publisher, c, ctx, "publisher");
    line_read(publisher.from, endpoint, sizeof endpoint);
    subs = connect_many(c, ctx, ZMQ_SUB, endpoint);
    meter_init(&m, c);
    while (is_open) {
        int i;

        poll_many(c, subs);
        for (i = 0; i < c->count; i++) {
            const bool is_first = last[i] == 0;

            if (subs[i].revents & ZMQ_POLLIN)
                got += drain_sub(c, subs[i].socket, data, &last[i]);
            if (is_first && last[i] != 0)
                silent--;
        }
        if (silent == 0 && got >= 1024) {
            is_open = meter_tick(&m, got);
            got = 0;
        }
    }
    report_meter(&m);
}

/* Each DEALER has DEALER_DEPTH requests on their way. A message is one request and its answer. */
void case_dealers(const struct config *c, void *ctx)
{
    uint64_t *answered = buffer_new((size_t)c->count * sizeof *answered);
    void *data = buffer_new(c->size);
    char endpoint[ENDPOINT_MAX];
    uint64_t got = 0;
    bool is_open = true;
    zmq_pollitem_t *dealers;
    struct peer router;
    struct meter m;
    int i;

    peer_start(&router, c, ctx, "router");
    line_read(router.from, endpoint, sizeof endpoint);
    dealers = connect_many(c, ctx, ZMQ_DEALER, endpoint);
    for (i = 0; i < c->count * DEALER_DEPTH; i++) {
        seq_put(data, (uint64_t)(i / c->count));
        send_bytes(dealers[i % c->count].socket, data, c->size, 0);
    }
    meter_init(&m, c);
    while (is_open) {
        poll_many(c, dealers);
        for (i = 0; i < c->count; i++) {
            while ((dealers[i].revents & ZMQ_POLLIN) && try_recv_bytes(dealers[i].socket, data, c->size)) {
                CHECK(seq_get(data) == answered[i]);
                seq_put(data, answered[i] + DEALER_DEPTH);
                send_bytes(dealers[i].socket, data, c->size, 0);
                answered[i]++;
                if (++got == 512) {
                    is_open = meter_tick(&m, got) && is_open;
                    got = 0;
                }
            }
            if (!is_open)
                break;
        }
    }
    report_meter(&m);
}
