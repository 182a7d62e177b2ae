//! Sockets: every socket call of the library. All sockets are nonblocking and close-on-exec; sends never raise SIGPIPE.
//!
//! "Would block" is `Errno::EAGAIN`. Reads and writes retry EINTR, because with MSG_DONTWAIT nothing was waited for.

use std::io::IoSlice;
use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};

use super::addr::SockAddr;
use super::call::{check, last_errno};
use crate::errno::{Errno, Result};

/// A new socket of the given `AF_*` and `SOCK_*`. Errors: EMFILE, ENFILE, ENOBUFS, EAFNOSUPPORT.
pub fn socket(family: libc::c_int, kind: libc::c_int) -> Result<OwnedFd> {
    // SAFETY: socket takes no pointers.
    let fd =
        check(unsafe { libc::socket(family, kind | libc::SOCK_NONBLOCK | libc::SOCK_CLOEXEC, 0) })?;
    // SAFETY: the kernel just made this descriptor and nobody else owns it.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

/// Takes over a socket made elsewhere (ZMQ_USE_FD) and makes it nonblocking and close-on-exec. EBADF, ENOTSOCK if it is
/// none, and then nothing was taken over.
pub fn adopt(fd: RawFd) -> Result<OwnedFd> {
    let mut kind: libc::c_int = 0;
    let mut len = size_of_val(&kind) as libc::socklen_t;
    // SAFETY: both out parameters outlive the call; a wrong descriptor is answered with an errno.
    check(unsafe {
        let kind = (&raw mut kind).cast();
        libc::getsockopt(fd, libc::SOL_SOCKET, libc::SO_TYPE, kind, &raw mut len)
    })?;
    // SAFETY: fcntl with these commands takes no pointers.
    let flags = check(unsafe { libc::fcntl(fd, libc::F_GETFL) })?;
    // SAFETY: as above.
    check(unsafe { libc::fcntl(fd, libc::F_SETFL, flags | libc::O_NONBLOCK) })?;
    // SAFETY: as above.
    check(unsafe { libc::fcntl(fd, libc::F_SETFD, libc::FD_CLOEXEC) })?;
    // SAFETY: it is an open socket, and ZMQ_USE_FD hands its ownership to the library.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

/// bind(2).
pub fn bind(fd: BorrowedFd<'_>, address: &SockAddr) -> Result<()> {
    let (raw, len) = address.as_raw();
    // SAFETY: `raw` and `len` describe the live `address`.
    check(unsafe { libc::bind(fd.as_raw_fd(), raw, len) }).map(drop)
}

/// listen(2).
pub fn listen(fd: BorrowedFd<'_>, backlog: i32) -> Result<()> {
    // SAFETY: listen takes no pointers.
    check(unsafe { libc::listen(fd.as_raw_fd(), backlog) }).map(drop)
}

/// accept4(2). Errors: EAGAIN, EMFILE, ENFILE, ENOBUFS, ENOMEM, ECONNABORTED and the network's own.
pub fn accept(fd: BorrowedFd<'_>) -> Result<(OwnedFd, SockAddr)> {
    let flags = libc::SOCK_NONBLOCK | libc::SOCK_CLOEXEC;
    let (new, address) = SockAddr::fill(|raw, len| {
        // SAFETY: `fill` gives a writable address and its length.
        unsafe { libc::accept4(fd.as_raw_fd(), raw, len, flags) }
    })?;
    // SAFETY: the kernel just made this descriptor and nobody else owns it.
    Ok((unsafe { OwnedFd::from_raw_fd(new) }, address))
}

/// Starts connecting: EINPROGRESS is the usual answer over a network.
pub fn connect(fd: BorrowedFd<'_>, address: &SockAddr) -> Result<()> {
    let (raw, len) = address.as_raw();
    // SAFETY: `raw` and `len` describe the live `address`.
    check(unsafe { libc::connect(fd.as_raw_fd(), raw, len) }).map(drop)
}

/// Closes both directions of a connection; the descriptor stays. Errors are not interesting: it is over.
pub fn shutdown(fd: BorrowedFd<'_>) {
    // SAFETY: shutdown takes no pointers.
    unsafe { libc::shutdown(fd.as_raw_fd(), libc::SHUT_RDWR) };
}

/// The address that the socket is bound to.
pub fn local_address(fd: BorrowedFd<'_>) -> Result<SockAddr> {
    // SAFETY: `fill` gives a writable address and its length.
    SockAddr::fill(|raw, len| unsafe { libc::getsockname(fd.as_raw_fd(), raw, len) })
        .map(|(_, address)| address)
}

/// The address at the other end. Errors: ENOTCONN.
pub fn peer_address(fd: BorrowedFd<'_>) -> Result<SockAddr> {
    // SAFETY: `fill` gives a writable address and its length.
    SockAddr::fill(|raw, len| unsafe { libc::getpeername(fd.as_raw_fd(), raw, len) })
        .map(|(_, address)| address)
}

/// Sets an option whose value is an int.
pub fn set_option(fd: BorrowedFd<'_>, level: i32, option: i32, value: i32) -> Result<()> {
    set_bytes(fd, level, option, &value.to_ne_bytes())
}

/// Sets an option whose value is bytes (SO_BINDTODEVICE).
pub fn set_bytes(fd: BorrowedFd<'_>, level: i32, option: i32, value: &[u8]) -> Result<()> {
    let len = libc::socklen_t::try_from(value.len()).map_err(|_| Errno::EINVAL)?;
    // SAFETY: `value` is readable for `len` bytes.
    let rc = unsafe { libc::setsockopt(fd.as_raw_fd(), level, option, value.as_ptr().cast(), len) };
    check(rc).map(drop)
}

/// Reads an option whose value is an int.
pub fn option(fd: BorrowedFd<'_>, level: i32, option: i32) -> Result<i32> {
    let mut value: libc::c_int = 0;
    let mut len = size_of_val(&value) as libc::socklen_t;
    let to = (&raw mut value).cast();
    // SAFETY: both out parameters outlive the call, and `len` is the size of `value`.
    check(unsafe { libc::getsockopt(fd.as_raw_fd(), level, option, to, &raw mut len) })?;
    Ok(value)
}

/// Fetches and clears the pending error (SO_ERROR): how a nonblocking connect ended.
pub fn take_error(fd: BorrowedFd<'_>) -> Result<()> {
    match option(fd, libc::SOL_SOCKET, libc::SO_ERROR)? {
        0 => Ok(()),
        error => Err(Errno(error)),
    }
}

/// Who made the other end of an AF_UNIX connection (SO_PEERCRED).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeerCredentials {
    /// Process.
    pub pid: u32,
    /// Effective user.
    pub uid: u32,
    /// Effective group.
    pub gid: u32,
}

/// The credentials of an AF_UNIX peer.
pub fn peer_credentials(fd: BorrowedFd<'_>) -> Result<PeerCredentials> {
    let mut raw = libc::ucred { pid: 0, uid: 0, gid: 0 };
    let mut len = size_of_val(&raw) as libc::socklen_t;
    let to = (&raw mut raw).cast();
    // SAFETY: both out parameters outlive the call, and `len` is the size of `raw`.
    check(unsafe {
        libc::getsockopt(fd.as_raw_fd(), libc::SOL_SOCKET, libc::SO_PEERCRED, to, &raw mut len)
    })?;
    Ok(PeerCredentials { pid: raw.pid.cast_unsigned(), uid: raw.uid, gid: raw.gid })
}

/// The supplementary groups of an AF_UNIX peer (SO_PEERGROUPS, Linux 4.13). Errors: ENOPROTOOPT.
pub fn peer_groups(fd: BorrowedFd<'_>) -> Result<Vec<u32>> {
    let mut groups: Vec<libc::gid_t> = vec![0; 64];
    loop {
        let mut len = size_of_val(groups.as_slice()) as libc::socklen_t;
        let to = groups.as_mut_ptr().cast();
        // SAFETY: `groups` is writable for `len` bytes.
        let rc = unsafe {
            let name = libc::SO_PEERGROUPS;
            libc::getsockopt(fd.as_raw_fd(), libc::SOL_SOCKET, name, to, &raw mut len)
        };
        let count = len as usize / size_of::<libc::gid_t>();
        match check(rc) {
            Ok(_) => {
                groups.truncate(count);
                return Ok(groups);
            }
            // ERANGE tells the length that it wants.
            Err(Errno(libc::ERANGE)) if count > groups.len() => groups.resize(count, 0),
            Err(errno) => return Err(errno),
        }
    }
}

/// Turns the answer of a transfer into a count, or says (None) to try again.
fn transferred(n: libc::ssize_t) -> Option<Result<usize>> {
    match usize::try_from(n) {
        Ok(n) => Some(Ok(n)),
        Err(_) => match last_errno() {
            Errno::EINTR => None,
            errno => Some(Err(errno)),
        },
    }
}

/// Reads what is there; answers the front of `buffer` that was read into, empty at the end of the stream.
pub fn recv_uninit<'a>(
    fd: BorrowedFd<'_>,
    buffer: &'a mut [MaybeUninit<u8>],
) -> Result<&'a mut [u8]> {
    loop {
        let to: *mut libc::c_void = buffer.as_mut_ptr().cast();
        // SAFETY: `buffer` is writable for its length.
        let n = unsafe { libc::recv(fd.as_raw_fd(), to, buffer.len(), libc::MSG_DONTWAIT) };
        if let Some(result) = transferred(n) {
            let n = result?.min(buffer.len());
            // SAFETY: the kernel has written `n` bytes from `to` on, which `buffer` lends for `'a`.
            return Ok(unsafe { std::slice::from_raw_parts_mut(to.cast(), n) });
        }
    }
}

