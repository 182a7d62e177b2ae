/* Sizes, offsets and types that programs have compiled in. Compiled against both headers. */

#include <zmq.h>

#define SAME_TYPE(what, type) _Static_assert(_Generic((what), type: 1, default: 0), #what " is not " #type)

_Static_assert(sizeof(zmq_msg_t) == 64, "size of zmq_msg_t");
_Static_assert(_Alignof(zmq_msg_t) == sizeof(void *), "alignment of zmq_msg_t");
_Static_assert(offsetof(zmq_msg_t, _) == 0, "the field of zmq_msg_t");
_Static_assert(sizeof(struct zmq_msg_t) == sizeof(zmq_msg_t), "struct tag of zmq_msg_t");

_Static_assert(sizeof(zmq_fd_t) == sizeof(int), "size of zmq_fd_t");

_Static_assert(offsetof(zmq_pollitem_t, socket) == 0, "zmq_pollitem_t.socket");
_Static_assert(offsetof(zmq_pollitem_t, fd) == sizeof(void *), "zmq_pollitem_t.fd");
_Static_assert(offsetof(zmq_pollitem_t, events) == sizeof(void *) + 4, "zmq_pollitem_t.events");
_Static_assert(offsetof(zmq_pollitem_t, revents) == sizeof(void *) + 6, "zmq_pollitem_t.revents");
_Static_assert(sizeof(zmq_pollitem_t) == sizeof(void *) + 8, "size of zmq_pollitem_t");

_Static_assert(offsetof(zmq_poller_event_t, socket) == 0, "zmq_poller_event_t.socket");
_Static_assert(offsetof(zmq_poller_event_t, fd) == sizeof(void *), "zmq_poller_event_t.fd");
_Static_assert(offsetof(zmq_poller_event_t, user_data) == 2 * sizeof(void *), "zmq_poller_event_t.user_data");
_Static_assert(offsetof(zmq_poller_event_t, events) == 3 * sizeof(void *), "zmq_poller_event_t.events");
_Static_assert(sizeof(zmq_poller_event_t) == 4 * sizeof(void *), "size of zmq_poller_event_t");

/* The initialisers that programs write rely on the order of the fields. */
zmq_pollitem_t item = {NULL, 3, ZMQ_POLLIN, 0};
zmq_poller_event_t event = {NULL, 3, NULL, ZMQ_POLLIN};
zmq_msg_t message = {{0}};

void types(zmq_pollitem_t *i, zmq_poller_event_t *e, zmq_free_fn *f, zmq_timer_fn *t, zmq_thread_fn *r) {
    typedef void (*free_fn)(void *, void *);
    typedef void (*timer_fn)(int, void *);
    typedef void (*thread_fn)(void *);
    SAME_TYPE(i->socket, void *);
    SAME_TYPE(i->fd, int);
    SAME_TYPE(i->events, short);
    SAME_TYPE(i->revents, short);
    SAME_TYPE(e->socket, void *);
    SAME_TYPE(e->fd, int);
    SAME_TYPE(e->user_data, void *);
    SAME_TYPE(e->events, short);
    SAME_TYPE(f, free_fn);
    SAME_TYPE(t, timer_fn);
    SAME_TYPE(r, thread_fn);
}

/* What programs test with #ifdef and #if. */
#if !defined(ZMQ_HAVE_TIMERS) || !defined(ZMQ_HAVE_POLLER) || !ZMQ_HAS_CAPABILITIES || !ZMQ_DEFINED_STDINT
#error "a feature macro is missing"
#endif
#if ZMQ_VERSION < ZMQ_MAKE_VERSION(4, 3, 4) || ZMQ_VERSION != ZMQ_VERSION_MAJOR * 10000 + ZMQ_VERSION_MINOR * 100 + ZMQ_VERSION_PATCH
#error "the version macros do not add up"
#endif
#if EFSM != ZMQ_HAUSNUMERO + 51 || ETERM != 156384765
#error "error numbers must be usable in #if"
#endif
#ifdef ZMQ_EXPORT
#error "ZMQ_EXPORT must not leak into the program"
#endif
