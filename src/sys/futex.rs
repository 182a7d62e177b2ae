//! futex(2): sleep on a word, wake who sleeps there.

use std::sync::atomic::AtomicU32;
use std::time::Duration;

use crate::errno::{Errno, Result};

/// Sleeps while `word` is `expected`, at most `timeout` (`None`: for ever). Answers `Ok` also when
/// woken for no reason; `ETIMEDOUT`; `EINTR` when a signal handler ran, whatever its SA_RESTART says.
pub fn wait(word: &AtomicU32, expected: u32, timeout: Option<Duration>) -> Result<()> {
    // A wait without a time limit would be restarted by the kernel after a SA_RESTART handler.
    let timeout = timeout.unwrap_or(Duration::from_secs(1 << 30));
    let spec = libc::timespec {
        tv_sec: timeout.as_secs().min(1 << 30) as libc::time_t,
        tv_nsec: timeout.subsec_nanos().into(),
    };
    // SAFETY: the word outlives the call and the timespec is read during it only.
    let rc = unsafe {
        libc::syscall(
            libc::SYS_futex,
            word.as_ptr(),
            libc::FUTEX_WAIT | libc::FUTEX_PRIVATE_FLAG,
            expected,
            &raw const spec,
        )
    };
    match rc {
        0 => Ok(()),
        _ => match Errno::last() {
            Errno::EAGAIN => Ok(()),
            error => Err(error),
        },
    }
}

/// Wakes up to `count` sleepers; answers how many.
pub fn wake(word: &AtomicU32, count: i32) -> usize {
    // SAFETY: only the word's address is used.
    let woken = unsafe {
        libc::syscall(
            libc::SYS_futex,
            word.as_ptr(),
            libc::FUTEX_WAKE | libc::FUTEX_PRIVATE_FLAG,
            count,
        )
    };
    usize::try_from(woken).unwrap_or(0)
}
