/* Built against the distribution's header and library; must run on either library unchanged. */

#include <stdlib.h>
#include <string.h>
#include <zmq.h>

#define CHECK(condition)                                                                 \
    do {                                                                                 \
        if (!(condition)) {                                                              \
            fprintf(stderr, "use.c:%d: %s (errno %d)\n", __LINE__, #condition, errno);   \
            exit(1);                                                                     \
        }                                                                                \
    } while (0)

static void add_one(void *counter) { zmq_atomic_counter_inc(counter); }

int main(void) {
    int major = 0, minor = 0, patch = 0;
    void *counter = zmq_atomic_counter_new();
    void *watch = zmq_stopwatch_start();
    void *thread;
    unsigned long elapsed;

    zmq_version(&major, &minor, &patch);
    CHECK(major == 4 && minor >= 3 && patch >= 0);

    CHECK(counter != NULL && zmq_atomic_counter_value(counter) == 0);
    thread = zmq_threadstart(add_one, counter);
    CHECK(thread != NULL);
    zmq_threadclose(thread);
    CHECK(zmq_atomic_counter_value(counter) == 1);
    CHECK(zmq_atomic_counter_inc(counter) == 1);
    CHECK(zmq_atomic_counter_dec(counter) == 1);
    CHECK(zmq_atomic_counter_dec(counter) == 0);
    zmq_atomic_counter_destroy(&counter);
    CHECK(counter == NULL);

    errno = EFSM;
    CHECK(zmq_errno() == EFSM);
    CHECK(strcmp(zmq_strerror(ETERM), "Context was terminated") == 0);
    CHECK(strcmp(zmq_strerror(ENOENT), strerror(ENOENT)) == 0);
    CHECK(zmq_has("ipc") == 1 && zmq_has("IPC") == 0 && zmq_has("") == 0);

    elapsed = zmq_stopwatch_intermediate(watch);
    CHECK(elapsed <= zmq_stopwatch_stop(watch));
    printf("%d.%d.%d\n", major, minor, patch);
    return 0;
}
