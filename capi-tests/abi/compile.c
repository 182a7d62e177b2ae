/* Compiles as every dialect of C and of C++, with and without the drafts: includes, callbacks, calls. */

#include <zmq.h>
#include <zmq.h>
#include <zmq_utils.h>
#include <zmq.h>

#ifdef ZMQ_BUILD_DRAFT_API
static short ready(const zmq_poller_event_t *event) { return event->events; }
#else
static short ready(const zmq_pollitem_t *item) { return item->revents; }
#endif

static zmq_free_fn *release;
static zmq_timer_fn *ring;
static zmq_thread_fn *work;

int main(void) {
    int major = 0, minor = 0, patch = 0;
    zmq_msg_t message;
    zmq_pollitem_t item = {NULL, 0, ZMQ_POLLIN, 0};
    void *context = zmq_ctx_new();
    uint8_t raw[4] = {0, 0, 0, 0};
    char text[6];
    struct iovec *parts = NULL;
    size_t count = 0;

    zmq_version(&major, &minor, &patch);
    if (context == NULL || zmq_msg_init_data(&message, text, sizeof text, release, NULL) != 0)
        return zmq_errno() == ETERM || errno == EFSM || errno == EMTHREAD || errno == ENOCOMPATPROTO;
    if (zmq_poll(&item, 1, 0L) < 0 || zmq_timers_add(NULL, 1, ring, NULL) < 0)
        return ZMQ_THREAD_PRIORITY_DFLT;
    if (zmq_recviov(context, parts, &count, ZMQ_NOBLOCK) < 0 || zmq_threadstart(work, NULL) == NULL)
        return ready(NULL);
    return zmq_z85_encode(text, raw, sizeof raw) == NULL || zmq_strerror(EAGAIN) == NULL;
}
