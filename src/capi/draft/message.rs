//! Routing ids and groups of messages, and a message made from a copy (draft).

use std::ffi::{c_char, c_int, c_void};

use crate::capi::entry::{bytes_from_c, bytes_of_c, entry};
use crate::capi::message::{live, place};
use crate::capi::types::zmq_msg_t;
use crate::errno::Errno;
use crate::message::Message;

/// Sets the routing id that SERVER and PEER send to (zmq_msg_set_routing_id(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_msg_set_routing_id(msg: *mut zmq_msg_t, routing_id: u32) -> c_int {
    entry(|| {
        if routing_id == 0 {
            return Err(Errno::EINVAL);
        }
        // SAFETY: by the manual page a message of the caller's.
        unsafe { live(msg) }?.set_routing_id(routing_id);
        Ok(())
    })
}

/// The routing id that a message came from, or 0 (zmq_msg_routing_id(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_msg_routing_id(msg: *mut zmq_msg_t) -> u32 {
    entry(|| {
        // SAFETY: by the manual page a message of the caller's.
        Ok(unsafe { live(msg) }?.routing_id())
    })
}

/// Sets the group that RADIO publishes to (zmq_msg_set_group(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_msg_set_group(msg: *mut zmq_msg_t, group: *const c_char) -> c_int {
    entry(|| {
        // SAFETY: by the manual page a string of the caller's, or NULL.
        let group = unsafe { bytes_from_c(group) }?;
        // SAFETY: by the manual page a message of the caller's.
        unsafe { live(msg) }?.set_group(group)
    })
}

/// The group of a message, owned by the message (zmq_msg_group(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_msg_group(msg: *mut zmq_msg_t) -> *const c_char {
    entry(|| {
        // SAFETY: by the manual page a message of the caller's.
        let group = unsafe { live(msg) }?
            .metadata()
            .map(|metadata| metadata.group.as_deref().unwrap_or_default());
        Ok(group.unwrap_or_default().as_ptr())
    })
}

/// Makes a message from a copy of a buffer (zmq_msg_init_buffer(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_msg_init_buffer(
    msg: *mut zmq_msg_t,
    buf: *const c_void,
    size: usize,
) -> c_int {
    entry(|| {
        // SAFETY: by the manual page `size` readable bytes, or NULL.
        let body = unsafe { bytes_of_c(buf, size) }?;
        let message = Message::from_slice(body);
        let is_whole = message.len() == body.len();
        // SAFETY: by the manual page the memory of a message.
        unsafe { place(msg, is_whole.then_some(message)) }
    })
}
