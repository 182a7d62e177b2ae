/*  zmq_timers_*: what runs when, and what is refused.  */
#include "check.h"

static int calls, last_id;
static void *last_arg, *the_timers;

static void count_call (int id, void *arg)
{
    calls++;
    last_id = id;
    last_arg = arg;
}

static void cancel_self (int id, void *arg)
{
    (void) arg;
    calls++;
    RC (zmq_timers_cancel (the_timers, id));
}

static void add_another (int id, void *arg)
{
    (void) arg;
    calls++;
    CHECK (zmq_timers_cancel (the_timers, id) == 0);
    CHECK (zmq_timers_add (the_timers, 1, count_call, NULL) > id);
}

static char order[16];

static void note_order (int id, void *arg)
{
    (void) id;
    CHECK (strlen (order) < sizeof order - 2);
    strcat (order, arg);
}

static void errors (void)
{
    void *timers = NULL;
    RC (zmq_timers_destroy (&timers));
    RC (zmq_timers_add (NULL, 10, count_call, NULL));
    RC (zmq_timers_cancel (NULL, 1));
    RC (zmq_timers_set_interval (NULL, 1, 1));
    RC (zmq_timers_reset (NULL, 1));
    RC (zmq_timers_timeout (NULL));
    RC (zmq_timers_execute (NULL));

    timers = zmq_timers_new ();
    CHECK (timers != NULL);
    RC (zmq_timers_timeout (timers));
    RC (zmq_timers_execute (timers));
    RC (zmq_timers_add (timers, 10, NULL, NULL));
    RC (zmq_timers_cancel (timers, 0));
    RC (zmq_timers_cancel (timers, 1));
    RC (zmq_timers_set_interval (timers, 1, 1));
    RC (zmq_timers_reset (timers, 1));
    int id = zmq_timers_add (timers, 60000, count_call, NULL);
    SAY ("first id %d", id);
    SAY ("second id %d", zmq_timers_add (timers, 60000, count_call, NULL));
    long left = zmq_timers_timeout (timers);
    CHECK (left > 50000 && left <= 60000);
    RC (zmq_timers_execute (timers));
    RC (zmq_timers_cancel (timers, id));
    RC (zmq_timers_cancel (timers, id));
    RC (zmq_timers_cancel (timers, id + 1));
    RC (zmq_timers_timeout (timers));
    RC (zmq_timers_execute (timers));
    RC (zmq_timers_reset (timers, id));
    RC (zmq_timers_set_interval (timers, id, 10));
    SAY ("third id %d", zmq_timers_add (timers, 60000, count_call, NULL));
    RC (zmq_timers_destroy (&timers));
    SAY ("handle %s", timers ? "kept" : "cleared");
    SAY ("calls %d", calls);
}

/*  Waits as an application does: sleep for what zmq_timers_timeout says, then execute.  */
static void turn (void *timers)
{
    long left = zmq_timers_timeout (timers);
    CHECK (left >= 0);
    if (left > 0)
        sleep_ms (left);
    CHECK (zmq_timers_execute (timers) == 0);
}

static void expiry (void)
{
    int hint = 0;
    void *timers = zmq_timers_new ();
    calls = 0;
    int id = zmq_timers_add (timers, 30, count_call, &hint);
    long start = now_ms ();
    CHECK (zmq_timers_execute (timers) == 0 && calls == 0);
    while (!calls)
        turn (timers);
    long waited = now_ms () - start;
    SAY ("after its interval %d, id %d, argument %d", waited >= 29, last_id == id, last_arg == &hint);
    while (calls < 3)
        turn (timers);
    waited = now_ms () - start;
    SAY ("again and again %d", waited >= 87);

    /*  Late by many intervals: one call.  */
    calls = 0;
    sleep_ms (150);
    SAY ("due %ld", zmq_timers_timeout (timers));
    RC (zmq_timers_execute (timers));
    SAY ("calls %d", calls);

    /*  Reset and set_interval count from now.  */
    OK (zmq_timers_set_interval (timers, id, 60000));
    long left = zmq_timers_timeout (timers);
    CHECK (left > 50000 && left <= 60000);
    OK (zmq_timers_set_interval (timers, id, 200));
    sleep_ms (100);
    OK (zmq_timers_reset (timers, id));
    left = zmq_timers_timeout (timers);
    SAY ("reset %d", left > 120 && left <= 200);
    OK (zmq_timers_cancel (timers, id));
    RC (zmq_timers_timeout (timers));

    /*  The soonest goes first.  */
    calls = 0;
    zmq_timers_add (timers, 30, note_order, "c");
    zmq_timers_add (timers, 10, note_order, "a");
    zmq_timers_add (timers, 20, note_order, "b");
    sleep_ms (35);
    RC (zmq_timers_execute (timers));
    SAY ("order %s", order);
    OK (zmq_timers_destroy (&timers));

    /*  Handlers that change the timers.  */
    timers = the_timers = zmq_timers_new ();
    calls = 0;
    zmq_timers_add (timers, 1, cancel_self, NULL);
    while (!calls)
        turn (timers);
    RC (zmq_timers_timeout (timers));
    RC (zmq_timers_execute (timers));
    SAY ("calls %d", calls);
    calls = 0;
    zmq_timers_add (timers, 1, add_another, NULL);
    while (calls < 3)
        turn (timers);
    SAY ("calls %d", calls);
    OK (zmq_timers_destroy (&timers));
}

int main (void)
{
    errors ();
    expiry ();
    return 0;
}
