/* SPDX-License-Identifier: MPL-2.0 */

/*
 * The C interface of ZeroMQ. Each function and option is described by its manual page,
 * https://libzmq.readthedocs.io. Generated from the library's source: do not edit.
 */

#ifndef __ZMQ_H_INCLUDED__
#define __ZMQ_H_INCLUDED__

/* The version that this header belongs to; zmq_version() tells that of the library. */
#define ZMQ_VERSION_MAJOR 4
#define ZMQ_VERSION_MINOR 3
#define ZMQ_VERSION_PATCH 5

#define ZMQ_MAKE_VERSION(major, minor, patch) ((major) * 10000 + (minor) * 100 + (patch))
#define ZMQ_VERSION ZMQ_MAKE_VERSION(ZMQ_VERSION_MAJOR, ZMQ_VERSION_MINOR, ZMQ_VERSION_PATCH)

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#if !defined(_WIN32)
#include <signal.h>
#endif

/* The fixed-width integers are there. */
#define ZMQ_DEFINED_STDINT 1
/* The functions zmq_timers_* are there. */
#define ZMQ_HAVE_TIMERS

/* Marks what the library exports. ZMQ_NO_EXPORT: nothing; ZMQ_STATIC: a static library on Windows. */
#if defined(ZMQ_NO_EXPORT) || (defined(_WIN32) && defined(ZMQ_STATIC))
#define ZMQ_EXPORT
#elif defined(_WIN32) && defined(DLL_EXPORT)
#define ZMQ_EXPORT __declspec(dllexport)
#elif defined(_WIN32)
#define ZMQ_EXPORT __declspec(dllimport)
#elif defined(__GNUC__) || defined(__INTEL_COMPILER)
#define ZMQ_EXPORT __attribute__((visibility("default")))
#else
#define ZMQ_EXPORT
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* Room for a message: 64 bytes, aligned as a pointer. */
typedef struct zmq_msg_t {
#if defined(_MSC_VER) && defined(_WIN64)
    __declspec(align(8)) unsigned char _[64];
#elif defined(_MSC_VER)
    __declspec(align(4)) unsigned char _[64];
#elif defined(__GNUC__) || defined(__INTEL_COMPILER)
    unsigned char _[64] __attribute__((aligned(sizeof(void *))));
#else
    unsigned char _[64];
#endif
} zmq_msg_t;

/* Frees the buffer of zmq_msg_init_data(), on any thread. */
typedef void(zmq_free_fn)(void *data, void *hint);
/* What zmq_timers_execute() calls. */
typedef void(zmq_timer_fn)(int timer_id, void *arg);
/* What zmq_threadstart() runs. */
typedef void(zmq_thread_fn)(void *arg);

struct iovec;

/* Base of the error numbers that are not the platform's (zmq_errno(3)). */
#define ZMQ_HAUSNUMERO 156384712

/* Error numbers of ZeroMQ's own (zmq_errno(3)). */
#define EFSM (ZMQ_HAUSNUMERO + 51)
#define ENOCOMPATPROTO (ZMQ_HAUSNUMERO + 52)
#define ETERM (ZMQ_HAUSNUMERO + 53)
#define EMTHREAD (ZMQ_HAUSNUMERO + 54)

/* Context options (zmq_ctx_set(3), zmq_ctx_get(3)). */
#define ZMQ_IO_THREADS 1
#define ZMQ_MAX_SOCKETS 2
#define ZMQ_SOCKET_LIMIT 3
#define ZMQ_THREAD_PRIORITY 3
#define ZMQ_THREAD_SCHED_POLICY 4
#define ZMQ_MAX_MSGSZ 5
#define ZMQ_MSG_T_SIZE 6
#define ZMQ_THREAD_AFFINITY_CPU_ADD 7
#define ZMQ_THREAD_AFFINITY_CPU_REMOVE 8
#define ZMQ_THREAD_NAME_PREFIX 9

/* What a new context starts with. */
#define ZMQ_IO_THREADS_DFLT 1
#define ZMQ_MAX_SOCKETS_DFLT 1023
#define ZMQ_THREAD_PRIORITY_DFLT -1
#define ZMQ_THREAD_SCHED_POLICY_DFLT -1

/* Socket types (zmq_socket(3)). */
#define ZMQ_PAIR 0
#define ZMQ_PUB 1
#define ZMQ_SUB 2
#define ZMQ_REQ 3
#define ZMQ_REP 4
#define ZMQ_DEALER 5
#define ZMQ_ROUTER 6
#define ZMQ_PULL 7
#define ZMQ_PUSH 8
#define ZMQ_XPUB 9
#define ZMQ_XSUB 10
#define ZMQ_STREAM 11

/* Former names of socket types. */
#define ZMQ_XREQ ZMQ_DEALER
#define ZMQ_XREP ZMQ_ROUTER

