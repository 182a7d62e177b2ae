//! Monitors with a choice of format and socket type (draft).

use std::ffi::{c_char, c_int, c_void};

use crate::capi::entry::{bytes_from_c, entry, not_yet};
use crate::capi::socket::handle;

/// Reports what happens to a socket in event format 1 or 2 (zmq_socket_monitor_versioned(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_socket_monitor_versioned(
    socket: *mut c_void,
    addr: *const c_char,
    events: u64,
    event_version: c_int,
    r#type: c_int,
) -> c_int {
    entry(|| {
        handle(socket).with(|socket| {
            let endpoint = if addr.is_null() {
                None
            } else {
                // SAFETY: by the manual page a string of the caller's, or NULL.
                Some(unsafe { bytes_from_c(addr) }?)
            };
            socket.monitor(endpoint, events, event_version, r#type)
        })
    })
}

/// Asks for a ZMQ_EVENT_PIPES_STATS event of each pipe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_socket_monitor_pipes_stats(socket: *mut c_void) -> c_int {
    not_yet!(socket)
}
