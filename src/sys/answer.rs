//! What is asked of the system once and then known.
//!
//! Threads may ask at the same time. None waits for another, as std's OnceLock does: in a forked child there may be none
//! that would ever finish.
#![forbid(unsafe_code)]

use std::sync::atomic::{AtomicU32, Ordering};

const IS_KNOWN: u32 = 1 << 31;

/// An answer of up to 31 bits, always the same.
#[derive(Default)]
pub struct Answer(AtomicU32);

impl Answer {
    /// One that is not known yet.
    pub const fn new() -> Self {
        Self(AtomicU32::new(0))
    }

    /// The answer, which `ask` gives the first time.
    #[inline]
    pub fn bits(&self, ask: impl FnOnce() -> u32) -> u32 {
        let known = self.0.load(Ordering::Relaxed);
        if known & IS_KNOWN != 0 {
            return known & !IS_KNOWN;
        }
        let bits = ask() & !IS_KNOWN;
        self.0.store(bits | IS_KNOWN, Ordering::Relaxed);
        bits
    }

    /// As [`Self::bits`]: whether something is so.
    #[inline]
    pub fn is(&self, ask: impl FnOnce() -> bool) -> bool {
        self.bits(|| ask().into()) != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_answer_is_asked_for_once() {
        for said in [false, true] {
            let answer = Answer::new();
            assert_eq!(answer.is(|| said), said);
            assert_eq!(answer.is(|| unreachable!()), said);
        }
        assert_eq!(Answer::new().bits(|| 6), 6);
    }
}
