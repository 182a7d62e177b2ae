/*  Shared by every program here: checks, canonical printing, small helpers.
 *
 *  What a program prints on stdout is its transcript and must be the same under every library: errno names instead of
 *  numbers, no ports, pointers, times or fds. Complaints go to stderr. A program ends by itself within 25 seconds.
 */
#ifndef CHECK_H
#define CHECK_H

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <zmq.h>

#define MAYBE_UNUSED __attribute__ ((unused))

/* --- the library under test, and the deadline ------------------------------------------------------------------- */

/*  CHECK_LIBRARY names the file that must be mapped as libzmq, and no other may be. Unset: run by hand, anything goes. */
MAYBE_UNUSED static void check_library (void)
{
    const char *wanted = getenv ("CHECK_LIBRARY");
    if (!wanted)
        return;
    FILE *maps = fopen ("/proc/self/maps", "r");
    char line[PATH_MAX + 128];
    int right = 0, wrong = 0;
    while (maps && fgets (line, sizeof line, maps)) {
        char *path = strchr (line, '/');
        if (!path || !strstr (path, "libzmq"))
            continue;
        path[strcspn (path, "\n")] = 0;
        if (strcmp (path, wanted) == 0)
            right++;
        else {
            wrong++;
            fprintf (stderr, "loaded %s, wanted %s\n", path, wanted);
        }
    }
    if (maps)
        fclose (maps);
    if (!right || wrong) {
        fprintf (stderr, "the library under test is not %s\n", wanted);
        _exit (97);
    }
}

MAYBE_UNUSED static void check_late (int signal_number)
{
    static const char text[] = "still running at the deadline\n";
    (void) signal_number;
    if (write (2, text, sizeof text - 1) < 0)
        _exit (96);
    _exit (96);
}

__attribute__ ((constructor)) MAYBE_UNUSED static void check_start (void)
{
    const char *seconds = getenv ("CHECK_ALARM");
    setvbuf (stdout, NULL, _IOLBF, 0);
    check_library ();
    signal (SIGALRM, check_late);
    alarm (seconds ? (unsigned) atoi (seconds) : 25);
}

/* --- names ------------------------------------------------------------------------------------------------------ */

MAYBE_UNUSED static const char *errno_name (int number)
{
    switch (number) {
#define NAME(code)                                                                                                     \
    case code:                                                                                                         \
        return #code
        NAME (EFSM);
        NAME (ENOCOMPATPROTO);
        NAME (ETERM);
        NAME (EMTHREAD);
        NAME (EPERM);
        NAME (ENOENT);
        NAME (EINTR);
        NAME (EBADF);
        NAME (EAGAIN);
        NAME (ENOMEM);
        NAME (EACCES);
        NAME (EFAULT);
        NAME (EBUSY);
        NAME (EEXIST);
        NAME (ENODEV);
        NAME (ENOTDIR);
        NAME (EISDIR);
        NAME (EINVAL);
        NAME (ENFILE);
        NAME (EMFILE);
        NAME (EPIPE);
        NAME (EPROTO);
        NAME (ENAMETOOLONG);
        NAME (ENOTSOCK);
        NAME (EMSGSIZE);
        NAME (EPROTONOSUPPORT);
        NAME (EOPNOTSUPP);
        NAME (EAFNOSUPPORT);
        NAME (EADDRINUSE);
        NAME (EADDRNOTAVAIL);
        NAME (ENETDOWN);
        NAME (ENETUNREACH);
        NAME (ENETRESET);
        NAME (ECONNABORTED);
        NAME (ECONNRESET);
        NAME (ENOBUFS);
        NAME (ENOTCONN);
        NAME (ETIMEDOUT);
        NAME (ECONNREFUSED);
        NAME (EHOSTUNREACH);
        NAME (EINPROGRESS);
#undef NAME
        case 0:
            return "0";
        default: {
            static __thread char other[32];
            snprintf (other, sizeof other, "errno %d", number);
            return other;
        }
    }
}

