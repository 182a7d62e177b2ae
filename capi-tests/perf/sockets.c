/* Small steps on sockets and message bodies. Every failure other than EINTR and EAGAIN ends the run. */
#include "common.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *buffer_new(size_t size)
{
    void *data = calloc(1, size);

    CHECK(data != NULL);
    return data;
}

/* Each body starts with its sequence number, so that a lost, doubled or reordered message fails the run. */
void seq_put(void *data, uint64_t seq)
{
    memcpy(data, &seq, sizeof seq);
}

uint64_t seq_get(const void *data)
{
    uint64_t seq;

    memcpy(&seq, data, sizeof seq);
    return seq;
}

void *socket_new(void *ctx, int type)
{
    void *socket = zmq_socket(ctx, type);
    const int linger = 0;

    CHECK(socket != NULL);
    CHECK(zmq_setsockopt(socket, ZMQ_LINGER, &linger, sizeof linger) == 0);
    return socket;
}

static bool is_secured;

/* From now on sockets that bind are CURVE servers, and those that connect their clients. */
void sockets_secure(void)
{
    is_secured = true;
}

static void key_set(void *socket, int option, const char *key)
{
    CHECK(zmq_setsockopt(socket, option, key, strlen(key)) == 0);
}

static void server_secure(void *socket)
{
    const int on = 1;

    CHECK(zmq_setsockopt(socket, ZMQ_CURVE_SERVER, &on, sizeof on) == 0);
    key_set(socket, ZMQ_CURVE_SECRETKEY, "JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh6");
}

static void client_secure(void *socket)
{
    key_set(socket, ZMQ_CURVE_SERVERKEY, "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7");
    key_set(socket, ZMQ_CURVE_PUBLICKEY, "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID");
    key_set(socket, ZMQ_CURVE_SECRETKEY, "D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs");
}

/* Binds where the system chooses and gives the endpoint to connect to (ENDPOINT_MAX bytes). */
void socket_bind(const struct config *c, void *socket, char *endpoint)
{
    static int bound;
    char wanted[ENDPOINT_MAX];
    size_t size = ENDPOINT_MAX;

    if (is_inproc(c))
        snprintf(wanted, sizeof wanted, "inproc://zbench-%d", bound++);
    else if (is_ipc(c))
        snprintf(wanted, sizeof wanted, "ipc://%s/s%d", c->dir, bound++);
    else
        snprintf(wanted, sizeof wanted, "tcp://127.0.0.1:*");
    if (is_secured)
        server_secure(socket);
    CHECK(zmq_bind(socket, wanted) == 0);
    CHECK(zmq_getsockopt(socket, ZMQ_LAST_ENDPOINT, endpoint, &size) == 0);
}

void socket_dial(void *socket, const char *endpoint)
{
    if (is_secured)
        client_secure(socket);
    CHECK(zmq_connect(socket, endpoint) == 0);
}

/* Connects to the endpoint that comes as a line on `in`. */
void socket_connect(void *socket, int in)
{
    char endpoint[ENDPOINT_MAX];

    line_read(in, endpoint, sizeof endpoint);
    socket_dial(socket, endpoint);
}

void bind_and_tell(const struct config *c, void *socket, int out)
{
    char endpoint[ENDPOINT_MAX];

    socket_bind(c, socket, endpoint);
    line_write(out, endpoint);
}

void send_bytes(void *socket, const void *data, size_t size, int flags)
{
    int rc;

    do
        rc = zmq_send(socket, data, size, flags);
    while (rc < 0 && zmq_errno() == EINTR);
    CHECK(rc == (int)size);
}

void recv_bytes(void *socket, void *data, size_t size)
{
    int rc;

    do
        rc = zmq_recv(socket, data, size, 0);
    while (rc < 0 && zmq_errno() == EINTR);
    CHECK(rc == (int)size);
}

bool try_recv_bytes(void *socket, void *data, size_t size)
{
    const int rc = zmq_recv(socket, data, size, ZMQ_DONTWAIT);

    if (rc < 0 && (zmq_errno() == EAGAIN || zmq_errno() == EINTR))
        return false;
    CHECK(rc == (int)size);
    return true;
}

/* Sends one whole message back to where it came from, part by part. False when there was none. */
bool forward_message(void *socket, int recv_flags)
{
    zmq_msg_t msg;
    int has_more = 0;

    do {
        CHECK(zmq_msg_init(&msg) == 0);
        if (zmq_msg_recv(&msg, socket, has_more ? 0 : recv_flags) < 0) {
            CHECK(!has_more && (zmq_errno() == EAGAIN || zmq_errno() == EINTR));
            zmq_msg_close(&msg);
            return false;
        }
        has_more = zmq_msg_more(&msg);
        CHECK(zmq_msg_send(&msg, socket, has_more ? ZMQ_SNDMORE : 0) >= 0);
    } while (has_more);
    return true;
}