/// Reads what is there; 0 is the end of the stream.
pub fn recv(fd: BorrowedFd<'_>, buffer: &mut [u8]) -> Result<usize> {
    loop {
        let to = buffer.as_mut_ptr().cast();
        // SAFETY: `buffer` is writable for its length.
        let n = unsafe { libc::recv(fd.as_raw_fd(), to, buffer.len(), libc::MSG_DONTWAIT) };
        if let Some(result) = transferred(n) {
            return result;
        }
    }
}

/// Writes what there is room for.
pub fn send(fd: BorrowedFd<'_>, bytes: &[u8]) -> Result<usize> {
    let flags = libc::MSG_DONTWAIT | libc::MSG_NOSIGNAL;
    loop {
        // SAFETY: `bytes` is readable for its length.
        let n = unsafe { libc::send(fd.as_raw_fd(), bytes.as_ptr().cast(), bytes.len(), flags) };
        if let Some(result) = transferred(n) {
            return result;
        }
    }
}

/// Writes what there is room for, from several buffers in order (at most IOV_MAX of them count).
pub fn send_vectored(fd: BorrowedFd<'_>, buffers: &[IoSlice<'_>]) -> Result<usize> {
    const IOV_MAX: usize = 1024;
    let flags = libc::MSG_DONTWAIT | libc::MSG_NOSIGNAL;
    // SAFETY: msghdr is integers and pointers; zero means no address and no control data.
    let mut message: libc::msghdr = unsafe { MaybeUninit::zeroed().assume_init() };
    message.msg_iov = buffers.as_ptr().cast_mut().cast();
    message.msg_iovlen = buffers.len().min(IOV_MAX) as _;
    loop {
        // SAFETY: IoSlice is guaranteed to be laid out as iovec; the kernel only reads through them.
        let n = unsafe { libc::sendmsg(fd.as_raw_fd(), &raw const message, flags) };
        if let Some(result) = transferred(n) {
            return result;
        }
    }
}

