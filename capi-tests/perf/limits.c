/* What the machine allows: the same work on bare sockets and pipes. No libzmq in here. */
#include "common.h"

#include <unistd.h>

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

