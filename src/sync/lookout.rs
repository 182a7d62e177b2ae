//! Looking before sleeping: a thread that waits looks for a moment for what it waits for, because to sleep and be woken
//! takes longer than an answer does. In between it lets other threads have the CPU, so that an answer can come from the
//! same one, and so that nobody loses time but who looks.
//!
//! Who looks in vain does so less and less often, and hardly ever where others need the CPU: who sleeps is given it at
//! once when something comes, who only waits for its turn is not.
//!
//! A handler of signals that runs meanwhile would interrupt no sleep, and the wait go on for ever: signals are postponed
//! while a thread looks, and what is due at the end of a look in vain is told.
#![forbid(unsafe_code)]

use std::time::{Duration, Instant};

use crate::errno::{Errno, Result};
use crate::sys::signals::Postponed;
use crate::sys::switches::Switch;
use crate::sys::thread::{is_on_one_cpu, yield_now};

use super::Attempts;

/// How long to look for what nobody works on here: as long as it takes to wake the thread that is to answer.
const LOOK: Duration = Duration::from_micros(60);
/// The same where no other CPU has to be woken.
const LOOK_ALONE: Duration = Duration::from_micros(15);
/// How long in all, with others at work in between.
const LONGEST: Duration = Duration::from_micros(250);
/// Who has the CPU back after that has let others have it.
const SHORT: Duration = Duration::from_micros(5);
/// Who has it back only after that had better slept, and does so for the next `SKIPPED` waits.
const LONG: Duration = Duration::from_micros(500);
const SKIPPED: u32 = 256;
/// Signals are postponed from then on: that takes two system calls, which the fastest answers come too soon for.
const UNGUARDED: Duration = Duration::from_micros(5);
/// Twice as many each time, unless so many looks go well in between; but not more often than that.
const WELL: u8 = 64;
const MOST_DOUBLINGS: u8 = 6;
/// Most waits without a look after one in vain.
const MOST_SKIPPED: u32 = 64;

/// When a thread looks that waits, by how it went before.
#[derive(Default)]
pub struct Lookout {
    looks: Attempts<MOST_SKIPPED>,
    doublings: u8,
    went_well: u8,
}

/// A thread that looks.
pub struct Look {
    begun: Instant,
    until: Instant,
    last: Instant,
    /// Left to spend.
    left: Duration,
    is_crowded: bool,
    postponed: Option<Postponed>,
    is_interrupted: bool,
}

impl Lookout {
    /// The caller is about to wait until `deadline`.
    pub fn begin(&mut self, deadline: Option<Instant>) -> Option<Look> {
        if Switch::Look.is_off() || !self.looks.begin() {
            return None;
        }
        let now = Instant::now();
        let until = deadline.into_iter().fold(now + LONGEST, Instant::min);
        Some(Look {
            begun: now,
            until,
            last: now,
            left: if is_on_one_cpu() { LOOK_ALONE } else { LOOK },
            is_crowded: false,
            postponed: None,
            is_interrupted: false,
        })
    }

    /// What was waited for was found by `look`, or not.
    pub fn end(&mut self, look: &Look, is_found: bool) {
        self.looks.end(!is_found);
        if look.is_crowded {
            self.looks.skip(SKIPPED << self.doublings);
            self.doublings = MOST_DOUBLINGS.min(self.doublings + 1);
            self.went_well = 0;
        } else {
            self.went_well += 1;
        }
        if self.went_well == WELL {
            self.doublings = self.doublings.saturating_sub(1);
            self.went_well = 0;
        }
    }
}

impl Look {
    /// Lets other threads go on; `false` if it is time to sleep.
    pub fn go_on(&mut self) -> bool {
        yield_now();
        let now = Instant::now();
        let step = now.duration_since(self.last);
        self.last = now;
        if step < SHORT {
            self.left = self.left.saturating_sub(step);
        }
        self.is_crowded |= step > LONG;
        if self.postponed.is_none() && now.duration_since(self.begun) > UNGUARDED {
            self.postponed = Some(Postponed::begin());
        }
        !self.left.is_zero() && now < self.until
    }

    /// Signals are handled now, and again until the next [`Self::go_on`].
    pub fn let_signals_in(&mut self) {
        if let Some(postponed) = self.postponed.take() {
            self.is_interrupted |= postponed.has_handler_due();
        }
    }

    /// The look was in vain. Errors: EINTR (a handler of signals has run meanwhile, or does so now).
    pub fn give_up(&mut self) -> Result<()> {
        self.let_signals_in();
        if self.is_interrupted { Err(Errno::EINTR) } else { Ok(()) }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use crate::sys::signals::tests::raise_handled;

    #[test]
    fn a_look_ends_and_does_not_outlast_the_wait() {
        let mut lookout = Lookout::default();
        let begun = Instant::now();
        let mut look = lookout.begin(None).unwrap();
        while look.go_on() {}
        assert!(look.left.is_zero() || begun.elapsed() >= LONGEST);
        // However many threads there are besides this test's.
        look.is_crowded = false;
        lookout.end(&look, true);
        let mut look = lookout.begin(Some(Instant::now())).unwrap();
        assert!(!look.go_on());
        look.is_crowded = false;
        lookout.end(&look, false);
        assert!(lookout.begin(None).is_none());
        assert!(lookout.begin(None).is_some());
    }

    #[test]
    fn looks_among_many_threads_become_rare_also_if_something_is_found() {
        let mut lookout = Lookout::default();
        for skipped in [SKIPPED, 2 * SKIPPED] {
            let mut look = lookout.begin(None).unwrap();
            look.is_crowded = true;
            lookout.end(&look, true);
            for _ in 0..skipped {
                assert!(lookout.begin(None).is_none());
            }
        }
        assert!(lookout.begin(None).is_some());
    }

    #[test]
    fn a_handler_of_signals_that_is_due_ends_a_look_in_vain() {
        let mut look = Lookout::default().begin(None).unwrap();
        while look.postponed.is_none() {
            look.go_on();
        }
        raise_handled();
        assert_eq!(look.give_up(), Err(Errno::EINTR));
        let mut look = Lookout::default().begin(None).unwrap();
        while look.postponed.is_none() {
            look.go_on();
        }
        assert_eq!(look.give_up(), Ok(()));
    }
}
