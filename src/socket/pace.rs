//! When a sender of large messages stays with them until the kernel has them, instead of leaving them to the I/O
//! thread: in a stream of them. They are sent from where they are then, and do not pile up cold in the pipe.
//!
//! A sender whose peer is slower than that is not held up: each vain wait is followed by messages sent without
//! one, twice as many as after the wait before.
#![forbid(unsafe_code)]

use std::time::{Duration, Instant};

use crate::sync::Attempts;
use crate::sys::switches::Switch;

/// Messages from this size on are worth it.
pub const LARGE: usize = 64 * 1024;
/// Larger ones take the kernel longer than anybody would wait, and what it leaves of them is copied while nobody else's
/// connections are served.
pub const LARGEST: usize = 16 * 1024 * 1024;
/// Most messages that are sent without waiting after a vain wait.
const MOST_SKIPPED: u32 = 64;
/// Longest wait.
const MOST_PATIENCE: Duration = Duration::from_millis(10);

/// How long the kernel may take for `len` bytes; who makes them in that time sends a stream.
fn patience(len: usize) -> Duration {
    // A byte each nanosecond: a third of what loopback does, and as fast as ten gigabits a second.
    Duration::from_nanos(len as u64).min(MOST_PATIENCE)
}

/// See the module.
#[derive(Default)]
pub struct Pace {
    /// When the last large message was sent.
    last: Option<Instant>,
    waits: Attempts<MOST_SKIPPED>,
}

impl Pace {
    /// How long to stay with a message of `len` bytes that is about to be sent; `None`: not at all.
    pub fn begin(&mut self, len: usize) -> Option<Duration> {
        let patience = patience(len);
        let last = self.last.replace(Instant::now()).filter(|_| !Switch::Lend.is_off())?;
        if last.elapsed() > patience {
            return None;
        }
        self.waits.begin().then_some(patience)
    }

    /// The wait is over: for a message that was sent meanwhile, or in vain.
    pub fn end(&mut self, is_sent: bool) {
        self.last = Some(Instant::now());
        self.waits.end(!is_sent);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_single_message_is_left_to_the_io_thread() {
        let mut pace = Pace::default();
        assert_eq!(pace.begin(LARGE), None);
    }

    #[test]
    fn who_waits_in_vain_waits_less_and_less_often() {
        let mut pace = Pace::default();
        // So long that the test's own pauses do not end the stream.
        let len = usize::MAX;
        pace.begin(len);
        for skipped in [1, 2, 4, 8, 16, 32, 64, 64] {
            assert_eq!(pace.begin(len), Some(MOST_PATIENCE));
            pace.end(false);
            for _ in 0..skipped {
                assert_eq!(pace.begin(len), None);
            }
        }
        assert_eq!(pace.begin(len), Some(MOST_PATIENCE));
        pace.end(true);
        assert_eq!(pace.begin(len), Some(MOST_PATIENCE));
    }
}
