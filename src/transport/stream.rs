//! A connected socket: bytes in, bytes out, nothing waits.
//!
//! Invariants: the descriptor is nonblocking and stays open as long as the value; the texts are those of the moment it was
//! made, because a peer that is gone has no address any more. Reading and writing take `&self`: two threads may do one
//! each, and whoever lets two threads write decides the order.
#![forbid(unsafe_code)]

use std::io::IoSlice;
use std::mem::{MaybeUninit, take};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};

use super::text;
use crate::errno::Result;
use crate::sys::addr::SockAddr;
use crate::sys::net;

/// One connection over tcp or ipc. Dropping it closes the descriptor.
#[derive(Debug)]
pub struct Stream {
    fd: OwnedFd,
    local_endpoint: String,
    remote_endpoint: String,
    peer_address: String,
}

impl Stream {
    /// Of a connected socket with the given addresses.
    pub(super) fn new(fd: OwnedFd, local: Option<&SockAddr>, peer: &SockAddr) -> Self {
        let peer_address = match peer.ip() {
            Some(ip) => text::host(&ip),
            None => credentials_text(fd.as_fd()),
        };
        Self {
            fd,
            local_endpoint: local.map(text::endpoint).unwrap_or_default(),
            remote_endpoint: text::endpoint(peer),
            peer_address,
        }
    }

    /// Reads what is there into `buffer`, whose first n bytes are initialised afterwards; 0 is the end of the stream (if
    /// `buffer` is not empty). Errors: EAGAIN when there is nothing, and what ended the connection.
    pub fn read_uninit<'a>(&self, buffer: &'a mut [MaybeUninit<u8>]) -> Result<&'a mut [u8]> {
        net::recv_uninit(self.as_fd(), buffer)
    }

    /// As [`read_uninit`](Self::read_uninit), over bytes that are initialised already.
    pub fn read(&self, buffer: &mut [u8]) -> Result<usize> {
        net::recv(self.as_fd(), buffer)
    }

    /// Writes as much as there is room for. Errors: EAGAIN when there is none, and what ended the connection (EPIPE without
    /// SIGPIPE).
    pub fn write(&self, bytes: &[u8]) -> Result<usize> {
        net::send(self.as_fd(), bytes)
    }

    /// As [`write`](Self::write), from several buffers in order.
    pub fn write_vectored(&self, buffers: &[IoSlice<'_>]) -> Result<usize> {
        net::send_vectored(self.as_fd(), buffers)
    }

    /// Ends both directions; the descriptor becomes readable and stays registered.
    pub fn shutdown(&self) {
        net::shutdown(self.as_fd());
    }

    /// The descriptor's number, as monitor events and ZMQ_SRCFD tell it.
    pub fn fd(&self) -> RawFd {
        self.fd.as_raw_fd()
    }

    /// The endpoint of this end: `tcp://ip:port`, `ipc://path`, or `ipc://` for a connecting end.
    pub fn local_endpoint(&self) -> &str {
        &self.local_endpoint
    }

    /// The endpoints of this end and of the other one, which are then no longer kept here.
    pub fn take_endpoints(&mut self) -> (String, String) {
        (take(&mut self.local_endpoint), take(&mut self.remote_endpoint))
    }

    /// The endpoint of the other end.
    pub fn remote_endpoint(&self) -> &str {
        &self.remote_endpoint
    }

    /// The `Peer-Address` property of messages (zmq_msg_gets(3)): the address without port over tcp,
    /// `localhost:uid:gid:pid` over ipc.
    pub fn peer_address(&self) -> &str {
        &self.peer_address
    }
}

impl AsFd for Stream {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}

/// Who is at the other end of an ipc connection.
fn credentials_text(fd: BorrowedFd<'_>) -> String {
    match net::peer_credentials(fd) {
        Ok(peer) => format!("localhost:{}:{}:{}", peer.uid, peer.gid, peer.pid),
        Err(_) => String::new(),
    }
}
