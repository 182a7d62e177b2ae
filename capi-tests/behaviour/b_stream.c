/* STREAM: raw TCP both ways: id and data, connect and disconnect notices, closing by an empty part. */
#include "b_kit.h"

static char id[256];
static int id_size;

static void get_id (void *stream_, const char *label_)
{
    id_size = zmq_recv (stream_, id, sizeof id, 0);
    printf ("%s: id %d bytes, then ", label_, id_size);
    get (stream_, "data");
}

static void send_to (void *stream_, const char *text_)
{
    show_rc ("send id", zmq_send (stream_, id, (size_t) id_size, ZMQ_SNDMORE));
    show_rc ("send data", zmq_send (stream_, text_, strlen (text_), 0));
}

static int is_gone (void *stream_)
{
    get_int (stream_, ZMQ_EVENTS);
    if (zmq_send (stream_, id, (size_t) id_size, ZMQ_SNDMORE) < 0)
        return 1;
    zmq_send (stream_, "x", 1, 0);
    return 0;
}

static void server (int notify_)
{
    void *ctx = new_context (), *stream = open_socket (ctx, ZMQ_STREAM);
    endpoint_t at;
    char text[64] = "";
    printf ("-- server, notify %d\n", notify_);
    set_int (stream, ZMQ_STREAM_NOTIFY, notify_);
    bind_to (stream, "tcp://127.0.0.1:*", at);
    printf ("events %s\n", events_name (get_int (stream, ZMQ_EVENTS)));
    int fd = raw_connect (at);
    if (notify_)
        get_id (stream, "connected");
    raw_write (fd, "hello", 5);
    get_id (stream, "data");
    send_to (stream, "world");
    printf ("peer read %zu", raw_read (fd, text, 5));
    printf (" '%s'\n", text);
    close (fd);
    if (notify_)
        get_id (stream, "disconnected");
    else
        get_none (stream, "no notice");
    EVENTUALLY (is_gone (stream));
    show_rc ("gone", zmq_send (stream, id, (size_t) id_size, ZMQ_SNDMORE));
    show_rc ("unknown", zmq_send (stream, "zzzzz", 5, ZMQ_SNDMORE));
    close_these (ctx, 1, stream);
}

static void closes (void)
{
    void *ctx = new_context (), *stream = open_socket (ctx, ZMQ_STREAM);
    endpoint_t at;
    printf ("-- closes\n");
    bind_to (stream, "tcp://127.0.0.1:*", at);
    int fd = raw_connect (at);
    get_id (stream, "connected");
    send_to (stream, "");
    /* The application's next look at the socket may be what finishes the closing. */
    EVENTUALLY ((get_int (stream, ZMQ_EVENTS), strcmp (raw_state (fd, 0), "open") != 0));
    printf ("peer sees: %s\n", raw_state (fd, SOON_MS));
    get_none (stream, "no notice of its own closing");
    close (fd);
    fd = raw_connect (at);
    get_id (stream, "another");
    close (fd);
    close_these (ctx, 1, stream);
}

static void client (void)
{
    void *ctx = new_context (), *stream = open_socket (ctx, ZMQ_STREAM);
    endpoint_t at;
    int listener = raw_listen (at, 4);
    char text[64] = "", assigned[256];
    size_t size = sizeof assigned;
    printf ("-- client\n");
    OK (zmq_connect (stream, at));
    OK (zmq_getsockopt (stream, ZMQ_ROUTING_ID, assigned, &size));
    printf ("assigned id %zu bytes\n", size);
    int fd = raw_accept (listener);
    get_id (stream, "connected");
    printf ("the same id: %d\n", id_size == (int) size && memcmp (id, assigned, size) == 0);
    send_to (stream, "ping");
    printf ("peer read %zu", raw_read (fd, text, 4));
    printf (" '%s'\n", text);
    raw_write (fd, "pong", 4);
    get_id (stream, "data");
    close (fd);
    get_id (stream, "disconnected");
    close (listener);
    close_these (ctx, 1, stream);
}

static void named (void)
{
    void *ctx = new_context (), *a = open_socket (ctx, ZMQ_STREAM), *b = open_socket (ctx, ZMQ_STREAM);
    endpoint_t at;
    printf ("-- named\n");
    bind_to (b, "tcp://127.0.0.1:*", at);
    set_text (a, ZMQ_CONNECT_ROUTING_ID, "server");
    OK (zmq_connect (a, at));
    get (a, "connected");
    get_id (b, "connected");
    put (a, "server|hello");
    get_id (b, "data");
    send_to (b, "answer");
    get (a, "answer");
    close_these (ctx, 2, a, b);
}

int main (void)
{
    server (1);
    server (0);
    closes ();
    client ();
    named ();
    return 0;
}
