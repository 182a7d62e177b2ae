//! Tells single messages, which are worth a system call each, from the beginning of a stream, in which a call for
//! each message would cost several times the throughput: of all sockets of a context, and of one connection.
#![forbid(unsafe_code)]

use std::time::{Duration, Instant};

use crate::sys::switches::Switch;

/// Writes this close to each other are a burst, unless the application has waited in between.
const SHORT: Duration = Duration::from_micros(10);
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
        let Some(last) = self.last.filter(|_| !Switch::Batch.is_off()) else { return false };
        match last.elapsed() < SHORT {
            true => self.streak += 1,
            false => self.streak = 0,
        }
        self.streak >= STREAK
    }

    /// The application has waited: what it sends next may be an answer.
    pub fn interrupt(&mut self) {
        *self = Self::default();
    }

    /// A write of so many messages has ended; none: there was nothing to write.
    pub fn note(&mut self, messages: u32) {
        if messages > 0 {
            self.last = Some(Instant::now());
        }
    }
}