/* Socket options (zmq_setsockopt(3), zmq_getsockopt(3)). */
#define ZMQ_AFFINITY 4
#define ZMQ_ROUTING_ID 5
#define ZMQ_SUBSCRIBE 6
#define ZMQ_UNSUBSCRIBE 7
#define ZMQ_RATE 8
#define ZMQ_RECOVERY_IVL 9
#define ZMQ_SNDBUF 11
#define ZMQ_RCVBUF 12
#define ZMQ_RCVMORE 13
#define ZMQ_FD 14
#define ZMQ_EVENTS 15
#define ZMQ_TYPE 16
#define ZMQ_LINGER 17
#define ZMQ_RECONNECT_IVL 18
#define ZMQ_BACKLOG 19
#define ZMQ_RECONNECT_IVL_MAX 21
#define ZMQ_MAXMSGSIZE 22
#define ZMQ_SNDHWM 23
#define ZMQ_RCVHWM 24
#define ZMQ_MULTICAST_HOPS 25
#define ZMQ_RCVTIMEO 27
#define ZMQ_SNDTIMEO 28
#define ZMQ_LAST_ENDPOINT 32
#define ZMQ_ROUTER_MANDATORY 33
#define ZMQ_TCP_KEEPALIVE 34
#define ZMQ_TCP_KEEPALIVE_CNT 35
#define ZMQ_TCP_KEEPALIVE_IDLE 36
#define ZMQ_TCP_KEEPALIVE_INTVL 37
#define ZMQ_IMMEDIATE 39
#define ZMQ_XPUB_VERBOSE 40
#define ZMQ_ROUTER_RAW 41
#define ZMQ_IPV6 42
#define ZMQ_MECHANISM 43
#define ZMQ_PLAIN_SERVER 44
#define ZMQ_PLAIN_USERNAME 45
#define ZMQ_PLAIN_PASSWORD 46
#define ZMQ_CURVE_SERVER 47
#define ZMQ_CURVE_PUBLICKEY 48
#define ZMQ_CURVE_SECRETKEY 49
#define ZMQ_CURVE_SERVERKEY 50
#define ZMQ_PROBE_ROUTER 51
#define ZMQ_REQ_CORRELATE 52
#define ZMQ_REQ_RELAXED 53
#define ZMQ_CONFLATE 54
#define ZMQ_ZAP_DOMAIN 55
#define ZMQ_ROUTER_HANDOVER 56
#define ZMQ_TOS 57
#define ZMQ_CONNECT_ROUTING_ID 61
#define ZMQ_GSSAPI_SERVER 62
#define ZMQ_GSSAPI_PRINCIPAL 63
#define ZMQ_GSSAPI_SERVICE_PRINCIPAL 64
#define ZMQ_GSSAPI_PLAINTEXT 65
#define ZMQ_HANDSHAKE_IVL 66
#define ZMQ_SOCKS_PROXY 68
#define ZMQ_XPUB_NODROP 69
#define ZMQ_BLOCKY 70
#define ZMQ_XPUB_MANUAL 71
#define ZMQ_XPUB_WELCOME_MSG 72
#define ZMQ_STREAM_NOTIFY 73
#define ZMQ_INVERT_MATCHING 74
#define ZMQ_HEARTBEAT_IVL 75
#define ZMQ_HEARTBEAT_TTL 76
#define ZMQ_HEARTBEAT_TIMEOUT 77
#define ZMQ_XPUB_VERBOSER 78
#define ZMQ_CONNECT_TIMEOUT 79
#define ZMQ_TCP_MAXRT 80
#define ZMQ_THREAD_SAFE 81
#define ZMQ_MULTICAST_MAXTPDU 84
#define ZMQ_VMCI_BUFFER_SIZE 85
#define ZMQ_VMCI_BUFFER_MIN_SIZE 86
#define ZMQ_VMCI_BUFFER_MAX_SIZE 87
#define ZMQ_VMCI_CONNECT_TIMEOUT 88
#define ZMQ_USE_FD 89
#define ZMQ_GSSAPI_PRINCIPAL_NAMETYPE 90
#define ZMQ_GSSAPI_SERVICE_PRINCIPAL_NAMETYPE 91
#define ZMQ_BINDTODEVICE 92

/* Message properties (zmq_msg_get(3)). */
#define ZMQ_MORE 1
#define ZMQ_SHARED 3

/* Flags of sending and receiving (zmq_send(3), zmq_recv(3)). */
#define ZMQ_DONTWAIT 1
#define ZMQ_SNDMORE 2

/* Security mechanisms, the values of ZMQ_MECHANISM. */
#define ZMQ_NULL 0
#define ZMQ_PLAIN 1
#define ZMQ_CURVE 2
#define ZMQ_GSSAPI 3

/* Longest name of a group, in bytes (zmq_join(3)). */
#define ZMQ_GROUP_MAX_LENGTH 255

