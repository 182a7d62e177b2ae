/* One end of a conversation between two libraries: interop PATTERN a|b bind|connect ENDPOINT [MECHANISM]
 *
 * Each pattern has two sides, a and b; either may be the one that binds. The binding process prints the endpoint on its
 * first line, the other is started with it. A side ends with status 0 when everything it received was what it had to be.
 * A publisher goes on until its standard input ends.
 */
#include "check.h"

#define SOON_MS 20000
#define MESSAGES 60
#define SMALL_ONES 2000

static const size_t sizes[] = {0, 1, 2, 29, 30, 33, 34, 64, 127, 255, 256, 257, 1000, 4096, 8191, 8192, 8193, 16384, 32768, 65535, 65536, 100000, 262144, 1048576};
#define SIZES (sizeof sizes / sizeof *sizes)

/* ---- content that both ends can compute ---- */

static void fill_bytes (unsigned char *p_, size_t n_, unsigned seed_)
{
    for (size_t i = 0; i < n_; i++)
        p_[i] = (unsigned char) ((seed_ = seed_ * 1103515245u + 12345u) >> 16);
}

static int parts_of (unsigned seed_)
{
    return 1 + (int) (seed_ % 4);
}

static size_t size_of (unsigned seed_, int part_)
{
    return sizes[(seed_ * 7 + (unsigned) part_ * 5) % SIZES];
}

static void send_message (void *s_, unsigned seed_)
{
    int parts = parts_of (seed_);
    for (int i = 0; i < parts; i++) {
        zmq_msg_t m;
        OK (zmq_msg_init_size (&m, size_of (seed_, i)));
        fill_bytes (zmq_msg_data (&m), zmq_msg_size (&m), seed_ + (unsigned) i);
        if (zmq_msg_send (&m, s_, i + 1 < parts ? ZMQ_SNDMORE : 0) < 0)
            FAIL ("send of message %u part %d", seed_, i);
    }
}

static void expect_message (void *s_, unsigned seed_)
{
    static unsigned char wanted[1048576];
    int parts = parts_of (seed_);
    for (int i = 0; i < parts; i++) {
        zmq_msg_t m;
        OK (zmq_msg_init (&m));
        if (zmq_msg_recv (&m, s_, 0) < 0)
            FAIL ("receive of message %u part %d", seed_, i);
        size_t n = size_of (seed_, i);
        fill_bytes (wanted, n, seed_ + (unsigned) i);
        if (zmq_msg_size (&m) != n || memcmp (zmq_msg_data (&m), wanted, n) != 0)
            FAIL ("message %u part %d: %zu bytes, wanted %zu", seed_, i, zmq_msg_size (&m), n);
        CHECK (zmq_msg_more (&m) == (i + 1 < parts));
        zmq_msg_close (&m);
    }
}

static void send_number (void *s_, int number_)
{
    CHECK (zmq_send (s_, &number_, sizeof number_, 0) == sizeof number_);
}

static void expect_number (void *s_, int number_)
{
    int got = -1;
    if (zmq_recv (s_, &got, sizeof got, 0) != sizeof got || got != number_ || get_int (s_, ZMQ_RCVMORE))
        FAIL ("number %d, wanted %d", got, number_);
}

static void expect_end (void *s_)
{
    set_int (s_, ZMQ_RCVTIMEO, 50);
    CHECK (zmq_recv (s_, NULL, 0, 0) == -1 && errno == EAGAIN);
    set_int (s_, ZMQ_RCVTIMEO, SOON_MS);
}

/* ---- the patterns ---- */

static void stream_of_messages (void *s_)
{
    for (unsigned i = 0; i < MESSAGES; i++)
        send_message (s_, i);
    for (int i = 0; i < SMALL_ONES; i++)
        send_number (s_, i);
}

static void expect_stream (void *s_)
{
    for (unsigned i = 0; i < MESSAGES; i++)
        expect_message (s_, i);
    for (int i = 0; i < SMALL_ONES; i++)
        expect_number (s_, i);
    expect_end (s_);
}

static void both_ways (void *s_)
{
    expect_stream (s_);
    stream_of_messages (s_);
}

static void both_ways_first (void *s_)
{
    stream_of_messages (s_);
    expect_stream (s_);
}

static void ask (void *s_)
{
    for (unsigned i = 0; i < MESSAGES; i++) {
        send_message (s_, i);
        expect_message (s_, i + 1000);
    }
}

static void answer (void *s_)
{
    for (unsigned i = 0; i < MESSAGES; i++) {
        expect_message (s_, i);
        send_message (s_, i + 1000);
    }
}

