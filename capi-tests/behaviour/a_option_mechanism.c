/*  The mechanism of a socket is that of the security option set last.  */
#include "options.h"

static const char *const names[] = {"NULL", "PLAIN", "CURVE", "GSSAPI"};

static void set (void *socket, const char *label, int option, const void *value, size_t size)
{
    errno = 0;
    int rc = zmq_setsockopt (socket, option, value, size);
    SAY ("%s -> %s, mechanism %s, servers %d %d", label, rc ? errno_name (errno) : "0",
         names[get_int (socket, ZMQ_MECHANISM)], get_int (socket, ZMQ_PLAIN_SERVER), get_int (socket, ZMQ_CURVE_SERVER));
}

int main (void)
{
    static const char key[] = "JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh6";
    static const char bad_key[] = "JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh ";
    int zero = 0, one = 1, two = 2;
    void *context = new_context (), *socket = new_socket (context, ZMQ_DEALER);
    set (socket, "PLAIN_SERVER 1", ZMQ_PLAIN_SERVER, &one, 4);
    set (socket, "CURVE_SERVER 1", ZMQ_CURVE_SERVER, &one, 4);
    set (socket, "PLAIN_SERVER 0", ZMQ_PLAIN_SERVER, &zero, 4);
    set (socket, "CURVE_SERVER 2", ZMQ_CURVE_SERVER, &two, 4);
    set (socket, "CURVE_SERVER 1", ZMQ_CURVE_SERVER, &one, 4);
    set (socket, "PLAIN_USERNAME", ZMQ_PLAIN_USERNAME, "admin", 5);
    set (socket, "CURVE_SERVERKEY", ZMQ_CURVE_SERVERKEY, key, 40);
    set (socket, "PLAIN_PASSWORD", ZMQ_PLAIN_PASSWORD, "secret", 6);
    set (socket, "PLAIN_USERNAME NULL", ZMQ_PLAIN_USERNAME, NULL, 0);
    set (socket, "CURVE_PUBLICKEY", ZMQ_CURVE_PUBLICKEY, key, 41);
    set (socket, "PLAIN_PASSWORD NULL", ZMQ_PLAIN_PASSWORD, NULL, 0);
    set (socket, "CURVE_SECRETKEY", ZMQ_CURVE_SECRETKEY, key, 40);
    set (socket, "CURVE_SERVER 0", ZMQ_CURVE_SERVER, &zero, 4);
    set (socket, "PLAIN_SERVER 1", ZMQ_PLAIN_SERVER, &one, 4);
    set (socket, "CURVE_SECRETKEY bad", ZMQ_CURVE_SECRETKEY, bad_key, 40);
    set (socket, "CURVE_SECRETKEY bad", ZMQ_CURVE_SECRETKEY, bad_key, 41);
    set (socket, "CURVE_SECRETKEY short", ZMQ_CURVE_SECRETKEY, key, 39);
    set (socket, "CURVE_SECRETKEY 41 no NUL", ZMQ_CURVE_SECRETKEY, "JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh6x", 41);
    set (socket, "CURVE_SERVERKEY binary", ZMQ_CURVE_SERVERKEY, key, 32);
    set (socket, "MECHANISM", ZMQ_MECHANISM, &one, 4);
    set (socket, "PLAIN_PASSWORD empty", ZMQ_PLAIN_PASSWORD, "", 0);
    set (socket, "PLAIN_USERNAME empty", ZMQ_PLAIN_USERNAME, "", 0);
    set (socket, "ZAP_DOMAIN", ZMQ_ZAP_DOMAIN, "domain", 6);
    set (socket, "ZAP_DOMAIN NULL", ZMQ_ZAP_DOMAIN, NULL, 0);

    static const int options[] = {ZMQ_PLAIN_USERNAME,  ZMQ_PLAIN_PASSWORD,  ZMQ_CURVE_PUBLICKEY,
                                  ZMQ_CURVE_SECRETKEY, ZMQ_CURVE_SERVERKEY, ZMQ_ZAP_DOMAIN};
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        printf ("%s", option_name (options[i]));
        say_get (socket, options[i], 32);
        say_get (socket, options[i], 41);
        say_get (socket, options[i], 256);
        putchar ('\n');
    }
    close_all (context, &socket, 1);
    return 0;
}