/* Former names of options, and options that have a better successor. */
#define ZMQ_IDENTITY ZMQ_ROUTING_ID
#define ZMQ_CONNECT_RID ZMQ_CONNECT_ROUTING_ID
#define ZMQ_TCP_ACCEPT_FILTER 38
#define ZMQ_IPC_FILTER_PID 58
#define ZMQ_IPC_FILTER_UID 59
#define ZMQ_IPC_FILTER_GID 60
#define ZMQ_IPV4ONLY 31
#define ZMQ_DELAY_ATTACH_ON_CONNECT ZMQ_IMMEDIATE
#define ZMQ_NOBLOCK ZMQ_DONTWAIT
#define ZMQ_FAIL_UNROUTABLE ZMQ_ROUTER_MANDATORY
#define ZMQ_ROUTER_BEHAVIOR ZMQ_ROUTER_MANDATORY

/* Deprecated message property: the socket of the operating system it came from. */
#define ZMQ_SRCFD 2

/* Kinds of GSSAPI principal names. */
#define ZMQ_GSSAPI_NT_HOSTBASED 0
#define ZMQ_GSSAPI_NT_USER_NAME 1
#define ZMQ_GSSAPI_NT_KRB5_PRINCIPAL 2

/* Events of a socket monitor (zmq_socket_monitor(3)). */
#define ZMQ_EVENT_CONNECTED 1
#define ZMQ_EVENT_CONNECT_DELAYED 2
#define ZMQ_EVENT_CONNECT_RETRIED 4
#define ZMQ_EVENT_LISTENING 8
#define ZMQ_EVENT_BIND_FAILED 16
#define ZMQ_EVENT_ACCEPTED 32
#define ZMQ_EVENT_ACCEPT_FAILED 64
#define ZMQ_EVENT_CLOSED 128
#define ZMQ_EVENT_CLOSE_FAILED 256
#define ZMQ_EVENT_DISCONNECTED 512
#define ZMQ_EVENT_MONITOR_STOPPED 1024
#define ZMQ_EVENT_ALL 65535

/* How a handshake ended; the value is an errno, nothing, a protocol error, a ZAP status. */
#define ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL 2048
#define ZMQ_EVENT_HANDSHAKE_SUCCEEDED 4096
#define ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL 8192
#define ZMQ_EVENT_HANDSHAKE_FAILED_AUTH 16384

/* Protocol errors, the values of ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL. */
#define ZMQ_PROTOCOL_ERROR_ZMTP_UNSPECIFIED 268435456
#define ZMQ_PROTOCOL_ERROR_ZMTP_UNEXPECTED_COMMAND 268435457
#define ZMQ_PROTOCOL_ERROR_ZMTP_INVALID_SEQUENCE 268435458
#define ZMQ_PROTOCOL_ERROR_ZMTP_KEY_EXCHANGE 268435459
#define ZMQ_PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_UNSPECIFIED 268435473
#define ZMQ_PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_MESSAGE 268435474
#define ZMQ_PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_HELLO 268435475
#define ZMQ_PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_INITIATE 268435476
#define ZMQ_PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_ERROR 268435477
#define ZMQ_PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_READY 268435478
#define ZMQ_PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_WELCOME 268435479
#define ZMQ_PROTOCOL_ERROR_ZMTP_INVALID_METADATA 268435480
#define ZMQ_PROTOCOL_ERROR_ZMTP_CRYPTOGRAPHIC 285212673
#define ZMQ_PROTOCOL_ERROR_ZMTP_MECHANISM_MISMATCH 285212674
#define ZMQ_PROTOCOL_ERROR_ZAP_UNSPECIFIED 536870912
#define ZMQ_PROTOCOL_ERROR_ZAP_MALFORMED_REPLY 536870913
#define ZMQ_PROTOCOL_ERROR_ZAP_BAD_REQUEST_ID 536870914
#define ZMQ_PROTOCOL_ERROR_ZAP_BAD_VERSION 536870915
#define ZMQ_PROTOCOL_ERROR_ZAP_INVALID_STATUS_CODE 536870916
#define ZMQ_PROTOCOL_ERROR_ZAP_INVALID_METADATA 536870917
#define ZMQ_PROTOCOL_ERROR_WS_UNSPECIFIED 805306368

/* Readiness (zmq_poll(3)). */
#define ZMQ_POLLIN 1
#define ZMQ_POLLOUT 2
#define ZMQ_POLLERR 4
#define ZMQ_POLLPRI 8

/* A number of poll items that is enough for most. */
#define ZMQ_POLLITEMS_DFLT 16

/* zmq_has(3) exists. */
#define ZMQ_HAS_CAPABILITIES 1

/* Kinds of devices; zmq_device takes any. */
#define ZMQ_STREAMER 1
#define ZMQ_FORWARDER 2
#define ZMQ_QUEUE 3

