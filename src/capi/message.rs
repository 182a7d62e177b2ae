//! Messages: one part each, in the application's 64 bytes.

use std::ffi::{c_char, c_int, c_void};

use super::entry::not_yet;
use super::types::zmq_msg_t;

/// Makes an empty message (zmq_msg_init(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_msg_init(msg: *mut zmq_msg_t) -> c_int {
    not_yet!(msg)
}

/// Makes a message of `size` bytes with undefined content (zmq_msg_init_size(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_msg_init_size(msg: *mut zmq_msg_t, size: usize) -> c_int {
    not_yet!(msg, size)
}

/// Makes a message around a buffer of the application's; `ffn` frees it, on any thread
/// (zmq_msg_init_data(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_msg_init_data(
    msg: *mut zmq_msg_t,
    data: *mut c_void,
    size: usize,
    ffn: Option<unsafe extern "C" fn(data: *mut c_void, hint: *mut c_void)>,
    hint: *mut c_void,
) -> c_int {
    not_yet!(msg, data, size, ffn, hint)
}

/// Sends a message, which is empty afterwards; its size in bytes (zmq_msg_send(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_msg_send(
    msg: *mut zmq_msg_t,
    socket: *mut c_void,
    flags: c_int,
) -> c_int {
    not_yet!(msg, socket, flags)
}

/// Receives into a message, whose old content is freed; its size in bytes (zmq_msg_recv(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_msg_recv(
    msg: *mut zmq_msg_t,
    socket: *mut c_void,
    flags: c_int,
) -> c_int {
    not_yet!(msg, socket, flags)
}

/// Frees the content of a message (zmq_msg_close(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_msg_close(msg: *mut zmq_msg_t) -> c_int {
    not_yet!(msg)
}

/// Moves the content; the source is empty afterwards (zmq_msg_move(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_msg_move(dest: *mut zmq_msg_t, src: *mut zmq_msg_t) -> c_int {
    not_yet!(dest, src)
}

/// Copies the content, or shares it if it is large (zmq_msg_copy(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_msg_copy(dest: *mut zmq_msg_t, src: *mut zmq_msg_t) -> c_int {
    not_yet!(dest, src)
}

/// The content of a message (zmq_msg_data(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_msg_data(msg: *mut zmq_msg_t) -> *mut c_void {
    not_yet!(msg)
}

/// The size of the content in bytes (zmq_msg_size(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_msg_size(msg: *const zmq_msg_t) -> usize {
    not_yet!(msg)
}

/// Whether more parts of the same message follow (zmq_msg_more(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_msg_more(msg: *const zmq_msg_t) -> c_int {
    not_yet!(msg)
}

/// Reads a property of a message (zmq_msg_get(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_msg_get(msg: *const zmq_msg_t, property: c_int) -> c_int {
    not_yet!(msg, property)
}

/// Sets a property of a message (zmq_msg_set(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_msg_set(msg: *mut zmq_msg_t, property: c_int, optval: c_int) -> c_int {
    not_yet!(msg, property, optval)
}

/// Reads a text property, owned by the message (zmq_msg_gets(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_msg_gets(
    msg: *const zmq_msg_t,
    property: *const c_char,
) -> *const c_char {
    not_yet!(msg, property)
}
