//! The calling thread's C `errno`.

use crate::errno::Errno;

impl Errno {
    /// The calling thread's `errno`.
    pub fn last() -> Self {
        // SAFETY: the location is the calling thread's own and always valid.
        Self(unsafe { *libc::__errno_location() })
    }

    /// Makes this the calling thread's `errno`.
    pub fn store(self) {
        // SAFETY: as in `last`.
        unsafe { *libc::__errno_location() = self.0 };
    }
}
