/* ZMQ_TCP_ACCEPT_FILTER: who comes in. With ZMQ_IPV6 the bits are those of an IPv6 address, also those of an IPv4 network from 33 on. */
#include "b_kit.h"

static int comes_in (const char *filter_, int ipv6_, int peer_is_ipv6_)
{
    void *ctx = new_context (), *pull = open_socket (ctx, ZMQ_PULL);
    endpoint_t at;
    set_int (pull, ZMQ_IPV6, ipv6_);
    OK (zmq_setsockopt (pull, ZMQ_TCP_ACCEPT_FILTER, filter_, strlen (filter_)));
    void *monitor = monitor_open (ctx, pull, "inproc://monitor", ZMQ_EVENT_ACCEPTED | ZMQ_EVENT_ACCEPT_FAILED);
    bind_to (pull, "tcp://*:*", at);
    in_port_t port = htons ((uint16_t) atoi (strrchr (at, ':') + 1));
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = port, .sin_addr = {htonl (INADDR_LOOPBACK)}};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = port, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    int fd = socket (peer_is_ipv6_ ? AF_INET6 : AF_INET, SOCK_STREAM, 0);
    if (peer_is_ipv6_)
        OK (connect (fd, (struct sockaddr *) &v6, sizeof v6));
    else
        OK (connect (fd, (struct sockaddr *) &v4, sizeof v4));
    int event = monitor_next (monitor, NULL, NULL);
    close (fd);
    close_these (ctx, 2, pull, monitor);
    return event == ZMQ_EVENT_ACCEPTED;
}

static int has_ipv6 (void)
{
    struct sockaddr_in6 any = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    int fd = socket (AF_INET6, SOCK_STREAM, 0);
    int rc = fd < 0 ? -1 : bind (fd, (struct sockaddr *) &any, sizeof any);
    close (fd);
    return rc == 0;
}

int main (void)
{
    static const char *const v4[] = {"127.0.0.1", "127.0.0.1/32", "127.0.0.2/31", "127.0.0.2/30", "10.0.0.1/8", "10.0.0.1/0", "::ffff:127.0.0.1", "::ffff:10.0.0.0/8"};
    static const char *const v6[] = {"127.0.0.1", "10.0.0.1", "10.0.0.1/0", "10.0.0.1/33", "10.0.0.1/80", "10.0.0.1/95", "10.0.0.1/96", "10.0.0.1/101", "127.0.0.2/104",
                                     "127.0.0.2/127", "127.0.0.1/128", "::1", "::1/128", "::2/126", "::/8", "::/0", "::/96", "fe80::/10", "::ffff:127.0.0.1", "::ffff:127.0.0.0/104",
                                     "::ffff:10.0.0.0/104", "::ffff:10.0.0.0/8"};
    for (size_t i = 0; i < sizeof v4 / sizeof *v4; i++)
        SAY ("%s: %d", v4[i], comes_in (v4[i], 0, 0));
    if (!has_ipv6 ())
        return 0;
    for (size_t i = 0; i < sizeof v6 / sizeof *v6; i++)
        SAY ("%s with IPv6: IPv4 %d, IPv6 %d", v6[i], comes_in (v6[i], 1, 0), comes_in (v6[i], 1, 1));
    return 0;
}
