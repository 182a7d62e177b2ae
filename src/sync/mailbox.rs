//! A queue with many writers and one reader, and the signal that wakes the reader.
#![forbid(unsafe_code)]

#[cfg(not(loom))]
use crossbeam_queue::SegQueue;

use super::Signal;
#[cfg(loom)]
use super::modelled::SegQueue;

/// Unbounded queue of commands for one owner.
pub struct Mailbox<T> {
    queue: SegQueue<T>,
    /// On when something was put in since the owner last cleared it.
    pub signal: Signal,
}

impl<T> Mailbox<T> {
    /// An empty mailbox over `signal`.
    pub fn new(signal: Signal) -> Self {
        Self { queue: SegQueue::new(), signal }
    }

    /// Puts `item` in and wakes the owner if it sleeps.
    pub fn push(&self, item: T) {
        self.queue.push(item);
        self.signal.notify();
    }

    /// Puts `item` in for the caller to look at soon: nobody is woken.
    pub fn push_quietly(&self, item: T) {
        self.queue.push(item);
        self.signal.set();
    }

    /// Takes the oldest item out. The owner clears the signal before it begins to take.
    pub fn pop(&self) -> Option<T> {
        self.queue.pop()
    }
}
