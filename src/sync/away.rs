//! A thread that stays away from its work for longer than those who leave something to it would wait.
#![forbid(unsafe_code)]

use super::Signal;
use super::atomic::{AtomicBool, Ordering};

/// See the module.
#[derive(Default)]
pub struct Away(AtomicBool);

impl Away {
    /// The thread is about to announce that it will sleep on its signal: for long, or not.
    pub fn begin(&self, is_long: bool) {
        self.0.store(is_long, Ordering::SeqCst);
    }

    /// It is back.
    pub fn end(&self) {
        self.0.store(false, Ordering::SeqCst);
    }

    /// Calls it back if it is away for long. To be called after its `signal` was turned on quietly: it has seen that when it
    /// announced itself, or is seen here.
    pub fn call_back(&self, signal: &Signal) {
        if self.0.load(Ordering::SeqCst) && self.0.swap(false, Ordering::SeqCst) {
            signal.nudge();
        }
    }
}
