//! The poller object (draft, zmq_poller(3)): sockets, thread-safe sockets and file descriptors.

use std::ffi::{c_int, c_long, c_short, c_void};

use super::types::zmq_poller_event_t;
use crate::capi::entry::not_yet;
use crate::capi::types::zmq_fd_t;

/// Makes a poller.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_poller_new() -> *mut c_void {
    not_yet!()
}

/// Frees a poller and sets the pointer to NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_poller_destroy(poller_p: *mut *mut c_void) -> c_int {
    not_yet!(poller_p)
}

/// The number of sockets and file descriptors that a poller holds.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_poller_size(poller: *mut c_void) -> c_int {
    not_yet!(poller)
}

/// Adds a socket.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_poller_add(
    poller: *mut c_void,
    socket: *mut c_void,
    user_data: *mut c_void,
    events: c_short,
) -> c_int {
    not_yet!(poller, socket, user_data, events)
}

/// Changes the events that a socket is waited for.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_poller_modify(
    poller: *mut c_void,
    socket: *mut c_void,
    events: c_short,
) -> c_int {
    not_yet!(poller, socket, events)
}

/// Removes a socket.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_poller_remove(poller: *mut c_void, socket: *mut c_void) -> c_int {
    not_yet!(poller, socket)
}

/// Waits for one event; the timeout is in milliseconds.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_poller_wait(
    poller: *mut c_void,
    event: *mut zmq_poller_event_t,
    timeout: c_long,
) -> c_int {
    not_yet!(poller, event, timeout)
}

/// Waits for up to `n_events` events and returns how many there are.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_poller_wait_all(
    poller: *mut c_void,
    events: *mut zmq_poller_event_t,
    n_events: c_int,
    timeout: c_long,
) -> c_int {
    not_yet!(poller, events, n_events, timeout)
}

/// The file descriptor that signals for the thread-safe sockets of a poller.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_poller_fd(poller: *mut c_void, fd: *mut zmq_fd_t) -> c_int {
    not_yet!(poller, fd)
}

/// Adds a file descriptor.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_poller_add_fd(
    poller: *mut c_void,
    fd: zmq_fd_t,
    user_data: *mut c_void,
    events: c_short,
) -> c_int {
    not_yet!(poller, fd, user_data, events)
}

/// Changes the events that a file descriptor is waited for.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_poller_modify_fd(
    poller: *mut c_void,
    fd: zmq_fd_t,
    events: c_short,
) -> c_int {
    not_yet!(poller, fd, events)
}

/// Removes a file descriptor.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_poller_remove_fd(poller: *mut c_void, fd: zmq_fd_t) -> c_int {
    not_yet!(poller, fd)
}
