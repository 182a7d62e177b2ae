/*  The draft functions of <zmq.h>, found when the program runs: a library may have them or not.  */
#ifndef DRAFT_H
#define DRAFT_H

#define ZMQ_BUILD_DRAFT_API
#include "check.h"
#include <dlfcn.h>

/*  Defines NAME_ as a pointer to the draft function NAME; the program ends if there is none.  */
#define DRAFT(name)                                                                                                    \
    static __typeof__ (name) *name##_;                                                                                 \
    __attribute__ ((constructor)) static void find_##name (void)                                                       \
    {                                                                                                                  \
        *(void **) &name##_ = dlsym (RTLD_DEFAULT, #name);                                                             \
        CHECK (name##_ != NULL);                                                                                       \
    }

#endif
