//! epoll(7), thinly: a token comes back for each ready descriptor.
//!
//! Closing a descriptor does not remove it here while a duplicate (a forked child's, say) is open, so
//! owners call [`Epoll::delete`] before they close.

use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::call::{check, last_errno};
use crate::errno::{Errno, Result};

/// What a registration waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interest {
    /// Wake when there is something to read (or an end of stream).
    pub readable: bool,
    /// Wake when there is room to write (or a connect has ended).
    pub writable: bool,
    /// Report changes of readiness only (EPOLLET).
    pub edge: bool,
}

impl Interest {
    /// Level-triggered reading.
    pub const READ: Self = Self { readable: true, writable: false, edge: false };
    /// Level-triggered writing.
    pub const WRITE: Self = Self { readable: false, writable: true, edge: false };
    /// Both directions, edge-triggered.
    pub const EDGE: Self = Self { readable: true, writable: true, edge: true };

    fn bits(self) -> u32 {
        let mut bits = 0;
        if self.readable {
            bits |= libc::EPOLLIN | libc::EPOLLRDHUP;
        }
        if self.writable {
            bits |= libc::EPOLLOUT;
        }
        if self.edge {
            bits |= libc::EPOLLET;
        }
        bits.cast_unsigned()
    }
}

/// One reported readiness.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub struct Event(libc::epoll_event);

impl Event {
    /// An entry to hand to [`Epoll::wait`].
    pub const EMPTY: Self = Self(libc::epoll_event { events: 0, u64: 0 });

    /// The token given at registration.
    pub fn token(&self) -> u64 {
        self.0.u64
    }

    /// A read makes progress: data, end of stream or an error to fetch.
    pub fn is_readable(&self) -> bool {
        self.has(libc::EPOLLIN | libc::EPOLLRDHUP | libc::EPOLLHUP | libc::EPOLLERR)
    }

    /// A write makes progress: room or an error to fetch.
    pub fn is_writable(&self) -> bool {
        self.has(libc::EPOLLOUT | libc::EPOLLHUP | libc::EPOLLERR)
    }

    /// The peer has finished, or the descriptor has failed: nothing more will be reported.
    pub fn is_hangup(&self) -> bool {
        self.has(libc::EPOLLRDHUP | libc::EPOLLHUP | libc::EPOLLERR)
    }

    /// Both directions are over, or an error is pending.
    pub fn is_error(&self) -> bool {
        self.has(libc::EPOLLHUP | libc::EPOLLERR)
    }

    fn has(&self, bits: libc::c_int) -> bool {
        self.0.events & bits.cast_unsigned() != 0
    }
}

/// The kernel has no epoll_pwait2(2).
static IS_COARSE: AtomicBool = AtomicBool::new(false);

/// Milliseconds, rounded up.
fn to_ms(timeout: Duration) -> i32 {
    i32::try_from(timeout.as_micros().div_ceil(1000)).unwrap_or(i32::MAX)
}

/// An epoll instance.
#[derive(Debug)]
pub struct Epoll(OwnedFd);

impl Epoll {
    /// A new, empty one. Errors: EMFILE, ENFILE, ENOMEM.
    pub fn new() -> Result<Self> {
        // SAFETY: epoll_create1 takes no pointers.
        let fd = check(unsafe { libc::epoll_create1(libc::EPOLL_CLOEXEC) })?;
        // SAFETY: the kernel just made this descriptor and nobody else owns it.
        Ok(Self(unsafe { OwnedFd::from_raw_fd(fd) }))
    }

    /// Starts watching `fd`. Errors: EEXIST, ENOMEM, ENOSPC.
    pub fn add(&self, fd: BorrowedFd<'_>, token: u64, interest: Interest) -> Result<()> {
        self.control(libc::EPOLL_CTL_ADD, fd.as_raw_fd(), token, interest)
    }

    /// Changes what a watched `fd` waits for. Errors: ENOENT.
    pub fn modify(&self, fd: BorrowedFd<'_>, token: u64, interest: Interest) -> Result<()> {
        self.control(libc::EPOLL_CTL_MOD, fd.as_raw_fd(), token, interest)
    }

    /// Stops watching `fd`. Errors: ENOENT.
    pub fn delete(&self, fd: BorrowedFd<'_>) -> Result<()> {
        let idle = Interest { readable: false, writable: false, edge: false };
        self.control(libc::EPOLL_CTL_DEL, fd.as_raw_fd(), 0, idle)
    }

    fn control(&self, op: libc::c_int, fd: RawFd, token: u64, interest: Interest) -> Result<()> {
        let mut event = libc::epoll_event { events: interest.bits(), u64: token };
        // SAFETY: `event` outlives the call; a wrong descriptor is answered with an errno.
        check(unsafe { libc::epoll_ctl(self.0.as_raw_fd(), op, fd, &raw mut event) }).map(drop)
    }

