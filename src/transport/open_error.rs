//! Why no stream or listener was opened, and what was closed again on the way: monitors tell both.
#![forbid(unsafe_code)]

use std::os::fd::{AsRawFd, OwnedFd, RawFd};

use crate::errno::Errno;

/// See the module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenError {
    /// The error.
    pub errno: Errno,
    /// The descriptor that had been made for it and is closed again.
    pub closed: Option<RawFd>,
}

impl From<Errno> for OpenError {
    fn from(errno: Errno) -> Self {
        Self { errno, closed: None }
    }
}

impl OpenError {
    /// Makes errors of what was done with `fd`.
    pub(super) fn of(fd: &OwnedFd) -> impl FnOnce(Errno) -> Self + use<> {
        let closed = Some(fd.as_raw_fd());
        move |errno| Self { errno, closed }
    }
}
