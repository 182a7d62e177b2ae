//! A bound, listening socket: made in the thread that calls zmq_bind(3), so that its errors reach the application, and
//! accepting without waiting.
//!
//! Dropping it closes the descriptor; a named ipc file stays (another process may have bound it anew), a made-up one goes.
#![forbid(unsafe_code)]

use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};

use super::open_error::OpenError;
use super::resolve::{resolve_local, unix_address};
use super::stream::Stream;
use super::text;
use super::tuning::{self, ConnectedTuning};
use super::wildcard::WildcardFile;
use crate::endpoint::{Endpoint, IpcPath, TcpEndpoint};
use crate::errno::{Errno, Result};
use crate::options::{Options, TcpAcceptFilter};
use crate::sys::addr::SockAddr;
use crate::sys::net::{self, PeerCredentials};

/// Why there is no new connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AcceptError {
    /// Nobody is waiting any more: wait for readability.
    WouldBlock,
    /// A peer was turned away by ZMQ_TCP_ACCEPT_FILTER or ZMQ_IPC_FILTER_*: go on.
    Filtered,
    /// The system is out of something (EMFILE, ENFILE, ENOBUFS, ENOMEM): the peer still waits, so back off.
    Resource(Errno),
    /// One peer failed (ECONNABORTED, EPROTO, ...): go on.
    Other(Errno),
}

impl AcceptError {
    fn of(errno: Errno) -> Self {
        match errno {
            Errno::EAGAIN => Self::WouldBlock,
            Errno::EMFILE | Errno::ENFILE | Errno::ENOBUFS | Errno::ENOMEM => Self::Resource(errno),
            errno => Self::Other(errno),
        }
    }
}

/// A listening socket.
#[derive(Debug)]
pub struct Listener {
    fd: OwnedFd,
    local_endpoint: String,
    filters: Filters,
    _wildcard: Option<WildcardFile>,
}

impl Listener {
    /// Binds and listens. Errors: EINVAL (malformed), ENODEV (no such interface), EADDRINUSE, EADDRNOTAVAIL, EACCES, ENOENT and
    /// others of bind(2); EPROTONOSUPPORT for what is no byte stream.
    pub fn bind(endpoint: &Endpoint, options: &Options) -> Result<Self, OpenError> {
        let (fd, wildcard) = match endpoint {
            Endpoint::Tcp(_) | Endpoint::Ipc(_) if options.use_fd >= 0 => {
                (net::adopt(options.use_fd)?, None)
            }
            Endpoint::Tcp(tcp) => (bind_tcp(tcp, options)?, None),
            Endpoint::Ipc(path) => bind_ipc(path, options)?,
            Endpoint::Inproc(_) | Endpoint::Udp(_) => return Err(Errno::EPROTONOSUPPORT.into()),
        };
        let address = net::local_address(fd.as_fd()).map_err(OpenError::of(&fd))?;
        if address.ip().is_some() {
            // Accepted sockets inherit it.
            ConnectedTuning::new(options).apply(fd.as_fd());
        }
        let local_endpoint = text::endpoint(&address);
        Ok(Self { fd, local_endpoint, filters: Filters::new(options), _wildcard: wildcard })
    }

    /// What ZMQ_LAST_ENDPOINT tells after the bind, and zmq_unbind(3) takes.
    pub fn local_endpoint(&self) -> &str {
        &self.local_endpoint
    }

    /// The descriptor's number, as monitor events tell it.
    pub fn fd(&self) -> RawFd {
        self.fd.as_raw_fd()
    }

    /// The next connection, if it may come in.
    pub fn accept(&self) -> Result<Stream, AcceptError> {
        let (fd, peer) = loop {
            match net::accept(self.fd.as_fd()) {
                Ok(accepted) => break accepted,
                Err(Errno::EINTR) => {}
                Err(errno) => return Err(AcceptError::of(errno)),
            }
        };
        if !self.filters.has(fd.as_fd(), &peer) {
            return Err(AcceptError::Filtered);
        }
        Ok(Stream::new(fd, &peer))
    }
}

