/* One-way messages that carry the time they were sent at: from a sender that pauses between them or keeps to a rate,
 * and from many senders of which one floods. */
#include "common.h"

#include <errno.h>
#include <string.h>
#include <sys/prctl.h>

enum {
    LIGHT_PERIOD_MS = 10,
    SLEEP_FROM_NS = 60 * 1000, /* a shorter wait is spent spinning */
    SAMPLE_FROM_US = 5,        /* where messages come closer than this, not each of them is timed */
    SAMPLE_STRIDE = 17,
    CALIBRATIONS = 300,
    CALIBRATION_LOOPS = 500,
};

/* The first bytes of each body. */
struct stamp {
    uint64_t seq;
    uint64_t sent_ns;
    uint64_t spun_ns; /* CPU time that the sender has spent spinning up to here */
    uint64_t sender;
};

/* Waits that use the CPU. What they use is told by the loops made, not by the clock, which goes on while the thread is
 * not running. */
struct spinner {
    double loop_ns;
    uint64_t loops;
};

static uint64_t spin_until(struct spinner *s, uint64_t ns)
{
    uint64_t now;

    do {
        now = now_ns();
        s->loops++;
    } while (now < ns);
    return now;
}

/* The quickest of some tries is the one that nothing disturbed. */
static void spinner_init(struct spinner *s)
{
    int i, k;

    *s = (struct spinner){.loop_ns = 1e9};
    for (i = 0; i < CALIBRATIONS; i++) {
        const uint64_t start = now_ns();
        double took;

        for (k = 0; k < CALIBRATION_LOOPS; k++)
            spin_until(s, 0);
        took = (double)(now_ns() - start) / CALIBRATION_LOOPS;
        if (took < s->loop_ns)
            s->loop_ns = took;
    }
    s->loops = 0;
}

/* Every how many messages one is timed. */
static unsigned stride_of(const struct config *c)
{
    const bool is_dense = c->rate > 0 ? c->rate * SAMPLE_FROM_US > 1e6 : c->gap_us < SAMPLE_FROM_US;

    return is_dense ? SAMPLE_STRIDE : 1;
}

static void send_stamped(const struct config *c, void *socket, void *data, struct stamp *stamp)
{
    stamp->sent_ns = now_ns();
    memcpy(data, stamp, sizeof *stamp);
    send_bytes(socket, data, c->size, 0);
    stamp->seq++;
}

static void send_with_gaps(const struct config *c, void *push, void *data, struct spinner *spinner)
{
    struct stamp stamp = {0};

    for (;;) {
        stamp.spun_ns = (uint64_t)((double)spinner->loops * spinner->loop_ns);
        send_stamped(c, push, data, &stamp);
        if (c->gap_us > 0)
            spin_until(spinner, now_ns() + (uint64_t)c->gap_us * 1000);
    }
}

/* Message number N is due N / rate after the start, whatever has become of those before it. */
static void send_at_rate(const struct config *c, void *push, void *data, struct spinner *spinner)
{
    const double period_ns = (double)NS_PER_S / c->rate;
    const unsigned stride = stride_of(c);
    const uint64_t start = now_ns();
    struct stamp stamp = {0};
    uint64_t now = start;

    for (;;) {
        const uint64_t due = start + (uint64_t)((double)stamp.seq * period_ns);

        if (due > now + SLEEP_FROM_NS) {
            pause_until(due);
            now = now_ns();
        } else if (due > now) {
            now = spin_until(spinner, due);
        }
        stamp.spun_ns = (uint64_t)((double)spinner->loops * spinner->loop_ns);
        if (stamp.seq % stride == stride - 1)
            now = now_ns();
        stamp.sent_ns = now;
        memcpy(data, &stamp, sizeof stamp);
        send_bytes(push, data, c->size, 0);
        stamp.seq++;
    }
}

void role_pacer(const struct config *c, void *ctx, int in, int out)
{
    void *push = socket_new(ctx, ZMQ_PUSH);
    void *data = buffer_new(c->size);
    struct spinner spinner;

    (void)out;
    prctl(PR_SET_TIMERSLACK, 1);
    spinner_init(&spinner);
    socket_connect(push, in);
    if (c->rate > 0)
        send_at_rate(c, push, data, &spinner);
    else
        send_with_gaps(c, push, data, &spinner);
}

