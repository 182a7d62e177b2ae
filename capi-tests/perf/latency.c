/* Round trips: REQ to REP and back, one at a time, at once or after a pause. */
#include "common.h"

void role_replier(const struct config *c, void *ctx, int in, int out)
{
    void *rep = socket_new(ctx, ZMQ_REP);
    void *data = buffer_new(c->size);

    (void)out;
    socket_connect(rep, in);
    for (;;) {
        recv_bytes(rep, data, c->size);
        send_bytes(rep, data, c->size, 0);
    }
}

void case_roundtrip(const struct config *c, void *ctx)
{
    void *req = socket_new(ctx, ZMQ_REQ);
    void *data = buffer_new(c->size);
    struct peer replier;
    struct samples samples;
    struct meter m;
    uint64_t seq = 0;
    bool is_open = true;

    peer_start(&replier, c, ctx, "replier");
    bind_and_tell(c, req, replier.to);
    samples_init(&samples);
    meter_init(&m, c);
    while (is_open) {
        uint64_t start, took;

        if (c->gap_ms > 0)
            pause_ms(c->gap_ms);
        seq_put(data, seq);
        start = now_ns();
        send_bytes(req, data, c->size, 0);
        recv_bytes(req, data, c->size);
        took = now_ns() - start;
        CHECK(seq_get(data) == seq);
        seq++;
        if (m.state == METER_OPEN)
            CHECK(samples_add(&samples, took));
        is_open = meter_tick(&m, 1);
    }
    report_samples(&samples, &m);
}
