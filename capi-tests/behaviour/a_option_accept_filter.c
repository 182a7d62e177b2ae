/*  ZMQ_TCP_ACCEPT_FILTER: which spellings of a network are taken.  */
#include "check.h"

static const char *const filters[] = {
  "0", "127/8", "127.1", "0x7f000001/8", "01.02.03.04", "08.1.1.1", "0x", "1.2.3.256", "1.2.3.4 ", "1.2.3.4\n",
  "127.0.0.1/08", "127.0.0.1/+8", "127.0.0.1/ 8", "127.0.0.1/8x", "127.0.0.1/8 ", "127.0.0.1/\t8", "127.0.0.1/-1",
  "127.0.0.1/", "127.0.0.1/ ", "127.0.0.1/x", "127.0.0.1/0", "127.0.0.1/00", "127.0.0.1/0x", "127.0.0.1/ 0",
  "127.0.0.1/+0", "127.0.0.1/32x", "127.0.0.1/33", "127.0.0.1/64", "127.0.0.1/95", "127.0.0.1/96", "127.0.0.1/128", "127.0.0.1/129", "127.0.0.1/4294967304",
  "[127.0.0.1]", "[0]", "0%lo", "1.2.3.4%lo/8", "::1", "::1%9", "::1/128", "::1/129", "[::1]", "[::1", "::/96x",
  "::ffff:127.0.0.1", "::ffff:127.0.0.1/8", "::ffff:127.0.0.1/33", "::ffff:127.0.0.1/128", "::ffff:127.0.0.1/129",
  "/", "/8", "//8", "1.2.3.4/8/9", "localhost"};

int main (void)
{
    for (int ipv6 = 0; ipv6 < 2; ipv6++)
        for (size_t i = 0; i < sizeof filters / sizeof *filters; i++) {
            void *context = new_context ();
            void *socket = new_socket (context, ZMQ_PULL);
            set_int (socket, ZMQ_IPV6, ipv6);
            say_bytes (ipv6 ? "IPv6" : "IPv4", filters[i], strlen (filters[i]));
            RECORD ("  taken", zmq_setsockopt (socket, ZMQ_TCP_ACCEPT_FILTER, filters[i], strlen (filters[i])));
            OK (zmq_close (socket));
            OK (zmq_ctx_term (context));
        }
    return 0;
}
