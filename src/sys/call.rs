//! How the calls of this room report failure: -1 and `errno`.
#![forbid(unsafe_code)]

use crate::errno::{Errno, Result};

/// The calling thread's `errno`.
pub(super) fn last_errno() -> Errno {
    Errno::from(std::io::Error::last_os_error())
}

/// The convention of most calls: -1 is an error described by `errno`.
pub(super) fn check(rc: libc::c_int) -> Result<libc::c_int> {
    if rc < 0 { Err(last_errno()) } else { Ok(rc) }
}
