/*  zmq_version, and zmq_has for what does not depend on how the library was built.  */
#include "check.h"

int main (void)
{
    int major = -1, minor = -1, patch = -1;
    zmq_version (&major, &minor, &patch);
    SAY ("version %d.%d", major, minor);
    CHECK (patch >= 0);

    static const char *const fixed[] = {"ipc",  "tcp",   "inproc", "udp",     "IPC",        "Curve",
                                        "",     "ip",    "ipcx",  " ipc",   "ipc ",    "vmci",       "null",
                                        "plain", "zap",  "draft-", "socks", "nothing", "CURVE,DRAFT"};
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
        SAY ("has \"%s\" %d", fixed[i], zmq_has (fixed[i]));

    /*  These may or may not be there, but the answer is a boolean.  */
    static const char *const by_build[] = {"pgm", "tipc", "norm", "gssapi", "draft", "WS", "WSS"};
    for (size_t i = 0; i < sizeof by_build / sizeof *by_build; i++)
        CHECK (zmq_has (by_build[i]) == 0 || zmq_has (by_build[i]) == 1);
    return 0;
}
