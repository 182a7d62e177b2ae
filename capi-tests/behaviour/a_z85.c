/*  Z85 (RFC 32).  */
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
    return 0;
}
