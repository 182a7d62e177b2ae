/*  zmq_unbind and zmq_disconnect: which text names which endpoint.  */
#include "check.h"
#include <sys/socket.h>
#include <netinet/in.h>
#include <arpa/inet.h>

static int can_connect (const char *endpoint)
{
    struct sockaddr_in address = {AF_INET, htons ((uint16_t) atoi (strrchr (endpoint, ':') + 1)), {htonl (INADDR_LOOPBACK)}, {0}};
    int fd = socket (AF_INET, SOCK_STREAM, 0);
    int rc = connect (fd, (struct sockaddr *) &address, sizeof address);
    close (fd);
    return rc == 0;
}

static void errors (void)
{
    void *context = new_context (), *socket = new_socket (context, ZMQ_DEALER);
    static const char *const endpoints[] = {"",        "nonsense",           "tcp://",
                                            "bogus://x", "tcp://127.0.0.1:1", "inproc://nobody",
                                            "ipc://@nobody", "tcp://127.0.0.1:x", "tcp://nohost"};
    for (size_t i = 0; i < sizeof endpoints / sizeof *endpoints; i++) {
        char text[128];
        snprintf (text, sizeof text, "unbind \"%s\"", endpoints[i]);
        RECORD (text, zmq_unbind (socket, endpoints[i]));
        snprintf (text, sizeof text, "disconnect \"%s\"", endpoints[i]);
        RECORD (text, zmq_disconnect (socket, endpoints[i]));
    }
    RC (zmq_unbind (socket, NULL));
    RC (zmq_disconnect (socket, NULL));
    close_all (context, &socket, 1);
}

static void tcp (void)
{
    char endpoint[ENDPOINT_MAX], text[ENDPOINT_MAX];
    void *context = new_context (), *socket = new_socket (context, ZMQ_DEALER);
    OK (zmq_bind (socket, "tcp://127.0.0.1:*"));
    last_endpoint (socket, endpoint);
    CHECK (can_connect (endpoint));
    RC (zmq_unbind (socket, "tcp://127.0.0.1:*"));
    RC (zmq_unbind (socket, endpoint));
    EVENTUALLY (!can_connect (endpoint));
    RC (zmq_unbind (socket, endpoint));
    /*  The address is free again.  */
    RC (zmq_bind (socket, endpoint));
    RC (zmq_bind (socket, endpoint));
    RC (zmq_disconnect (socket, endpoint));

    OK (zmq_bind (socket, "tcp://*:*"));
    last_endpoint (socket, endpoint);
    RC (zmq_unbind (socket, "tcp://*:*"));
    snprintf (text, sizeof text, "tcp://*%s", strrchr (endpoint, ':'));
    RECORD ("unbind with * for 0.0.0.0", zmq_unbind (socket, text));
    RECORD ("then with 0.0.0.0", zmq_unbind (socket, endpoint));

    RC (zmq_connect (socket, "tcp://127.0.0.1:1"));
    RC (zmq_connect (socket, "tcp://127.0.0.1:1"));
    RC (zmq_disconnect (socket, "tcp://127.0.0.1:01"));
    RC (zmq_unbind (socket, "tcp://127.0.0.1:1"));
    RC (zmq_disconnect (socket, "tcp://127.0.0.1:1"));
    RC (zmq_disconnect (socket, "tcp://127.0.0.1:1"));
    RC (zmq_connect (socket, "tcp://localhost:1"));
    RC (zmq_disconnect (socket, "tcp://localhost:1"));
    RC (zmq_disconnect (socket, "tcp://localhost:1"));
    close_all (context, &socket, 1);
}

/*  Connecting twice to one address: two connections, or one for the types where a second makes no sense.  */
static void twice (int type)
{
    void *context = new_context (), *socket = new_socket (context, type);
    printf ("%s", type_name (type));
    for (int i = 0; i < 2; i++)
        printf (" connect %d", zmq_connect (socket, "tcp://127.0.0.1:1"));
    for (int i = 0; i < 3; i++) {
        errno = 0;
        int rc = zmq_disconnect (socket, "tcp://127.0.0.1:1");
        printf (" disconnect %s", rc ? errno_name (errno) : "0");
    }
    for (int i = 0; i < 2; i++)
        printf (" connect %d", zmq_connect (socket, "ipc://@behaviour-twice"));
    for (int i = 0; i < 3; i++) {
        errno = 0;
        int rc = zmq_disconnect (socket, "ipc://@behaviour-twice");
        printf (" disconnect %s", rc ? errno_name (errno) : "0");
    }
    putchar ('\n');
    close_all (context, &socket, 1);
}

