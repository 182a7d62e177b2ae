/* Many of one thing in one socket or one call: topics of a subscriber, items of zmq_poll. */
#include "common.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { TOPIC_MAX = 16, WORD_MAX = 32, PUBLISH_US = 200, POLL_BATCH = 16 };

/* Topics are taken in no order that a tree of their bytes would like: `STRIDE` has no factor in common with counts
 * that people choose. */
static const uint64_t STRIDE = 700001;

static char *topics_new(const struct config *c)
{
    char *topics = buffer_new((size_t)c->count * TOPIC_MAX);
    int i;

    for (i = 0; i < c->count; i++) {
        const uint64_t number = (uint64_t)i * STRIDE % (uint64_t)c->count;

        snprintf(topics + (size_t)i * TOPIC_MAX, TOPIC_MAX, "item/%09llu", (unsigned long long)number);
    }
    return topics;
}

/* What a pair of sockets needs so that no subscription is dropped: no high-water mark. */
static void marks_remove(void *socket)
{
    const int none = 0;

    CHECK(zmq_setsockopt(socket, ZMQ_SNDHWM, &none, sizeof none) == 0);
    CHECK(zmq_setsockopt(socket, ZMQ_RCVHWM, &none, sizeof none) == 0);
}

/* Publishes the two words that tell the subscriber which of its subscriptions have come, again and again. */
void role_ticker(const struct config *c, void *ctx, int in, int out)
{
    void *pub = zmq_socket(ctx, ZMQ_PUB);
    const struct timespec pause = {0, PUBLISH_US * 1000};

    (void)in;
    CHECK(pub != NULL);
    marks_remove(pub);
    bind_and_tell(c, pub, out);
    for (;;) {
        send_bytes(pub, "<subscribed>", 12, 0);
        send_bytes(pub, "<cancelled>", 11, 0);
        nanosleep(&pause, NULL);
    }
}

static void wait_for(void *sub, const char *word)
{
    char got[WORD_MAX];
    int rc;

    CHECK(zmq_setsockopt(sub, ZMQ_SUBSCRIBE, word, strlen(word)) == 0);
    do
        rc = zmq_recv(sub, got, sizeof got, 0);
    while (rc != (int)strlen(word) || memcmp(got, word, (size_t)rc) != 0);
    CHECK(zmq_setsockopt(sub, ZMQ_UNSUBSCRIBE, word, strlen(word)) == 0);
}

static void set_topics(const struct config *c, void *sub, int option, const char *topics)
{
    int i;

    for (i = 0; i < c->count; i++, topics += TOPIC_MAX)
        CHECK(zmq_setsockopt(sub, option, topics, strlen(topics)) == 0);
}

/* Subscribes to `count` topics and cancels them; each half ends when the publisher has taken all of it. One operation
 * is one subscription or one cancellation. Memory is that of both ends, for each topic. */
void case_subscribe(const struct config *c, void *ctx)
{
    void *sub = socket_new(ctx, ZMQ_SUB);
    const char *topics = topics_new(c);
    char endpoint[ENDPOINT_MAX];
    struct peer ticker;
    struct meter m;
    double before, after;

    peer_start(&ticker, c, ctx, "ticker");
    line_read(ticker.from, endpoint, sizeof endpoint);
    marks_remove(sub);
    socket_dial(sub, endpoint);
    wait_for(sub, "<subscribed>");
    before = rss_of_all_bytes();
    meter_init(&m, c);
    meter_open(&m);
    set_topics(c, sub, ZMQ_SUBSCRIBE, topics);
    wait_for(sub, "<subscribed>");
    after = rss_of_all_bytes();
    set_topics(c, sub, ZMQ_UNSUBSCRIBE, topics);
    wait_for(sub, "<cancelled>");
    meter_close(&m, 2 * (uint64_t)c->count);
    report_meter(&m);
    report_number("rss_bytes", (after - before) / c->count);
}

/* Gives back what comes, from all sockets of the case through one. */
void role_echo(const struct config *c, void *ctx, int in, int out)
{
    void *echo = socket_new(ctx, ZMQ_DEALER);

    (void)out;
    (void)c;
    socket_connect(echo, in);
    for (;;)
        forward_message(echo, 0);
}

static void poll_all(const struct config *c, zmq_pollitem_t *items, int active)
{
    int rc;

    do
        rc = zmq_poll(items, c->count, -1);
    while (rc < 0 && zmq_errno() == EINTR);
    CHECK(rc == 1 && items[active].revents == ZMQ_POLLIN);
}

/* `count` sockets in one zmq_poll, of which one has something now and then. With `--lossless` its message is there
 * before the call; otherwise the call waits for an answer to come. The time is that of the call. */
void case_poll(const struct config *c, void *ctx)
{
    zmq_pollitem_t *items = buffer_new((size_t)c->count * sizeof *items);
    const int active = c->count / 2;
    void *data = buffer_new(c->size), *feeder = socket_new(ctx, ZMQ_DEALER);
    struct samples samples;
    struct meter m;
    bool is_open = true;
    int i;

    for (i = 0; i < c->count; i++) {
        char name[ENDPOINT_MAX];

        items[i].socket = socket_new(ctx, ZMQ_DEALER);
        items[i].events = ZMQ_POLLIN;
        snprintf(name, sizeof name, "inproc://poll-%d", i);
        if (i != active || c->is_lossless)
            CHECK(zmq_bind(items[i].socket, name) == 0);
        if (i == active && c->is_lossless)
            CHECK(zmq_connect(feeder, name) == 0);
    }
    if (!c->is_lossless) {
        struct peer echo;

        peer_start(&echo, c, ctx, "echo");
        bind_and_tell(c, items[active].socket, echo.to);
        feeder = items[active].socket;
    }
    samples_init(&samples);
    meter_init(&m, c);
    while (is_open) {
        for (i = 0; i < POLL_BATCH; i++) {
            uint64_t start, took;

            send_bytes(feeder, data, c->size, 0);
            start = now_ns();
            poll_all(c, items, active);
            took = now_ns() - start;
            recv_bytes(items[active].socket, data, c->size);
            if (m.state == METER_OPEN)
                CHECK(samples_add(&samples, took));
        }
        is_open = meter_tick(&m, POLL_BATCH);
    }
    report_samples(&samples, &m);
}