/// An entry of [`poll`].
#[derive(Clone, Copy)]
#[repr(transparent)]
pub struct PollFd(libc::pollfd);

impl PollFd {
    /// Watch `fd` (negative: ignored) for `events` (`POLLIN`, ...).
    pub const fn new(fd: RawFd, events: i16) -> Self {
        Self(libc::pollfd { fd, events, revents: 0 })
    }

    /// The descriptor it watches.
    pub const fn fd(&self) -> RawFd {
        self.0.fd
    }

    /// What the last [`poll`] reported, `POLLERR`, `POLLHUP` and `POLLNVAL` too.
    pub const fn revents(&self) -> i16 {
        self.0.revents
    }
}

/// Waits up to `timeout_ms` (negative: for ever) until something is ready; answers how many are. Errors: EINTR, EINVAL
/// (more entries than RLIMIT_NOFILE).
pub fn poll(fds: &mut [PollFd], timeout_ms: i32) -> Result<usize> {
    // SAFETY: PollFd is transparent over pollfd, and the slice is writable for its length.
    let n = check(unsafe { libc::poll(fds.as_mut_ptr().cast(), fds.len() as _, timeout_ms) })?;
    Ok(n.unsigned_abs() as usize)
}

/// As [`poll`], with the given signal mask while it waits (ppoll(2)).
pub fn ppoll(fds: &mut [PollFd], timeout_ms: i32, mask: &libc::sigset_t) -> Result<usize> {
    let timeout = libc::timespec {
        tv_sec: libc::time_t::from(timeout_ms.max(0) / 1000),
        tv_nsec: libc::c_long::from(timeout_ms.max(0) % 1000) * 1_000_000,
    };
    let wait = if timeout_ms < 0 { std::ptr::null() } else { &raw const timeout };
    // SAFETY: PollFd is transparent over pollfd; the timeout and the mask outlive the call.
    let n = check(unsafe { libc::ppoll(fds.as_mut_ptr().cast(), fds.len() as _, wait, mask) })?;
    Ok(n.unsigned_abs() as usize)
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsFd;
    use std::os::unix::net::UnixStream;

    use super::*;

    #[test]
    fn transfers_and_would_block() {
        let (a, b) = UnixStream::pair().unwrap();
        let mut buffer = [0u8; 16];
        assert_eq!(recv(b.as_fd(), &mut buffer), Err(Errno::EAGAIN));
        let parts = [IoSlice::new(b"ab"), IoSlice::new(b""), IoSlice::new(b"cd")];
        assert_eq!(send_vectored(a.as_fd(), &parts), Ok(4));
        assert_eq!(send(a.as_fd(), b"e"), Ok(1));
        let mut uninit = [MaybeUninit::uninit(); 16];
        assert_eq!(recv_uninit(b.as_fd(), &mut uninit).unwrap().len(), 5);
        drop(a);
        assert_eq!(recv(b.as_fd(), &mut buffer), Ok(0));
        assert_eq!(send(b.as_fd(), b"x"), Err(Errno::EPIPE));
    }

    #[test]
    fn peer_is_this_process() {
        let (a, _b) = UnixStream::pair().unwrap();
        assert_eq!(peer_credentials(a.as_fd()).unwrap().pid, std::process::id());
        peer_groups(a.as_fd()).unwrap();
    }

    #[test]
    fn poll_reports_what_is_ready() {
        let (a, b) = UnixStream::pair().unwrap();
        let mut fds = [
            PollFd::new(a.as_raw_fd(), libc::POLLIN),
            PollFd::new(b.as_raw_fd(), libc::POLLOUT),
            PollFd::new(-1, libc::POLLIN),
        ];
        assert_eq!(poll(&mut fds, 0), Ok(1));
        assert_eq!(fds.map(|fd| fd.revents()), [0, libc::POLLOUT, 0]);
        send(b.as_fd(), b"x").unwrap();
        let mask = crate::sys::thread::block_all_signals();
        crate::sys::thread::restore_signals(&mask);
        assert_eq!(ppoll(&mut fds, -1, &mask), Ok(2));
    }

    #[test]
    fn adopt_takes_sockets_only() {
        let file = std::fs::File::open("/dev/null").unwrap();
        assert_eq!(adopt(file.as_raw_fd()).err(), Some(Errno::ENOTSOCK));
        assert_eq!(adopt(-1).err(), Some(Errno::EBADF));
    }
}
