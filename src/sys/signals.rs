//! Signals that wait for a moment (pthread_sigmask(3)), so that a thread can say afterwards whether a handler of theirs runs.

use std::mem::MaybeUninit;

/// Signals that tell of what the thread itself has just done: to block them ends the process.
const FAULTS: [libc::c_int; 7] = [
    libc::SIGSEGV,
    libc::SIGBUS,
    libc::SIGFPE,
    libc::SIGILL,
    libc::SIGTRAP,
    libc::SIGSYS,
    libc::SIGABRT,
];
/// The highest number of one that is told by its place in a set (signal(7): real-time ones end with 64).
const LAST: libc::c_int = 64;

/// The calling thread's signals wait until the value is dropped, on the same thread.
pub struct Postponed {
    /// The mask that the thread had.
    kept: libc::sigset_t,
}

impl Postponed {
    /// From now on.
    #[must_use]
    pub fn begin() -> Self {
        let mut most = MaybeUninit::<libc::sigset_t>::zeroed();
        let mut kept = MaybeUninit::<libc::sigset_t>::zeroed();
        // SAFETY: `most` is a writable sigset_t.
        unsafe { libc::sigfillset(most.as_mut_ptr()) };
        for fault in FAULTS {
            // SAFETY: `most` is an initialized set; the number is a signal's.
            unsafe { libc::sigdelset(most.as_mut_ptr(), fault) };
        }
        // SAFETY: both sets outlive the call.
        unsafe { libc::pthread_sigmask(libc::SIG_BLOCK, most.as_ptr(), kept.as_mut_ptr()) };
        // SAFETY: a sigset_t is an array of integers, all of whose bit patterns (zero too) are valid.
        Self { kept: unsafe { kept.assume_init() } }
    }

    /// Whether a handler runs when this ends.
    pub fn has_handler_due(&self) -> bool {
        let mut pending = MaybeUninit::<libc::sigset_t>::zeroed();
        // SAFETY: the set outlives the call.
        unsafe { libc::sigpending(pending.as_mut_ptr()) };
        // SAFETY: as in `begin`.
        let pending = unsafe { pending.assume_init() };
        (1..=LAST).any(|signal| {
            is_member(&pending, signal) && !is_member(&self.kept, signal) && is_handled(signal)
        })
    }
}

impl Drop for Postponed {
    fn drop(&mut self) {
        // SAFETY: `kept` outlives the call; a null old set is allowed.
        unsafe {
            libc::pthread_sigmask(libc::SIG_SETMASK, &raw const self.kept, std::ptr::null_mut())
        };
    }
}

fn is_member(set: &libc::sigset_t, signal: libc::c_int) -> bool {
    // SAFETY: `set` is initialized; a wrong number is answered with -1.
    unsafe { libc::sigismember(set, signal) == 1 }
}

/// Whether the process has a handler for it: who waits is not interrupted by what is ignored.
fn is_handled(signal: libc::c_int) -> bool {
    let mut action = MaybeUninit::<libc::sigaction>::zeroed();
    // SAFETY: `action` outlives the call; a null new action is allowed, a wrong number is refused.
    let result = unsafe { libc::sigaction(signal, std::ptr::null(), action.as_mut_ptr()) };
    // SAFETY: it is made of integers and an optional function, for which zero is valid.
    let action = unsafe { action.assume_init() };
    result == 0 && action.sa_sigaction != libc::SIG_IGN && action.sa_sigaction != libc::SIG_DFL
}

#[cfg(test)]
pub mod tests {
    use std::cell::Cell;

    use super::*;

    thread_local! {
        static HANDLED: Cell<usize> = const { Cell::new(0) };
    }

    extern "C" fn count(_: libc::c_int) {
        HANDLED.set(HANDLED.get() + 1);
    }

    fn raise(signal: libc::c_int) {
        // SAFETY: pthread_self is the calling thread.
        unsafe { libc::pthread_kill(libc::pthread_self(), signal) };
    }

    /// Sends the calling thread a signal that has a handler.
    pub fn raise_handled() {
        let signal = libc::SIGRTMAX() - 3;
        let handler: extern "C" fn(libc::c_int) = count;
        let mut action = MaybeUninit::<libc::sigaction>::zeroed();
        // SAFETY: all zero is a valid action; no other code uses this signal, and the handler counts only.
        unsafe {
            (*action.as_mut_ptr()).sa_sigaction = handler as libc::sighandler_t;
            libc::sigaction(signal, action.as_ptr(), std::ptr::null_mut());
        }
        raise(signal);
    }

    #[test]
    fn a_handler_runs_after_it_and_is_foretold_unlike_what_is_ignored() {
        let postponed = Postponed::begin();
        // Nobody handles it; the default is to ignore it.
        raise(libc::SIGURG);
        assert!(!postponed.has_handler_due());
        raise_handled();
        assert!(postponed.has_handler_due());
        let within = Postponed::begin();
        assert!(!within.has_handler_due(), "it ends no sooner than the other");
        drop(within);
        assert_eq!(HANDLED.get(), 0);
        drop(postponed);
        assert_eq!(HANDLED.get(), 1);
    }
}
