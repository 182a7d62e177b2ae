//! Polling with a signal mask (draft).

use std::ffi::{c_int, c_long};

use libc::sigset_t;

use crate::capi::entry::entry;
use crate::capi::poll::items_from_c;
use crate::capi::types::zmq_pollitem_t;
use crate::poller::poll;

/// Waits as zmq_poll does, with the signal mask replaced meanwhile (zmq_ppoll(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_ppoll(
    items: *mut zmq_pollitem_t,
    nitems: c_int,
    timeout: c_long,
    sigmask: *const sigset_t,
) -> c_int {
    entry(|| {
        // SAFETY: by the manual page `nitems` items, which no other thread uses meanwhile.
        let items = unsafe { items_from_c(items, nitems) }?;
        // SAFETY: by the manual page NULL or a signal mask.
        let mask = unsafe { sigmask.as_ref() };
        poll(items, timeout, mask)
    })
}
