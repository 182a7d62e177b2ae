//! Tells single messages, which are worth a system call each, from the beginning of a stream, in which a call for
//! each message would cost several times the throughput.
#![forbid(unsafe_code)]

use std::time::{Duration, Instant};

/// Writes this close to each other are a burst: an application that does nothing else sends the next message
/// before that, one that waits for an answer after it.
const SHORT: Duration = Duration::from_micros(3);
/// So many writes close to each other make a stream.
const STREAK: u32 = 4;

/// See the module.
#[derive(Default)]
pub struct Burst {
    last: Option<Instant>,
    streak: u32,
}

impl Burst {
    /// Whether the write that begins now is part of a stream.
    pub fn is_stream(&mut self) -> bool {
        let Some(last) = self.last else { return false };
        match last.elapsed() < SHORT {
            true => self.streak += 1,
            false => self.streak = 0,
        }
        self.streak >= STREAK
    }

    /// A write of so many messages has ended; none: there was nothing to write.
    pub fn note(&mut self, messages: u32) {
        if messages > 0 {
            self.last = Some(Instant::now());
        }
    }
}
