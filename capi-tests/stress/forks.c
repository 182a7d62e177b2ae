/*  Forks in the middle of traffic: the child closes what it inherited and works with a context of its own, and the parent
    does not notice. Argument: how many (200 by hand).  */
#include "kit.h"

static int is_over;

struct side
{
    void *socket;
    unsigned next;
};

static void *sender (void *argument)
{
    struct side *side = argument;
    while (!__atomic_load_n (&is_over, __ATOMIC_SEQ_CST)) {
        CHECK (zmq_send (side->socket, &side->next, sizeof side->next, 0) == sizeof side->next);
        side->next++;
    }
    return NULL;
}

static void child (void *context, void *inherited)
{
    void *own = new_context (), *a = new_socket (own, ZMQ_PAIR), *b = new_socket (own, ZMQ_PAIR);
    OK (zmq_close (inherited));
    (void) context;
    set_timeouts (b, 10000);
    join (a, b, "tcp://127.0.0.1:*");
    send_text (a, "in the child", 0);
    expect_text (b, "in the child");
    OK (zmq_close (a));
    OK (zmq_close (b));
    OK (zmq_ctx_term (own));
}

static void *receiver (void *argument)
{
    struct side *side = argument;
    unsigned number;
    for (;;) {
        if (zmq_recv (side->socket, &number, sizeof number, 0) < 0) {
            CHECK (errno == EAGAIN);
            return NULL;
        }
        CHECK (number == side->next++);
    }
}

int main (int argc, char **argv)
{
    long forks = size_of_run (argc, argv, 30);
    void *context = new_context (), *bystander = new_socket (context, ZMQ_PULL);
    struct side push = {new_socket (context, ZMQ_PUSH), 0}, pull = {new_socket (context, ZMQ_PULL), 0};
    pthread_t threads[2];
    set_timeouts (pull.socket, 1000);
    join (pull.socket, push.socket, "tcp://127.0.0.1:*");
    OK (zmq_bind (bystander, "tcp://127.0.0.1:*"));
    CHECK (pthread_create (&threads[0], NULL, sender, &push) == 0);
    CHECK (pthread_create (&threads[1], NULL, receiver, &pull) == 0);
    for (long i = 0; i < forks; i++) {
        fflush (NULL);
        pid_t process = fork ();
        CHECK (process >= 0);
        if (process == 0) {
            alarm (20);
            child (context, bystander);
            _exit (0);
        }
        ends_well (process);
    }
    __atomic_store_n (&is_over, 1, __ATOMIC_SEQ_CST);
    CHECK (pthread_join (threads[0], NULL) == 0 && pthread_join (threads[1], NULL) == 0);
    fprintf (stderr, "%ld forks, %u messages meanwhile\n", forks, push.next);
    CHECK (push.next == pull.next && push.next > 1000);
    close_all (context, (void *[]){push.socket, pull.socket, bystander}, 3);
    return 0;
}
