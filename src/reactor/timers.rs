//! One deadline for each token, the earliest first.
#![forbid(unsafe_code)]

use std::collections::{BTreeSet, HashMap};
use std::time::Instant;

#[derive(Default)]
pub struct Timers {
    queue: BTreeSet<(Instant, u64)>,
    by_token: HashMap<u64, Instant>,
}

impl Timers {
    /// Sets the deadline of `token`, or takes it away.
    pub fn set(&mut self, token: u64, deadline: Option<Instant>) {
        let old = match deadline {
            Some(at) => self.by_token.insert(token, at),
            None => self.by_token.remove(&token),
        };
        if old == deadline {
            return;
        }
        if let Some(old) = old {
            self.queue.remove(&(old, token));
        }
        if let Some(at) = deadline {
            self.queue.insert((at, token));
        }
    }

    /// The earliest deadline.
    pub fn next(&self) -> Option<Instant> {
        self.queue.first().map(|&(at, _)| at)
    }

    /// Takes out a token whose deadline is not after `now`.
    pub fn pop(&mut self, now: Instant) -> Option<u64> {
        let &(at, token) = self.queue.first()?;
        if at > now {
            return None;
        }
        self.queue.pop_first();
        self.by_token.remove(&token);
        Some(token)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_new_deadline_replaces_the_old_one() {
        let mut timers = Timers::default();
        let now = Instant::now();
        timers.set(1, Some(now));
        timers.set(2, Some(now + Duration::from_secs(1)));
        timers.set(1, Some(now + Duration::from_secs(2)));
        assert_eq!(timers.pop(now), None);
        assert_eq!(timers.pop(now + Duration::from_secs(1)), Some(2));
        timers.set(1, None);
        assert_eq!(timers.next(), None);
    }
}
