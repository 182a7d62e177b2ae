/* Clock, measured window, percentiles, and the JSON line that a run prints. */
#include "common.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { MAX_SAMPLES = 4 * 1000 * 1000 };

uint64_t now_ns(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * NS_PER_S + (uint64_t)ts.tv_nsec;
}

void pause_ms(int ms)
{
    struct timespec ts = {ms / 1000, (long)(ms % 1000) * 1000000};

    while (nanosleep(&ts, &ts) != 0 && errno == EINTR)
        continue;
}

/* Sleeps until the clock of now_ns() says `ns`. */
void pause_until(uint64_t ns)
{
    const struct timespec ts = {(time_t)(ns / NS_PER_S), (long)(ns % NS_PER_S)};

    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL) == EINTR)
        continue;
}

/* Messages between two looks at the clock: rare enough to cost nothing, often enough to end on time. */
unsigned batch_for(size_t size)
{
    if (size <= 256)
        return 1024;
    if (size <= 8192)
        return 256;
    return 64;
}

void meter_init(struct meter *m, const struct config *c)
{
    *m = (struct meter){.c = c, .state = METER_NEW};
}

/* Tells that `messages` more have arrived. False once the window has closed. */
bool meter_tick(struct meter *m, uint64_t messages)
{
    const uint64_t now = now_ns();

    switch (m->state) {
    case METER_NEW:
        m->warm_until_ns = now + (uint64_t)(m->c->warmup * (double)NS_PER_S);
        m->state = METER_WARM;
        return true;
    case METER_WARM:
        if (now >= m->warm_until_ns) {
            m->start_ns = now;
            m->start_cpu_ns = cpu_of_all_ns();
            if (m->c->is_counted)
                counts_read(&m->start_counts);
            m->state = METER_OPEN;
        }
        return true;
    case METER_OPEN:
        m->messages += messages;
        if ((double)(now - m->start_ns) < m->c->seconds * (double)NS_PER_S)
            return true;
        m->end_ns = now;
        m->end_cpu_ns = cpu_of_all_ns();
        if (m->c->is_counted)
            counts_read(&m->end_counts);
        m->state = METER_CLOSED;
        return false;
    case METER_CLOSED:
        return false;
    }
    return false;
}

/* A window around a piece of work that is done once. */
void meter_open(struct meter *m)
{
    m->start_cpu_ns = cpu_of_all_ns();
    m->start_ns = now_ns();
    m->state = METER_OPEN;
}

void meter_close(struct meter *m, uint64_t messages)
{
    m->end_ns = now_ns();
    m->end_cpu_ns = cpu_of_all_ns();
    m->messages = messages;
    m->state = METER_CLOSED;
}

void samples_init(struct samples *s)
{
    s->len = 0;
    s->cap = MAX_SAMPLES;
    s->ns = buffer_new(s->cap * sizeof *s->ns);
}

/* False when there is no room for another. */
bool samples_add(struct samples *s, uint64_t ns)
{
    if (s->len == s->cap)
        return false;
    s->ns[s->len++] = ns > UINT32_MAX ? UINT32_MAX : (uint32_t)ns;
    return true;
}

static int compare(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return (x > y) - (x < y);
}

static double percentile_us(const struct samples *s, double share)
{
    size_t at = (size_t)(share * (double)s->len);

    if (at >= s->len)
        at = s->len - 1;
    return s->ns[at] / 1000.0;
}

void report_open(const struct config *c)
{
    printf("{\"kind\": \"%s\", \"transport\": \"%s\", \"size\": %zu", c->kind, c->transport, c->size);
}

void report_number(const char *name, double value)
{
    printf(", \"%s\": %.6g", name, value);
}

void report_meter(const struct meter *m)
{
    const double seconds = (double)(m->end_ns - m->start_ns) / (double)NS_PER_S;
    const double messages = (double)m->messages;

    CHECK(m->state == METER_CLOSED && m->messages > 0);
    report_number("messages", messages);
    report_number("seconds", seconds);
    report_number("rate", messages / seconds);
    report_number("gbytes_per_s", messages * (double)m->c->size / seconds / 1e9);
    report_number("cpu_ns", ((double)(m->end_cpu_ns - m->start_cpu_ns) - (double)m->spun_ns) / messages);
    if (m->c->is_counted)
        report_counts(&m->start_counts, &m->end_counts, messages);
}

void report_samples(const struct samples *s, const struct meter *m)
{
    CHECK(s->len > 0);
    qsort(s->ns, s->len, sizeof *s->ns, compare);
    report_meter(m);
    report_number("p50_us", percentile_us(s, 0.5));
    report_number("p90_us", percentile_us(s, 0.9));
    if (s->len >= 100)
        report_number("p99_us", percentile_us(s, 0.99));
    if (s->len >= 1000)
        report_number("p999_us", percentile_us(s, 0.999));
}

void report_close(void)
{
    printf("}\n");
    fflush(stdout);
}
