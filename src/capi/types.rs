//! The structs and callbacks of zmq.h. Their layout is ABI: no field may move.
//!
//! `zmq_msg_t` is opaque here and stands in `cbindgen.toml` as text, because neither its field `_` nor its
//! alignment can be written in Rust; the test below holds the two together.
#![forbid(unsafe_code)]
#![allow(non_camel_case_types)]

use std::ffi::{c_int, c_short, c_void};

/// Room for a message: 64 bytes, aligned as a pointer (zmq_msg_init(3)).
///
/// The application owns the memory, the library owns what is in it.
#[repr(C)]
pub struct zmq_msg_t {
    bytes: [u8; 64],
    align: [usize; 0],
}

/// A socket of the operating system.
pub type zmq_fd_t = c_int;

/// One thing to wait for (zmq_poll(3)): a socket, or a file descriptor if `socket` is NULL.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct zmq_pollitem_t {
    /// Socket handle, or NULL.
    pub socket: *mut c_void,
    /// File descriptor, looked at only if `socket` is NULL.
    pub fd: zmq_fd_t,
    /// Bits to wait for.
    pub events: c_short,
    /// Bits that were found.
    pub revents: c_short,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capi::draft::types::zmq_poller_event_t;
    use std::mem::{align_of, offset_of, size_of};

    #[test]
    fn layouts_are_those_of_the_abi() {
        let pointer = size_of::<*mut c_void>();
        assert_eq!((size_of::<zmq_msg_t>(), align_of::<zmq_msg_t>()), (64, pointer));
        assert_eq!(offset_of!(zmq_msg_t, bytes), 0);
        assert_eq!(offset_of!(zmq_pollitem_t, socket), 0);
        assert_eq!(offset_of!(zmq_pollitem_t, fd), pointer);
        assert_eq!(offset_of!(zmq_pollitem_t, events), pointer + 4);
        assert_eq!(offset_of!(zmq_pollitem_t, revents), pointer + 6);
        assert_eq!(size_of::<zmq_pollitem_t>(), pointer + 8);
        assert_eq!(offset_of!(zmq_poller_event_t, fd), pointer);
        assert_eq!(offset_of!(zmq_poller_event_t, user_data), 2 * pointer);
        assert_eq!(size_of::<zmq_poller_event_t>(), 4 * pointer);
    }
}
