//! Sockets: making, options, endpoints, sending, receiving.

use std::ffi::{c_char, c_int, c_void};

use libc::iovec;

use super::context::CONTEXTS;
use super::entry::{bytes_from_c, bytes_of_c, bytes_of_c_mut, entry};
use super::large;
use super::message::{zmq_msg_recv, zmq_msg_send};
use super::types::zmq_msg_t;
use crate::errno::{Errno, Result};
use crate::message::{Message, Outbound};
use crate::socket::blocking::SNDMORE;
use crate::socket::{Handle, LARGE, Socket};

/// The socket that C means; any value is safe.
#[inline]
pub(super) fn handle(socket: *mut c_void) -> Handle {
    Handle(socket.addr())
}

/// Makes a socket (zmq_socket(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_socket(context: *mut c_void, r#type: c_int) -> *mut c_void {
    entry(|| {
        let context = CONTEXTS.get(context)?;
        let Handle(address) = Handle::open(&context, r#type)?;
        Ok(std::ptr::with_exposed_provenance_mut::<c_void>(address))
    })
}

/// Closes a socket; what it still has to send lingers (zmq_close(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_close(socket: *mut c_void) -> c_int {
    entry(|| handle(socket).close())
}

/// Sets a socket option (zmq_setsockopt(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_setsockopt(
    socket: *mut c_void,
    option: c_int,
    optval: *const c_void,
    optvallen: usize,
) -> c_int {
    entry(|| {
        handle(socket).with(|socket| {
            let value = match optval.is_null() {
                true if optvallen > 0 => return Err(Errno::EINVAL),
                true => None,
                // SAFETY: by the manual page `optvallen` readable bytes.
                false => Some(unsafe { bytes_of_c(optval, optvallen) }?),
            };
            socket.set_option(option, value)
        })
    })
}

/// Reads a socket option (zmq_getsockopt(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_getsockopt(
    socket: *mut c_void,
    option: c_int,
    optval: *mut c_void,
    optvallen: *mut usize,
) -> c_int {
    entry(|| {
        handle(socket).with(|socket| {
            // SAFETY: by the manual page a size of the caller's, or NULL.
            let len = unsafe { optvallen.as_mut() }.ok_or(Errno::EINVAL)?;
            // SAFETY: by the manual page `*optvallen` writable bytes, or NULL.
            let out = unsafe { bytes_of_c_mut(optval, *len) }.map_err(|_| Errno::EINVAL)?;
            *len = socket.get_option(option, out)?;
            Ok(())
        })
    })
}

/// Accepts connections at an endpoint (zmq_bind(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_bind(socket: *mut c_void, addr: *const c_char) -> c_int {
    // SAFETY: the same contract, passed on.
    unsafe { with_endpoint(socket, addr, Socket::bind) }
}

/// Connects to an endpoint, now or when it appears (zmq_connect(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_connect(socket: *mut c_void, addr: *const c_char) -> c_int {
    // SAFETY: the same contract, passed on.
    unsafe { with_endpoint(socket, addr, Socket::connect) }
}

/// Stops accepting connections at an endpoint (zmq_unbind(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_unbind(socket: *mut c_void, addr: *const c_char) -> c_int {
    // SAFETY: the same contract, passed on.
    unsafe { with_endpoint(socket, addr, Socket::term_endpoint) }
}

/// Disconnects from an endpoint (zmq_disconnect(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_disconnect(socket: *mut c_void, addr: *const c_char) -> c_int {
    // SAFETY: the same contract, passed on.
    unsafe { with_endpoint(socket, addr, Socket::term_endpoint) }
}

/// Sends a copy of a buffer; its size in bytes (zmq_send(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_send(
    socket: *mut c_void,
    buf: *const c_void,
    len: usize,
    flags: c_int,
) -> c_int {
    entry(|| {
        // SAFETY: by the manual page `len` readable bytes, or NULL.
        let body = unsafe { bytes_of_c(buf, len) }?;
        if len >= LARGE {
            return large::send(handle(socket), body, flags).map(|()| len);
        }
        handle(socket).send_slice(body, flags).map(|()| len)
    })
}

