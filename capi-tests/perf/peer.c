/* Starting and stopping the other ends, and the pipes that carry endpoints between the two.
 *
 * Only processes started here are ever killed, by their process id. A peer also dies with its parent. */
#include "common.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MAX_PEERS = 8 };

static pid_t peer_pids[MAX_PEERS];
static int peer_count;

struct thread_start {
    const struct config *c;
    void *ctx;
    role_fn *role;
    int in, out;
};

void fail(const char *file, int line, const char *what)
{
    fprintf(stderr, "zbench: %s:%d: %s: %s\n", file, line, what, zmq_strerror(zmq_errno()));
    peers_stop();
    _exit(1);
}

bool is_inproc(const struct config *c)
{
    return strcmp(c->transport, "inproc") == 0;
}

bool is_ipc(const struct config *c)
{
    return strcmp(c->transport, "ipc") == 0;
}

static void *run_thread(void *arg)
{
    struct thread_start start = *(struct thread_start *)arg;

    free(arg);
    start.role(start.c, start.ctx, start.in, start.out);
    return NULL;
}

static void start_thread(const struct config *c, void *ctx, const char *role, int in, int out)
{
    struct thread_start *start = buffer_new(sizeof *start);
    pthread_t thread;

    start->c = c;
    start->ctx = ctx;
    start->role = role_find(role);
    start->in = in;
    start->out = out;
    CHECK(start->role != NULL);
    CHECK(pthread_create(&thread, NULL, run_thread, start) == 0);
    CHECK(pthread_detach(thread) == 0);
}

/* A peer has no reason to end before it is told to: without it the run would wait for nothing. */
static void on_child(int number)
{
    static const char text[] = "zbench: a peer died\n";

    (void)number;
    if (write(STDERR_FILENO, text, sizeof text - 1) < 0)
        _exit(4);
    peers_stop();
    _exit(1);
}

static void watch_children(void)
{
    struct sigaction action = {.sa_handler = on_child, .sa_flags = SA_NOCLDSTOP};

    CHECK(sigaction(SIGCHLD, &action, NULL) == 0);
}

static void start_process(const struct config *c, const char *role, int in, int out)
{
    char **argv = buffer_new(((size_t)c->argc + 5) * sizeof *argv);
    const pid_t parent = getpid();
    pid_t pid;
    int n = 0;

    for (; n < c->argc; n++)
        argv[n] = c->argv[n];
    argv[n++] = "--role";
    argv[n++] = (char *)role;
    argv[n++] = "--dir";
    argv[n++] = (char *)c->dir;
    argv[n] = NULL;

    CHECK(peer_count < MAX_PEERS);
    watch_children();
    pid = fork();
    CHECK(pid >= 0);
    if (pid == 0) {
        if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent)
            _exit(1);
        if (dup2(in, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0)
            _exit(1);
        execv("/proc/self/exe", argv);
        _exit(1);
    }
    peer_pids[peer_count++] = pid;
    close(in);
    close(out);
    free(argv);
}

void peer_start(struct peer *p, const struct config *c, void *ctx, const char *role)
{
    int to[2], from[2];

    CHECK(pipe2(to, O_CLOEXEC) == 0);
    CHECK(pipe2(from, O_CLOEXEC) == 0);
    p->to = to[1];
    p->from = from[0];
    if (is_inproc(c))
        start_thread(c, ctx, role, to[0], from[1]);
    else
        start_process(c, role, to[0], from[1]);
}

void peers_stop(void)
{
    signal(SIGCHLD, SIG_DFL);
    while (peer_count > 0) {
        const pid_t pid = peer_pids[--peer_count];

        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
    }
}

/* User and system time of this process and all its peers: what getrusage gives, readable for a running peer. */
uint64_t cpu_of_all_ns(void)
{
    struct timespec ts;
    uint64_t sum;
    int i;

    CHECK(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts) == 0);
    sum = (uint64_t)ts.tv_sec * NS_PER_S + (uint64_t)ts.tv_nsec;
    for (i = 0; i < peer_count; i++) {
        clockid_t clock;

        CHECK(clock_getcpuclockid(peer_pids[i], &clock) == 0);
        CHECK(clock_gettime(clock, &ts) == 0);
        sum += (uint64_t)ts.tv_sec * NS_PER_S + (uint64_t)ts.tv_nsec;
    }
    return sum;
}

static uint64_t switches_of(pid_t pid)
{
    char path[64], line[256];
    uint64_t sum = 0;
    struct dirent *entry;
    DIR *tasks;

    snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    tasks = opendir(path);
    CHECK(tasks != NULL);
    while ((entry = readdir(tasks)) != NULL) {
        unsigned long long n;
        FILE *file;

        snprintf(path, sizeof path, "/proc/%d/task/%.16s/status", (int)pid, entry->d_name);
        if (entry->d_name[0] == '.' || (file = fopen(path, "r")) == NULL)
            continue;
        while (fgets(line, sizeof line, file) != NULL)
            if (sscanf(line, "voluntary_ctxt_switches: %llu", &n) == 1)
                sum += n;
        fclose(file);
    }
    closedir(tasks);
    return sum;
}

/* How often the threads of this process and all its peers have gone to sleep. */
uint64_t switches_of_all(void)
{
    uint64_t sum = switches_of(getpid());
    int i;

    for (i = 0; i < peer_count; i++)
        sum += switches_of(peer_pids[i]);
    return sum;
}

/* Resident memory of a process. */
double rss_bytes(pid_t pid)
{
    char path[64], line[256];
    double kib = -1;
    FILE *file;

    snprintf(path, sizeof path, "/proc/%d/smaps_rollup", (int)pid);
    file = fopen(path, "r");
    CHECK(file != NULL);
    while (kib < 0 && fgets(line, sizeof line, file) != NULL)
        if (sscanf(line, "Rss: %lf kB", &kib) != 1)
            kib = -1;
    fclose(file);
    CHECK(kib >= 0);
    return kib * 1024;
}

/* Resident memory of this process and all its peers. */
double rss_of_all_bytes(void)
{
    double sum = rss_bytes(getpid());
    int i;

    for (i = 0; i < peer_count; i++)
        sum += rss_bytes(peer_pids[i]);
    return sum;
}

void line_write(int fd, const char *line)
{
    char buf[ENDPOINT_MAX + 1];
    const int len = snprintf(buf, sizeof buf, "%s\n", line);

    CHECK(len > 0 && (size_t)len < sizeof buf);
    CHECK(write(fd, buf, (size_t)len) == len);
}

void line_read(int fd, char *line, size_t size)
{
    size_t len = 0;

    for (;;) {
        const ssize_t n = read(fd, line + len, 1);

        if (n < 0 && errno == EINTR)
            continue;
        CHECK(n == 1);
        if (line[len] == '\n')
            break;
        CHECK(++len < size);
    }
    line[len] = '\0';
}
