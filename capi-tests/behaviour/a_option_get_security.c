/*  a_option_get.c for the options of PLAIN and CURVE.  */
#define OPTIONS_OF_SECURITY 1
#include "a_option_get.c"
