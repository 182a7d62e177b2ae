/* System calls, counted by the kernel: tracepoints with a filter, for this process and all that it starts. Wants root
 * (or a low perf_event_paranoid) and tracefs; without them only the voluntary context switches are told. */
#include "common.h"

#include <fcntl.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { ALL, FUTEXES, WAKES, COUNTERS };

/* A sleep of the sender that keeps to a rate is no work of the library. */
static const struct {
    const char *tracepoint;
    const char *filter_format;
    int number;
} wanted[COUNTERS] = {
    [ALL] = {"raw_syscalls/sys_enter", "id != %d", SYS_clock_nanosleep},
    [FUTEXES] = {"raw_syscalls/sys_enter", "id == %d", SYS_futex},
    /* Eight bytes: the writes that wake who sleeps in an eventfd. */
    [WAKES] = {"syscalls/sys_enter_write", "count == %d", sizeof(uint64_t)},
};

static int counters[COUNTERS] = {-1, -1, -1};

static int tracepoint_id(const char *name)
{
    static const char *const places[] = {"/sys/kernel/tracing", "/sys/kernel/debug/tracing"};
    size_t i;

    for (i = 0; i < sizeof places / sizeof places[0]; i++) {
        char path[128];
        FILE *file;
        int id = -1;

        snprintf(path, sizeof path, "%s/events/%s/id", places[i], name);
        file = fopen(path, "r");
        if (file == NULL)
            continue;
        if (fscanf(file, "%d", &id) != 1)
            id = -1;
        fclose(file);
        return id;
    }
    return -1;
}

/* A descriptor that counts the hits of this thread and of all threads and processes started later; or -1. */
static int counter_new(int which)
{
    struct perf_event_attr attr = {.type = PERF_TYPE_TRACEPOINT, .size = sizeof attr, .inherit = 1};
    const int id = tracepoint_id(wanted[which].tracepoint);
    char filter[64];
    int fd;

    if (id < 0)
        return -1;
    attr.config = (uint64_t)id;
    fd = (int)syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
    if (fd < 0)
        return -1;
    snprintf(filter, sizeof filter, wanted[which].filter_format, wanted[which].number);
    if (ioctl(fd, PERF_EVENT_IOC_SET_FILTER, filter) == 0)
        return fd;
    close(fd);
    return -1;
}

/* To be called before there is another thread. */
void counters_open(void)
{
    int i;

    for (i = 0; i < COUNTERS; i++)
        counters[i] = counter_new(i);
}

static bool counter_read(int which, uint64_t *count)
{
    return counters[which] >= 0 && read(counters[which], count, sizeof *count) == sizeof *count;
}

void counts_read(struct counts *counts)
{
    counts->has_syscalls = counter_read(ALL, &counts->syscalls) && counter_read(FUTEXES, &counts->futexes) &&
                           counter_read(WAKES, &counts->wakes);
    counts->switches = switches_of_all();
}

void report_counts(const struct counts *from, const struct counts *to, double messages)
{
    report_number("switches", (double)(to->switches - from->switches) / messages);
    if (!from->has_syscalls || !to->has_syscalls)
        return;
    report_number("syscalls", (double)(to->syscalls - from->syscalls) / messages);
    report_number("futexes", (double)(to->futexes - from->futexes) / messages);
    report_number("wakes", (double)(to->wakes - from->wakes) / messages);
}
