/* What the machine allows within one process: memcpy, a ring between two threads, and a wake-up each way. No libzmq in
 * here. */
#include "common.h"

#include <linux/futex.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { CACHE_LINE = 64, RING_BYTES = 1024 * 1024, RING_SLOTS_MAX = 4096, RING_SLOTS_MIN = 4, RING_BATCH = 32 };

/* Whole pages: a copy between addresses that differ by a few bytes modulo a page is many times slower on some
 * machines. */
static void *pages_new(size_t size)
{
    void *pages = NULL;

    CHECK(posix_memalign(&pages, 4096, size) == 0);
    memset(pages, 1, size);
    return pages;
}

/* One thread that copies `size` bytes again and again. */
void case_limit_memcpy(const struct config *c, void *ctx)
{
    void *from = pages_new(c->size), *to = pages_new(c->size);
    const unsigned batch = c->size > 1024 * 1024 ? 1 : 1024;
    uint64_t seq = 0;
    struct meter m;
    unsigned i;

    (void)ctx;
    meter_init(&m, c);
    do {
        for (i = 0; i < batch; i++) {
            seq_put(from, seq);
            memcpy(to, from, c->size);
            /* The compiler must not drop a copy that nobody reads. */
            __asm__ volatile("" : : "r"(to) : "memory");
            seq++;
        }
    } while (meter_tick(&m, batch));
    CHECK(seq_get(to) == seq - 1);
    report_meter(&m);
}

static void futex_wait(uint32_t *word, uint32_t while_it_is)
{
    syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, while_it_is, NULL, NULL, 0);
}

static void futex_wake(uint32_t *word)
{
    syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

/* One end of the ring: how far it has come, and whether it sleeps until the other one has come further. */
struct ring_end {
    uint64_t at;
    uint32_t is_asleep;
} __attribute__((aligned(CACHE_LINE)));

/* Messages of one size from one thread to another, copied in and copied out. */
static struct {
    struct ring_end writer, reader;
    char *slots;
    size_t slot_size;
    uint64_t slot_count, batch;
} ring;

static void ring_init(const struct config *c)
{
    ring.slot_size = (c->size + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE;
    ring.slot_count = RING_BYTES / ring.slot_size;
    if (ring.slot_count > RING_SLOTS_MAX)
        ring.slot_count = RING_SLOTS_MAX;
    if (ring.slot_count < RING_SLOTS_MIN)
        ring.slot_count = RING_SLOTS_MIN;
    ring.batch = ring.slot_count / 4 < RING_BATCH ? ring.slot_count / 4 : RING_BATCH;
    ring.slots = pages_new(ring.slot_size * ring.slot_count);
}

static void *slot_at(uint64_t at)
{
    return ring.slots + at % ring.slot_count * ring.slot_size;
}

/* Says how far one end has come and wakes the other one. */
static void ring_publish(struct ring_end *own, struct ring_end *other, uint64_t at)
{
    __atomic_store_n(&own->at, at, __ATOMIC_SEQ_CST);
    if (__atomic_load_n(&other->is_asleep, __ATOMIC_SEQ_CST) != 0) {
        __atomic_store_n(&other->is_asleep, 0, __ATOMIC_SEQ_CST);
        futex_wake(&other->is_asleep);
    }
}

/* Waits until the other end has come to `wanted`; gives how far it has come. */
static uint64_t ring_await(struct ring_end *own, const struct ring_end *other, uint64_t wanted)
{
    for (;;) {
        uint64_t at = __atomic_load_n(&other->at, __ATOMIC_ACQUIRE);

        if (at >= wanted)
            return at;
        __atomic_store_n(&own->is_asleep, 1, __ATOMIC_SEQ_CST);
        at = __atomic_load_n(&other->at, __ATOMIC_SEQ_CST);
        if (at < wanted)
            futex_wait(&own->is_asleep, 1);
        __atomic_store_n(&own->is_asleep, 0, __ATOMIC_SEQ_CST);
    }
}

void role_ring_writer(const struct config *c, void *ctx, int in, int out)
{
    void *data = buffer_new(c->size);
    uint64_t seq = 0, read = 0;

    (void)ctx;
    (void)in;
    (void)out;
    for (;;) {
        if (seq + ring.batch > read + ring.slot_count)
            read = ring_await(&ring.writer, &ring.reader, seq + ring.batch - ring.slot_count);
        do {
            seq_put(data, seq);
            memcpy(slot_at(seq), data, c->size);
            seq++;
        } while (seq % ring.batch != 0);
        ring_publish(&ring.writer, &ring.reader, seq);
    }
}

/* A stream through the ring; its ends look at each other once for each batch. */
void case_limit_ring(const struct config *c, void *ctx)
{
    const unsigned batch = batch_for(c->size);
    void *data = buffer_new(c->size);
    uint64_t seq = 0, written = 0;
    struct peer writer;
    struct meter m;

    CHECK(is_inproc(c));
    ring_init(c);
    peer_start(&writer, c, ctx, "ring-writer");
    meter_init(&m, c);
    do {
        unsigned i;

        for (i = 0; i < batch; i++) {
            if (seq == written)
                written = ring_await(&ring.reader, &ring.writer, seq + 1);
            memcpy(data, slot_at(seq), c->size);
            CHECK(seq_get(data) == seq);
            if (++seq % ring.batch == 0)
                ring_publish(&ring.reader, &ring.writer, seq);
        }
    } while (meter_tick(&m, batch));
    report_meter(&m);
}

/* Two threads that copy a message and wake each other: `turn` counts the halves of round trips. */
static struct {
    uint32_t turn;
    char *data;
} swap;

static void swap_await(uint32_t turn)
{
    uint32_t now;

    while ((now = __atomic_load_n(&swap.turn, __ATOMIC_ACQUIRE)) != turn)
        futex_wait(&swap.turn, now);
}

static void swap_pass(uint32_t turn)
{
    __atomic_store_n(&swap.turn, turn, __ATOMIC_RELEASE);
    futex_wake(&swap.turn);
}

void role_futex_echo(const struct config *c, void *ctx, int in, int out)
{
    void *data = buffer_new(c->size);
    uint32_t turn;

    (void)ctx;
    (void)in;
    (void)out;
    for (turn = 1;; turn += 2) {
        swap_await(turn);
        memcpy(data, swap.data, c->size);
        memcpy(swap.data, data, c->size);
        swap_pass(turn + 1);
    }
}

void case_limit_futex(const struct config *c, void *ctx)
{
    void *data = buffer_new(c->size);
    struct samples samples;
    struct peer echo;
    struct meter m;
    uint32_t turn = 0;
    bool is_open = true;

    CHECK(is_inproc(c));
    swap.data = pages_new(c->size);
    peer_start(&echo, c, ctx, "futex-echo");
    samples_init(&samples);
    meter_init(&m, c);
    while (is_open) {
        uint64_t start, took;

        start = now_ns();
        memcpy(swap.data, data, c->size);
        swap_pass(turn + 1);
        turn += 2;
        swap_await(turn);
        memcpy(data, swap.data, c->size);
        took = now_ns() - start;
        if (m.state == METER_OPEN)
            CHECK(samples_add(&samples, took));
        is_open = meter_tick(&m, 1);
    }
    report_samples(&samples, &m);
}
