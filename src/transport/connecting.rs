//! A connection that is being made: started, then finished once its descriptor is writable.
//!
//! ipc connects at once or fails at once; tcp to this host often connects at once too.
#![forbid(unsafe_code)]

use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};

use super::open_error::OpenError;
use super::resolve::{PeerAddress, TcpTarget, unix_address};
use super::stream::Stream;
use super::tuning::{self, ConnectedTuning};
use crate::endpoint::IpcPath;
use crate::errno::{Errno, Result};
use crate::options::Options;
use crate::sys::addr::SockAddr;
use crate::sys::net;

/// An unfinished connection. Dropping it gives it up.
pub struct Connecting {
    fd: OwnedFd,
    tuning: Option<ConnectedTuning>,
    is_connected: bool,
    /// Known once there is a connection.
    peer: Option<SockAddr>,
}

impl Connecting {
    /// Starts to connect. Errors: whatever the system says at once (ECONNREFUSED, ENOENT, EAGAIN for a full ipc backlog, EMFILE,
    /// ...): to be retried later.
    pub fn start(address: &PeerAddress, options: &Options) -> Result<Self, OpenError> {
        match address {
            PeerAddress::Tcp(target) => Self::start_tcp(target, options),
            PeerAddress::Ipc(path) => Self::start_ipc(path, options),
        }
    }

    fn start_tcp(target: &TcpTarget, options: &Options) -> Result<Self, OpenError> {
        let is_ipv6 = target.peer.is_ipv6();
        let family = if is_ipv6 { libc::AF_INET6 } else { libc::AF_INET };
        let fd = net::socket(family, libc::SOCK_STREAM)?;
        let is_connected = tuning::apply_unconnected(fd.as_fd(), is_ipv6, options)
            .and_then(|()| target.source.map_or(Ok(()), |source| bind(fd.as_fd(), &source.into())))
            .and_then(|()| connect(fd.as_fd(), &target.peer.into()))
            .map_err(OpenError::of(&fd))?;
        Ok(Self { fd, tuning: Some(ConnectedTuning::new(options)), is_connected, peer: None })
    }

    fn start_ipc(path: &IpcPath, options: &Options) -> Result<Self, OpenError> {
        let fd = net::socket(libc::AF_UNIX, libc::SOCK_STREAM)?;
        tuning::apply_buffers(fd.as_fd(), options);
        let address = unix_address(path)?;
        let is_connected = connect(fd.as_fd(), &address).map_err(OpenError::of(&fd))?;
        Ok(Self { fd, tuning: None, is_connected, peer: None })
    }

    /// Whether the attempt has come to an end, so that [`Self::finish`] tells which.
    pub fn is_ready(&mut self) -> bool {
        if self.is_established() {
            return true;
        }
        let mut fds = [net::PollFd::new(self.fd(), libc::POLLOUT)];
        self.is_connected || net::poll(&mut fds, 0).is_ok_and(|n| n > 0)
    }

    /// Whether there is a connection now. Over loopback there is one as soon as it is asked for, although the system
    /// says that it takes a while.
    pub fn is_established(&mut self) -> bool {
        self.peer = net::peer_address(self.fd.as_fd()).ok();
        self.peer.is_some()
    }

    /// Whether [`finish`](Self::finish) may be called at once, without waiting for writability.
    pub fn is_connected(&self) -> bool {
        self.is_connected
    }

    /// The descriptor's number, as monitor events tell it.
    pub fn fd(&self) -> RawFd {
        self.fd.as_raw_fd()
    }

    /// The connection, once [`is_connected`](Self::is_connected) or the descriptor was writable. Errors: why there is none
    /// (ECONNREFUSED, ETIMEDOUT, ...).
    pub fn finish(self) -> Result<Stream> {
        let peer = match self.peer {
            Some(peer) => peer,
            None => {
                net::take_error(self.fd.as_fd())?;
                net::peer_address(self.fd.as_fd())?
            }
        };
        if let Some(tuning) = self.tuning {
            if is_self_connected(self.fd.as_fd(), &peer) {
                return Err(Errno::ECONNREFUSED);
            }
            tuning.apply(self.fd.as_fd());
        }
        Ok(Stream::new(self.fd, &peer))
    }
}

impl AsFd for Connecting {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}

/// A fixed source port is used again while its last connection lingers in TIME_WAIT.
fn bind(fd: BorrowedFd<'_>, source: &SockAddr) -> Result<()> {
    net::set_option(fd, libc::SOL_SOCKET, libc::SO_REUSEADDR, 1)?;
    net::bind(fd, source)
}

/// Whether it is connected already; false is in progress.
fn connect(fd: BorrowedFd<'_>, address: &SockAddr) -> Result<bool> {
    match net::connect(fd, address) {
        Ok(()) => Ok(true),
        // An interrupted connect goes on by itself.
        Err(Errno::EINPROGRESS | Errno::EINTR) => Ok(false),
        Err(errno) => Err(errno),
    }
}

/// Retrying a port of this host from the ephemeral range that nobody listens on ends, by chance, in a connection from that port
/// to itself, which also keeps the real listener from binding.
fn is_self_connected(fd: BorrowedFd<'_>, peer: &SockAddr) -> bool {
    let local = net::local_address(fd).ok().and_then(|local| local.ip());
    local.is_some() && local == peer.ip()
}
