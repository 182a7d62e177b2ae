/*  What zmq_bind and zmq_connect say of the text of an endpoint, by transport and socket type.  */
#include "check.h"

static void try_each (int type, const char *endpoint)
{
    void *context = new_context ();
    void *binder = new_socket (context, type), *connector = new_socket (context, type);
    errno = 0;
    int rc = zmq_bind (binder, endpoint);
    int bind_error = rc ? errno : 0;
    if (rc == 0) {
        char bound[ENDPOINT_MAX];
        last_endpoint (binder, bound);
        OK (zmq_unbind (binder, bound));
    }
    errno = 0;
    rc = zmq_connect (connector, endpoint);
    int connect_error = rc ? errno : 0;
    printf ("%s \"", type_name (type));
    for (const char *at = endpoint; *at; at++)
        if ((unsigned char) *at < 0x20)
            printf ("\\x%02x", *at);
        else
            putchar (*at);
    printf ("\" bind %s ", errno_name (bind_error));
    SAY ("connect %s", errno_name (connect_error));
    OK (zmq_close (binder));
    OK (zmq_close (connector));
    OK (zmq_ctx_term (context));
}

static const char *const general[] = {
  "", "a", ":", "://", "//", "tcp", "tcp:", "tcp:/", "tcp://", "ipc://", "inproc://", "udp://", "tcp//127.0.0.1:1",
  "://127.0.0.1:1", " tcp://127.0.0.1:*", "tcp ://127.0.0.1:*", "TCP://127.0.0.1:*", "Inproc://x", "IPC://x",
  "bogus://x", "http://127.0.0.1:80", "tcp6://x", "inproc:/x", "inproc:x", "invalid://", "\n", "tcp://\n"};

static const char *const inproc[] = {
  "inproc:// ", "inproc://a b", "inproc:///", "inproc://x/y/z", "inproc://inproc://x", "inproc://*", "inproc://\x01",
  "inproc://a:1", "inproc://;",
  "inproc://a-name-that-is-rather-long-a-name-that-is-rather-long-a-name-that-is-rather-long-a-name-that-is-rather-long"
  "-a-name-that-is-rather-long-a-name-that-is-rather-long"};

/*  Whether bind takes a host name differs between versions. */
static const char *const tcp_both[] = {
  "tcp://*", "tcp://*:", "tcp://:", "tcp://:*", "tcp://:0", "tcp://127.0.0.1", "tcp://127.0.0.1:", "tcp://127.0.0.1:*",
  "tcp://127.0.0.1:0", "tcp://*:*", "tcp://*:0", "tcp://*:20005", "tcp://0.0.0.0:*", "tcp://127.0.0.1:!", "tcp://127.0.0.1:x",
  "tcp://127.0.0.1:**", "tcp://127.0.0.1:-1", "tcp://127.0.0.1:+20001", "tcp://127.0.0.1: 20001", "tcp://127.0.0.1:20001 ",
  "tcp://127.0.0.1:20001x", "tcp://127.0.0.1:020001", "tcp://127.0.0.1:0x1", "tcp://127.0.0.1:65535",
  "tcp://127.0.0.1:65536", "tcp://127.0.0.1:85537", "tcp://127.0.0.1:20001:20002",
  "tcp://127.0.0.1/20001", "tcp:///127.0.0.1:*", "tcp://lo:*", "tcp://lo:20001", "tcp://nonic:*", "tcp://256.0.0.1:*",
  "tcp://127.0.0.1.:20001", "tcp://127.1:*", "tcp://2130706433:*", "tcp://1.2.3:20001", "tcp://203.0.113.1:*", "tcp://[127.0.0.1]:*",
  "tcp://[127.0.0.1:*", "tcp://127.0.0.1]:*", "tcp://[::1]:*", "tcp://[::]:*", "tcp://::1:20001", "tcp://[]:*",
  "tcp://[::1]", "tcp://[::1]20001", "tcp://[*]:*", "tcp://127.0.0.1 :*", "tcp:// 127.0.0.1:*", "tcp://a b:20001",
  "tcp://127.0.0.1;127.0.0.1:*", "tcp://127.0.0.1:0;127.0.0.1:20001", "tcp://127.0.0.1:*;127.0.0.1:20001",
  "tcp://127.0.0.1;127.0.0.1:20001", "tcp://lo:0;127.0.0.1:20001", "tcp://nonic:0;127.0.0.1:20001", "tcp://;127.0.0.1:20001",
  "tcp://127.0.0.1:0;", "tcp://127.0.0.1:x;127.0.0.1:20001", "tcp://*:0;127.0.0.1:20001", "tcp://127.0.0.1:0;*:20001",
  "tcp://localhost", "tcp://localhost:", "tcp://localhost:x",
  "tcp://a_b:20001", "tcp://~:20001", "tcp://a/b:20001", "tcp://-:20001", "tcp://%lo:20001"};

static const char *const ipc[] = {
  "ipc://@", "ipc://@behaviour-forms", "ipc://@ ", "ipc://@a b", "ipc://relative.sock", "ipc://./relative.sock", "ipc:// ",
  "ipc://*", "ipc://*x", "ipc://no/such/directory/socket", "ipc:///no/such/directory/socket", "ipc:///", "ipc://.", "ipc:///dev/null/x",
  /*  106, 107, 108 and 109 characters  */
  "ipc://@0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345",
  "ipc://@01234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456",
  "ipc://@012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567",
  "ipc://@0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678",
  "ipc://./01234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123",
  "ipc://./012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234",
  "ipc://./0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345",
  "ipc://./01234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456"};

/*  Transports that need a build or types of their own.  */
static const char *const mismatch[] = {"udp://127.0.0.1:20001", "udp://*:20001", "udp://239.0.0.1:20001"};

#define EACH(type, list)                                                                                               \
    for (size_t i = 0; i < sizeof list / sizeof *list; i++)                                                            \
    try_each (type, list[i])

int main (void)
{
    EACH (ZMQ_PULL, general);
    EACH (ZMQ_PULL, inproc);
    EACH (ZMQ_PULL, tcp_both);
    EACH (ZMQ_PULL, ipc);
    for (int type = ZMQ_PAIR; type <= ZMQ_STREAM; type++) {
        static const char *const each[] = {"tcp://127.0.0.1:*", "ipc://@behaviour-forms", "inproc://forms"};
        EACH (type, each);
        EACH (type, mismatch);
    }
    return 0;
}
