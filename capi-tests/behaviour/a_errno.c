/*  zmq_errno is the thread's errno; zmq_strerror knows ZeroMQ's own numbers and leaves the rest to strerror.  */
#include "check.h"

static void *other_thread (void *unused)
{
    (void) unused;
    CHECK (errno == 0);
    CHECK (zmq_errno () == 0);
    ERR (zmq_close (NULL), ENOTSOCK);
    CHECK (zmq_errno () == ENOTSOCK);
    return NULL;
}

int main (void)
{
    SAY ("EFSM %d", EFSM - ZMQ_HAUSNUMERO);
    SAY ("ENOCOMPATPROTO %d", ENOCOMPATPROTO - ZMQ_HAUSNUMERO);
    SAY ("ETERM %d", ETERM - ZMQ_HAUSNUMERO);
    SAY ("EMTHREAD %d", EMTHREAD - ZMQ_HAUSNUMERO);
    for (int number = -1; number < 140; number++) {
        CHECK (zmq_strerror (number) != NULL);
        SAY ("%d %s", number, zmq_strerror (number));
    }
    for (int number = ZMQ_HAUSNUMERO; number <= ZMQ_HAUSNUMERO + 60; number++)
        SAY ("HAUSNUMERO + %d %s", number - ZMQ_HAUSNUMERO, zmq_strerror (number));
    SAY ("INT_MAX %s", zmq_strerror (INT_MAX));
    SAY ("INT_MIN %s", zmq_strerror (INT_MIN));

    errno = 0;
    CHECK (zmq_errno () == 0);
    errno = EDOM;
    CHECK (zmq_errno () == EDOM);
    ERR (zmq_ctx_term (NULL), EFAULT);
    CHECK (errno == EFAULT && zmq_errno () == EFAULT);

    /*  errno belongs to the thread.  */
    pthread_t thread;
    CHECK (pthread_create (&thread, NULL, other_thread, NULL) == 0);
    errno = EDOM;
    int joined = pthread_join (thread, NULL);
    CHECK (joined == 0);
    CHECK (errno == EDOM && zmq_errno () == EDOM);
    return 0;
}