/* A socket of the operating system. */
typedef int zmq_fd_t;

/* One thing to wait for (zmq_poll(3)): a socket, or a file descriptor if `socket` is NULL. */
typedef struct zmq_pollitem_t {
    /*     Socket handle, or NULL. */
    void *socket;
    /*     File descriptor, looked at only if `socket` is NULL. */
    zmq_fd_t fd;
    /*     Bits to wait for. */
    short events;
    /*     Bits that were found. */
    short revents;
} zmq_pollitem_t;

/* Makes a context (zmq_ctx_new(3)). */
ZMQ_EXPORT void *zmq_ctx_new(void);

/* Ends a context; waits for its sockets and for the messages that linger (zmq_ctx_term(3)). */
ZMQ_EXPORT int zmq_ctx_term(void *context);

/* Makes every call on the sockets of a context answer ETERM (zmq_ctx_shutdown(3)). */
ZMQ_EXPORT int zmq_ctx_shutdown(void *context);

/* Sets a context option (zmq_ctx_set(3)). */
ZMQ_EXPORT int zmq_ctx_set(void *context, int option, int optval);

/* Reads a context option (zmq_ctx_get(3)). */
ZMQ_EXPORT int zmq_ctx_get(void *context, int option);

/* Deprecated: makes a context with a number of I/O threads (zmq_init(3)). */
ZMQ_EXPORT void *zmq_init(int io_threads);

/* Deprecated name of zmq_ctx_term (zmq_term(3)). */
ZMQ_EXPORT int zmq_term(void *context);

/* Deprecated name of zmq_ctx_term (zmq_ctx_destroy(3)). */
ZMQ_EXPORT int zmq_ctx_destroy(void *context);

/* Makes an empty message (zmq_msg_init(3)). */
ZMQ_EXPORT int zmq_msg_init(zmq_msg_t *msg);

/* Makes a message of `size` bytes with undefined content (zmq_msg_init_size(3)). */
ZMQ_EXPORT int zmq_msg_init_size(zmq_msg_t *msg, size_t size);

/* Makes a message around a buffer of the application's; `ffn` frees it, on any thread
 (zmq_msg_init_data(3)). */
ZMQ_EXPORT
int zmq_msg_init_data(zmq_msg_t *msg,
                      void *data,
                      size_t size,
                      void (*ffn)(void *data, void *hint),
                      void *hint);

/* Sends a message, which is empty afterwards; its size in bytes (zmq_msg_send(3)). */
ZMQ_EXPORT int zmq_msg_send(zmq_msg_t *msg, void *socket, int flags);

/* Receives into a message, whose old content is freed; its size in bytes (zmq_msg_recv(3)). */
ZMQ_EXPORT int zmq_msg_recv(zmq_msg_t *msg, void *socket, int flags);

/* Frees the content of a message (zmq_msg_close(3)). */
ZMQ_EXPORT int zmq_msg_close(zmq_msg_t *msg);

/* Moves the content; the source is empty afterwards (zmq_msg_move(3)). */
ZMQ_EXPORT int zmq_msg_move(zmq_msg_t *dest, zmq_msg_t *src);

/* Copies the content, or shares it if it is large (zmq_msg_copy(3)). */
ZMQ_EXPORT int zmq_msg_copy(zmq_msg_t *dest, zmq_msg_t *src);

/* The content of a message (zmq_msg_data(3)). */
ZMQ_EXPORT void *zmq_msg_data(zmq_msg_t *msg);

/* The size of the content in bytes (zmq_msg_size(3)). */
ZMQ_EXPORT size_t zmq_msg_size(const zmq_msg_t *msg);

/* Whether more parts of the same message follow (zmq_msg_more(3)). */
ZMQ_EXPORT int zmq_msg_more(const zmq_msg_t *msg);

/* Reads a property of a message (zmq_msg_get(3)). */
ZMQ_EXPORT int zmq_msg_get(const zmq_msg_t *msg, int property);

/* Sets a property of a message (zmq_msg_set(3)). */
ZMQ_EXPORT int zmq_msg_set(zmq_msg_t *msg, int property, int optval);

/* Reads a text property, owned by the message (zmq_msg_gets(3)). */
ZMQ_EXPORT const char *zmq_msg_gets(const zmq_msg_t *msg, const char *property);

/* Makes a socket (zmq_socket(3)). */
ZMQ_EXPORT void *zmq_socket(void *context, int type);

/* Closes a socket; what it still has to send lingers (zmq_close(3)). */
ZMQ_EXPORT int zmq_close(void *socket);

/* Sets a socket option (zmq_setsockopt(3)). */
ZMQ_EXPORT int zmq_setsockopt(void *socket, int option, const void *optval, size_t optvallen);

/* Reads a socket option (zmq_getsockopt(3)). */
ZMQ_EXPORT int zmq_getsockopt(void *socket, int option, void *optval, size_t *optvallen);