/* The sender of `--gap-us` or `--rate`. Times are one way; the CPU time is without what the sender spun. */
void case_paced(const struct config *c, void *ctx)
{
    const unsigned stride = stride_of(c);
    void *pull = socket_new(ctx, ZMQ_PULL);
    void *data = buffer_new(c->size);
    uint64_t expected = 0, spun_at_start = 0;
    struct samples samples;
    struct stamp stamp;
    struct peer pacer;
    struct meter m;
    bool is_open = true;

    CHECK(c->size >= sizeof stamp);
    peer_start(&pacer, c, ctx, "pacer");
    bind_and_tell(c, pull, pacer.to);
    samples_init(&samples);
    meter_init(&m, c);
    while (is_open) {
        unsigned i;

        for (i = 0; i < stride; i++) {
            recv_bytes(pull, data, c->size);
            memcpy(&stamp, data, sizeof stamp);
            CHECK(stamp.seq == expected);
            expected++;
        }
        if (m.state == METER_OPEN)
            samples_add(&samples, now_ns() - stamp.sent_ns);
        else
            spun_at_start = stamp.spun_ns;
        is_open = meter_tick(&m, stride);
    }
    m.spun_ns = stamp.spun_ns - spun_at_start;
    report_samples(&samples, &m);
}

void role_flooder(const struct config *c, void *ctx, int in, int out)
{
    void *push = socket_new(ctx, ZMQ_PUSH);
    void *data = buffer_new(c->size);
    struct stamp stamp = {0};

    (void)out;
    socket_connect(push, in);
    for (;; stamp.seq++) {
        memcpy(data, &stamp, sizeof stamp);
        send_bytes(push, data, c->size, 0);
    }
}

/* All senders but the first. Each sends every LIGHT_PERIOD_MS, one after the other. */
void role_lights(const struct config *c, void *ctx, int in, int out)
{
    const int lights = c->count > 1 ? c->count - 1 : 1;
    void **pushes = buffer_new((size_t)lights * sizeof *pushes);
    void *data = buffer_new(c->size);
    char endpoint[ENDPOINT_MAX];
    uint64_t start, n;
    int i;

    (void)out;
    prctl(PR_SET_TIMERSLACK, 1);
    line_read(in, endpoint, sizeof endpoint);
    for (i = 0; i < lights; i++) {
        pushes[i] = socket_new(ctx, ZMQ_PUSH);
        socket_dial(pushes[i], endpoint);
    }
    start = now_ns();
    for (n = 0;; n++) {
        const uint64_t sender = n % (uint64_t)lights;
        struct stamp stamp = {.seq = n / (uint64_t)lights, .sender = sender + 1};

        pause_until(start + n * (LIGHT_PERIOD_MS * 1000000ull / (uint64_t)lights));
        send_stamped(c, pushes[sender], data, &stamp);
    }
}

/* `count` senders to one PULL. Times are those of the light ones, the rate is that of the flood. */
void case_fairness(const struct config *c, void *ctx)
{
    void *pull = socket_new(ctx, ZMQ_PULL);
    void *data = buffer_new(c->size);
    uint64_t *expected = buffer_new(((size_t)c->count + 1) * sizeof *expected);
    uint64_t flood = 0, unread = 0;
    char endpoint[ENDPOINT_MAX];
    struct peer flooder, lights;
    struct samples samples;
    struct meter m;
    bool is_open = true;

    CHECK(c->size >= sizeof(struct stamp));
    peer_start(&flooder, c, ctx, "flooder");
    peer_start(&lights, c, ctx, "lights");
    socket_bind(c, pull, endpoint);
    line_write(flooder.to, endpoint);
    line_write(lights.to, endpoint);
    samples_init(&samples);
    meter_init(&m, c);
    while (is_open) {
        struct stamp stamp;

        recv_bytes(pull, data, c->size);
        memcpy(&stamp, data, sizeof stamp);
        CHECK(stamp.sender <= (uint64_t)c->count && stamp.seq == expected[stamp.sender]);
        expected[stamp.sender]++;
        unread++;
        if (stamp.sender == 0)
            flood++;
        else if (m.state == METER_OPEN)
            samples_add(&samples, now_ns() - stamp.sent_ns);
        if (unread >= 1024 || stamp.sender != 0) {
            is_open = meter_tick(&m, flood);
            flood = unread = 0;
        }
    }
    report_samples(&samples, &m);
}
