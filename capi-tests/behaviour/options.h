/*  The socket options of <zmq.h> by number, and which of them depend on how a library was built.  */
#ifndef OPTIONS_H
#define OPTIONS_H

#include "check.h"

/*  GSSAPI and VMCI options exist where the library was built with them; 93 and up are drafts.  */
MAYBE_UNUSED static int is_option_by_build (int option)
{
    return (option >= ZMQ_GSSAPI_SERVER && option <= ZMQ_GSSAPI_PLAINTEXT)
           || option == ZMQ_GSSAPI_PRINCIPAL_NAMETYPE || option == ZMQ_GSSAPI_SERVICE_PRINCIPAL_NAMETYPE
           || (option >= ZMQ_VMCI_BUFFER_SIZE && option <= ZMQ_VMCI_CONNECT_TIMEOUT) || (option > 92 && option < 128);
}

/*  The options of PLAIN and CURVE have programs of their own, which define this as 1.  */
#ifndef OPTIONS_OF_SECURITY
#define OPTIONS_OF_SECURITY 0
#endif

MAYBE_UNUSED static int is_option_here (int option)
{
    int is_security = option >= ZMQ_PLAIN_SERVER && option <= ZMQ_CURVE_SERVERKEY;
    return !is_option_by_build (option) && is_security == OPTIONS_OF_SECURITY;
}

MAYBE_UNUSED static const char *option_name (int option)
{
    switch (option) {
#define NAME(code)                                                                                                     \
    case ZMQ_##code:                                                                                                   \
        return #code
        NAME (AFFINITY);
        NAME (ROUTING_ID);
        NAME (SUBSCRIBE);
        NAME (UNSUBSCRIBE);
        NAME (RATE);
        NAME (RECOVERY_IVL);
        NAME (SNDBUF);
        NAME (RCVBUF);
        NAME (RCVMORE);
        NAME (FD);
        NAME (EVENTS);
        NAME (TYPE);
        NAME (LINGER);
        NAME (RECONNECT_IVL);
        NAME (BACKLOG);
        NAME (RECONNECT_IVL_MAX);
        NAME (MAXMSGSIZE);
        NAME (SNDHWM);
        NAME (RCVHWM);
        NAME (MULTICAST_HOPS);
        NAME (RCVTIMEO);
        NAME (SNDTIMEO);
        NAME (IPV4ONLY);
        NAME (LAST_ENDPOINT);
        NAME (ROUTER_MANDATORY);
        NAME (TCP_KEEPALIVE);
        NAME (TCP_KEEPALIVE_CNT);
        NAME (TCP_KEEPALIVE_IDLE);
        NAME (TCP_KEEPALIVE_INTVL);
        NAME (TCP_ACCEPT_FILTER);
        NAME (IMMEDIATE);
        NAME (XPUB_VERBOSE);
        NAME (ROUTER_RAW);
        NAME (IPV6);
        NAME (MECHANISM);
        NAME (PLAIN_SERVER);
        NAME (PLAIN_USERNAME);
        NAME (PLAIN_PASSWORD);
        NAME (CURVE_SERVER);
        NAME (CURVE_PUBLICKEY);
        NAME (CURVE_SECRETKEY);
        NAME (CURVE_SERVERKEY);
        NAME (PROBE_ROUTER);
        NAME (REQ_CORRELATE);
        NAME (REQ_RELAXED);
        NAME (CONFLATE);
        NAME (ZAP_DOMAIN);
        NAME (ROUTER_HANDOVER);
        NAME (TOS);
        NAME (IPC_FILTER_PID);
        NAME (IPC_FILTER_UID);
        NAME (IPC_FILTER_GID);
        NAME (CONNECT_ROUTING_ID);
        NAME (HANDSHAKE_IVL);
        NAME (SOCKS_PROXY);
        NAME (XPUB_NODROP);
        NAME (BLOCKY);
        NAME (XPUB_MANUAL);
        NAME (XPUB_WELCOME_MSG);
        NAME (STREAM_NOTIFY);
        NAME (INVERT_MATCHING);
        NAME (HEARTBEAT_IVL);
        NAME (HEARTBEAT_TTL);
        NAME (HEARTBEAT_TIMEOUT);
        NAME (XPUB_VERBOSER);
        NAME (CONNECT_TIMEOUT);
        NAME (TCP_MAXRT);
        NAME (THREAD_SAFE);
        NAME (MULTICAST_MAXTPDU);
        NAME (USE_FD);
        NAME (BINDTODEVICE);
#undef NAME
        default: {
            static __thread char other[32];
            snprintf (other, sizeof other, "option %d", option);
            return other;
        }
    }
}

/*  Prints " size:value" or " errno" of one get into a buffer of that size; what is beyond the answer must be untouched. */
MAYBE_UNUSED static void say_get (void *socket, int option, size_t capacity)
{
    unsigned char buffer[600];
    memset (buffer, 0xee, sizeof buffer);
    size_t size = capacity;
    errno = 0;
    int rc = zmq_getsockopt (socket, option, buffer, &size);
    int error = errno;
    for (size_t i = capacity; i < sizeof buffer; i++)
        CHECK (buffer[i] == 0xee);
    if (rc != 0) {
        printf (" %s", rc == -1 ? errno_name (error) : "?");
        if (size != capacity)
            printf ("(size now %zu)", size);
        return;
    }
    printf (" %zu:", size);
    CHECK (size <= capacity);
    if (option == ZMQ_FD)
        printf ("fd");
    else if (size == 4) {
        int value;
        memcpy (&value, buffer, 4);
        printf ("%d", value);
    } else if (size == 8) {
        int64_t value;
        memcpy (&value, buffer, 8);
        printf ("%lld", (long long) value);
    } else
        for (size_t i = 0; i < size; i++)
            if (buffer[i] > 0x20 && buffer[i] < 0x7f)
                putchar (buffer[i]);
            else
                printf ("\\%x", buffer[i]);
    /*  The rest of the buffer: as it was, or zeros.  */
    size_t zeros = 0, kept = 0;
    for (size_t i = size; i < capacity; i++) {
        zeros += buffer[i] == 0;
        kept += buffer[i] == 0xee;
    }
    if (capacity > size)
        printf (kept == capacity - size ? "" : zeros == capacity - size ? "(then zeros)" : "(then both)");
}

#endif