impl AsFd for Listener {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}

fn bind_tcp(tcp: &TcpEndpoint, options: &Options) -> Result<OwnedFd, OpenError> {
    // A source has no use here, but a wrong one is told.
    if let Some(source) = tcp.source() {
        resolve_local(source, options)?;
    }
    let address = resolve_local(tcp.target(), options)?;
    let family = if address.is_ipv6() { libc::AF_INET6 } else { libc::AF_INET };
    let fd = net::socket(family, libc::SOCK_STREAM)?;
    tuning::apply_unconnected(fd.as_fd(), address.is_ipv6(), options)
        .and_then(|()| net::set_option(fd.as_fd(), libc::SOL_SOCKET, libc::SO_REUSEADDR, 1))
        .and_then(|()| net::bind(fd.as_fd(), &address.into()))
        .and_then(|()| net::listen(fd.as_fd(), options.backlog))
        .map_err(OpenError::of(&fd))?;
    Ok(fd)
}

fn bind_ipc(
    path: &IpcPath,
    options: &Options,
) -> Result<(OwnedFd, Option<WildcardFile>), OpenError> {
    let wildcard = if path.is_wildcard() { Some(WildcardFile::new()?) } else { None };
    let path = match &wildcard {
        Some(wildcard) => &IpcPath::Path(wildcard.path()?),
        None => path,
    };
    let address = unix_address(path)?;
    let fd = net::socket(libc::AF_UNIX, libc::SOCK_STREAM)?;
    tuning::apply_buffers(fd.as_fd(), options);
    match path {
        // What is left of an earlier binding, or a live one, is overridden (zmq_ipc(7)). What cannot be removed is
        // told by the bind.
        IpcPath::Path(path) => drop(std::fs::remove_file(path)),
        IpcPath::Abstract(_) => {}
    }
    net::bind(fd.as_fd(), &address)
        .and_then(|()| net::listen(fd.as_fd(), options.backlog))
        .map_err(OpenError::of(&fd))?;
    Ok((fd, wildcard))
}

/// Who may connect.
#[derive(Debug)]
struct Filters {
    tcp: Vec<TcpAcceptFilter>,
    pids: Vec<u32>,
    uids: Vec<u32>,
    gids: Vec<u32>,
}

impl Filters {
    fn new(options: &Options) -> Self {
        Self {
            tcp: options.tcp_accept_filters.clone(),
            pids: options.ipc_filter_pid.clone(),
            uids: options.ipc_filter_uid.clone(),
            gids: options.ipc_filter_gid.clone(),
        }
    }

    fn has(&self, fd: BorrowedFd<'_>, peer: &SockAddr) -> bool {
        if let Some(peer) = peer.ip() {
            return self.tcp.is_empty() || self.tcp.iter().any(|filter| filter.has(peer.ip()));
        }
        if self.pids.is_empty() && self.uids.is_empty() && self.gids.is_empty() {
            return true;
        }
        net::peer_credentials(fd).is_ok_and(|peer| self.has_credentials(fd, peer))
    }

    fn has_credentials(&self, fd: BorrowedFd<'_>, peer: PeerCredentials) -> bool {
        self.pids.contains(&peer.pid)
            || self.uids.contains(&peer.uid)
            || self.gids.contains(&peer.gid)
            || !self.gids.is_empty()
                && net::peer_groups(fd)
                    .is_ok_and(|groups| groups.iter().any(|group| self.gids.contains(group)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_runs_out_is_told_apart() {
        assert_eq!(AcceptError::of(Errno::EAGAIN), AcceptError::WouldBlock);
        for errno in [Errno::EMFILE, Errno::ENFILE, Errno::ENOBUFS, Errno::ENOMEM] {
            assert_eq!(AcceptError::of(errno), AcceptError::Resource(errno));
        }
        let aborted = Errno::ECONNABORTED;
        assert_eq!(AcceptError::of(aborted), AcceptError::Other(aborted));
    }
}
