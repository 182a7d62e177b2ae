/* A request and a reply over TCP, with all that passes between the two sockets told beside the calls.
 *
 * The REQ socket connects to a relay of plain TCP sockets, which passes everything on to the REP socket and reads along as
 * ZMTP 3.x (https://rfc.zeromq.org/spec/23/). */

#include <arpa/inet.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zmq.h>

#define GREETING 64
#define MORE 1
#define LONG 2
#define COMMAND 4

#define CHECK(condition)                                                                            \
    do {                                                                                            \
        if (!(condition)) {                                                                         \
            fprintf(stderr, "try.c:%d: %s: %s\n", __LINE__, #condition, zmq_strerror(zmq_errno())); \
            exit(1);                                                                                \
        }                                                                                           \
    } while (0)

/* One direction of the connection. */
struct tap {
    const char *name;
    int from, to;
    int is_greeted;
    size_t size;
    unsigned char bytes[4096];
};

struct relay {
    int listener;
    int server_port;
};

static struct sockaddr_in loopback(int port) {
    struct sockaddr_in address;
    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_port = htons((uint16_t)port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

static void show_text(const unsigned char *bytes, size_t size) {
    size_t at;
    putchar('"');
    for (at = 0; at < size; at++)
        if (bytes[at] >= ' ' && bytes[at] < 127)
            putchar(bytes[at]);
        else
            printf("\\x%02x", bytes[at]);
    putchar('"');
}

/* Sixteen bytes a line. */
static void show_bytes(const unsigned char *bytes, size_t size) {
    size_t at;
    for (at = 0; at < size; at++)
        printf("%s%02x", at % 16 == 0 ? "\n                  " : " ", bytes[at]);
    printf("\n");
    fflush(stdout);
}

static uint32_t number(const unsigned char *bytes) {
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/* Its name, and the properties of a READY. */
static void show_command(const unsigned char *body, size_t size) {
    size_t at = 1 + (size_t)body[0];
    int is_ready = at == 6 && memcmp(body + 1, "READY", 5) == 0;
    printf("%.*s", (int)body[0], body + 1);
    while (is_ready && at < size) {
        size_t name = body[at], value;
        printf(", %.*s ", (int)name, body + at + 1);
        at += 1 + name;
        value = number(body + at);
        show_text(body + at + 4, value);
        at += 4 + value;
    }
}

/* Tells of the first whole unit of what was received; its size, or 0 if it is not complete. */
static size_t show_unit(struct tap *tap) {
    const unsigned char *bytes = tap->bytes;
    size_t header, body;

    if (!tap->is_greeted) {
        if (tap->size < GREETING)
            return 0;
        tap->is_greeted = 1;
        printf("    %s  greeting: ZMTP %d.%d, mechanism %.20s", tap->name, bytes[10], bytes[11], bytes + 12);
        show_bytes(bytes, GREETING);
        return GREETING;
    }
    if (tap->size < 2)
        return 0;
    header = bytes[0] & LONG ? 9 : 2;
    if (tap->size < header)
        return 0;
    body = bytes[0] & LONG ? number(bytes + 5) : bytes[1];
    if (tap->size < header + body)
        return 0;
    if (bytes[0] & COMMAND) {
        printf("    %s  command: ", tap->name);
        show_command(bytes + header, body);
    } else {
        printf("    %s  frame, %s: ", tap->name, bytes[0] & MORE ? "more follow" : "the last");
        show_text(bytes + header, body);
    }
    show_bytes(bytes, header + body);
    return header + body;
}

/* Passes on what there is; 0 at the end of the stream. Nobody else prints before it is shown. */
static int pass(struct tap *tap) {
    ssize_t size = recv(tap->from, tap->bytes + tap->size, sizeof tap->bytes - tap->size, 0);
    size_t shown;
    if (size <= 0)
        return 0;
    flockfile(stdout);
    CHECK(send(tap->to, tap->bytes + tap->size, (size_t)size, MSG_NOSIGNAL) == size);
    tap->size += (size_t)size;
    while ((shown = show_unit(tap)) > 0) {
        tap->size -= shown;
        memmove(tap->bytes, tap->bytes + shown, tap->size);
    }
    funlockfile(stdout);
    return 1;
}

static void run_relay(void *argument) {
    struct relay *relay = argument;
    struct sockaddr_in address = loopback(relay->server_port);
    static struct tap up = {.name = "REQ --> REP"}, down = {.name = "REQ <-- REP"};
    struct pollfd ends[2];
    int client = accept(relay->listener, NULL, NULL);
    int server = socket(AF_INET, SOCK_STREAM, 0);

    CHECK(client >= 0 && server >= 0);
    CHECK(connect(server, (struct sockaddr *)&address, sizeof address) == 0);
    up.from = down.to = client;
    up.to = down.from = server;
    ends[0].fd = client;
    ends[1].fd = server;
    ends[0].events = ends[1].events = POLLIN;
    for (;;) {
        CHECK(poll(ends, 2, -1) > 0);
        if (ends[0].revents && !pass(&up))
            break;
        if (ends[1].revents && !pass(&down))
            break;
    }
    close(client);
    close(server);
}

/* Listens on a port of its own, which it answers. */
static int start_relay(struct relay *relay, const char *server_endpoint) {
    struct sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    relay->server_port = atoi(strrchr(server_endpoint, ':') + 1);
    relay->listener = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(relay->listener >= 0);
    CHECK(bind(relay->listener, (struct sockaddr *)&address, sizeof address) == 0);
    CHECK(listen(relay->listener, 1) == 0);
    CHECK(getsockname(relay->listener, (struct sockaddr *)&address, &size) == 0);
    return ntohs(address.sin_port);
}

static void send_text(void *socket, const char *who, const char *text) {
    int size = (int)strlen(text);
    printf("%s sends \"%s\"\n", who, text);
    fflush(stdout);
    CHECK(zmq_send(socket, text, (size_t)size, 0) == size);
}

static void receive_text(void *socket, const char *who, const char *wanted) {
    char text[16];
    int size = zmq_recv(socket, text, sizeof text, 0);
    CHECK(size == (int)strlen(wanted) && memcmp(text, wanted, (size_t)size) == 0);
    printf("%s received \"%.*s\"\n", who, size, text);
    fflush(stdout);
}

int main(void) {
    int major, minor, patch, timeout_ms = 5000, linger_ms = 0;
    char endpoint[64];
    size_t length = sizeof endpoint;
    struct relay relay;
    void *context = zmq_ctx_new(), *server, *client, *thread;

    zmq_version(&major, &minor, &patch);
    printf("zmq_version tells %d.%d.%d\n", major, minor, patch);
    CHECK(context != NULL);
    server = zmq_socket(context, ZMQ_REP);
    client = zmq_socket(context, ZMQ_REQ);
    CHECK(server != NULL && client != NULL);
    CHECK(zmq_setsockopt(server, ZMQ_RCVTIMEO, &timeout_ms, sizeof timeout_ms) == 0);
    CHECK(zmq_setsockopt(client, ZMQ_RCVTIMEO, &timeout_ms, sizeof timeout_ms) == 0);
    CHECK(zmq_setsockopt(client, ZMQ_LINGER, &linger_ms, sizeof linger_ms) == 0);

    CHECK(zmq_bind(server, "tcp://127.0.0.1:*") == 0);
    CHECK(zmq_getsockopt(server, ZMQ_LAST_ENDPOINT, endpoint, &length) == 0);
    printf("REP is bound to %s\n", endpoint);
    sprintf(endpoint, "tcp://127.0.0.1:%d", start_relay(&relay, endpoint));
    printf("REQ connects to %s, a relay that shows what passes\n", endpoint);
    fflush(stdout);
    thread = zmq_threadstart(run_relay, &relay);
    CHECK(thread != NULL);
    CHECK(zmq_connect(client, endpoint) == 0);

    send_text(client, "REQ", "Hello");
    receive_text(server, "REP", "Hello");
    send_text(server, "REP", "World");
    receive_text(client, "REQ", "World");

    CHECK(zmq_close(client) == 0);
    zmq_threadclose(thread);
    CHECK(zmq_close(server) == 0);
    CHECK(zmq_ctx_term(context) == 0);
    close(relay.listener);
    return 0;
}
