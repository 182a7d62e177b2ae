/* SPDX-License-Identifier: MPL-2.0 */

/* Deprecated: everything that stood here is declared by zmq.h. */

#ifndef __ZMQ_UTILS_H_INCLUDED__
#define __ZMQ_UTILS_H_INCLUDED__

#if defined(__GNUC__) || defined(_MSC_VER)
#pragma message("zmq_utils.h is deprecated, include zmq.h instead")
#endif

#include "zmq.h"

#endif