/* A ROUTER that answers like a REP: whatever stands before and with the empty frame goes back. */
static void route (void *s_, int has_delimiter_)
{
    for (unsigned i = 0; i < MESSAGES; i++) {
        char id[256];
        int n = zmq_recv (s_, id, sizeof id, 0);
        CHECK (n == 6 && memcmp (id, "side-", 5) == 0);
        if (has_delimiter_)
            CHECK (zmq_recv (s_, NULL, 0, 0) == 0 && get_int (s_, ZMQ_RCVMORE));
        expect_message (s_, i);
        CHECK (zmq_send (s_, id, (size_t) n, ZMQ_SNDMORE) == n);
        if (has_delimiter_)
            CHECK (zmq_send (s_, "", 0, ZMQ_SNDMORE) == 0);
        send_message (s_, i + 1000);
    }
}

static void route_req (void *s_)
{
    route (s_, 1);
}

static void route_dealer (void *s_)
{
    route (s_, 0);
}

static void deal_to_rep (void *s_)
{
    for (unsigned i = 0; i < MESSAGES; i++) {
        CHECK (zmq_send (s_, "", 0, ZMQ_SNDMORE) == 0);
        send_message (s_, i);
        CHECK (zmq_recv (s_, NULL, 0, 0) == 0 && get_int (s_, ZMQ_RCVMORE));
        expect_message (s_, i + 1000);
    }
}

/* Two ROUTERs that know each other's names. */
static void router_first (void *s_)
{
    long end = now_ms () + SOON_MS;
    set_int (s_, ZMQ_ROUTER_MANDATORY, 1);
    while (zmq_send (s_, "side-b", 6, ZMQ_SNDMORE) < 0 && now_ms () < end)
        sleep_ms (10);
    for (unsigned i = 0; i < MESSAGES; i++) {
        if (i)
            send_text (s_, "side-b", ZMQ_SNDMORE);
        send_message (s_, i);
        expect_text (s_, "side-b");
        expect_message (s_, i + 1000);
    }
}

static void router_second (void *s_)
{
    for (unsigned i = 0; i < MESSAGES; i++) {
        expect_text (s_, "side-a");
        expect_message (s_, i);
        send_text (s_, "side-a", ZMQ_SNDMORE);
        send_message (s_, i + 1000);
    }
}

/* Publishes numbered rounds until told to stop; only topics a and b are asked for. */
static void publish (void *s_)
{
    struct pollfd told = {0, POLLIN, 0};
    for (int round = 0; poll (&told, 1, 10) == 0; round++) {
        static const char *const topics[] = {"a", "c", "ab", "", "b", "ca", "a"};
        for (int i = 0; i < 7; i++) {
            send_text (s_, topics[i], ZMQ_SNDMORE);
            send_number (s_, round * 10 + i);
        }
    }
}

static void expect_rounds (void *s_)
{
    int first = -1, got;
    char topic[8];
    do {
        CHECK (recv_part (s_, topic, sizeof topic, 0) >= 0 && zmq_recv (s_, &got, sizeof got, 0) == sizeof got);
        first = got % 10 == 6 ? got / 10 + 1 : -1;
    } while (first < 0);
    for (int round = first; round < first + 3; round++) {
        expect_text (s_, "a");
        expect_number (s_, round * 10);
        expect_text (s_, "ab");
        expect_number (s_, round * 10 + 2);
        expect_text (s_, "b");
        expect_number (s_, round * 10 + 4);
        expect_text (s_, "a");
        expect_number (s_, round * 10 + 6);
    }
}

static void subscribe (void *s_)
{
    static const char *const topics[] = {"a", "b", "a", "zz"};
    for (int i = 0; i < 4; i++)
        OK (zmq_setsockopt (s_, ZMQ_SUBSCRIBE, topics[i], strlen (topics[i])));
    expect_rounds (s_);
    /* One of two subscriptions goes: nothing changes. */
    OK (zmq_setsockopt (s_, ZMQ_UNSUBSCRIBE, "a", 1));
    expect_rounds (s_);
    OK (zmq_setsockopt (s_, ZMQ_UNSUBSCRIBE, "a", 1));
    char topic[8];
    int number, only_b = 0;
    for (int i = 0; i < 1000 && only_b < 5; i++) {
        CHECK (recv_part (s_, topic, sizeof topic, 0) >= 0 && zmq_recv (s_, &number, sizeof number, 0) == sizeof number);
        only_b = topic[0] == 'b' ? only_b + 1 : 0;
    }
    CHECK (only_b == 5);
}

static void xsubscribe (void *s_)
{
    CHECK (zmq_send (s_, "\1a", 2, 0) == 2 && zmq_send (s_, "\1b", 2, 0) == 2);
    expect_rounds (s_);
}

