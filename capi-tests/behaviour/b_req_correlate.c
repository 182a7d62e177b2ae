/* ZMQ_REQ_CORRELATE: the request id is a frame before the empty one; only a reply with it is taken. */
#include "b_kit.h"

int main (void)
{
    void *ctx = new_context (), *req = open_socket (ctx, ZMQ_REQ), *router = open_socket (ctx, ZMQ_ROUTER);
    set_int (req, ZMQ_REQ_CORRELATE, 1);
    set_text (req, ZMQ_ROUTING_ID, "me");
    OK (zmq_bind (router, "inproc://correlate"));
    OK (zmq_connect (req, "inproc://correlate"));
    uint32_t previous = 0;
    for (int n = 0; n < 3; n++) {
        char id[8], text[32];
        uint32_t request = 0, stale;
        put (req, "question|two");
        int size = zmq_recv (router, id, sizeof id, 0);
        printf ("routing id %d bytes", size);
        printf (", request id %d bytes", zmq_recv (router, &request, sizeof request, 0));
        if (n > 0)
            printf (", %s", request == previous + 1 ? "next" : "not the next");
        previous = request;
        printf (", delimiter %d bytes\n", zmq_recv (router, text, sizeof text, 0));
        get (router, "rest");

        stale = request - 1;
        zmq_send (router, id, (size_t) size, ZMQ_SNDMORE);
        zmq_send (router, &stale, sizeof stale, ZMQ_SNDMORE);
        put (router, "|stale id");
        zmq_send (router, id, (size_t) size, ZMQ_SNDMORE);
        put (router, "|no id");
        zmq_send (router, id, (size_t) size, ZMQ_SNDMORE);
        put (router, "ab||short id");
        zmq_send (router, id, (size_t) size, ZMQ_SNDMORE);
        zmq_send (router, &request, sizeof request, ZMQ_SNDMORE);
        put (router, "no delimiter");
        get_none (req, "none of these");
        zmq_send (router, id, (size_t) size, ZMQ_SNDMORE);
        zmq_send (router, &request, sizeof request, ZMQ_SNDMORE);
        put (router, "|good|parts");
        get (req, "reply");
    }
    close_these (ctx, 2, req, router);
    return 0;
}
