/* zbench: one case, one library, one JSON line. The library is whichever libzmq.so.5 the loader finds; zbench says
 * which one that was, and refuses to run when `--expect` names another. Usage: see usage() and README.md. */
#include "common.h"

#include <dlfcn.h>
#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

struct named_case {
    const char *name;
    case_fn *run;
    bool has_library;
};

static const struct named_case cases[] = {
    {"throughput", case_throughput, true},
    {"roundtrip", case_roundtrip, true},
    {"pub", case_pub, true},
    {"dealers", case_dealers, true},
    {"proxy-pipeline", case_proxy_pipeline, true},
    {"proxy-reqrep", case_proxy_reqrep, true},
    {"idle-memory", case_idle_memory, true},
    {"connections", case_connections, true},
    {"many", case_many, true},
    {"subscribe", case_subscribe, true},
    {"poll", case_poll, true},
    {"paced", case_paced, true},
    {"fairness", case_fairness, true},
    {"limit-roundtrip", case_limit_roundtrip, false},
    {"limit-stream", case_limit_stream, false},
    {"limit-connections", case_limit_connections, false},
    {"limit-fan", case_limit_fan, false},
    {"limit-dealers", case_limit_dealers, false},
    {"limit-proxy", case_limit_proxy, false},
    {"limit-memcpy", case_limit_memcpy, false},
    {"limit-ring", case_limit_ring, false},
    {"limit-futex", case_limit_futex, false},
};

static const struct {
    const char *name;
    role_fn *run;
} roles[] = {
    {"pusher", role_pusher},
    {"replier", role_replier},
    {"publisher", role_publisher},
    {"router", role_router},
    {"proxy-pipeline", role_proxy_pipeline},
    {"proxy-reqrep", role_proxy_reqrep},
    {"worker", role_worker},
    {"idle-clients", role_idle_clients},
    {"crowd", role_crowd},
    {"ticker", role_ticker},
    {"echo", role_echo},
    {"pacer", role_pacer},
    {"flooder", role_flooder},
    {"lights", role_lights},
    {"raw-echo", role_raw_echo},
    {"raw-writer", role_raw_writer},
    {"raw-server", role_raw_server},
    {"raw-fan", role_raw_fan},
    {"raw-echo-many", role_raw_echo_many},
    {"raw-forwarder", role_raw_forwarder},
    {"ring-writer", role_ring_writer},
    {"futex-echo", role_futex_echo},
};

static char made_dir[PATH_MAX];

role_fn *role_find(const char *name)
{
    size_t i;

    for (i = 0; i < sizeof roles / sizeof roles[0]; i++)
        if (strcmp(roles[i].name, name) == 0)
            return roles[i].run;
    return NULL;
}

static const struct named_case *case_find(const char *name)
{
    size_t i;

    for (i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (strcmp(cases[i].name, name) == 0)
            return &cases[i];
    return NULL;
}

static void usage(void)
{
    size_t i;

    fprintf(stderr, "usage: zbench KIND [--transport tcp|ipc|inproc|pipe] [--size BYTES] [--count N] [--seconds S]\n"
                    "              [--warmup S] [--gap-ms N] [--gap-us N] [--rate N] [--msg] [--lossless] [--curve]\n"
                    "              [--syscalls] [--expect LIBRARY]\n"
                    "KIND:");
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++)
        fprintf(stderr, " %s", cases[i].name);
    fprintf(stderr, "\n");
    exit(2);
}

static void options_read(struct config *c, int argc, char **argv)
{
    static const struct option options[] = {
        {"transport", required_argument, NULL, 't'}, {"size", required_argument, NULL, 's'},
        {"count", required_argument, NULL, 'n'},     {"seconds", required_argument, NULL, 'S'},
        {"warmup", required_argument, NULL, 'w'},    {"gap-ms", required_argument, NULL, 'g'},
        {"msg", no_argument, NULL, 'm'},             {"lossless", no_argument, NULL, 'l'},
        {"expect", required_argument, NULL, 'e'},    {"role", required_argument, NULL, 'r'},
        {"dir", required_argument, NULL, 'd'},       {"curve", no_argument, NULL, 'c'},
        {"gap-us", required_argument, NULL, 'G'},    {"rate", required_argument, NULL, 'R'},
        {"syscalls", no_argument, NULL, 'C'},
        {NULL, 0, NULL, 0},
    };
    int option;

    *c = (struct config){.transport = "tcp", .dir = "", .argv = argv, .argc = argc, .size = 64, .count = 10,
                         .seconds = 1, .warmup = 0.3};
    if (argc < 2 || case_find(argv[1]) == NULL)
        usage();
    c->kind = argv[1];
    optind = 2;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        switch (option) {
        case 't': c->transport = optarg; break;
        case 's': c->size = strtoul(optarg, NULL, 10); break;
        case 'n': c->count = atoi(optarg); break;
        case 'S': c->seconds = atof(optarg); break;
        case 'w': c->warmup = atof(optarg); break;
        case 'g': c->gap_ms = atoi(optarg); break;
        case 'G': c->gap_us = atoi(optarg); break;
        case 'R': c->rate = atof(optarg); break;
        case 'C': c->is_counted = true; break;
        case 'm': c->is_msg_api = true; break;
        case 'l': c->is_lossless = true; break;
        case 'c': sockets_secure(); break;
        case 'e': c->expect = optarg; break;
        case 'r': c->role = optarg; break;
        case 'd': c->dir = optarg; break;
        default: usage();
        }
    }
    if (optind != argc || c->size < sizeof(uint64_t) || c->count < 1)
        usage();
}

