//! eventfd(2): the wake-up word of a mailbox, usable in poll, epoll and the application's own loop.
//!
//! Nonblocking and close-on-exec. A counter that is already nonzero stays readable; signals merge.

use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};

use super::call::{check, last_errno};
use crate::errno::{Errno, Result};

/// A descriptor that is readable from `signal` to `drain`.
#[derive(Debug)]
pub struct EventFd(OwnedFd);

impl EventFd {
    /// A new, unsignalled one. Errors: EMFILE, ENFILE, ENOMEM.
    pub fn new() -> Result<Self> {
        // SAFETY: eventfd takes no pointers.
        let fd = check(unsafe { libc::eventfd(0, libc::EFD_NONBLOCK | libc::EFD_CLOEXEC) })?;
        // SAFETY: the kernel just made this descriptor and nobody else owns it.
        Ok(Self(unsafe { OwnedFd::from_raw_fd(fd) }))
    }

    /// Makes it readable. Cannot fail in a way the caller could act on: a full counter is readable.
    pub fn signal(&self) {
        let one = 1u64.to_ne_bytes();
        // The bare system call: write(2) would let pthread_cancel(3) end the thread in here.
        // SAFETY: `one` is 8 readable bytes that outlive the call.
        unsafe { libc::syscall(libc::SYS_write, self.0.as_raw_fd(), one.as_ptr(), one.len()) };
    }

    /// Makes it unreadable; answers whether it was signalled.
    pub fn drain(&self) -> bool {
        let mut count = [0u8; 8];
        loop {
            // SAFETY: `count` is 8 writable bytes that outlive the call.
            let n =
                unsafe { libc::read(self.0.as_raw_fd(), count.as_mut_ptr().cast(), count.len()) };
            if n >= 0 {
                return true;
            }
            if last_errno() != Errno::EINTR {
                return false;
            }
        }
    }
}

impl AsRawFd for EventFd {
    fn as_raw_fd(&self) -> RawFd {
        self.0.as_raw_fd()
    }
}

impl AsFd for EventFd {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::net::{PollFd, poll};

    #[test]
    fn signals_merge_and_drain_once() {
        let event = EventFd::new().unwrap();
        assert!(!event.drain());
        event.signal();
        event.signal();
        let mut fds = [PollFd::new(event.as_raw_fd(), libc::POLLIN)];
        assert_eq!(poll(&mut fds, 0), Ok(1));
        assert!(event.drain());
        assert!(!event.drain());
        assert_eq!(poll(&mut fds, 0), Ok(0));
    }
}
