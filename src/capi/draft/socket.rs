//! Groups and peers of sockets (draft): RADIO and DISH (RFC 48), PEER (RFC 51).

use std::ffi::{c_char, c_int, c_void};

use crate::capi::entry::not_yet;

/// Joins a group, on a DISH socket (zmq_join(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_join(socket: *mut c_void, group: *const c_char) -> c_int {
    not_yet!(socket, group)
}

/// Leaves a group, on a DISH socket (zmq_leave(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_leave(socket: *mut c_void, group: *const c_char) -> c_int {
    not_yet!(socket, group)
}

/// Connects a PEER socket; the routing id of the peer, or 0 on failure (zmq_connect_peer(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_connect_peer(socket: *mut c_void, addr: *const c_char) -> u32 {
    not_yet!(socket, addr)
}

/// Ends the connection to one peer by its routing id.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_disconnect_peer(socket: *mut c_void, routing_id: u32) -> c_int {
    not_yet!(socket, routing_id)
}

/// Whether one peer of a ROUTER can be written to or read from (ZMQ_POLLIN, ZMQ_POLLOUT).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_socket_get_peer_state(
    socket: *mut c_void,
    routing_id: *const c_void,
    routing_id_size: usize,
) -> c_int {
    not_yet!(socket, routing_id, routing_id_size)
}