    /// Waits for up to `timeout` (`None`: for ever) and fills the front of `events`; answers the filled
    /// part. Errors: EINTR.
    pub fn wait<'e>(
        &self,
        events: &'e mut [Event],
        timeout: Option<Duration>,
    ) -> Result<&'e [Event]> {
        let n = match timeout {
            Some(timeout) if !timeout.is_zero() => self.wait_exactly(events, timeout),
            Some(_) => self.wait_ms(events, 0),
            None => self.wait_ms(events, -1),
        }?;
        Ok(events.get(..n).unwrap_or(&[]))
    }

    fn wait_ms(&self, events: &mut [Event], timeout_ms: i32) -> Result<usize> {
        let room = i32::try_from(events.len()).unwrap_or(i32::MAX);
        // SAFETY: `events` is writable for `room` entries, and Event is transparent over epoll_event.
        let n = check(unsafe {
            libc::epoll_wait(self.0.as_raw_fd(), events.as_mut_ptr().cast(), room, timeout_ms)
        })?;
        Ok(n.unsigned_abs() as usize)
    }

    /// To the microsecond (epoll_pwait2(2)); kernels before 5.11 wait to the next millisecond.
    fn wait_exactly(&self, events: &mut [Event], timeout: Duration) -> Result<usize> {
        let spec = libc::timespec {
            tv_sec: timeout.as_secs().min(1 << 30) as libc::time_t,
            tv_nsec: timeout.subsec_nanos().into(),
        };
        if IS_COARSE.load(Ordering::Relaxed) {
            return self.wait_ms(events, to_ms(timeout));
        }
        // SAFETY: `events` is writable for its length, and Event is transparent over epoll_event; the
        // timespec outlives the call; a null mask is allowed.
        let n = unsafe {
            libc::syscall(
                libc::SYS_epoll_pwait2,
                self.0.as_raw_fd(),
                events.as_mut_ptr(),
                events.len(),
                &raw const spec,
                std::ptr::null::<libc::sigset_t>(),
                0usize,
            )
        };
        match usize::try_from(n) {
            Ok(n) => Ok(n),
            Err(_) => match last_errno() {
                Errno(libc::ENOSYS) => {
                    IS_COARSE.store(true, Ordering::Relaxed);
                    self.wait_ms(events, to_ms(timeout))
                }
                error => Err(error),
            },
        }
    }
}

impl AsRawFd for Epoll {
    fn as_raw_fd(&self) -> RawFd {
        self.0.as_raw_fd()
    }
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsFd;

    use super::*;
    use crate::errno::Errno;
    use crate::sys::eventfd::EventFd;

    #[test]
    fn token_comes_back_while_ready() {
        let (epoll, event) = (Epoll::new().unwrap(), EventFd::new().unwrap());
        epoll.add(event.as_fd(), u64::MAX - 7, Interest::READ).unwrap();
        let mut events = [Event::EMPTY; 4];
        assert_eq!(epoll.wait(&mut events, Some(Duration::ZERO)).unwrap().len(), 0);
        event.signal();
        for _ in 0..2 {
            let ready = epoll.wait(&mut events, Some(Duration::from_secs(1))).unwrap();
            assert_eq!(ready.len(), 1);
            assert_eq!(ready[0].token(), u64::MAX - 7);
            assert!(ready[0].is_readable() && !ready[0].is_writable() && !ready[0].is_error());
        }
        epoll.modify(event.as_fd(), 9, Interest::WRITE).unwrap();
        let ready = epoll.wait(&mut events, Some(Duration::from_secs(1))).unwrap();
        assert!(ready[0].token() == 9 && ready[0].is_writable() && !ready[0].is_readable());
    }

    #[test]
    fn edge_reports_once_and_delete_forgets() {
        let (epoll, event) = (Epoll::new().unwrap(), EventFd::new().unwrap());
        let read_edge = Interest { writable: false, ..Interest::EDGE };
        epoll.add(event.as_fd(), 1, read_edge).unwrap();
        event.signal();
        let mut events = [Event::EMPTY; 4];
        assert_eq!(epoll.wait(&mut events, Some(Duration::from_secs(1))).unwrap().len(), 1);
        assert_eq!(epoll.wait(&mut events, Some(Duration::ZERO)).unwrap().len(), 0);
        event.signal();
        assert_eq!(epoll.wait(&mut events, Some(Duration::from_secs(1))).unwrap().len(), 1);
        epoll.delete(event.as_fd()).unwrap();
        event.signal();
        assert_eq!(epoll.wait(&mut events, Some(Duration::ZERO)).unwrap().len(), 0);
        assert_eq!(epoll.delete(event.as_fd()), Err(Errno::ENOENT));
    }
}
