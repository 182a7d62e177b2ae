/* ZMQ_LAST_ENDPOINT of each transport, unbind and disconnect by it, the errors, binding again. */
#include "b_kit.h"

static void show_last (void *s_, const char *label_)
{
    endpoint_t at;
    last_endpoint (s_, at);
    char *colon = strrchr (at, ':');
    if (strncmp (at, "tcp://", 6) == 0 && colon && atoi (colon + 1) > 1023)
        strcpy (colon + 1, "PORT");
    printf ("%s: '%s'\n", label_, at);
}

static void tcp (void)
{
    void *ctx = new_context (), *a = open_socket (ctx, ZMQ_DEALER), *b = open_socket (ctx, ZMQ_DEALER);
    endpoint_t at;
    show_last (a, "before");
    bind_to (a, "tcp://127.0.0.1:*", at);
    show_last (a, "tcp 127.0.0.1:*");
    show_rc ("bind it again", zmq_bind (a, at));
    show_last (a, "after a failure");
    show_rc ("other socket", zmq_bind (b, at));
    show_rc ("unbind the wildcard", zmq_unbind (a, "tcp://127.0.0.1:*"));
    OK (zmq_connect (b, at));
    show_last (b, "connected");
    put (b, "1");
    get (a, "a");
    show_rc ("unbind", zmq_unbind (a, at));
    show_rc ("unbind again", zmq_unbind (a, at));
    EVENTUALLY (zmq_bind (a, at) == 0);
    show_last (a, "bound again");
    show_rc ("disconnect", zmq_disconnect (b, at));
    show_rc ("disconnect again", zmq_disconnect (b, at));
    OK (zmq_connect (b, at));
    put (b, "2");
    get (a, "a");
    show_rc ("bind tcp://*:*", zmq_bind (a, "tcp://*:*"));
    show_last (a, "tcp *:*");
    show_rc ("bind tcp://*:0", zmq_bind (a, "tcp://*:0"));
    show_last (a, "tcp *:0");
    show_rc ("bind tcp://lo:*", zmq_bind (a, "tcp://lo:*"));
    show_last (a, "tcp lo:*");
    show_rc ("bind localhost", zmq_bind (a, "tcp://localhost:*"));
    show_last (a, "tcp localhost:*");
    close_these (ctx, 2, a, b);
}

static void inproc (void)
{
    void *ctx = new_context (), *a = open_socket (ctx, ZMQ_DEALER), *b = open_socket (ctx, ZMQ_DEALER);
    show_rc ("bind", zmq_bind (a, "inproc://x y"));
    show_last (a, "inproc");
    show_rc ("in use", zmq_bind (b, "inproc://x y"));
    OK (zmq_connect (b, "inproc://x y"));
    show_last (b, "inproc connected");
    put (b, "1");
    get (a, "a");
    show_rc ("disconnect", zmq_disconnect (b, "inproc://x y"));
    show_rc ("disconnect again", zmq_disconnect (b, "inproc://x y"));
    show_rc ("unbind", zmq_unbind (a, "inproc://x y"));
    show_rc ("unbind again", zmq_unbind (a, "inproc://x y"));
    show_rc ("the name is free", zmq_bind (b, "inproc://x y"));
    close_these (ctx, 2, a, b);
}

static void ipc (void)
{
    void *ctx = new_context (), *a = open_socket (ctx, ZMQ_DEALER), *b = open_socket (ctx, ZMQ_DEALER);
    endpoint_t at, typed, shown;
    struct stat st;
    const char *dir = getenv ("TMPDIR");
    char made[] = "/tmp/b-endpoints-XXXXXX";
    if (!dir)
        dir = mkdtemp (made);
    snprintf (typed, sizeof typed, "ipc://%.100s/sock", dir);
    OK (zmq_bind (a, typed));
    last_endpoint (a, shown);
    printf ("ipc as typed %d, a file %d\n", strcmp (typed, shown) == 0, stat (typed + 6, &st) == 0 && S_ISSOCK (st.st_mode));
    OK (zmq_connect (b, typed));
    put (b, "1");
    get (a, "a");
    show_rc ("a second bind takes over", zmq_bind (b, typed));
    show_rc ("unbind", zmq_unbind (a, typed));
    unlink (typed + 6);
    show_rc ("wildcard", zmq_bind (a, "ipc://*"));
    last_endpoint (a, at);
    printf ("made a socket file %d\n", stat (at + 6, &st) == 0 && S_ISSOCK (st.st_mode));
    show_rc ("unbind it", zmq_unbind (a, at));
    EVENTUALLY (stat (at + 6, &st) != 0);
    if (dir == made)
        rmdir (made);
    close_these (ctx, 2, a, b);
}

static void abstract (void)
{
    void *ctx = new_context (), *a = open_socket (ctx, ZMQ_DEALER), *b = open_socket (ctx, ZMQ_DEALER);
    endpoint_t typed, shown;
    snprintf (typed, sizeof typed, "ipc://@b-endpoints-%d", (int) getpid ());
    OK (zmq_bind (a, typed));
    last_endpoint (a, shown);
    printf ("abstract as typed %d, no file %d\n", strcmp (typed, shown) == 0, access (typed + 6, F_OK) != 0);
    show_rc ("in use", zmq_bind (b, typed));
    OK (zmq_connect (b, typed));
    put (b, "1");
    get (a, "a");
    show_rc ("unbind", zmq_unbind (a, typed));
    show_rc ("only @", zmq_bind (a, "ipc://@"));
    char name[160] = "ipc://";
    memset (name + 6, 'n', 107);
    show_rc ("107 characters cannot be made", zmq_bind (a, "ipc:///no/such/folder/s"));
    memset (name + 6, 'n', 120);
    show_rc ("120 characters", zmq_bind (a, name));
    show_rc ("120 characters", zmq_connect (a, name));
    close_these (ctx, 2, a, b);
}

int main (void)
{
    tcp ();
    inproc ();
    ipc ();
    abstract ();
    return 0;
}
