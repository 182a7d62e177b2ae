/*  zmq_unbind and zmq_disconnect look no name up in the caller's thread that was given as it is, or that could name nothing.  */
#include "check.h"
#include <dlfcn.h>
#include <netdb.h>

static pthread_t caller;
static int lookups;

/*  In place of the C library's: counts what the caller's thread asks of the DNS, and knows what it answers.  */
int getaddrinfo (const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **result)
{
    static int (*real) (const char *, const char *, const struct addrinfo *, struct addrinfo **);
    if (!real)
        *(void **) &real = dlsym (RTLD_NEXT, "getaddrinfo");
    int is_name = node && strncmp (node, "host.", 5) == 0;
    if (is_name && !(hints && hints->ai_flags & AI_NUMERICHOST) && pthread_equal (pthread_self (), caller))
        lookups++;
    if (is_name && !(hints && hints->ai_flags & AI_NUMERICHOST))
        node = strcmp (node, "host.loopback") == 0 ? "127.0.0.1" : "localhost.invalid";
    return real (node, service, hints, result);
}

static void ask (const char *label, int rc)
{
    printf ("%s -> %s, %s\n", label, rc ? errno_name (errno) : "0", lookups ? "looked up" : "no lookup");
    lookups = 0;
    errno = 0;
}

int main (void)
{
    char endpoint[ENDPOINT_MAX], text[ENDPOINT_MAX];
    caller = pthread_self ();
    void *context = new_context (), *push = new_socket (context, ZMQ_PUSH), *pull = new_socket (context, ZMQ_PULL);
    ask ("connect to a name", zmq_connect (push, "tcp://host.loopback:1"));
    ask ("disconnect it", zmq_disconnect (push, "tcp://host.loopback:1"));
    ask ("connect to a name that nobody knows", zmq_connect (push, "tcp://host.unknown:1"));
    ask ("disconnect it", zmq_disconnect (push, "tcp://host.unknown:1"));

    OK (zmq_connect (push, "tcp://127.0.0.1:1"));
    ask ("disconnect a number by its name", zmq_disconnect (push, "tcp://host.loopback:1"));
    ask ("disconnect it by the number", zmq_disconnect (push, "tcp://127.0.0.1:1"));
    for (int i = 0; i < 3; i++)
        OK (zmq_connect (push, "tcp://127.0.0.1:1"));
    ask ("disconnect all of a number spelt otherwise", zmq_disconnect (push, "tcp://127.0.0.1:01"));
    ask ("disconnect it once more", zmq_disconnect (push, "tcp://127.0.0.1:1"));
    OK (zmq_connect (push, "tcp://127.0.0.1:1"));
    OK (zmq_connect (push, "tcp://127.0.0.1:2"));
    OK (zmq_connect (push, "tcp://127.0.0.1:1"));
    ask ("disconnect two of three", zmq_disconnect (push, "tcp://127.0.0.1:+1"));
    ask ("disconnect the third", zmq_disconnect (push, "tcp://127.0.0.1:2"));

    OK (zmq_bind (pull, "tcp://lo:*"));
    last_endpoint (pull, endpoint);
    snprintf (text, sizeof text, "tcp://lo%s", strrchr (endpoint, ':'));
    ask ("unbind an interface with its port", zmq_unbind (pull, text));
    ask ("unbind it by its number", zmq_unbind (pull, endpoint));
    EVENTUALLY (zmq_bind (pull, text) == 0);
    ask ("unbind an interface", zmq_unbind (pull, text));
    ask ("unbind it by its number", zmq_unbind (pull, endpoint));
    EVENTUALLY (zmq_bind (pull, endpoint) == 0);
    snprintf (text, sizeof text, "tcp://host.loopback%s", strrchr (endpoint, ':'));
    ask ("unbind a number by its name", zmq_unbind (pull, text));
    ask ("unbind it by the number", zmq_unbind (pull, endpoint));
    close_all (context, (void *[]){push, pull}, 2);
    return 0;
}
