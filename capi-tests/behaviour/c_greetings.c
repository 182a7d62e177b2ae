/* ours-only: released builds of the original do not know these options */
/*  ZMQ_HELLO_MSG, ZMQ_DISCONNECT_MSG and ZMQ_HICCUP_MSG: on each transport, whoever comes first, and again with each new
    connection. The expected transcript is that of the original built with its drafts.  */
#define ZMQ_BUILD_DRAFT_API
#include "b_kit.h"

#ifndef ZMQ_HICCUP_MSG /* newer than some installed headers */
#define ZMQ_HICCUP_MSG 114
#endif

static void words (void *socket, int option, const char *text)
{
    OK (zmq_setsockopt (socket, option, text, strlen (text)));
}

static void hello_both_ways (const char *transport)
{
    void *context = new_context ();
    void *router = open_socket (context, ZMQ_ROUTER), *dealer = open_socket (context, ZMQ_DEALER);
    SAY ("hello over %s", transport);
    words (router, ZMQ_HELLO_MSG, "from the router");
    words (dealer, ZMQ_HELLO_MSG, "from the dealer");
    words (dealer, ZMQ_ROUTING_ID, "D");
    join_over (transport, router, dealer);
    send_text (dealer, "and a message", 0);
    say_message ("router", router, 0);
    say_message ("router", router, 0);
    say_message ("dealer", dealer, 0);
    close_all (context, (void *[]){router, dealer}, 2);
}

static void late_bind (void)
{
    void *context = new_context ();
    void *router = open_socket (context, ZMQ_ROUTER), *dealer = open_socket (context, ZMQ_DEALER);
    SAY ("an inproc bind that comes late");
    words (router, ZMQ_HELLO_MSG, "from the router");
    words (router, ZMQ_DISCONNECT_MSG, "gone");
    words (dealer, ZMQ_HELLO_MSG, "from the dealer");
    words (dealer, ZMQ_ROUTING_ID, "D");
    OK (zmq_connect (dealer, "inproc://late"));
    OK (zmq_bind (router, "inproc://late"));
    say_message ("router", router, 0);
    say_message ("dealer", dealer, 0);
    OK (zmq_close (dealer));
    say_message ("router", router, 0);
    close_all (context, (void *[]){router}, 1);
}

/*  Types for which the options are kept without effect.  */
static void other_types (void)
{
    void *context = new_context ();
    void *push = open_socket (context, ZMQ_PUSH), *pull = open_socket (context, ZMQ_PULL);
    SAY ("other types");
    words (push, ZMQ_HELLO_MSG, "no");
    words (pull, ZMQ_DISCONNECT_MSG, "no");
    join_over ("tcp", pull, push);
    send_text (push, "only this", 0);
    say_message ("pull", pull, 0);
    OK (zmq_close (push));
    set_timeouts (pull, QUIET_MS);
    say_message ("pull", pull, 0);
    close_all (context, (void *[]){pull}, 1);
}

static void goodbye (const char *transport, int disconnects)
{
    void *context = new_context ();
    endpoint_t at;
    void *router = open_socket (context, ZMQ_ROUTER), *dealer = open_socket (context, ZMQ_DEALER);
    SAY ("goodbye over %s by %s", transport, disconnects ? "zmq_disconnect" : "zmq_close");
    words (router, ZMQ_DISCONNECT_MSG, "gone");
    words (dealer, ZMQ_ROUTING_ID, "D");
    join_over (transport, router, dealer);
    send_text (dealer, "begun", ZMQ_SNDMORE);
    send_text (dealer, "done", 0);
    say_message ("router", router, 0);
    if (disconnects) {
        last_endpoint (router, at);
        OK (zmq_disconnect (dealer, at));
        say_message ("router", router, 0);
        OK (zmq_close (dealer));
    } else {
        OK (zmq_close (dealer));
        say_message ("router", router, 0);
    }
    close_all (context, (void *[]){router}, 1);
}

/*  The dealer reads of the loss, and both are greeted anew.  */
static void hiccup (void)
{
    void *context = new_context ();
    endpoint_t at;
    void *router = open_socket (context, ZMQ_ROUTER), *dealer = open_socket (context, ZMQ_DEALER);
    SAY ("hiccup");
    words (dealer, ZMQ_HELLO_MSG, "hello");
    words (dealer, ZMQ_HICCUP_MSG, "hiccup");
    words (dealer, ZMQ_ROUTING_ID, "D");
    bind_tcp (router, at);
    OK (zmq_connect (dealer, at));
    say_message ("router", router, 0);
    OK (zmq_close (router));
    say_message ("dealer", dealer, 0);
    router = open_socket (context, ZMQ_ROUTER);
    EVENTUALLY (zmq_bind (router, at) == 0);
    say_message ("router", router, 0);
    send_text (router, "D", ZMQ_SNDMORE);
    send_text (router, "welcome back", 0);
    say_message ("dealer", dealer, 0);
    close_all (context, (void *[]){router, dealer}, 2);
}

int main (void)
{
    static const char *const transports[] = {"inproc", "tcp", "ipc"};
    for (int i = 0; i < 3; i++) {
        hello_both_ways (transports[i]);
        goodbye (transports[i], 0);
    }
    /*  Over the others the original keeps the connection until the socket is closed, ours does not.  */
    goodbye ("inproc", 1);
    late_bind ();
    other_types ();
    hiccup ();
    return 0;
}
