//! Monitors: the events of a socket, read from an inproc endpoint.

use std::ffi::{c_char, c_int, c_void};

use super::entry::{bytes_from_c, entry};
use super::socket::handle;
use crate::options::SocketType;

/// Reports what happens to a socket at an inproc endpoint (zmq_socket_monitor(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_socket_monitor(
    socket: *mut c_void,
    addr: *const c_char,
    events: c_int,
) -> c_int {
    entry(|| {
        handle(socket).with(|socket| {
            let endpoint = if addr.is_null() {
                None
            } else {
                // SAFETY: by the manual page a string of the caller's, or NULL.
                Some(unsafe { bytes_from_c(addr) }?)
            };
            let pair = SocketType::Pair.into_c();
            socket.monitor(endpoint, u64::from(events.cast_unsigned()), 1, pair)
        })
    })
}
