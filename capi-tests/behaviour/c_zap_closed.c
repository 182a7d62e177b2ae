/* ours-only: ZMQ_ZAP_ENFORCE_DOMAIN is a draft, which distributions leave out */
/* Nobody gets in where ZMQ_ZAP_ENFORCE_DOMAIN asks for a verdict that nobody gives (RFC 27). */
#include "check.h"

int main(void)
{
    void *context = zmq_ctx_new();
    void *server = zmq_socket(context, ZMQ_PULL);
    void *client = zmq_socket(context, ZMQ_PUSH);
    int on = 1, timeout = 300, linger = 0;
    char endpoint[256], buffer[8];
    size_t len = sizeof endpoint;
    CHECK(zmq_setsockopt(server, ZMQ_ZAP_DOMAIN, "global", 6) == 0);
    CHECK(zmq_setsockopt(server, 93 /* ZMQ_ZAP_ENFORCE_DOMAIN */, &on, sizeof on) == 0);
    CHECK(zmq_setsockopt(server, ZMQ_RCVTIMEO, &timeout, sizeof timeout) == 0);
    CHECK(zmq_setsockopt(client, ZMQ_LINGER, &linger, sizeof linger) == 0);
    CHECK(zmq_bind(server, "tcp://127.0.0.1:*") == 0);
    CHECK(zmq_getsockopt(server, ZMQ_LAST_ENDPOINT, endpoint, &len) == 0);
    CHECK(zmq_connect(client, endpoint) == 0);
    CHECK(zmq_send(client, "in", 2, 0) == 2);
    CHECK(zmq_recv(server, buffer, sizeof buffer, 0) == -1 && errno == EAGAIN);
    puts("refused");
    zmq_close(client);
    zmq_close(server);
    zmq_ctx_term(context);
    return 0;
}
