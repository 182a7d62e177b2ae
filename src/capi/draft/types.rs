//! The draft struct of zmq.h. Its layout is ABI.
#![forbid(unsafe_code)]
#![allow(non_camel_case_types)]

use std::ffi::{c_short, c_void};

use crate::capi::types::zmq_fd_t;

/// What a poller found (zmq_poller(3)): a socket, or a file descriptor if `socket` is NULL.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct zmq_poller_event_t {
    /// Socket handle, or NULL.
    pub socket: *mut c_void,
    /// File descriptor, or -1 for a socket.
    pub fd: zmq_fd_t,
    /// What was given when the item was added.
    pub user_data: *mut c_void,
    /// Bits that were found.
    pub events: c_short,
}