/* Accepts connections at an endpoint (zmq_bind(3)). */
ZMQ_EXPORT int zmq_bind(void *socket, const char *addr);

/* Connects to an endpoint, now or when it appears (zmq_connect(3)). */
ZMQ_EXPORT int zmq_connect(void *socket, const char *addr);

/* Stops accepting connections at an endpoint (zmq_unbind(3)). */
ZMQ_EXPORT int zmq_unbind(void *socket, const char *addr);

/* Disconnects from an endpoint (zmq_disconnect(3)). */
ZMQ_EXPORT int zmq_disconnect(void *socket, const char *addr);

/* Sends a copy of a buffer; its size in bytes (zmq_send(3)). */
ZMQ_EXPORT int zmq_send(void *socket, const void *buf, size_t len, int flags);

/* Sends a buffer that never changes and is never freed; its size in bytes (zmq_send_const(3)). */
ZMQ_EXPORT int zmq_send_const(void *socket, const void *buf, size_t len, int flags);

/* Receives into a buffer, cut to its length; the size of the whole in bytes (zmq_recv(3)). */
ZMQ_EXPORT int zmq_recv(void *socket, void *buf, size_t len, int flags);

/* Deprecated: zmq_msg_send with the socket first (zmq_sendmsg(3)). */
ZMQ_EXPORT int zmq_sendmsg(void *socket, zmq_msg_t *msg, int flags);

/* Deprecated: zmq_msg_recv with the socket first (zmq_recvmsg(3)). */
ZMQ_EXPORT int zmq_recvmsg(void *socket, zmq_msg_t *msg, int flags);

/* Sends buffers as the parts of one message; the size of the last in bytes. */
ZMQ_EXPORT int zmq_sendiov(void *socket, struct iovec *iov, size_t count, int flags);

/* Receives the parts of one message into buffers that the caller frees with free(3). */
ZMQ_EXPORT int zmq_recviov(void *socket, struct iovec *iov, size_t *count, int flags);

/* Reports what happens to a socket at an inproc endpoint (zmq_socket_monitor(3)). */
ZMQ_EXPORT int zmq_socket_monitor(void *socket, const char *addr, int events);

/* Waits until an item is ready, at most `timeout` milliseconds; how many are (zmq_poll(3)). */
ZMQ_EXPORT int zmq_poll(struct zmq_pollitem_t *items, int nitems, long timeout);

/* Passes messages between two sockets, with copies to `capture` if not NULL (zmq_proxy(3)). */
ZMQ_EXPORT int zmq_proxy(void *frontend, void *backend, void *capture);

/* A proxy that obeys PAUSE, RESUME, TERMINATE and STATISTICS (zmq_proxy_steerable(3)). */
ZMQ_EXPORT int zmq_proxy_steerable(void *frontend, void *backend, void *capture, void *control);

/* Deprecated: a proxy without capture, whatever the type. */
ZMQ_EXPORT int zmq_device(int type, void *frontend, void *backend);

/* The errno of the calling thread (zmq_errno(3)). */
ZMQ_EXPORT int zmq_errno(void);

/* The text of an error number (zmq_strerror(3)). */
ZMQ_EXPORT const char *zmq_strerror(int errnum);

/* The version of the library at run time (zmq_version(3)). */
ZMQ_EXPORT void zmq_version(int *major, int *minor, int *patch);

/* Whether the library has a capability: 1 or 0 (zmq_has(3)). */
ZMQ_EXPORT int zmq_has(const char *capability);

/* Makes a counter that starts at 0 (zmq_atomic_counter_new(3)). */
ZMQ_EXPORT void *zmq_atomic_counter_new(void);

/* Sets a counter (zmq_atomic_counter_set(3)). */
ZMQ_EXPORT void zmq_atomic_counter_set(void *counter, int value);

/* Adds 1 and returns the value before (zmq_atomic_counter_inc(3)). */
ZMQ_EXPORT int zmq_atomic_counter_inc(void *counter);

/* Takes 1 away; 0 if that made it 0, else 1 (zmq_atomic_counter_dec(3)). */
ZMQ_EXPORT int zmq_atomic_counter_dec(void *counter);

/* The value of a counter (zmq_atomic_counter_value(3)). */
ZMQ_EXPORT int zmq_atomic_counter_value(void *counter);

/* Frees a counter and sets the pointer to NULL (zmq_atomic_counter_destroy(3)). */
ZMQ_EXPORT void zmq_atomic_counter_destroy(void **counter_p);

/* Starts a stopwatch. */
ZMQ_EXPORT void *zmq_stopwatch_start(void);

/* Microseconds since the start. */
ZMQ_EXPORT unsigned long zmq_stopwatch_intermediate(void *watch);

