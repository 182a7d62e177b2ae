/*  The keys of CURVE as text, and whether the library has CURVE.  */
#include "check.h"

int main (void)
{
    SAY ("has \"curve\" %d", zmq_has ("curve"));
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
