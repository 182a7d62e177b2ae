//! A signal that follows others, for a thread that waits for many: it is turned on with each of them, and knows
//! which ones that were, so that not all have to be looked at again.
#![forbid(unsafe_code)]

use std::sync::{Arc, Weak};
use std::time::Instant;

use super::atomic::{Ordering, fence};
use super::signal::Signal;
use super::{Lookout, Mutex};
use crate::errno::Result;

/// More than so many signals are not told apart.
const MOST_TOLD: usize = if cfg!(loom) { 1 } else { 64 };

/// See the module.
#[derive(Default)]
pub struct Follower {
    signal: Signal,
    told: Mutex<Told>,
    lookout: Mutex<Lookout>,
}

/// What a follower's signals were turned on for since it was last asked.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Told {
    tags: Vec<usize>,
    /// There were others.
    has_more: bool,
}

impl Told {
    /// Whether the signal known by `tag` may have been turned on.
    pub fn has(&self, tag: usize) -> bool {
        self.has_more || self.tags.contains(&tag)
    }
}

impl Follower {
    /// What to wait for.
    pub fn signal(&self) -> &Signal {
        &self.signal
    }

    /// Looks for a moment whether the signal is turned on, for the only thread that clears it; that is about to wait
    /// until `deadline`. Errors: EINTR.
    pub fn look(&self, deadline: Option<Instant>) -> Result<bool> {
        let Some(mut look) = self.lookout.lock().begin(deadline) else { return Ok(false) };
        while !self.signal.is_pending() && look.go_on() {}
        let is_found = self.signal.is_pending();
        self.lookout.lock().end(&look, is_found);
        if !is_found {
            look.give_up()?;
        }
        Ok(is_found)
    }

    /// The signal known by `tag` was turned on.
    fn tell(&self, tag: usize) {
        let mut told = self.told.lock();
        if !told.has(tag) {
            if told.tags.len() < MOST_TOLD {
                told.tags.push(tag);
            } else {
                told.has_more = true;
            }
        }
        drop(told);
        self.signal.notify();
    }

    /// Turns the signal off; answers what it was turned on for. That must be looked at after.
    pub fn clear(&self) -> Told {
        self.signal.clear();
        std::mem::take(&mut self.told.lock())
    }
}

/// Those who follow a signal, and the tags by which they know it.
#[derive(Default)]
pub(super) struct Followers(Mutex<Vec<(Weak<Follower>, usize)>>);

impl Followers {
    /// The signal was turned on.
    pub fn tell(&self) {
        for (follower, tag) in self.0.lock().iter() {
            if let Some(follower) = follower.upgrade() {
                follower.tell(*tag);
            }
        }
    }

    /// Adds `new`, which knows the signal by `tag`, unless it is here; those that are gone are forgotten. The
    /// caller looks at the signal after.
    pub fn add(&self, new: &Arc<Follower>, tag: usize) {
        let mut followers = self.0.lock();
        followers.retain(|(known, _)| known.strong_count() > 0);
        if followers.iter().all(|(known, _)| known.as_ptr() != Arc::as_ptr(new)) {
            followers.push((Arc::downgrade(new), tag));
        }
        drop(followers);
        fence(Ordering::SeqCst);
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    fn tags(told: &Told) -> Vec<usize> {
        (0..100).filter(|tag| told.has(*tag)).collect()
    }

    #[test]
    fn a_follower_is_turned_on_with_each_turn_of_what_it_follows_and_not_in_between() {
        let (first, second) = (Signal::new(), Signal::new());
        let follower = Arc::new(Follower::default());
        for (signal, tag) in [(&first, 1), (&second, 2), (&first, 1)] {
            signal.add_follower(&follower, tag);
        }
        first.notify();
        assert!(follower.signal().is_pending());
        assert_eq!(tags(&follower.clear()), [1]);
        first.notify();
        assert!(!follower.signal().is_pending(), "nobody has looked at it since");
        second.notify();
        assert!(follower.signal().is_pending());
        first.clear();
        first.notify();
        assert_eq!(tags(&follower.clear()), [1, 2]);
        assert_eq!(follower.clear(), Told::default());
    }

    #[test]
    fn of_more_than_it_remembers_it_says_all() {
        let signals: Vec<Signal> = (0..=MOST_TOLD).map(|_| Signal::new()).collect();
        let follower = Arc::new(Follower::default());
        for (tag, signal) in signals.iter().enumerate() {
            signal.add_follower(&follower, tag);
            signal.notify();
        }
        assert_eq!(tags(&follower.clear()).len(), 100);
        assert_eq!(tags(&follower.clear()), []);
    }

    #[test]
    fn a_follower_that_is_gone_is_forgotten() {
        let signal = Signal::new();
        let gone = Arc::new(Follower::default());
        let followers = Followers::default();
        followers.add(&gone, 0);
        signal.add_follower(&gone, 0);
        drop(gone);
        signal.notify();
        followers.add(&Arc::new(Follower::default()), 1);
        assert_eq!(followers.0.lock().len(), 1);
    }
}