/* Microseconds since the start; frees the stopwatch. */
ZMQ_EXPORT unsigned long zmq_stopwatch_stop(void *watch);

/* Sleeps for some seconds. */
ZMQ_EXPORT void zmq_sleep(int seconds);

/* Starts a thread; its handle, or NULL on failure. */
ZMQ_EXPORT void *zmq_threadstart(void (*func)(void *arg), void *arg);

/* Waits for a thread to end and frees its handle. */
ZMQ_EXPORT void zmq_threadclose(void *thread);

/* Encodes `size` bytes as Z85 text into `dest`, or NULL (zmq_z85_encode(3)). */
ZMQ_EXPORT char *zmq_z85_encode(char *dest, const uint8_t *data, size_t size);

/* Decodes Z85 text into `dest`, or NULL (zmq_z85_decode(3)). */
ZMQ_EXPORT uint8_t *zmq_z85_decode(uint8_t *dest, const char *string);

/* Makes a pair of CURVE keys as Z85 text of 41 bytes each (zmq_curve_keypair(3)). */
ZMQ_EXPORT int zmq_curve_keypair(char *z85_public_key, char *z85_secret_key);

/* Derives the public CURVE key from the secret one (zmq_curve_public(3)). */
ZMQ_EXPORT int zmq_curve_public(char *z85_public_key, const char *z85_secret_key);

/* Makes a set of timers. */
ZMQ_EXPORT void *zmq_timers_new(void);

/* Frees a set of timers and sets the pointer to NULL. */
ZMQ_EXPORT int zmq_timers_destroy(void **timers_p);

/* Adds a timer that repeats every `interval` milliseconds; its id, or -1. */
ZMQ_EXPORT
int zmq_timers_add(void *timers,
                   size_t interval,
                   void (*handler)(int timer_id, void *arg),
                   void *arg);

/* Removes a timer. */
ZMQ_EXPORT int zmq_timers_cancel(void *timers, int timer_id);

/* Changes the interval of a timer and starts it again. */
ZMQ_EXPORT int zmq_timers_set_interval(void *timers, int timer_id, size_t interval);

/* Starts a timer again. */
ZMQ_EXPORT int zmq_timers_reset(void *timers, int timer_id);

/* Milliseconds until the next timer, or -1 if there is none. */
ZMQ_EXPORT long zmq_timers_timeout(void *timers);

/* Runs the handlers of all timers that are due. */
ZMQ_EXPORT int zmq_timers_execute(void *timers);

/* Drafts: they may still change. The library exports them always. */
#ifdef ZMQ_BUILD_DRAFT_API

/* What zmq_ppoll() takes. Neither strict C nor Windows has a sigset_t. */
#ifdef SIG_BLOCK
typedef sigset_t zmq_sigset_t;
#else
typedef void zmq_sigset_t;
#endif

/* The functions zmq_poller_* are there. */
#define ZMQ_HAVE_POLLER

/* Names of message properties (zmq_msg_gets(3)). */
#define ZMQ_MSG_PROPERTY_ROUTING_ID "Routing-Id"
#define ZMQ_MSG_PROPERTY_SOCKET_TYPE "Socket-Type"
#define ZMQ_MSG_PROPERTY_USER_ID "User-Id"
#define ZMQ_MSG_PROPERTY_PEER_ADDRESS "Peer-Address"

/* Draft socket types. */
#define ZMQ_SERVER 12
#define ZMQ_CLIENT 13
#define ZMQ_RADIO 14
#define ZMQ_DISH 15
#define ZMQ_GATHER 16
#define ZMQ_SCATTER 17
#define ZMQ_DGRAM 18
#define ZMQ_PEER 19
#define ZMQ_CHANNEL 20

/* Draft socket options. */
#define ZMQ_ZAP_ENFORCE_DOMAIN 93
#define ZMQ_LOOPBACK_FASTPATH 94
#define ZMQ_METADATA 95
#define ZMQ_MULTICAST_LOOP 96
#define ZMQ_ROUTER_NOTIFY 97
#define ZMQ_XPUB_MANUAL_LAST_VALUE 98
#define ZMQ_SOCKS_USERNAME 99
#define ZMQ_SOCKS_PASSWORD 100
#define ZMQ_IN_BATCH_SIZE 101
#define ZMQ_OUT_BATCH_SIZE 102
#define ZMQ_WSS_KEY_PEM 103
#define ZMQ_WSS_CERT_PEM 104
#define ZMQ_WSS_TRUST_PEM 105
#define ZMQ_WSS_HOSTNAME 106
#define ZMQ_WSS_TRUST_SYSTEM 107
#define ZMQ_ONLY_FIRST_SUBSCRIBE 108
#define ZMQ_RECONNECT_STOP 109
#define ZMQ_HELLO_MSG 110
#define ZMQ_DISCONNECT_MSG 111
#define ZMQ_PRIORITY 112
#define ZMQ_BUSY_POLL 113
#define ZMQ_HICCUP_MSG 114
#define ZMQ_XSUB_VERBOSE_UNSUBSCRIBE 115
#define ZMQ_TOPICS_COUNT 116
#define ZMQ_NORM_MODE 117
#define ZMQ_NORM_UNICAST_NACK 118
#define ZMQ_NORM_BUFFER_SIZE 119
#define ZMQ_NORM_SEGMENT_SIZE 120
#define ZMQ_NORM_BLOCK_SIZE 121
#define ZMQ_NORM_NUM_PARITY 122
#define ZMQ_NORM_NUM_AUTOPARITY 123
#define ZMQ_NORM_PUSH 124

