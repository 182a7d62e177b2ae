/* One-way streams: PUSH to PULL, directly and through zmq_proxy. Measured at the receiver. */
#include "common.h"

#include <errno.h>
#include <string.h>

static void send_by_msg(void *socket, const void *data, size_t size)
{
    zmq_msg_t msg;
    int rc;

    CHECK(zmq_msg_init_size(&msg, size) == 0);
    memcpy(zmq_msg_data(&msg), data, size);
    do
        rc = zmq_msg_send(&msg, socket, 0);
    while (rc < 0 && zmq_errno() == EINTR);
    CHECK(rc == (int)size);
}

static uint64_t recv_by_msg(void *socket, size_t size)
{
    zmq_msg_t msg;
    uint64_t seq;
    int rc;

    CHECK(zmq_msg_init(&msg) == 0);
    do
        rc = zmq_msg_recv(&msg, socket, 0);
    while (rc < 0 && zmq_errno() == EINTR);
    CHECK(rc == (int)size);
    seq = seq_get(zmq_msg_data(&msg));
    CHECK(zmq_msg_close(&msg) == 0);
    return seq;
}

/* Receives until the window has closed; every message must be the next one. */
static void drain(const struct config *c, void *pull, struct meter *m)
{
    const unsigned batch = batch_for(c->size);
    void *data = buffer_new(c->size);
    uint64_t expected = 0;

    meter_init(m, c);
    do {
        unsigned i;

        for (i = 0; i < batch; i++) {
            uint64_t seq;

            if (c->is_msg_api) {
                seq = recv_by_msg(pull, c->size);
            } else {
                recv_bytes(pull, data, c->size);
                seq = seq_get(data);
            }
            CHECK(seq == expected);
            expected++;
        }
    } while (meter_tick(m, batch));
}

void role_pusher(const struct config *c, void *ctx, int in, int out)
{
    void *push = socket_new(ctx, ZMQ_PUSH);
    void *data = buffer_new(c->size);
    uint64_t seq;

    (void)out;
    socket_connect(push, in);
    for (seq = 0;; seq++) {
        seq_put(data, seq);
        if (c->is_msg_api)
            send_by_msg(push, data, c->size);
        else
            send_bytes(push, data, c->size, 0);
    }
}

void case_throughput(const struct config *c, void *ctx)
{
    void *pull = socket_new(ctx, ZMQ_PULL);
    struct peer pusher;
    struct meter m;

    peer_start(&pusher, c, ctx, "pusher");
    bind_and_tell(c, pull, pusher.to);
    drain(c, pull, &m);
    report_meter(&m);
}

static void run_proxy(const struct config *c, void *ctx, int out, int front_type, int back_type)
{
    void *front = socket_new(ctx, front_type);
    void *back = socket_new(ctx, back_type);

    bind_and_tell(c, front, out);
    bind_and_tell(c, back, out);
    zmq_proxy(front, back, NULL);
}

void role_proxy_pipeline(const struct config *c, void *ctx, int in, int out)
{
    (void)in;
    run_proxy(c, ctx, out, ZMQ_PULL, ZMQ_PUSH);
}

void role_proxy_reqrep(const struct config *c, void *ctx, int in, int out)
{
    (void)in;
    run_proxy(c, ctx, out, ZMQ_ROUTER, ZMQ_DEALER);
}

/* Answers each request with itself, at the back of a proxy. */
void role_worker(const struct config *c, void *ctx, int in, int out)
{
    void *dealer = socket_new(ctx, ZMQ_DEALER);

    (void)c;
    (void)out;
    socket_connect(dealer, in);
    for (;;)
        forward_message(dealer, 0);
}

/* Starts the proxy in one process and `role` in another, at its front or its back; gives the endpoint that is left. */
static void start_around_proxy(const struct config *c, void *ctx, const char *proxy_role, const char *role,
                               bool is_at_front, char *rest)
{
    char front[ENDPOINT_MAX], back[ENDPOINT_MAX];
    struct peer proxy, other;

    peer_start(&proxy, c, ctx, proxy_role);
    line_read(proxy.from, front, sizeof front);
    line_read(proxy.from, back, sizeof back);
    peer_start(&other, c, ctx, role);
    line_write(other.to, is_at_front ? front : back);
    memcpy(rest, is_at_front ? back : front, ENDPOINT_MAX);
}

void case_proxy_pipeline(const struct config *c, void *ctx)
{
    void *pull = socket_new(ctx, ZMQ_PULL);
    char endpoint[ENDPOINT_MAX];
    struct meter m;

    start_around_proxy(c, ctx, "proxy-pipeline", "pusher", true, endpoint);
    socket_dial(pull, endpoint);
    drain(c, pull, &m);
    report_meter(&m);
}

/* `count` requests are on their way at any time. */
void case_proxy_reqrep(const struct config *c, void *ctx)
{
    void *dealer = socket_new(ctx, ZMQ_DEALER);
    void *data = buffer_new(c->size);
    const unsigned batch = 64;
    char endpoint[ENDPOINT_MAX];
    uint64_t sent, received = 0;
    struct meter m;

    start_around_proxy(c, ctx, "proxy-reqrep", "worker", false, endpoint);
    socket_dial(dealer, endpoint);
    for (sent = 0; sent < (uint64_t)c->count; sent++) {
        seq_put(data, sent);
        send_bytes(dealer, data, c->size, 0);
    }
    meter_init(&m, c);
    do {
        unsigned i;

        for (i = 0; i < batch; i++) {
            recv_bytes(dealer, data, c->size);
            CHECK(seq_get(data) == received);
            received++;
            seq_put(data, sent++);
            send_bytes(dealer, data, c->size, 0);
        }
    } while (meter_tick(&m, batch));
    report_meter(&m);
}
