/*  Atomic counters, stopwatches, zmq_sleep and threads.  */
#include "check.h"

static void *counter;

static void count_many (void *rounds)
{
    for (int i = 0; i < *(int *) rounds; i++) {
        zmq_atomic_counter_inc (counter);
        zmq_atomic_counter_inc (counter);
        zmq_atomic_counter_dec (counter);
    }
}

static void counters (void)
{
    counter = zmq_atomic_counter_new ();
    CHECK (counter != NULL);
    SAY ("new %d", zmq_atomic_counter_value (counter));
    SAY ("inc %d", zmq_atomic_counter_inc (counter));
    SAY ("inc %d", zmq_atomic_counter_inc (counter));
    SAY ("value %d", zmq_atomic_counter_value (counter));
    SAY ("dec %d", zmq_atomic_counter_dec (counter));
    SAY ("dec %d", zmq_atomic_counter_dec (counter));
    SAY ("value %d", zmq_atomic_counter_value (counter));
    SAY ("dec %d", zmq_atomic_counter_dec (counter));
    SAY ("value %d", zmq_atomic_counter_value (counter));
    zmq_atomic_counter_set (counter, INT_MAX);
    SAY ("set %d", zmq_atomic_counter_value (counter));
    zmq_atomic_counter_set (counter, -5);
    SAY ("set %d", zmq_atomic_counter_value (counter));
    SAY ("inc %d", zmq_atomic_counter_inc (counter));
    zmq_atomic_counter_set (counter, 1);
    SAY ("dec %d", zmq_atomic_counter_dec (counter));
    zmq_atomic_counter_set (counter, 0);

    int rounds = 20000;
    void *threads[4];
    for (int i = 0; i < 4; i++) {
        threads[i] = zmq_threadstart (count_many, &rounds);
        CHECK (threads[i] != NULL);
    }
    for (int i = 0; i < 4; i++)
        zmq_threadclose (threads[i]);
    SAY ("4 threads %d", zmq_atomic_counter_value (counter));
    zmq_atomic_counter_destroy (&counter);
    SAY ("handle %s", counter ? "kept" : "cleared");
}

static void watches (void)
{
    void *watch = zmq_stopwatch_start ();
    CHECK (watch != NULL);
    sleep_ms (50);
    unsigned long first = zmq_stopwatch_intermediate (watch);
    sleep_ms (20);
    unsigned long second = zmq_stopwatch_intermediate (watch);
    unsigned long last = zmq_stopwatch_stop (watch);
    SAY ("microseconds %d", first >= 50000 && first < 5000000 && second >= first + 20000 && last >= second);
    watch = zmq_stopwatch_start ();
    zmq_sleep (1);
    last = zmq_stopwatch_stop (watch);
    SAY ("a second %d", last >= 990000 && last < 5000000);
}

static sigset_t mask_in_thread;

static void note_mask (void *ran)
{
    *(int *) ran = 1;
    pthread_sigmask (SIG_SETMASK, NULL, &mask_in_thread);
}

static void threads (void)
{
    int ran = 0;
    void *thread = zmq_threadstart (note_mask, &ran);
    CHECK (thread != NULL);
    zmq_threadclose (thread);
    SAY ("thread ran %d", ran);
    SAY ("SIGINT blocked in it %d", sigismember (&mask_in_thread, SIGINT));
    SAY ("SIGUSR1 blocked in it %d", sigismember (&mask_in_thread, SIGUSR1));
    pthread_sigmask (SIG_SETMASK, NULL, &mask_in_thread);
    SAY ("SIGINT blocked here %d", sigismember (&mask_in_thread, SIGINT));
}

int main (void)
{
    counters ();
    watches ();
    threads ();
    return 0;
}
