/*  Z85 (RFC 32) and the keys of CURVE as text.  */
#include "check.h"

static void encode (size_t size)
{
    uint8_t data[256];
    char text[400];
    for (size_t i = 0; i < size; i++)
        data[i] = (uint8_t) (i * 37 + size);
    memset (text, '#', sizeof text);
    errno = 0;
    char *result = zmq_z85_encode (text, data, size);
    if (!result) {
        SAY ("encode %zu -> NULL %s", size, errno_name (errno));
        return;
    }
    CHECK (result == text && strlen (text) == size / 4 * 5 && text[strlen (text) + 1] == '#');
    SAY ("encode %zu -> \"%s\"", size, text);
    uint8_t back[300];
    memset (back, '#', sizeof back);
    uint8_t *decoded = zmq_z85_decode (back, text);
    SAY ("back %s", !decoded ? errno_name (errno) : memcmp (back, data, size) == 0 && back[size] == '#' ? "same" : "other");
}

static void decode (const char *text)
{
    uint8_t data[256];
    memset (data, '#', sizeof data);
    errno = 0;
    uint8_t *result = zmq_z85_decode (data, text);
    int error = errno;
    say_bytes ("decode", text, strlen (text));
    if (!result) {
        SAY ("  NULL %s", errno_name (error));
        return;
    }
    CHECK (result == data);
    say_bytes ("  ->", data, strlen (text) / 5 * 4);
}

int main (void)
{
    for (size_t size = 0; size <= 40; size++)
        encode (size);
    encode (256);
    static const uint8_t hello[] = {0x86, 0x4f, 0xd2, 0x6f, 0xb5, 0x59, 0xf7, 0x5b};
    char text[16];
    CHECK (zmq_z85_encode (text, hello, 8) == text);
    SAY ("the vector of the RFC \"%s\"", text);
    decode ("HelloWorld");
    decode ("");
    decode ("H");
    decode ("Hell");
    decode ("HelloW");
    decode ("HelloWorl");
    decode ("00000");
    decode ("%nSc0");
    decode ("%nSc1");
    decode ("#####");
    decode ("~~~~~");
    decode ("Hell ");
    decode ("Hell\"");
    decode ("Hell\\");
    decode ("Hell\t");
    decode ("Hell\x7f");
    decode ("Hell\x80");
    decode ("Hell\xff");
    decode ("HelloWorl'");
    decode ("HelloWorl,");
    for (int c = 1; c < 256; c++) {
        char each[6] = {'0', '0', '0', '0', (char) c, 0};
        uint8_t data[4];
        errno = 0;
        uint8_t *result = zmq_z85_decode (data, each);
        if (result)
            SAY ("%d -> %d", c, data[3]);
        else
            CHECK (errno == EINVAL);
    }

    char public_key[41], secret_key[41], again[41];
    RC (zmq_curve_keypair (public_key, secret_key));
    SAY ("lengths %zu %zu", strlen (public_key), strlen (secret_key));
    RC (zmq_curve_public (again, secret_key));
    SAY ("same public key %d", strcmp (again, public_key) == 0);
    char other_public[41], other_secret[41];
    OK (zmq_curve_keypair (other_public, other_secret));
    CHECK (strcmp (other_public, public_key) != 0 && strcmp (other_secret, secret_key) != 0);
    RC (zmq_curve_public (again, "D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs"));
    SAY ("%s", again);
    RC (zmq_curve_public (again, "JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh6"));
    SAY ("%s", again);
    RC (zmq_curve_public (again, "0000000000000000000000000000000000000000"));
    SAY ("%s", again);
    RC (zmq_curve_public (again, "too short"));
    RC (zmq_curve_public (again, ""));
    RC (zmq_curve_public (again, "D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%c "));
    return 0;
}