/* Values of ZMQ_NORM_MODE. */
#define ZMQ_NORM_FIXED 0
#define ZMQ_NORM_CC 1
#define ZMQ_NORM_CCL 2
#define ZMQ_NORM_CCE 3
#define ZMQ_NORM_CCE_ECNONLY 4

/* Bits of ZMQ_RECONNECT_STOP. */
#define ZMQ_RECONNECT_STOP_CONN_REFUSED 1
#define ZMQ_RECONNECT_STOP_HANDSHAKE_FAILED 2
#define ZMQ_RECONNECT_STOP_AFTER_DISCONNECT 4

/* Draft context option. */
#define ZMQ_ZERO_COPY_RECV 10

/* Bits of ZMQ_ROUTER_NOTIFY. */
#define ZMQ_NOTIFY_CONNECT 1
#define ZMQ_NOTIFY_DISCONNECT 2

/* Draft monitor event, and the two formats of events. */
#define ZMQ_EVENT_PIPES_STATS 65536
#define ZMQ_CURRENT_EVENT_VERSION 1
#define ZMQ_CURRENT_EVENT_VERSION_DRAFT 2
#define ZMQ_EVENT_ALL_V1 ZMQ_EVENT_ALL
#define ZMQ_EVENT_ALL_V2 (ZMQ_EVENT_ALL_V1 | ZMQ_EVENT_PIPES_STATS)

/* What a poller found (zmq_poller(3)): a socket, or a file descriptor if `socket` is NULL. */
typedef struct zmq_poller_event_t {
    /*     Socket handle, or NULL. */
    void *socket;
    /*     File descriptor, or -1 for a socket. */
    zmq_fd_t fd;
    /*     What was given when the item was added. */
    void *user_data;
    /*     Bits that were found. */
    short events;
} zmq_poller_event_t;

/* Sets a context option of any size (zmq_ctx_set_ext(3)). */
ZMQ_EXPORT int zmq_ctx_set_ext(void *context, int option, const void *optval, size_t optvallen);

/* Reads a context option of any size (zmq_ctx_get_ext(3)). */
ZMQ_EXPORT int zmq_ctx_get_ext(void *context, int option, void *optval, size_t *optvallen);

/* Sets the routing id that SERVER and PEER send to (zmq_msg_set_routing_id(3)). */
ZMQ_EXPORT int zmq_msg_set_routing_id(zmq_msg_t *msg, uint32_t routing_id);

/* The routing id that a message came from, or 0 (zmq_msg_routing_id(3)). */
ZMQ_EXPORT uint32_t zmq_msg_routing_id(zmq_msg_t *msg);

/* Sets the group that RADIO publishes to (zmq_msg_set_group(3)). */
ZMQ_EXPORT int zmq_msg_set_group(zmq_msg_t *msg, const char *group);

/* The group of a message, owned by the message (zmq_msg_group(3)). */
ZMQ_EXPORT const char *zmq_msg_group(zmq_msg_t *msg);

/* Makes a message from a copy of a buffer (zmq_msg_init_buffer(3)). */
ZMQ_EXPORT int zmq_msg_init_buffer(zmq_msg_t *msg, const void *buf, size_t size);

/* Joins a group, on a DISH socket (zmq_join(3)). */
ZMQ_EXPORT int zmq_join(void *socket, const char *group);

/* Leaves a group, on a DISH socket (zmq_leave(3)). */
ZMQ_EXPORT int zmq_leave(void *socket, const char *group);

/* Connects a PEER socket; the routing id of the peer, or 0 on failure (zmq_connect_peer(3)). */
ZMQ_EXPORT uint32_t zmq_connect_peer(void *socket, const char *addr);

/* Ends the connection to one peer by its routing id. */
ZMQ_EXPORT int zmq_disconnect_peer(void *socket, uint32_t routing_id);

/* Whether one peer of a ROUTER can be written to or read from (ZMQ_POLLIN, ZMQ_POLLOUT). */
ZMQ_EXPORT
int zmq_socket_get_peer_state(void *socket,
                              const void *routing_id,
                              size_t routing_id_size);

