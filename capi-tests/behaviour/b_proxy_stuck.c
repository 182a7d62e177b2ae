/* ours-only: 4.3.4 blocks in a send and obeys nothing meanwhile, and is busy while it pauses with input */
#include "b_kit.h"

#include <time.h>

typedef struct
{
    void *front, *back, *capture, *control;
    int rc;
    long cpu_ms;
} ends_t;

static void *run_proxy (void *arg_)
{
    ends_t *ends = arg_;
    ends->rc = zmq_proxy_steerable (ends->front, ends->back, ends->capture, ends->control);
    struct timespec spent;
    clock_gettime (CLOCK_THREAD_CPUTIME_ID, &spent);
    ends->cpu_ms = spent.tv_sec * 1000 + spent.tv_nsec / 1000000;
    return NULL;
}

typedef struct
{
    void *ctx, *from, *to, *control;
    ends_t ends;
    pthread_t thread;
} scene_t;

static void *small (void *ctx_, int type_)
{
    void *s = open_socket (ctx_, type_);
    set_int (s, ZMQ_SNDHWM, 2);
    set_int (s, ZMQ_RCVHWM, 2);
    return s;
}

static void begin (scene_t *scene_, const char *what_, int from_, int front_, int back_, int to_)
{
    scene_t *s = scene_;
    printf ("-- %s\n", what_);
    s->ctx = new_context ();
    s->ends = (ends_t){small (s->ctx, front_), small (s->ctx, back_), NULL, open_socket (s->ctx, ZMQ_REP), 0, 0};
    s->from = small (s->ctx, from_);
    s->to = small (s->ctx, to_);
    s->control = open_socket (s->ctx, ZMQ_REQ);
    OK (zmq_bind (s->ends.front, "inproc://front"));
    OK (zmq_bind (s->ends.back, "inproc://back"));
    OK (zmq_bind (s->ends.control, "inproc://control"));
    OK (zmq_connect (s->from, "inproc://front"));
    OK (zmq_connect (s->control, "inproc://control"));
}

static void start (scene_t *scene_)
{
    CHECK (pthread_create (&scene_->thread, NULL, run_proxy, &scene_->ends) == 0);
}

static void tell (scene_t *scene_, const char *command_)
{
    put (scene_->control, command_);
    get (scene_->control, command_);
}

/* Parts that the front received and the back sent. */
static void counts (scene_t *scene_, uint64_t *received_, uint64_t *sent_)
{
    uint64_t values[8] = {0};
    put (scene_->control, "STATISTICS");
    for (int i = 0; i < 8; i++)
        CHECK (zmq_recv (scene_->control, &values[i], sizeof values[i], 0) == sizeof values[i]);
    CHECK (!get_int (scene_->control, ZMQ_RCVMORE));
    *received_ = values[0];
    *sent_ = values[6];
}

static void finish (scene_t *scene_)
{
    scene_t *s = scene_;
    tell (s, "TERMINATE");
    CHECK (pthread_join (s->thread, NULL) == 0);
    printf ("ended: %d, quiet %d\n", s->ends.rc, s->ends.cpu_ms < 150);
    if (s->ends.capture)
        zmq_close (s->ends.capture);
    close_these (s->ctx, 6, s->from, s->to, s->control, s->ends.front, s->ends.back, s->ends.control);
}

/* Nothing is received for a side that cannot take it. */
static void nobody_behind (void)
{
    scene_t s;
    uint64_t received, sent;
    begin (&s, "nobody behind it", ZMQ_PUSH, ZMQ_PULL, ZMQ_PUSH, ZMQ_PULL);
    start (&s);
    printf ("fits %d\n", fill (s.from, 100));
    sleep_ms (300);
    counts (&s, &received, &sent);
    printf ("received %d, sent %d\n", (int) received, (int) sent);
    OK (zmq_connect (s.to, "inproc://back"));
    printf ("then %d\n", drain (s.to, QUIET_MS));
    finish (&s);
}

static void no_room_for_copies (void)
{
    scene_t s;
    uint64_t received, sent;
    begin (&s, "nobody takes the copies", ZMQ_PUSH, ZMQ_PULL, ZMQ_PUSH, ZMQ_PULL);
    s.ends.capture = small (s.ctx, ZMQ_PUSH);
    void *copies = small (s.ctx, ZMQ_PULL);
    OK (zmq_bind (copies, "inproc://copies"));
    OK (zmq_connect (s.to, "inproc://back"));
    start (&s);
    put (s.from, "a|b|");
    get_none (s.to, "held");
    counts (&s, &received, &sent);
    printf ("received %d, sent %d\n", (int) received, (int) sent);
    OK (zmq_connect (s.ends.capture, "inproc://copies"));
    tell (&s, "what?");
    get (copies, "copy");
    get (s.to, "passed");
    zmq_close (copies);
    finish (&s);
}

static void paused (void)
{
    scene_t s;
    begin (&s, "paused with input", ZMQ_PUSH, ZMQ_PULL, ZMQ_PUSH, ZMQ_PULL);
    OK (zmq_connect (s.to, "inproc://back"));
    start (&s);
    tell (&s, "PAUSE");
    put (s.from, "1");
    put (s.from, "2");
    get_none (s.to, "held");
    sleep_ms (300);
    tell (&s, "RESUME");
    get (s.to, "resumed");
    get (s.to, "resumed");
    finish (&s);
}

/* XPUB says that it can take messages even when it cannot. */
static void full_subscriber (void)
{
    scene_t s;
    uint64_t received, sent;
    begin (&s, "a full subscriber", ZMQ_XPUB, ZMQ_XSUB, ZMQ_XPUB, ZMQ_SUB);
    set_int (s.from, ZMQ_XPUB_NODROP, 1);
    set_int (s.ends.back, ZMQ_XPUB_NODROP, 1);
    set_text (s.to, ZMQ_SUBSCRIBE, "");
    OK (zmq_connect (s.to, "inproc://back"));
    start (&s);
    get (s.from, "subscription");
    int n = 0;
    for (int quiet = 0; quiet < 20; quiet++, sleep_ms (10))
        for (; zmq_send (s.from, &n, sizeof n, ZMQ_DONTWAIT) == sizeof n; n++)
            quiet = 0;
    counts (&s, &received, &sent);
    printf ("in hand %d\n", (int) (received - sent));
    int wrong = 0;
    for (int i = 0, got; i < n; i++)
        wrong += zmq_recv (s.to, &got, sizeof got, 0) != sizeof got || got != i;
    printf ("wrong %d\n", wrong);
    finish (&s);
}

int main (void)
{
    nobody_behind ();
    no_room_for_copies ();
    paused ();
    full_subscriber ();
    return 0;
}
