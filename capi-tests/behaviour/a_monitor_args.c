/*  zmq_socket_monitor: what it refuses, and how a monitor ends.  */
#include "check.h"

int main (void)
{
    char byte;
    void *context = new_context (), *socket = new_socket (context, ZMQ_DEALER), *other = new_socket (context, ZMQ_DEALER);
    RC (zmq_socket_monitor (socket, "", ZMQ_EVENT_ALL));
    RC (zmq_socket_monitor (socket, "nonsense", ZMQ_EVENT_ALL));
    RC (zmq_socket_monitor (socket, "inproc://", ZMQ_EVENT_ALL));
    RC (zmq_socket_monitor (socket, "tcp://127.0.0.1:*", ZMQ_EVENT_ALL));
    RC (zmq_socket_monitor (socket, "ipc://@behaviour-monitor", ZMQ_EVENT_ALL));
    RC (zmq_socket_monitor (socket, "bogus://x", ZMQ_EVENT_ALL));
    RC (zmq_socket_monitor (socket, NULL, 0));
    RC (zmq_socket_monitor (socket, NULL, ZMQ_EVENT_ALL));
    RC (zmq_socket_monitor (socket, "inproc://wide", 0x10000));
    RC (zmq_socket_monitor (socket, "inproc://wide", -1));
    RC (zmq_socket_monitor (socket, "inproc://none", 0));
    RC (zmq_socket_monitor (socket, NULL, 0));

    /*  A name that is taken, by a socket or by another monitor.  */
    void *owner = new_socket (context, ZMQ_PAIR);
    OK (zmq_bind (owner, "inproc://taken"));
    RC (zmq_socket_monitor (socket, "inproc://taken", ZMQ_EVENT_ALL));
    void *reader = monitor_open (context, other, "inproc://monitor", ZMQ_EVENT_ALL);
    RC (zmq_socket_monitor (socket, "inproc://monitor", ZMQ_EVENT_ALL));
    RC (zmq_socket_monitor (other, NULL, 0));
    OK (zmq_close (reader));

    /*  Stopping tells so, if that event is wanted.  */
    void *monitor = monitor_open (context, socket, "inproc://stop", ZMQ_EVENT_ALL);
    RC (zmq_socket_monitor (socket, NULL, 0));
    uint32_t value = 77;
    char address[ENDPOINT_MAX];
    SAY ("%s", monitor_event_name (monitor_next (monitor, &value, address)));
    SAY ("value %u address \"%s\"", value, address);
    RC (zmq_recv (monitor, &byte, 1, ZMQ_DONTWAIT));
    OK (zmq_close (monitor));
    monitor = monitor_open (context, socket, "inproc://stop-unwanted", ZMQ_EVENT_LISTENING);
    RC (zmq_socket_monitor (socket, NULL, 0));
    set_int (monitor, ZMQ_RCVTIMEO, 50);
    RC (zmq_recv (monitor, &byte, 1, 0));
    OK (zmq_close (monitor));

    /*  A second monitor replaces the first.  */
    monitor = monitor_open (context, socket, "inproc://first", ZMQ_EVENT_ALL);
    void *second = monitor_open (context, socket, "inproc://second", ZMQ_EVENT_ALL);
    SAY ("first: %s", monitor_event_name (monitor_next (monitor, NULL, NULL)));
    OK (zmq_bind (socket, "tcp://127.0.0.1:*"));
    SAY ("second: %s", monitor_event_name (monitor_next (second, NULL, NULL)));
    RC (zmq_recv (monitor, &byte, 1, ZMQ_DONTWAIT));
    OK (zmq_close (monitor));

    /*  Closing the socket ends its monitor.  */
    OK (zmq_close (socket));
    SAY ("second: %s", monitor_event_name (monitor_next (second, NULL, NULL)));
    SAY ("second: %s", monitor_event_name (monitor_next (second, NULL, NULL)));
    RC (zmq_recv (second, &byte, 1, ZMQ_DONTWAIT));
    OK (zmq_close (second));

    OK (zmq_close (other));
    OK (zmq_close (owner));
    RC (zmq_ctx_term (context));
    return 0;
}
