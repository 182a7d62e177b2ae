/*  a_option_set_int.c for the options of PLAIN and CURVE.  */
#define OPTIONS_OF_SECURITY 1
#include "a_option_set_int.c"
