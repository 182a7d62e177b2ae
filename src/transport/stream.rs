//! A connected socket: bytes in, bytes out, nothing waits.
//!
//! Invariants: the descriptor is nonblocking and stays open as long as the value. The peer's address is kept, because a
//! peer that is gone has none any more; texts are made when somebody asks. Reading and writing take `&self`: two threads
//! may do one each, and whoever lets two threads write decides the order.
#![forbid(unsafe_code)]

use std::io::IoSlice;
use std::mem::MaybeUninit;
use std::net::{SocketAddr, SocketAddrV4};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};

use super::text;
use crate::errno::Result;
use crate::sys::addr::SockAddr;
use crate::sys::net;

/// One connection over tcp or ipc. Dropping it closes the descriptor.
pub struct Stream {
    fd: OwnedFd,
    peer: Peer,
}

/// The address of the other end: most are small.
enum Peer {
    V4(SocketAddrV4),
    Other(Box<SockAddr>),
}

impl Stream {
    /// Of a socket that is connected to `peer`.
    pub(super) fn new(fd: OwnedFd, peer: &SockAddr) -> Self {
        let peer = match peer.ip() {
            Some(SocketAddr::V4(v4)) => Peer::V4(v4),
            Some(SocketAddr::V6(_)) | None => Peer::Other(Box::new(*peer)),
        };
        Self { fd, peer }
    }

    fn peer(&self) -> SockAddr {
        match &self.peer {
            Peer::V4(v4) => SocketAddr::V4(*v4).into(),
            Peer::Other(address) => **address,
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
    pub fn local_endpoint(&self) -> String {
        net::local_address(self.as_fd()).map(|local| text::endpoint(&local)).unwrap_or_default()
    }

    /// The endpoint of the other end.
    pub fn remote_endpoint(&self) -> String {
        text::endpoint(&self.peer())
    }

    /// The `Peer-Address` property of messages (zmq_msg_gets(3)): the address without port over tcp,
    /// `localhost:uid:gid:pid` over ipc.
    pub fn peer_address(&self) -> String {
        match self.peer().ip() {
            Some(ip) => text::host(&ip),
            None => credentials_text(self.as_fd()),
        }
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
