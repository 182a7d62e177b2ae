//! fork(2) noticed: a generation number that differs in a child.
//!
//! A context remembers the generation in which its threads were started; where it differs, they are gone and the
//! descriptors are the parent's too. A socket remembers the one it was made in. One relaxed load, no getpid(2).

use std::sync::Once;
use std::sync::atomic::{AtomicU64, Ordering};

static GENERATION: AtomicU64 = AtomicU64::new(0);
static REGISTERED: Once = Once::new();

extern "C" fn count_child() {
    GENERATION.fetch_add(1, Ordering::Relaxed);
}

/// How many forks lie between the first caller's process and this one: only those after the first call are counted.
pub fn generation() -> u64 {
    REGISTERED.call_once(|| {
        // SAFETY: the handler only touches an atomic, which is async-signal-safe, and glibc forgets it when
        // the library is unloaded. A failure (ENOMEM) leaves the number at 0, as if nobody forked.
        unsafe { libc::pthread_atfork(None, None, Some(count_child)) };
    });
    GENERATION.load(Ordering::Relaxed)
}

/// Whether this process is a child of the one that asked for `generation`.
#[inline(always)]
pub fn is_later_than(generation: u64) -> bool {
    GENERATION.load(Ordering::Relaxed) != generation
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn child_sees_another_generation() {
        let before = generation();
        // SAFETY: the child calls only async-signal-safe functions and leaves with _exit.
        let pid = unsafe { libc::fork() };
        assert!(pid >= 0);
        if pid == 0 {
            let is_counted = GENERATION.load(Ordering::Relaxed) == before + 1;
            let code = i32::from(!is_counted || !is_later_than(before));
            // SAFETY: _exit takes no pointers and does not return.
            unsafe { libc::_exit(code) };
        }
        let mut status = -1;
        // SAFETY: `status` outlives the call; `pid` is our own child.
        assert_eq!(unsafe { libc::waitpid(pid, &raw mut status, 0) }, pid);
        assert_eq!(status, 0);
        assert_eq!(generation(), before);
        assert!(!is_later_than(before));
    }
}