/* Reports what happens to a socket in event format 1 or 2 (zmq_socket_monitor_versioned(3)). */
ZMQ_EXPORT
int zmq_socket_monitor_versioned(void *socket,
                                 const char *addr,
                                 uint64_t events,
                                 int event_version,
                                 int type);

/* Asks for a ZMQ_EVENT_PIPES_STATS event of each pipe. */
ZMQ_EXPORT int zmq_socket_monitor_pipes_stats(void *socket);

/* Waits as zmq_poll does, with the signal mask replaced meanwhile (zmq_ppoll(3)). */
ZMQ_EXPORT
int zmq_ppoll(zmq_pollitem_t *items,
              int nitems,
              long timeout,
              const zmq_sigset_t *sigmask);

/* Makes a poller. */
ZMQ_EXPORT void *zmq_poller_new(void);

/* Frees a poller and sets the pointer to NULL. */
ZMQ_EXPORT int zmq_poller_destroy(void **poller_p);

/* The number of sockets and file descriptors that a poller holds. */
ZMQ_EXPORT int zmq_poller_size(void *poller);

/* Adds a socket. */
ZMQ_EXPORT int zmq_poller_add(void *poller, void *socket, void *user_data, short events);

/* Changes the events that a socket is waited for. */
ZMQ_EXPORT int zmq_poller_modify(void *poller, void *socket, short events);

/* Removes a socket. */
ZMQ_EXPORT int zmq_poller_remove(void *poller, void *socket);

/* Waits for one event; the timeout is in milliseconds. */
ZMQ_EXPORT int zmq_poller_wait(void *poller, struct zmq_poller_event_t *event, long timeout);

/* Waits for up to `n_events` events and returns how many there are. */
ZMQ_EXPORT
int zmq_poller_wait_all(void *poller,
                        struct zmq_poller_event_t *events,
                        int n_events,
                        long timeout);

/* The file descriptor that signals for the thread-safe sockets of a poller. */
ZMQ_EXPORT int zmq_poller_fd(void *poller, zmq_fd_t *fd);

/* Adds a file descriptor. */
ZMQ_EXPORT int zmq_poller_add_fd(void *poller, zmq_fd_t fd, void *user_data, short events);

/* Changes the events that a file descriptor is waited for. */
ZMQ_EXPORT int zmq_poller_modify_fd(void *poller, zmq_fd_t fd, short events);

/* Removes a file descriptor. */
ZMQ_EXPORT int zmq_poller_remove_fd(void *poller, zmq_fd_t fd);

#endif

/* Error numbers that a platform may lack. */
#ifndef ENOTSUP
#define ENOTSUP (ZMQ_HAUSNUMERO + 1)
#endif
#ifndef EPROTONOSUPPORT
#define EPROTONOSUPPORT (ZMQ_HAUSNUMERO + 2)
#endif
#ifndef ENOBUFS
#define ENOBUFS (ZMQ_HAUSNUMERO + 3)
#endif
#ifndef ENETDOWN
#define ENETDOWN (ZMQ_HAUSNUMERO + 4)
#endif
#ifndef EADDRINUSE
#define EADDRINUSE (ZMQ_HAUSNUMERO + 5)
#endif
#ifndef EADDRNOTAVAIL
#define EADDRNOTAVAIL (ZMQ_HAUSNUMERO + 6)
#endif
#ifndef ECONNREFUSED
#define ECONNREFUSED (ZMQ_HAUSNUMERO + 7)
#endif
#ifndef EINPROGRESS
#define EINPROGRESS (ZMQ_HAUSNUMERO + 8)
#endif
#ifndef ENOTSOCK
#define ENOTSOCK (ZMQ_HAUSNUMERO + 9)
#endif
#ifndef EMSGSIZE
#define EMSGSIZE (ZMQ_HAUSNUMERO + 10)
#endif
#ifndef EAFNOSUPPORT
#define EAFNOSUPPORT (ZMQ_HAUSNUMERO + 11)
#endif
#ifndef ENETUNREACH
#define ENETUNREACH (ZMQ_HAUSNUMERO + 12)
#endif
#ifndef ECONNABORTED
#define ECONNABORTED (ZMQ_HAUSNUMERO + 13)
#endif
#ifndef ECONNRESET
#define ECONNRESET (ZMQ_HAUSNUMERO + 14)
#endif
#ifndef ENOTCONN
#define ENOTCONN (ZMQ_HAUSNUMERO + 15)
#endif
#ifndef ETIMEDOUT
#define ETIMEDOUT (ZMQ_HAUSNUMERO + 16)
#endif
#ifndef EHOSTUNREACH
#define EHOSTUNREACH (ZMQ_HAUSNUMERO + 17)
#endif
#ifndef ENETRESET
#define ENETRESET (ZMQ_HAUSNUMERO + 18)
#endif

#undef ZMQ_EXPORT

#ifdef __cplusplus
}
#endif

#endif
