/*  Peers that vanish raise no SIGPIPE.  */
#include "check.h"

int main (void)
{
    signal (SIGPIPE, SIG_DFL);
    static const char *const addresses[] = {"tcp://127.0.0.1:*", "ipc://@behaviour-sigpipe"};
    char *block = calloc (1, 100000);
    for (int a = 0; a < 2; a++)
        for (int round = 0; round < 10; round++) {
            char endpoint[ENDPOINT_MAX];
            void *context = new_context (), *other = new_context ();
            void *dealer = new_socket (context, ZMQ_DEALER), *peer = new_socket (other, ZMQ_DEALER);
            bind_to (dealer, addresses[a], endpoint);
            OK (zmq_connect (peer, endpoint));
            send_text (peer, "here", 0);
            expect_text (dealer, "here");
            for (int i = 0; i < 5; i++)
                CHECK (zmq_send (dealer, block, 100000, 0) == 100000);
            OK (zmq_close (peer));
            OK (zmq_ctx_term (other));
            for (int i = 0; i < 20; i++)
                zmq_send (dealer, block, i % 2 ? 10 : 100000, ZMQ_DONTWAIT);
            close_all (context, &dealer, 1);
        }
    free (block);
    SAY ("alive");
    return 0;
}
