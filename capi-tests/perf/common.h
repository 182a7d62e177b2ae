/* What every part of zbench shares: the settings of one run, the peer process, the clock window and the report.
 *
 * One zbench process runs one case once and prints one JSON line. It is the measuring end; the other ends ("peers") are
 * the same binary executed again with `--role`, or threads for inproc. A peer never ends by itself: the measuring end
 * kills it once the window has closed. */
#ifndef ZBENCH_COMMON_H
#define ZBENCH_COMMON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <zmq.h>

#define ENDPOINT_MAX 256
#define NS_PER_S 1000000000ull

/* Settings of one run, the same in the measuring process and in its peers. */
struct config {
    const char *kind;      /* which case, see `cases` in zbench.c */
    const char *transport; /* tcp, ipc or inproc; for bare limits also pipe */
    const char *role;      /* which peer this process is, or NULL */
    const char *expect;    /* the library that must be the loaded one, or NULL */
    const char *dir;       /* folder for ipc endpoints */
    char **argv;           /* for executing the peers */
    int argc;
    size_t size;      /* bytes in a message */
    int count;        /* sockets or connections, where a case has many */
    double seconds;   /* length of the measured window */
    double warmup;    /* seconds before it */
    int gap_ms;       /* pause before each round trip */
    int gap_us;       /* pause between messages that a sender spends spinning */
    double rate;      /* messages a second that a sender keeps to */
    bool is_msg_api;  /* zmq_msg_send/zmq_msg_recv in place of zmq_send/zmq_recv */
    bool is_lossless; /* PUB waits at the high-water mark (ZMQ_XPUB_NODROP); zmq_poll finds a message at once */
    bool is_counted;  /* the kernel counts system calls, which costs time: such a run is not for timing */
};

/* The other end. `ctx` is the shared context for inproc, its own otherwise, NULL for bare sockets. */
typedef void role_fn(const struct config *c, void *ctx, int in, int out);
typedef void case_fn(const struct config *c, void *ctx);

struct peer {
    int to;   /* lines to the peer: the endpoints to connect to */
    int from; /* lines from the peer: the endpoints it has bound */
};

/* A bare connection to the other end: a socket, or the two pipes that are a peer's standard input and output. */
struct link {
    int from, to;
};

/* What the kernel has counted for all processes of the case; see counters.c. */
struct counts {
    uint64_t syscalls, futexes, wakes, switches;
    bool has_syscalls;
};

/* The measured window. It opens at the first tick after the warm-up and closes at the first tick after `seconds`; the
 * clock is read at ticks only. */
struct meter {
    const struct config *c;
    enum { METER_NEW, METER_WARM, METER_OPEN, METER_CLOSED } state;
    uint64_t warm_until_ns;
    uint64_t start_ns, end_ns;
    uint64_t start_cpu_ns, end_cpu_ns;
    uint64_t spun_ns; /* CPU time within the window that a sender has spent spinning: not of the library */
    struct counts start_counts, end_counts;
    uint64_t messages;
};

/* Times in ns. */
struct samples {
    uint32_t *ns;
    size_t len, cap;
};

#define CHECK(ok)                                                                                                      \
    do {                                                                                                               \
        if (!(ok))                                                                                                     \
            fail(__FILE__, __LINE__, #ok);                                                                             \
    } while (0)

/* peer.c */
void fail(const char *file, int line, const char *what) __attribute__((noreturn));
void peer_start(struct peer *p, const struct config *c, void *ctx, const char *role);
void peers_stop(void);
uint64_t cpu_of_all_ns(void);
uint64_t switches_of_all(void);
double rss_bytes(pid_t pid);
double rss_of_all_bytes(void);
void line_write(int fd, const char *line);
void line_read(int fd, char *line, size_t size);
bool is_inproc(const struct config *c);
bool is_ipc(const struct config *c);

/* counters.c */
void counters_open(void);
void counts_read(struct counts *counts);
void report_counts(const struct counts *from, const struct counts *to, double messages);

/* measure.c */
uint64_t now_ns(void);
void pause_ms(int ms);
void pause_until(uint64_t ns);
unsigned batch_for(size_t size);
void meter_init(struct meter *m, const struct config *c);
bool meter_tick(struct meter *m, uint64_t messages);
void meter_open(struct meter *m);
void meter_close(struct meter *m, uint64_t messages);
void samples_init(struct samples *s);
bool samples_add(struct samples *s, uint64_t ns);
void report_open(const struct config *c);
void report_number(const char *name, double value);
void report_meter(const struct meter *m);
void report_samples(const struct samples *s, const struct meter *m);
void report_close(void);

/* sockets.c */
void *socket_new(void *ctx, int type);
void sockets_secure(void);
void socket_dial(void *socket, const char *endpoint);
void socket_bind(const struct config *c, void *socket, char *endpoint);
void socket_connect(void *socket, int in);
void bind_and_tell(const struct config *c, void *socket, int out);
void send_bytes(void *socket, const void *data, size_t size, int flags);
void recv_bytes(void *socket, void *data, size_t size);
bool try_recv_bytes(void *socket, void *data, size_t size);
bool forward_message(void *socket, int recv_flags);
void *buffer_new(size_t size);
void seq_put(void *data, uint64_t seq);
uint64_t seq_get(const void *data);

/* raw.c */
struct link link_accept(const struct config *c, const struct peer *p);
struct link link_connect(const struct config *c, int in, int out);
int raw_listen(const struct config *c, int out);
int raw_accept(const struct config *c, int listener);
int raw_accept_one(const struct config *c, const struct peer *p);
int raw_dial(const struct config *c, const char *where);
int raw_connect(const struct config *c, int in);
void write_all(int fd, const void *data, size_t size);
void read_all(int fd, void *data, size_t size);

/* The cases. */
case_fn case_throughput, case_roundtrip, case_pub, case_dealers, case_proxy_pipeline, case_proxy_reqrep;
case_fn case_idle_memory, case_connections, case_many, case_subscribe, case_poll;
case_fn case_paced, case_fairness;
case_fn case_limit_roundtrip, case_limit_stream, case_limit_connections;
case_fn case_limit_fan, case_limit_dealers, case_limit_proxy;
case_fn case_limit_memcpy, case_limit_ring, case_limit_futex;

/* The peers. */
role_fn role_pusher, role_replier, role_publisher, role_router, role_proxy_pipeline, role_proxy_reqrep, role_worker;
role_fn role_idle_clients, role_crowd, role_ticker, role_echo, role_pacer, role_flooder, role_lights;
role_fn role_raw_echo, role_raw_writer, role_raw_server, role_raw_fan, role_raw_echo_many, role_raw_forwarder;
role_fn role_ring_writer, role_futex_echo;

role_fn *role_find(const char *name);

#endif