static void ipc (void)
{
    void *context = new_context (), *socket = new_socket (context, ZMQ_DEALER), *other = new_socket (context, ZMQ_DEALER);
    char endpoint[ENDPOINT_MAX];
    RC (zmq_bind (socket, "ipc://unbind.sock"));
    SAY ("file there %d", access ("unbind.sock", F_OK) == 0);
    RC (zmq_unbind (socket, "ipc://./unbind.sock"));
    RC (zmq_unbind (socket, "ipc://unbind.sock"));
    RC (zmq_unbind (socket, "ipc://unbind.sock"));
    RC (zmq_disconnect (socket, "ipc://unbind.sock"));
    SAY ("file there after unbind %d", access ("unbind.sock", F_OK) == 0);
    /*  Either function ends either kind of endpoint.  */
    RC (zmq_bind (socket, "ipc://unbind.sock"));
    RC (zmq_disconnect (socket, "ipc://unbind.sock"));
    RC (zmq_unbind (socket, "ipc://unbind.sock"));
    unlink ("unbind.sock");

    /*  An existing file, and a socket that somebody else has bound, are replaced.  */
    FILE *file = fopen ("unbind.sock", "w");
    CHECK (file != NULL);
    fclose (file);
    RC (zmq_bind (socket, "ipc://unbind.sock"));
    RC (zmq_bind (other, "ipc://unbind.sock"));
    OK (zmq_unbind (socket, "ipc://unbind.sock"));
    OK (zmq_unbind (other, "ipc://unbind.sock"));

    RC (zmq_bind (socket, "ipc://@behaviour-unbind"));
    RC (zmq_bind (other, "ipc://@behaviour-unbind"));
    RC (zmq_unbind (socket, "ipc://@behaviour-unbind"));
    RC (zmq_unbind (socket, "ipc://@behaviour-unbind"));

    RC (zmq_bind (socket, "ipc://*"));
    last_endpoint (socket, endpoint);
    char directory[ENDPOINT_MAX];
    strcpy (directory, endpoint + 6);
    *strrchr (directory, '/') = 0;
    SAY ("wildcard file %s %d", strrchr (endpoint, '/'), access (endpoint + 6, F_OK) == 0);
    RC (zmq_unbind (socket, "ipc://*"));
    RECORD ("unbind by the real name", zmq_unbind (socket, endpoint));
    EVENTUALLY (access (endpoint + 6, F_OK) != 0);
    EVENTUALLY (access (directory, F_OK) != 0);

    RC (zmq_connect (socket, "ipc://@behaviour-nobody"));
    RC (zmq_disconnect (socket, "ipc://@behaviour-nobody"));
    RC (zmq_disconnect (socket, "ipc://@behaviour-nobody"));
    void *sockets[] = {socket, other};
    close_all (context, sockets, 2);
    unlink ("unbind.sock");
}

static void inproc (void)
{
    void *context = new_context (), *socket = new_socket (context, ZMQ_DEALER), *other = new_socket (context, ZMQ_DEALER);
    RC (zmq_bind (socket, "inproc://name"));
    RC (zmq_bind (socket, "inproc://name"));
    RC (zmq_bind (other, "inproc://name"));
    RC (zmq_unbind (other, "inproc://name"));
    RC (zmq_disconnect (other, "inproc://name"));
    RC (zmq_connect (other, "inproc://name"));
    send_text (other, "through", 0);
    expect_text (socket, "through");
    RC (zmq_unbind (other, "inproc://name"));
    RC (zmq_unbind (socket, "inproc://name"));
    RC (zmq_unbind (socket, "inproc://name"));
    RC (zmq_bind (other, "inproc://name"));
    RC (zmq_unbind (other, "inproc://name"));
    RC (zmq_disconnect (other, "inproc://name"));
    RC (zmq_disconnect (other, "inproc://name"));
    RC (zmq_bind (socket, "inproc://either"));
    RC (zmq_disconnect (socket, "inproc://either"));
    RC (zmq_unbind (socket, "inproc://either"));
    RC (zmq_bind (other, "inproc://either"));
    RC (zmq_unbind (other, "inproc://either"));

    /*  Before there is a binder.  */
    RC (zmq_connect (socket, "inproc://later"));
    send_text (socket, "kept", 0);
    RC (zmq_bind (other, "inproc://later"));
    expect_text (other, "kept");
    RC (zmq_disconnect (socket, "inproc://later"));
    RC (zmq_disconnect (socket, "inproc://later"));
    RC (zmq_unbind (other, "inproc://later"));

    /*  A name is free again once its owner has been closed.  */
    RC (zmq_bind (other, "inproc://owned"));
    OK (zmq_close (other));
    int rc = -1;
    EVENTUALLY ((rc = zmq_bind (socket, "inproc://owned")) == 0 || errno != EADDRINUSE);
    SAY ("bound again %d", rc);
    close_all (context, &socket, 1);
}

int main (void)
{
    errors ();
    tcp ();
    for (int type = ZMQ_PAIR; type <= ZMQ_STREAM; type++)
        twice (type);
    ipc ();
    inproc ();
    return 0;
}
