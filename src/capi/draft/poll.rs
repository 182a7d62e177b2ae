//! Polling with a signal mask (draft).

use std::ffi::{c_int, c_long};

use libc::sigset_t;

use crate::capi::entry::not_yet;
use crate::capi::types::zmq_pollitem_t;

/// Waits as zmq_poll does, with the signal mask replaced meanwhile (zmq_ppoll(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_ppoll(
    items: *mut zmq_pollitem_t,
    nitems: c_int,
    timeout: c_long,
    sigmask: *const sigset_t,
) -> c_int {
    not_yet!(items, nitems, timeout, sigmask)
}
