//! Polling an array of sockets and file descriptors.

use std::ffi::{c_int, c_long};

use super::entry::not_yet;
use super::types::zmq_pollitem_t;

/// Waits until an item is ready, at most `timeout` milliseconds; how many are (zmq_poll(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_poll(
    items: *mut zmq_pollitem_t,
    nitems: c_int,
    timeout: c_long,
) -> c_int {
    not_yet!(items, nitems, timeout)
}
