//! A queue with many writers and one reader, and the signal that wakes the reader.
#![forbid(unsafe_code)]

use std::collections::VecDeque;

use super::Signal;
use super::base::Mutex;
use super::base::atomic::{AtomicBool, Ordering};
#[cfg(all(test, not(loom)))]
use crate::errno::Errno;
use crate::errno::Result;
use crate::sys::memory::Room;

/// Commands that an empty queue keeps room for.
const MOST_KEPT: usize = 1024;

/// Unbounded queue of commands for one owner.
pub struct Mailbox<T> {
    queue: Mutex<Queue<T>>,
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

    /// Makes room for `count` items that are not to be lost, each of which a [`push`](Self::push) follows for. Errors: ENOMEM.
    pub fn reserve(&self, count: usize) -> Result<()> {
        let mut queue = self.queue.lock();
        queue.make_room(count)?;
        queue.promised += count;
        Ok(())
    }

    /// Puts in an item that room was made for, and wakes the owner if it sleeps.
    pub fn push(&self, item: T) {
        self.queue.lock().put_promised(item);
        self.signal.notify();
    }

    /// As [`push`](Self::push), for the caller to look at, or to wake somebody for, soon.
    pub fn push_quietly(&self, item: T) {
        self.queue.lock().put_promised(item);
        self.signal.set();
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
        self.queue.lock().pop()
    }

    /// Whether a call was lost since this was last asked. The owner asks when nothing is left to take.
    pub fn take_lost(&self) -> bool {
        self.has_lost.load(Ordering::Relaxed) && self.has_lost.swap(false, Ordering::SeqCst)
    }

    fn put_call(&self, item: T) {
        if self.queue.lock().put(item).is_err() {
            self.has_lost.store(true, Ordering::SeqCst);
        }
    }
}

struct Queue<T> {
    items: VecDeque<T>,
    /// Items to come that there is room for.
    promised: usize,
}

impl<T> Default for Queue<T> {
    fn default() -> Self {
        Self { items: VecDeque::new(), promised: 0 }
    }
}

impl<T> Queue<T> {
    /// Has room for `count` more than were promised. Errors: ENOMEM.
    fn make_room(&mut self, count: usize) -> Result<()> {
        #[cfg(all(test, not(loom)))]
        if count > 0 && crate::sys::blocks::shortage::is_here() {
            return Err(Errno::ENOMEM);
        }
        self.items.make_room(self.promised + count)
    }

    fn put(&mut self, item: T) -> Result<()> {
        self.make_room(1)?;
        self.items.push_back(item);
        Ok(())
    }

    fn put_promised(&mut self, item: T) {
        debug_assert!(self.promised > 0, "room was made for it");
        self.promised = self.promised.saturating_sub(1);
        self.items.push_back(item);
    }

    fn pop(&mut self) -> Option<T> {
        let item = self.items.pop_front();
        if self.items.is_empty() && self.promised == 0 && self.items.capacity() > MOST_KEPT {
            self.items = VecDeque::new();
        }
        item
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use crate::sys::shortage;

    #[test]
    fn without_memory_a_call_is_for_everything() {
        let mailbox = Mailbox::new(Signal::new());
        shortage::after(0, || mailbox.call(1));
        assert!(mailbox.signal.is_pending());
        assert_eq!(mailbox.pop(), None);
        assert!(mailbox.take_lost());
        assert!(!mailbox.take_lost());
    }

    #[test]
    fn room_is_kept_for_what_it_was_made_for() {
        let mailbox = Mailbox::new(Signal::new());
        assert_eq!(shortage::after(0, || mailbox.reserve(1)), Err(Errno::ENOMEM));
        mailbox.reserve(3).unwrap();
        shortage::after(0, || {
            // As many others as find room.
            (0..100).for_each(|i| mailbox.call(i));
            (100..103).for_each(|i| mailbox.push(i));
        });
        assert!(mailbox.take_lost());
        let taken: Vec<i32> = std::iter::from_fn(|| mailbox.pop()).collect();
        assert_eq!(taken[taken.len() - 3..], [100, 101, 102]);
    }

    #[test]
    fn room_outlasts_a_crowd() {
        let mailbox = Mailbox::new(Signal::new());
        mailbox.reserve(1).unwrap();
        (0..2 * MOST_KEPT).for_each(|_| mailbox.call(0));
        while mailbox.pop().is_some() {}
        shortage::after(0, || mailbox.push(1));
        assert_eq!(mailbox.pop(), Some(1));
    }
}