/* Large publications, whole and in order, after the subscription has been seen. */
static void publish_large (void *s_)
{
    expect_text (s_, "\1");
    stream_of_messages (s_);
    expect_text (s_, "done");
}

static void xsubscribe_large (void *s_)
{
    CHECK (zmq_send (s_, "\1", 1, 0) == 1);
    expect_stream (s_);
    send_text (s_, "done", 0);
}

/* The end that binds goes away and comes back; the other asks again until it is answered. */
static char bound[ENDPOINT_MAX];

static void restart (void **s_);

static void answer_with_restarts (void *s_)
{
    int number = 0;
    for (int i = 0; number != -1; i++) {
        char id[256];
        int n = zmq_recv (s_, id, sizeof id, 0);
        CHECK (n > 0 && zmq_recv (s_, &number, sizeof number, 0) == sizeof number);
        CHECK (zmq_send (s_, id, (size_t) n, ZMQ_SNDMORE) == n);
        send_number (s_, number);
        if (i % 5 == 4 && number != -1)
            restart (&s_);
    }
}

static void ask_again_and_again (void *s_)
{
    set_int (s_, ZMQ_RCVTIMEO, 300);
    for (int i = 0; i <= 20; i++) {
        int number = i < 20 ? i : -1, got = -2;
        long end = now_ms () + SOON_MS;
        do {
            send_number (s_, number);
            while (zmq_recv (s_, &got, sizeof got, 0) == sizeof got && got != number)
                ;
        } while (got != number && now_ms () < end);
        CHECK (got == number);
    }
}

typedef struct
{
    const char *name;
    int type_a, type_b;
    void (*a) (void *), (*b) (void *);
} pattern_t;

static const pattern_t patterns[] = {
  {"pair", ZMQ_PAIR, ZMQ_PAIR, both_ways_first, both_ways},
  {"push-pull", ZMQ_PUSH, ZMQ_PULL, stream_of_messages, expect_stream},
  {"dealer-dealer", ZMQ_DEALER, ZMQ_DEALER, both_ways_first, both_ways},
  {"req-rep", ZMQ_REQ, ZMQ_REP, ask, answer},
  {"req-router", ZMQ_REQ, ZMQ_ROUTER, ask, route_req},
  {"dealer-rep", ZMQ_DEALER, ZMQ_REP, deal_to_rep, answer},
  {"dealer-router", ZMQ_DEALER, ZMQ_ROUTER, ask, route_dealer},
  {"router-router", ZMQ_ROUTER, ZMQ_ROUTER, router_first, router_second},
  {"pub-sub", ZMQ_PUB, ZMQ_SUB, publish, subscribe},
  {"xpub-sub", ZMQ_XPUB, ZMQ_SUB, publish, subscribe},
  {"pub-xsub", ZMQ_PUB, ZMQ_XSUB, publish, xsubscribe},
  {"xpub-xsub", ZMQ_XPUB, ZMQ_XSUB, publish_large, xsubscribe_large},
  {"restart", ZMQ_DEALER, ZMQ_ROUTER, ask_again_and_again, answer_with_restarts},
};

static void *context, *open_now;
static int is_side_a, heartbeats;
static const char *mechanism = "null";

/* ---- mechanisms ---- */

#define SERVER_PUBLIC "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7"
#define SERVER_SECRET "JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh6"
#define CLIENT_PUBLIC "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID"
#define CLIENT_SECRET "D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs"

/* Newer than the header that this may be compiled with. */
#define SOCKS_USERNAME 99
#define SOCKS_PASSWORD 100

static void set_text (void *s_, int option_, const char *text_)
{
    OK (zmq_setsockopt (s_, option_, text_, strlen (text_)));
}

static void secure (void *s_, int is_server_)
{
    if (strcmp (mechanism, "curve") == 0) {
        if (is_server_)
            set_int (s_, ZMQ_CURVE_SERVER, 1);
        else {
            set_text (s_, ZMQ_CURVE_SERVERKEY, SERVER_PUBLIC);
            set_text (s_, ZMQ_CURVE_PUBLICKEY, CLIENT_PUBLIC);
        }
        set_text (s_, ZMQ_CURVE_SECRETKEY, is_server_ ? SERVER_SECRET : CLIENT_SECRET);
    } else if (strcmp (mechanism, "plain") == 0) {
        if (is_server_)
            set_int (s_, ZMQ_PLAIN_SERVER, 1);
        else {
            set_text (s_, ZMQ_PLAIN_USERNAME, "admin");
            set_text (s_, ZMQ_PLAIN_PASSWORD, "secret");
        }
    } else if (strncmp (mechanism, "gssapi", 6) == 0) {
        if (is_server_)
            set_int (s_, ZMQ_GSSAPI_SERVER, 1);
        else
            set_text (s_, ZMQ_GSSAPI_SERVICE_PRINCIPAL, "zmqtest");
        /* The original asks for keys of both roles at either end. */
        set_text (s_, ZMQ_GSSAPI_PRINCIPAL, "zmqtest");
        set_int (s_, ZMQ_GSSAPI_PLAINTEXT, strcmp (mechanism, "gssapi-plaintext") == 0);
    } else if (strcmp (mechanism, "domain") == 0) {
        /* Both ends have their peers judged. */
        set_text (s_, ZMQ_ZAP_DOMAIN, "global");
    } else if (strcmp (mechanism, "socks") == 0 && !is_server_) {
        set_text (s_, ZMQ_SOCKS_PROXY, getenv ("INTEROP_SOCKS_PROXY"));
        set_text (s_, SOCKS_USERNAME, "someone");
        set_text (s_, SOCKS_PASSWORD, "secret");
    }
}

