/* STREAM as a small HTTP server: many short connections, each answered and closed; a large body arrives whole. */
#include "b_kit.h"

#define BODY (1 << 20)

static void serve_one (void *stream_)
{
    char id[8], request[64];
    zmq_recv (stream_, id, sizeof id, 0);
    int first = zmq_recv (stream_, request, sizeof request, 0);
    int same = zmq_recv (stream_, id, sizeof id, 0);
    int size = zmq_recv (stream_, request, sizeof request, 0);
    printf ("notice %d, id %d, request %d bytes\n", first, same, size);
    zmq_send (stream_, id, 5, ZMQ_SNDMORE);
    zmq_send (stream_, "HTTP/1.0 200 OK\r\n\r\nHello", 24, 0);
    zmq_send (stream_, id, 5, ZMQ_SNDMORE);
    zmq_send (stream_, "", 0, 0);
}

static void large (void *stream_, const char *at_)
{
    int fd = raw_connect (at_);
    char id[8], *body = malloc (BODY);
    zmq_recv (stream_, id, sizeof id, 0);
    zmq_recv (stream_, NULL, 0, 0);
    for (int i = 0; i < BODY; i++)
        body[i] = (char) (i * 7);
    zmq_send (stream_, id, 5, ZMQ_SNDMORE);
    zmq_send (stream_, body, BODY, 0);
    char *got = malloc (BODY);
    printf ("large %d\n", raw_read (fd, got, BODY) == BODY && memcmp (got, body, BODY) == 0);
    free (got);
    free (body);
    close (fd);
}

int main (void)
{
    void *ctx = new_context (), *stream = open_socket (ctx, ZMQ_STREAM);
    endpoint_t at;
    bind_to (stream, "tcp://127.0.0.1:*", at);
    for (int i = 0; i < 10; i++) {
        char text[64] = "";
        int fd = raw_connect (at);
        raw_write (fd, "GET / HTTP/1.0\r\n\r\n", 18);
        serve_one (stream);
        printf ("read %zu", raw_read (fd, text, 24));
        EVENTUALLY ((get_int (stream, ZMQ_EVENTS), strcmp (raw_state (fd, 0), "open") != 0));
        printf (", then %s\n", raw_state (fd, SOON_MS));
        close (fd);
    }
    large (stream, at);
    close_these (ctx, 1, stream);
    return 0;
}
