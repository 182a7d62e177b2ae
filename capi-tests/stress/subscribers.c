/*  One publisher with many subscribers, of which some are slow, some want other topics or change their mind, and some are
    killed and come again: each checks that what it gets is in order, whole, and of its topic. Argument: how many messages (1000000 by hand).  */
#include "kit.h"
#include <signal.h>
#include <stdbool.h>

enum
{
    SUBSCRIBERS = 50,
    SEED = 12345,
    MOST = 4000
};

/*  What a subscriber is like, by its number.  */
static bool is_slow (int number)
{
    return number % 5 == 1;
}

static bool is_mortal (int number)
{
    return number % 5 == 2;
}

static const char *topic_of (int number)
{
    return number % 7 == 3 ? "b" : number % 7 == 5 ? "a1" : "a";
}

static unsigned pseudo_random (unsigned *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

static size_t size_of_message (unsigned number)
{
    return number % 997 == 0 ? MOST * 10 : number % 13 == 0 ? number % MOST : number % 100;
}

/*  Topic and number, then a part of a size that the number tells, filled with its lowest byte.  */
static void publish (void *socket, const char *topic, unsigned number, char *body)
{
    char head[32];
    size_t size = size_of_message (number);
    int length = snprintf (head, sizeof head, "%s %u", topic, number);
    memset (body, (int) (number & 0xff), size);
    CHECK (zmq_send (socket, head, (size_t) length, ZMQ_SNDMORE) == length);
    CHECK (zmq_send (socket, body, size, 0) == (int) size);
}

/*  Answers the number of the next message, 0 at the end, or -1 if nothing comes.  */
static long receive (void *socket, const char *topic)
{
    static char head[64], body[MOST * 10 + 1];
    int length = zmq_recv (socket, head, sizeof head - 1, 0);
    if (length < 0)
        return -1;
    head[length] = 0;
    CHECK (strncmp (head, topic, strlen (topic)) == 0);
    unsigned number = 0;
    CHECK (sscanf (strchr (head, ' '), "%u", &number) == 1);
    int more = 0;
    size_t size = sizeof more;
    OK (zmq_getsockopt (socket, ZMQ_RCVMORE, &more, &size));
    CHECK (more == 1);
    length = zmq_recv (socket, body, sizeof body, 0);
    CHECK (length == (int) size_of_message (number));
    for (int i = 0; i < length; i++)
        CHECK ((unsigned char) body[i] == (number & 0xff));
    OK (zmq_getsockopt (socket, ZMQ_RCVMORE, &more, &size));
    CHECK (more == 0);
    return (long) number;
}

static void subscriber (const char *endpoint, int number)
{
    unsigned state = (unsigned) number;
    long last = -1, got = 0;
    void *context = new_context (), *sub = new_socket (context, ZMQ_SUB);
    set_timeouts (sub, 100000);
    OK (zmq_setsockopt (sub, ZMQ_SUBSCRIBE, topic_of (number), strlen (topic_of (number))));
    OK (zmq_connect (sub, endpoint));
    for (;; got++) {
        long next = receive (sub, topic_of (number));
        CHECK (next == 0 || next > last);
        if (next == 0)
            break;
        last = next;
        if (is_slow (number) && got % 64 == 0)
            sleep_ms ((int) (pseudo_random (&state) % 20));
        if (got % 5000 == 4999 && number % 3 == 0) {
            OK (zmq_setsockopt (sub, ZMQ_SUBSCRIBE, "none", 4));
            OK (zmq_setsockopt (sub, ZMQ_UNSUBSCRIBE, "none", 4));
        }
    }
    /*  One that has come last may have heard of nothing but the end.  */
    CHECK (got > 0 || is_mortal (number));
    close_all (context, &sub, 1);
}

static void count_subscriptions (void *pub, int *count)
{
    char notice[64];
    int length;
    while ((length = zmq_recv (pub, notice, sizeof notice, ZMQ_DONTWAIT)) > 0)
        *count += notice[0] == 1 && length < 5;
}

int main (int argc, char **argv)
{
    unsigned messages = (unsigned) size_of_run (argc, argv, 60000), state = SEED;
    int count = 0, kills = 0;
    char endpoint[ENDPOINT_MAX], *body = malloc (MOST * 10);
    pid_t children[SUBSCRIBERS];
    CHECK (body != NULL);
    /*  The port is chosen before there are threads that a fork would not take along.  */
    void *context = new_context (), *pub = new_socket (context, ZMQ_XPUB);
    bind_tcp (pub, endpoint);
    OK (zmq_close (pub));
    OK (zmq_ctx_term (context));
    for (int i = 0; i < SUBSCRIBERS; i++)
        children[i] = in_child (subscriber, endpoint, i);
    context = new_context ();
    pub = new_socket (context, ZMQ_XPUB);
    set_int (pub, ZMQ_SNDHWM, 200);
    set_int (pub, ZMQ_XPUB_VERBOSE, 1);
    EVENTUALLY (zmq_bind (pub, endpoint) == 0);
    EVENTUALLY ((count_subscriptions (pub, &count), count >= SUBSCRIBERS));
    long start = now_ms (), longest = 0;
    for (unsigned number = 1; number <= messages; number++) {
        unsigned choice = pseudo_random (&state) % 64;
        long before = now_ms ();
        publish (pub, choice == 0 ? "b" : choice == 1 ? "a1" : choice == 2 ? "c" : "a", number, body);
        if (now_ms () - before > longest)
            longest = now_ms () - before;
        if (number % (messages / 20) == 0) {
            int victim = (int) (pseudo_random (&state) % SUBSCRIBERS), status;
            if (is_mortal (victim)) {
                OK (kill (children[victim], SIGKILL));
                CHECK (waitpid (children[victim], &status, 0) == children[victim]);
                children[victim] = fork ();
                CHECK (children[victim] >= 0);
                if (children[victim] == 0) {
                    /*  A forked child makes a context of its own.  */
                    subscriber (endpoint, victim);
                    _exit (0);
                }
                kills++;
            }
        }
        if (number % 1000 == 0)
            count_subscriptions (pub, &count);
    }
    long took = now_ms () - start;
    /*  The end is said until everybody has heard it.  */
    for (int i = 0; i < SUBSCRIBERS; i++) {
        int status = 0;
        pid_t ended = 0;
        while (ended == 0) {
            publish (pub, "b", 0, body);
            publish (pub, "a1", 0, body);
            publish (pub, "a", 0, body);
            sleep_ms (1);
            ended = waitpid (children[i], &status, WNOHANG);
        }
        CHECK (ended == children[i] && WIFEXITED (status) && WEXITSTATUS (status) == 0);
    }
    fprintf (stderr, "%u messages in %ld ms, %d subscribers killed, longest call %ld ms\n", messages, took, kills, longest);
    free (body);
    close_all (context, &pub, 1);
    return 0;
}