MAYBE_UNUSED static const char *type_name (int type)
{
    static const char *const names[] = {"PAIR",   "PUB",    "SUB",   "REQ",   "REP",     "DEALER",  "ROUTER",
                                        "PULL",   "PUSH",   "XPUB",  "XSUB",  "STREAM",  "SERVER",  "CLIENT",
                                        "RADIO",  "DISH",   "GATHER", "SCATTER", "DGRAM", "PEER",   "CHANNEL"};
    return type >= 0 && type < (int) (sizeof names / sizeof *names) ? names[type] : "?";
}

/*  Names of the bits that zmq_poll and ZMQ_EVENTS know; "0" for none.  */
MAYBE_UNUSED static const char *events_name (int events)
{
    static __thread char text[64];
    text[0] = 0;
    if (events & ZMQ_POLLIN)
        strcat (text, "|POLLIN");
    if (events & ZMQ_POLLOUT)
        strcat (text, "|POLLOUT");
    if (events & ZMQ_POLLERR)
        strcat (text, "|POLLERR");
    if (events & ZMQ_POLLPRI)
        strcat (text, "|POLLPRI");
    return text[0] ? text + 1 : "0";
}

/*  Name of one monitor event.  */
MAYBE_UNUSED static const char *monitor_event_name (int event)
{
    static const char *const names[] = {"CONNECTED",       "CONNECT_DELAYED",
                                        "CONNECT_RETRIED", "LISTENING",
                                        "BIND_FAILED",     "ACCEPTED",
                                        "ACCEPT_FAILED",   "CLOSED",
                                        "CLOSE_FAILED",    "DISCONNECTED",
                                        "MONITOR_STOPPED", "HANDSHAKE_FAILED_NO_DETAIL",
                                        "HANDSHAKE_SUCCEEDED", "HANDSHAKE_FAILED_PROTOCOL",
                                        "HANDSHAKE_FAILED_AUTH"};
    for (int bit = 0; bit < (int) (sizeof names / sizeof *names); bit++)
        if (event == 1 << bit)
            return names[bit];
    return "?";
}

/* --- checks and transcript lines -------------------------------------------------------------------------------- */

#define FAIL(...)                                                                                                      \
    do {                                                                                                               \
        int fail_errno = errno;                                                                                        \
        fprintf (stderr, "%s:%d: ", __FILE__, __LINE__);                                                               \
        fprintf (stderr, __VA_ARGS__);                                                                                 \
        fprintf (stderr, " (errno %s)\n", errno_name (fail_errno));                                                    \
        exit (1);                                                                                                      \
    } while (0)

