/* A request and a reply over TCP, with every byte that passes between the two sockets shown.
 *
 * The REQ socket connects to a relay of plain TCP sockets, which passes everything on to the REP socket and prints it. */

#include <arpa/inet.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zmq.h>

#define CHECK(condition)                                                                            \
    do {                                                                                            \
        if (!(condition)) {                                                                         \
            fprintf(stderr, "try.c:%d: %s: %s\n", __LINE__, #condition, zmq_strerror(zmq_errno())); \
            exit(1);                                                                                \
        }                                                                                           \
    } while (0)

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

/* Sixteen bytes a line, as numbers and as text. */
static void show(const char *direction, const unsigned char *bytes, size_t size) {
    size_t line, at;
    for (line = 0; line < size; line += 16) {
        printf("  %-7s ", line == 0 ? direction : "");
        for (at = line; at < line + 16; at++)
            if (at < size)
                printf(" %02x", bytes[at]);
            else
                printf("   ");
        printf("  ");
        for (at = line; at < line + 16 && at < size; at++)
            putchar(bytes[at] >= ' ' && bytes[at] < 127 ? bytes[at] : '.');
        putchar('\n');
    }
    fflush(stdout);
}

/* Passes on what there is; 0 at the end of the stream. */
static int pass(const char *direction, int from, int to) {
    unsigned char bytes[4096];
    ssize_t size = recv(from, bytes, sizeof bytes, 0);
    if (size <= 0)
        return 0;
    show(direction, bytes, (size_t)size);
    return send(to, bytes, (size_t)size, MSG_NOSIGNAL) == size;
}

static void run_relay(void *argument) {
    struct relay *relay = argument;
    struct sockaddr_in address = loopback(relay->server_port);
    struct pollfd ends[2];
    int client = accept(relay->listener, NULL, NULL);
    int server = socket(AF_INET, SOCK_STREAM, 0);

    CHECK(client >= 0 && server >= 0);
    CHECK(connect(server, (struct sockaddr *)&address, sizeof address) == 0);
    ends[0].fd = client;
    ends[1].fd = server;
    ends[0].events = ends[1].events = POLLIN;
    for (;;) {
        CHECK(poll(ends, 2, -1) > 0);
        if (ends[0].revents && !pass("REQ -->", client, server))
            break;
        if (ends[1].revents && !pass("REP -->", server, client))
            break;
    }
    close(client);
    close(server);
}

int main(void) {
    int major, minor, patch, size, timeout_ms = 5000, linger_ms = 0;
    char endpoint[64], text[16];
    size_t length = sizeof endpoint;
    struct relay relay;
    struct sockaddr_in address = loopback(0);
    socklen_t address_size = sizeof address;
    void *context = zmq_ctx_new(), *server, *client, *thread;

    zmq_version(&major, &minor, &patch);
    printf("libzmq %d.%d.%d\n", major, minor, patch);
    fflush(stdout);
    CHECK(context != NULL);
    server = zmq_socket(context, ZMQ_REP);
    client = zmq_socket(context, ZMQ_REQ);
    CHECK(server != NULL && client != NULL);
    CHECK(zmq_setsockopt(server, ZMQ_RCVTIMEO, &timeout_ms, sizeof timeout_ms) == 0);
    CHECK(zmq_setsockopt(client, ZMQ_RCVTIMEO, &timeout_ms, sizeof timeout_ms) == 0);
    CHECK(zmq_setsockopt(client, ZMQ_LINGER, &linger_ms, sizeof linger_ms) == 0);

    CHECK(zmq_bind(server, "tcp://127.0.0.1:*") == 0);
    CHECK(zmq_getsockopt(server, ZMQ_LAST_ENDPOINT, endpoint, &length) == 0);
    relay.server_port = atoi(strrchr(endpoint, ':') + 1);

    relay.listener = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(relay.listener >= 0);
    CHECK(bind(relay.listener, (struct sockaddr *)&address, sizeof address) == 0);
    CHECK(listen(relay.listener, 1) == 0);
    CHECK(getsockname(relay.listener, (struct sockaddr *)&address, &address_size) == 0);
    thread = zmq_threadstart(run_relay, &relay);
    CHECK(thread != NULL);

    printf("on the wire: greeting, READY, then one request and one reply\n");
    fflush(stdout);
    sprintf(endpoint, "tcp://127.0.0.1:%d", (int)ntohs(address.sin_port));
    CHECK(zmq_connect(client, endpoint) == 0);
    CHECK(zmq_send(client, "Hello", 5, 0) == 5);
    size = zmq_recv(server, text, sizeof text, 0);
    CHECK(size == 5 && memcmp(text, "Hello", 5) == 0);
    CHECK(zmq_send(server, "World", 5, 0) == 5);
    size = zmq_recv(client, text, sizeof text, 0);
    CHECK(size == 5 && memcmp(text, "World", 5) == 0);

    CHECK(zmq_close(client) == 0);
    zmq_threadclose(thread);
    CHECK(zmq_close(server) == 0);
    CHECK(zmq_ctx_term(context) == 0);
    close(relay.listener);
    printf("asked Hello, got World\n");
    return 0;
}
