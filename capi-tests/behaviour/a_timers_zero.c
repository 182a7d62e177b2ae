/* ours-only: the original never comes back from zmq_timers_execute here, or follows NULL */
#include "check.h"

static void count_call (int id, void *arg)
{
    (void) id;
    ++*(int *) arg;
}

int main (void)
{
    int calls = 0;
    void *timers = zmq_timers_new ();
    CHECK (timers != NULL);
    int id = zmq_timers_add (timers, 0, count_call, &calls);
    CHECK (id > 0);
    CHECK (zmq_timers_timeout (timers) == 0);
    for (int round = 1; round <= 3; round++) {
        OK (zmq_timers_execute (timers));
        CHECK (calls == round);
    }
    OK (zmq_timers_set_interval (timers, id, 60000));
    OK (zmq_timers_execute (timers));
    CHECK (calls == 3);

    /*  What does not exist any more is not found, right after its cancellation too.  */
    OK (zmq_timers_cancel (timers, id));
    ERR (zmq_timers_reset (timers, id), EINVAL);
    ERR (zmq_timers_set_interval (timers, id, 10), EINVAL);
    OK (zmq_timers_destroy (&timers));
    ERR (zmq_timers_destroy (NULL), EFAULT);
    return 0;
}