/*  Ends the program unless the condition holds.  */
#define CHECK(condition)                                                                                               \
    do {                                                                                                               \
        if (!(condition))                                                                                              \
            FAIL ("not true: %s", #condition);                                                                         \
    } while (0)

/*  Runs a call that must return 0; prints nothing.  */
#define OK(call)                                                                                                       \
    do {                                                                                                               \
        int ok_rc = (call);                                                                                            \
        if (ok_rc != 0)                                                                                                \
            FAIL ("%s -> %d", #call, ok_rc);                                                                           \
    } while (0)

/*  Prints "text -> result", and the errno with a result of -1. Both zmq_errno and errno must tell the same.  */
MAYBE_UNUSED static long print_result (const char *text, long result, int c_errno, int library_errno)
{
    if (result != -1)
        printf ("%s -> %ld\n", text, result);
    else if (c_errno == library_errno)
        printf ("%s -> -1 %s\n", text, errno_name (c_errno));
    else
        printf ("%s -> -1 errno %s but zmq_errno %s\n", text, errno_name (c_errno), errno_name (library_errno));
    errno = c_errno;
    return result;
}

/*  Records any integer result of a call under a text of its own. errno is cleared before.  */
MAYBE_UNUSED static long record_after (const char *text, long result)
{
    int c_errno = errno;
    return print_result (text, result, c_errno, zmq_errno ());
}

#define RECORD(text, call) (errno = 0, record_after ((text), (long) (call)))

/*  Records a call: "call -> 3", "call -> -1 EAGAIN". Value: the result.  */
#define RC(call) RECORD (#call, call)

/*  As RC, and the program ends unless the call fails with that errno.  */
#define ERR(call, name)                                                                                                \
    do {                                                                                                               \
        if (RC (call) != -1 || errno != (name))                                                                        \
            FAIL ("%s should fail with %s", #call, #name);                                                             \
    } while (0)

/*  Records a call that returns a pointer: "call -> pointer", "call -> NULL ETERM". Value: the pointer.  */
MAYBE_UNUSED static void *record_pointer_after (const char *text, void *pointer)
{
    if (pointer)
        printf ("%s -> pointer\n", text);
    else
        printf ("%s -> NULL %s\n", text, errno_name (errno));
    return pointer;
}

#define PTR(call) (errno = 0, record_pointer_after (#call, (void *) (call)))

#define SAY(...)                                                                                                       \
    do {                                                                                                               \
        printf (__VA_ARGS__);                                                                                          \
        putchar ('\n');                                                                                                \
    } while (0)

/*  Prints bytes on one line, the unprintable ones as \xNN.  */
MAYBE_UNUSED static void say_bytes (const char *label, const void *data, size_t size)
{
    const unsigned char *byte = data;
    printf ("%s%s[%zu] ", label, *label ? " " : "", size);
    for (size_t i = 0; i < size; i++)
        if (byte[i] >= 0x20 && byte[i] < 0x7f && byte[i] != '\\')
            putchar (byte[i]);
        else
            printf ("\\x%02x", byte[i]);
    putchar ('\n');
}

/* --- sockets ---------------------------------------------------------------------------------------------------- */

#define ENDPOINT_MAX 256

MAYBE_UNUSED static void *new_context (void)
{
    void *context = zmq_ctx_new ();
    CHECK (context != NULL);
    return context;
}

/*  A socket that does not linger.  */
MAYBE_UNUSED static void *new_socket (void *context, int type)
{
    int zero = 0;
    void *socket = zmq_socket (context, type);
    CHECK (socket != NULL);
    OK (zmq_setsockopt (socket, ZMQ_LINGER, &zero, sizeof zero));
    return socket;
}

MAYBE_UNUSED static void set_int (void *socket, int option, int value)
{
    OK (zmq_setsockopt (socket, option, &value, sizeof value));
}

MAYBE_UNUSED static int get_int (void *socket, int option)
{
    int value = -12345;
    size_t size = sizeof value;
    OK (zmq_getsockopt (socket, option, &value, &size));
    return value;
}

/*  A receive that has found nothing after this many milliseconds fails.  */
MAYBE_UNUSED static void set_timeouts (void *socket, int timeout_ms)
{
    set_int (socket, ZMQ_RCVTIMEO, timeout_ms);
    set_int (socket, ZMQ_SNDTIMEO, timeout_ms);
}

MAYBE_UNUSED static void last_endpoint (void *socket, char endpoint[ENDPOINT_MAX])
{
    size_t size = ENDPOINT_MAX;
    OK (zmq_getsockopt (socket, ZMQ_LAST_ENDPOINT, endpoint, &size));
}

/*  Binds ("tcp://127.0.0.1:*", "ipc://@name-*" is not for this) and tells where.  */
MAYBE_UNUSED static void bind_to (void *socket, const char *address, char endpoint[ENDPOINT_MAX])
{
    OK (zmq_bind (socket, address));
    last_endpoint (socket, endpoint);
}

MAYBE_UNUSED static void bind_tcp (void *socket, char endpoint[ENDPOINT_MAX])
{
    bind_to (socket, "tcp://127.0.0.1:*", endpoint);
}

/*  The first socket binds to the address (a wildcard is fine), the second connects to it.  */
MAYBE_UNUSED static void join (void *binder, void *connector, const char *address)
{
    char endpoint[ENDPOINT_MAX];
    bind_to (binder, address, endpoint);
    OK (zmq_connect (connector, endpoint));
}

MAYBE_UNUSED static void close_all (void *context, void **sockets, int count)
{
    for (int i = 0; i < count; i++)
        OK (zmq_close (sockets[i]));
    OK (zmq_ctx_term (context));
}

/* --- messages --------------------------------------------------------------------------------------------------- */

MAYBE_UNUSED static void send_text (void *socket, const char *text, int flags)
{
    int rc = zmq_send (socket, text, strlen (text), flags);
    if (rc != (int) strlen (text))
        FAIL ("zmq_send \"%s\" -> %d", text, rc);
}

/*  Receives one part into text (NUL added) and returns its size, -1 with errno set on failure.  */
MAYBE_UNUSED static int recv_part (void *socket, char *text, size_t capacity, int flags)
{
    int size = zmq_recv (socket, text, capacity - 1, flags);
    if (size >= 0)
        text[(size_t) size < capacity ? (size_t) size : capacity - 1] = 0;
    return size;
}

/*  Ends the program unless the next part is this text.  */
MAYBE_UNUSED static void expect_text (void *socket, const char *text)
{
    char got[4096];
    int size = recv_part (socket, got, sizeof got, 0);
    if (size != (int) strlen (text) || memcmp (got, text, strlen (text)) != 0)
        FAIL ("received %d \"%s\" instead of \"%s\"", size, size < 0 ? "" : got, text);
}

/*  Receives one whole message and prints its parts: "label [5] hello + [0] ".  */
MAYBE_UNUSED static int say_message (const char *label, void *socket, int flags)
{
    int parts = 0;
    for (;;) {
        zmq_msg_t part;
        OK (zmq_msg_init (&part));
        errno = 0;
        if (zmq_msg_recv (&part, socket, flags) < 0) {
            int error = errno;
            printf ("%s -> -1 %s\n", label, errno_name (error));
            zmq_msg_close (&part);
            errno = error;
            return -1;
        }
        char name[64];
        int more = zmq_msg_more (&part);
        snprintf (name, sizeof name, "%s part %d%s", label, parts++, more ? "+" : "");
        say_bytes (name, zmq_msg_data (&part), zmq_msg_size (&part));
        zmq_msg_close (&part);
        if (!more)
            return parts;
    }
}

/* --- time ------------------------------------------------------------------------------------------------------- */

MAYBE_UNUSED static long now_ms (void)
{
    struct timespec now;
    clock_gettime (CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

MAYBE_UNUSED static void sleep_ms (long ms)
{
    struct timespec rest = {ms / 1000, ms % 1000 * 1000000};
    while (nanosleep (&rest, &rest) != 0 && errno == EINTR)
        ;
}

/*  Waits until the condition holds (looked at each 5 ms), at most 10 s. Value: whether it held.  */
#define EVENTUALLY(condition)                                                                                          \
    do {                                                                                                               \
        long eventually_end = now_ms () + 10000;                                                                       \
        while (!(condition)) {                                                                                         \
            if (now_ms () > eventually_end)                                                                            \
                FAIL ("never came true: %s", #condition);                                                              \
            sleep_ms (5);                                                                                              \
        }                                                                                                              \
    } while (0)

/*  Waits until the socket shows all of these events.  */
MAYBE_UNUSED static void wait_for (void *socket, short events)
{
    zmq_pollitem_t item = {socket, 0, events, 0};
    long end = now_ms () + 10000;
    do {
        if (zmq_poll (&item, 1, 100) < 0 && errno != EINTR)
            FAIL ("zmq_poll");
        if ((item.revents & events) == events)
            return;
    } while (now_ms () < end);
    FAIL ("no %s within 10 s", events_name (events));
}

/* --- monitors (version 1) --------------------------------------------------------------------------------------- */

/*  Watches events of a socket through a PAIR at that inproc name.  */
MAYBE_UNUSED static void *monitor_open (void *context, void *socket, const char *inproc, int events)
{
    OK (zmq_socket_monitor (socket, inproc, events));
    void *monitor = new_socket (context, ZMQ_PAIR);
    OK (zmq_connect (monitor, inproc));
    set_int (monitor, ZMQ_RCVTIMEO, 10000);
    return monitor;
}

/*  The next event, 0 if there is none within the receive timeout. Value and address are for whoever asks.  */
MAYBE_UNUSED static int monitor_next (void *monitor, uint32_t *value, char address[ENDPOINT_MAX])
{
    unsigned char frame[6];
    char text[ENDPOINT_MAX];
    uint16_t event;
    int size = zmq_recv (monitor, frame, sizeof frame, 0);
    if (size < 0)
        return 0;
    CHECK (size == 6 && get_int (monitor, ZMQ_RCVMORE));
    memcpy (&event, frame, 2);
    if (value)
        memcpy (value, frame + 2, 4);
    CHECK (recv_part (monitor, text, sizeof text, 0) >= 0 && !get_int (monitor, ZMQ_RCVMORE));
    if (address)
        strcpy (address, text);
    return event;
}

#endif
