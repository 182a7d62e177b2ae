/* ours-only: the original reads and writes through these NULL pointers */
#include "options.h"

int main (void)
{
    void *context = new_context ();
    size_t size;
    int value = 0;
    for (int type = ZMQ_PAIR; type <= ZMQ_STREAM; type++)
        for (int option = 0; option <= 130; option++) {
            static const size_t sizes[] = {1, 4, 8, 32, 40, 41, 255, SIZE_MAX};
            void *socket = new_socket (context, type);
            for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
                /*  A length without a value is refused, if not for the option then for the value.  */
                CHECK (zmq_setsockopt (socket, option, NULL, sizes[i]) == -1);
                CHECK (errno == EINVAL || errno == EFAULT);
                size = sizes[i];
                CHECK (zmq_getsockopt (socket, option, NULL, &size) == -1 || size == 0);
                CHECK (zmq_getsockopt (socket, option, &value, NULL) == -1);
                CHECK (errno == EINVAL || errno == EFAULT);
            }
            CHECK (get_int (socket, ZMQ_TYPE) == type);
            OK (zmq_close (socket));
        }
    OK (zmq_ctx_term (context));
    SAY ("no NULL is followed");
    return 0;
}