/// Sends a buffer that never changes and is never freed; its size in bytes (zmq_send_const(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_send_const(
    socket: *mut c_void,
    buf: *const c_void,
    len: usize,
    flags: c_int,
) -> c_int {
    entry(|| {
        // SAFETY: by the manual page `len` bytes that stay readable for ever.
        let message =
            unsafe { Message::from_user(buf.cast_mut(), len, None, std::ptr::null_mut()) };
        let mut message = message.ok_or(Errno::ENOMEM)?;
        handle(socket).send(&mut Outbound::Message(&mut message), flags).map(|()| len)
    })
}

/// Receives into a buffer, cut to its length; the size of the whole in bytes (zmq_recv(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_recv(
    socket: *mut c_void,
    buf: *mut c_void,
    len: usize,
    flags: c_int,
) -> c_int {
    entry(|| {
        // SAFETY: by the manual page `len` writable bytes, or NULL.
        let out = unsafe { bytes_of_c_mut(buf, len) }?;
        handle(socket).recv_slice(out, flags)
    })
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
    entry(|| {
        let socket = handle(socket);
        socket.shared()?;
        if iov.is_null() || count == 0 {
            return Err(Errno::EINVAL);
        }
        // SAFETY: by the manual page `count` buffers.
        let buffers = unsafe { std::slice::from_raw_parts(iov, count) };
        let mut sent = 0;
        for (i, buffer) in buffers.iter().enumerate() {
            let flags = if i + 1 == count { flags & !SNDMORE } else { flags };
            // SAFETY: by the manual page a buffer of that length, or NULL.
            let body = unsafe { bytes_of_c(buffer.iov_base, buffer.iov_len) }?;
            socket.send(&mut Outbound::Slice(body), flags)?;
            sent = body.len();
        }
        Ok(sent)
    })
}

/// Receives the parts of one message into buffers that the caller frees with free(3).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_recviov(
    socket: *mut c_void,
    iov: *mut iovec,
    count: *mut usize,
    flags: c_int,
) -> c_int {
    entry(|| {
        let socket = handle(socket);
        socket.shared()?;
        // SAFETY: by the manual page a count of the caller's, or NULL.
        let count = unsafe { count.as_mut() }.ok_or(Errno::EINVAL)?;
        if iov.is_null() || *count == 0 {
            return Err(Errno::EINVAL);
        }
        // SAFETY: by the manual page `*count` buffers to fill.
        let buffers = unsafe { std::slice::from_raw_parts_mut(iov, *count) };
        *count = 0;
        for buffer in buffers {
            let mut part = Message::new();
            socket.recv_message(&mut part, flags)?;
            *buffer = copy_for_c(part.data())?;
            *count += 1;
            if !part.has_more() {
                break;
            }
        }
        Ok(*count)
    })
}

/// A copy that the application frees with free(3).
fn copy_for_c(body: &[u8]) -> Result<iovec> {
    // SAFETY: malloc takes any size.
    let copy = unsafe { libc::malloc(body.len()) };
    if copy.is_null() && !body.is_empty() {
        return Err(Errno::ENOMEM);
    }
    if !copy.is_null() {
        // SAFETY: freshly allocated with that length.
        unsafe { std::ptr::copy_nonoverlapping(body.as_ptr(), copy.cast(), body.len()) };
    }
    Ok(iovec { iov_base: copy, iov_len: body.len() })
}

/// Lets the socket do something with an endpoint.
///
/// # Safety
///
/// `addr` is NULL or a string of the caller's.
unsafe fn with_endpoint(
    socket: *mut c_void,
    addr: *const c_char,
    act: impl FnOnce(&mut Socket, &[u8]) -> Result<()>,
) -> c_int {
    entry(|| {
        handle(socket).with(|socket| {
            // SAFETY: the caller's contract.
            let endpoint = unsafe { bytes_from_c(addr) }?;
            act(socket, endpoint)
        })
    })
}