/* The file that zmq_version was loaded from, as /proc/self/maps tells it. */
static void library_path(char *path)
{
    const uintptr_t symbol = (uintptr_t)dlsym(RTLD_DEFAULT, "zmq_version");
    FILE *maps = fopen("/proc/self/maps", "r");
    char line[PATH_MAX + 128];

    CHECK(symbol != 0 && maps != NULL);
    path[0] = '\0';
    while (path[0] == '\0' && fgets(line, sizeof line, maps) != NULL) {
        unsigned long from, to;
        const char *at = strchr(line, '/');

        if (sscanf(line, "%lx-%lx", &from, &to) != 2 || symbol < from || symbol >= to || at == NULL)
            continue;
        snprintf(path, PATH_MAX, "%.*s", (int)strcspn(at, "\n"), at);
    }
    fclose(maps);
    CHECK(path[0] != '\0');
}

static void library_check(const struct config *c, char *path)
{
    char wanted[PATH_MAX];

    library_path(path);
    if (c->expect == NULL)
        return;
    if (realpath(c->expect, wanted) == NULL || strcmp(wanted, path) != 0) {
        fprintf(stderr, "zbench: loaded %s, expected %s\n", path, c->expect);
        exit(2);
    }
}

static void report_library(const char *path)
{
    int major, minor, patch;

    zmq_version(&major, &minor, &patch);
    printf(", \"version\": \"%d.%d.%d\", \"library\": \"%s\"", major, minor, patch, path);
}

static void on_alarm(int number)
{
    static const char text[] = "zbench: timed out\n";

    (void)number;
    if (write(STDERR_FILENO, text, sizeof text - 1) < 0)
        _exit(4);
    peers_stop();
    _exit(3);
}

/* Every run ends, whatever the library does. */
static void limit_time(const struct config *c)
{
    signal(SIGALRM, on_alarm);
    alarm((unsigned)(c->seconds + c->warmup) + 40);
}

static void raise_file_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

static void dir_make(struct config *c)
{
    const char *base = getenv("TMPDIR");

    snprintf(made_dir, sizeof made_dir, "%s/zb-XXXXXX", base != NULL ? base : "/tmp");
    CHECK(mkdtemp(made_dir) != NULL);
    c->dir = made_dir;
}

static void dir_remove(void)
{
    char path[PATH_MAX + 8];
    int i;

    for (i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/s%d", made_dir, i);
        unlink(path);
    }
    rmdir(made_dir);
}

int main(int argc, char **argv)
{
    const struct named_case *chosen;
    char library[PATH_MAX];
    struct config c;
    void *ctx = NULL;

    options_read(&c, argc, argv);
    chosen = case_find(c.kind);
    library_check(&c, library);
    limit_time(&c);
    raise_file_limit();
    signal(SIGPIPE, SIG_IGN);
    /* Before there are other threads or processes: what is there later inherits the counters. */
    if (c.is_counted && c.role == NULL)
        counters_open();
    if (chosen->has_library) {
        ctx = zmq_ctx_new();
        CHECK(ctx != NULL);
    }
    if (c.role != NULL) {
        role_fn *role = role_find(c.role);

        CHECK(role != NULL);
        role(&c, ctx, STDIN_FILENO, STDOUT_FILENO);
        return 1;
    }
    if (is_ipc(&c))
        dir_make(&c);
    report_open(&c);
    report_library(library);
    chosen->run(&c, ctx);
    peers_stop();
    if (is_ipc(&c))
        dir_remove();
    report_close();
    /* Sockets and inproc peers are still at work: nothing of them is to be waited for. */
    _exit(0);
}
