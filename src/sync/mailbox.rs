//! A queue with many writers and one reader, and the signal that wakes the reader.
#![forbid(unsafe_code)]

use std::collections::VecDeque;

use super::Signal;
use super::base::Mutex;
use super::base::atomic::{AtomicBool, Ordering};

/// Commands that an empty queue keeps room for.
const MOST_KEPT: usize = 1024;

/// Unbounded queue of commands for one owner.
pub struct Mailbox<T> {
    queue: Mutex<VecDeque<T>>,
    /// There was no memory for a call: the owner has to look at everything.
    has_lost: AtomicBool,
    /// On when something was put in since the owner last cleared it.
    pub signal: Signal,
}

impl<T> Mailbox<T> {
    /// An empty mailbox over `signal`.
    pub fn new(signal: Signal) -> Self {
        Self { queue: Mutex::default(), has_lost: AtomicBool::new(false), signal }
    }

    /// Puts `item` in and wakes the owner if it sleeps. Without memory it comes back.
    pub fn push(&self, item: T) -> Result<(), T> {
        self.put(item)?;
        self.signal.notify();
        Ok(())
    }

    /// As [`push`](Self::push), for the caller to look at, or to wake somebody for, soon.
    pub fn push_quietly(&self, item: T) -> Result<(), T> {
        self.put(item)?;
        self.signal.set();
        Ok(())
    }

    /// Puts in that the owner is to look at something, and wakes it. Without memory it looks at everything.
    pub fn call(&self, item: T) {
        self.put_call(item);
        self.signal.notify();
    }

    /// As [`call`](Self::call), for the caller to look at, or to wake somebody for, soon.
    pub fn call_quietly(&self, item: T) {
        self.put_call(item);
        self.signal.set();
    }

    /// Takes the oldest item out. The owner clears the signal before it begins to take.
    pub fn pop(&self) -> Option<T> {
        let mut queue = self.queue.lock();
        let item = queue.pop_front();
        if queue.is_empty() && queue.capacity() > MOST_KEPT {
            *queue = VecDeque::new();
        }
        item
    }

    /// Whether a call was lost since this was last asked. The owner asks when nothing is left to take.
    pub fn take_lost(&self) -> bool {
        self.has_lost.load(Ordering::Relaxed) && self.has_lost.swap(false, Ordering::SeqCst)
    }

    fn put(&self, item: T) -> Result<(), T> {
        let mut queue = self.queue.lock();
        if queue.try_reserve(1).is_err() {
            return Err(item);
        }
        queue.push_back(item);
        Ok(())
    }

    fn put_call(&self, item: T) {
        if self.put(item).is_err() {
            self.has_lost.store(true, Ordering::SeqCst);
        }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use crate::sys::shortage;

    #[test]
    fn without_memory_a_call_is_for_everything_and_others_come_back() {
        let mailbox = Mailbox::new(Signal::new());
        shortage::after(0, || {
            mailbox.call(1);
            assert_eq!(mailbox.push(2), Err(2));
        });
        assert!(mailbox.signal.is_pending());
        assert_eq!(mailbox.pop(), None);
        assert!(mailbox.take_lost());
        assert!(!mailbox.take_lost());
        mailbox.push(3).unwrap();
        assert_eq!(mailbox.pop(), Some(3));
        assert!(!mailbox.take_lost());
    }
}
