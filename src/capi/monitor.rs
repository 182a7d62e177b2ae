//! Monitors: the events of a socket, read from an inproc endpoint.

use std::ffi::{c_char, c_int, c_void};

use super::entry::not_yet;

/// Reports what happens to a socket at an inproc endpoint (zmq_socket_monitor(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_socket_monitor(
    socket: *mut c_void,
    addr: *const c_char,
    events: c_int,
) -> c_int {
    not_yet!(socket, addr, events)
}
