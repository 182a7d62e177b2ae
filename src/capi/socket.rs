//! Sockets: making, options, endpoints, sending, receiving.

use std::ffi::{c_char, c_int, c_void};

use libc::iovec;

use super::entry::not_yet;
use super::message::{zmq_msg_recv, zmq_msg_send};
use super::types::zmq_msg_t;

/// Makes a socket (zmq_socket(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_socket(context: *mut c_void, r#type: c_int) -> *mut c_void {
    not_yet!(context, r#type)
}

/// Closes a socket; what it still has to send lingers (zmq_close(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_close(socket: *mut c_void) -> c_int {
    not_yet!(socket)
}

/// Sets a socket option (zmq_setsockopt(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_setsockopt(
    socket: *mut c_void,
    option: c_int,
    optval: *const c_void,
    optvallen: usize,
) -> c_int {
    not_yet!(socket, option, optval, optvallen)
}

/// Reads a socket option (zmq_getsockopt(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_getsockopt(
    socket: *mut c_void,
    option: c_int,
    optval: *mut c_void,
    optvallen: *mut usize,
) -> c_int {
    not_yet!(socket, option, optval, optvallen)
}

/// Accepts connections at an endpoint (zmq_bind(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_bind(socket: *mut c_void, addr: *const c_char) -> c_int {
    not_yet!(socket, addr)
}

/// Connects to an endpoint, now or when it appears (zmq_connect(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_connect(socket: *mut c_void, addr: *const c_char) -> c_int {
    not_yet!(socket, addr)
}

/// Stops accepting connections at an endpoint (zmq_unbind(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_unbind(socket: *mut c_void, addr: *const c_char) -> c_int {
    not_yet!(socket, addr)
}

/// Disconnects from an endpoint (zmq_disconnect(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_disconnect(socket: *mut c_void, addr: *const c_char) -> c_int {
    not_yet!(socket, addr)
}

/// Sends a copy of a buffer; its size in bytes (zmq_send(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_send(
    socket: *mut c_void,
    buf: *const c_void,
    len: usize,
    flags: c_int,
) -> c_int {
    not_yet!(socket, buf, len, flags)
}

/// Sends a buffer that never changes and is never freed; its size in bytes (zmq_send_const(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_send_const(
    socket: *mut c_void,
    buf: *const c_void,
    len: usize,
    flags: c_int,
) -> c_int {
    not_yet!(socket, buf, len, flags)
}

/// Receives into a buffer, cut to its length; the size of the whole in bytes (zmq_recv(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_recv(
    socket: *mut c_void,
    buf: *mut c_void,
    len: usize,
    flags: c_int,
) -> c_int {
    not_yet!(socket, buf, len, flags)
}

/// Deprecated: zmq_msg_send with the socket first (zmq_sendmsg(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_sendmsg(
    socket: *mut c_void,
    msg: *mut zmq_msg_t,
    flags: c_int,
) -> c_int {
    // SAFETY: the same contract, passed on.
    unsafe { zmq_msg_send(msg, socket, flags) }
}

/// Deprecated: zmq_msg_recv with the socket first (zmq_recvmsg(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_recvmsg(
    socket: *mut c_void,
    msg: *mut zmq_msg_t,
    flags: c_int,
) -> c_int {
    // SAFETY: the same contract, passed on.
    unsafe { zmq_msg_recv(msg, socket, flags) }
}

/// Sends buffers as the parts of one message; the size of the last in bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_sendiov(
    socket: *mut c_void,
    iov: *mut iovec,
    count: usize,
    flags: c_int,
) -> c_int {
    not_yet!(socket, iov, count, flags)
}

/// Receives the parts of one message into buffers that the caller frees with free(3).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_recviov(
    socket: *mut c_void,
    iov: *mut iovec,
    count: *mut usize,
    flags: c_int,
) -> c_int {
    not_yet!(socket, iov, count, flags)
}