/* A ZAP handler that lets everybody in. */
static void *allow (void *rep_)
{
    char part[8][256];
    for (;;) {
        int n = 0, size;
        do {
            size = recv_part (rep_, part[n < 8 ? n : 7], 256, 0);
            n++;
        } while (size >= 0 && get_int (rep_, ZMQ_RCVMORE));
        if (size < 0)
            break;
        const char *reply[] = {"1.0", part[1], "200", "OK", "someone", ""};
        for (int i = 0; i < 6; i++)
            if (zmq_send (rep_, reply[i], strlen (reply[i]), i < 5 ? ZMQ_SNDMORE : 0) < 0)
                break;
    }
    zmq_close (rep_);
    return NULL;
}

/* ---- sockets ---- */

static void *open_socket (int type_, int is_binder_)
{
    void *s = zmq_socket (context, type_);
    CHECK (s != NULL);
    set_timeouts (s, SOON_MS);
    set_int (s, ZMQ_LINGER, SOON_MS);
    set_int (s, ZMQ_SNDHWM, 0);
    set_int (s, ZMQ_RCVHWM, 0);
    /* The original aborts when it is closed while a proxy refuses it, as happens once the other end is gone. */
    set_int (s, ZMQ_RECONNECT_IVL, strcmp (mechanism, "socks") == 0 ? 60000 : 20);
    if (heartbeats) {
        set_int (s, ZMQ_HEARTBEAT_IVL, 50);
        set_int (s, ZMQ_HEARTBEAT_TIMEOUT, 5000);
    }
    set_text (s, ZMQ_ROUTING_ID, is_side_a ? "side-a" : "side-b");
    secure (s, is_binder_);
    return s;
}

static void restart (void **s_)
{
    OK (zmq_close (*s_));
    *s_ = open_now = open_socket (ZMQ_ROUTER, 1);
    EVENTUALLY (zmq_bind (*s_, bound) == 0);
}

int main (int argc_, char **argv_)
{
    CHECK (argc_ >= 5);
    const pattern_t *pattern = NULL;
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++)
        if (strcmp (patterns[i].name, argv_[1]) == 0)
            pattern = &patterns[i];
    CHECK (pattern != NULL);
    is_side_a = strcmp (argv_[2], "a") == 0;
    int is_binder = strcmp (argv_[3], "bind") == 0;
    if (argc_ > 5)
        mechanism = argv_[5];
    heartbeats = strcmp (mechanism, "heartbeat") == 0;
    context = new_context ();
    void *zap = NULL;
    pthread_t zap_thread;
    /* A CURVE server asks if there is a handler, and does without: each on one transport. */
    int is_judged = strcmp (mechanism, "plain") == 0 || strcmp (mechanism, "gssapi") == 0 || (strcmp (mechanism, "curve") == 0 && argv_[4][0] == 'i');
    if (strcmp (mechanism, "domain") == 0 || (is_judged && is_binder)) {
        zap = new_socket (context, ZMQ_REP);
        OK (zmq_bind (zap, "inproc://zeromq.zap.01"));
        pthread_create (&zap_thread, NULL, allow, zap);
    }
    open_now = open_socket (is_side_a ? pattern->type_a : pattern->type_b, is_binder);
    if (is_binder) {
        bind_to (open_now, argv_[4], bound);
        printf ("%s\n", bound);
        fflush (stdout);
    } else
        OK (zmq_connect (open_now, argv_[4]));
    (is_side_a ? pattern->a : pattern->b) (open_now);
    OK (zmq_close (open_now));
    if (zap) {
        OK (zmq_ctx_shutdown (context));
        pthread_join (zap_thread, NULL);
    }
    OK (zmq_ctx_term (context));
    return 0;
}
