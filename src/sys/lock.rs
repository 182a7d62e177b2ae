//! Locks of which the process knows nothing but their word: who waits for one is known to the kernel alone.
//!
//! A list of those who wait, as parking_lot has one for all locks, is wrong in a forked child: it names threads of the
//! parent, in memory where new ones begin, or is locked itself for ever. It also takes memory when a thread waits first.
//! The guards and what can be done with them are lock_api's, parking_lot's own.
//!
//! Invariants: a word is [`FREE`], [`HELD`], or [`AWAITED`], which is held while somebody may sleep on it. Who has slept
//! takes it as awaited, as others may sleep still.

use std::hint::spin_loop;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use lock_api::{GuardNoSend, RawMutex, RawMutexTimed};

use super::futex;
use super::thread::yield_now;

/// A lock around a value; it does not poison.
pub type Mutex<T> = lock_api::Mutex<RawLock, T>;
/// That the lock is held.
pub type MutexGuard<'a, T> = lock_api::MutexGuard<'a, RawLock, T>;

const FREE: u32 = 0;
const HELD: u32 = 1;
const AWAITED: u32 = 2;

/// Looks before a sleep: some a moment apart, and the rest after others had the CPU.
const CLOSE_LOOKS: u32 = 3;
const LOOKS: u32 = 10;

/// What a lock consists of; the model checker has one of its own.
pub trait Word {
    /// Puts `new` in place of `old`, if that is there; with the order of a lock that is taken.
    fn take(&self, old: u32, new: u32) -> bool;
    /// Puts `new` there, in the same order or in that of one that is let go; answers what was there.
    fn swap(&self, new: u32, order: Ordering) -> u32;
    /// What is there, of no order.
    fn peek(&self) -> u32;
    /// Sleeps while `expected` is there; for no reason, too, may it end.
    fn sleep(&self, expected: u32, timeout: Option<Duration>);
    /// Wakes one who sleeps.
    fn wake(&self);
}

impl Word for AtomicU32 {
    #[inline(always)]
    fn take(&self, old: u32, new: u32) -> bool {
        self.compare_exchange(old, new, Ordering::Acquire, Ordering::Relaxed).is_ok()
    }

    #[inline(always)]
    fn swap(&self, new: u32, order: Ordering) -> u32 {
        Self::swap(self, new, order)
    }

    fn peek(&self) -> u32 {
        self.load(Ordering::Relaxed)
    }

    fn sleep(&self, expected: u32, timeout: Option<Duration>) {
        // Whyever it ends: the word is looked at again.
        let _ = futex::wait(self, expected, timeout);
    }

    fn wake(&self) {
        futex::wake(self, 1);
    }
}

/// Takes the lock if it is free.
#[inline(always)]
pub fn try_lock(word: &impl Word) -> bool {
    word.take(FREE, HELD)
}

/// Waits for the lock, which was not free just now, until `deadline`; `false` if that has passed.
#[cold]
pub fn wait(word: &impl Word, deadline: Option<Instant>) -> bool {
    if look(word) {
        return true;
    }
    while word.swap(AWAITED, Ordering::Acquire) != FREE {
        let left = deadline.map(|at| at.saturating_duration_since(Instant::now()));
        if left == Some(Duration::ZERO) {
            return false;
        }
        word.sleep(AWAITED, left);
    }
    true
}

/// Looks for a moment whether the lock comes free; not where others sleep for it already.
fn look(word: &impl Word) -> bool {
    for round in 0..LOOKS {
        match round < CLOSE_LOOKS {
            true => (0..2 << round).for_each(|_| spin_loop()),
            false => yield_now(),
        }
        match word.peek() {
            FREE if try_lock(word) => return true,
            AWAITED => return false,
            _ => {}
        }
    }
    false
}

/// Lets the lock go, and wakes one who sleeps for it.
#[inline(always)]
pub fn unlock(word: &impl Word) {
    if word.swap(FREE, Ordering::Release) == AWAITED {
        wake(word);
    }
}

#[cold]
fn wake(word: &impl Word) {
    word.wake();
}

/// See the module.
pub struct RawLock(AtomicU32);

// SAFETY: one thread alone gets the word from FREE to another value, in one step, and only that thread puts FREE back.
unsafe impl RawMutex for RawLock {
    // The trait asks for a constant to begin with; each lock has its own copy.
    #[allow(clippy::declare_interior_mutable_const)]
    const INIT: Self = Self(AtomicU32::new(FREE));

    type GuardMarker = GuardNoSend;

    #[inline(always)]
    fn lock(&self) {
        if !self.try_lock() {
            wait(&self.0, None);
        }
    }

    #[inline(always)]
    fn try_lock(&self) -> bool {
        try_lock(&self.0)
    }

    #[inline(always)]
    unsafe fn unlock(&self) {
        unlock(&self.0);
    }
}

// SAFETY: as above; `true` is answered by who has the lock.
unsafe impl RawMutexTimed for RawLock {
    type Duration = Duration;
    type Instant = Instant;

    fn try_lock_for(&self, timeout: Duration) -> bool {
        // A time that cannot be told is never.
        self.try_lock() || wait(&self.0, Instant::now().checked_add(timeout))
    }

    fn try_lock_until(&self, deadline: Instant) -> bool {
        self.try_lock() || wait(&self.0, Some(deadline))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::AtomicBool;
    use std::thread;

    use super::*;

    #[test]
    fn one_at_a_time_has_the_lock_and_each_gets_it() {
        const THREADS: usize = 6;
        const ROUNDS: usize = 20_000;
        let count = Arc::new(Mutex::new((0usize, 0usize)));
        let threads = [(); THREADS].map(|()| {
            let count = Arc::clone(&count);
            thread::spawn(move || {
                for round in 0..ROUNDS {
                    let mut held = count.lock();
                    held.0 += 1;
                    if round % 64 == 0 {
                        // Others have to sleep.
                        yield_now();
                    }
                    held.1 += 1;
                    assert_eq!(held.0, held.1);
                }
            })
        });
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        assert_eq!(*count.lock(), (THREADS * ROUNDS, THREADS * ROUNDS));
    }

    #[test]
    fn who_waits_for_some_time_only_gets_it_then_or_not_at_all() {
        let lock = Arc::new(Mutex::new(()));
        let held = lock.lock();
        let begun = Instant::now();
        assert!(lock.try_lock_for(Duration::from_millis(20)).is_none());
        assert!(begun.elapsed() >= Duration::from_millis(20));
        assert!(lock.try_lock_until(Instant::now()).is_none());
        let is_waiting = Arc::new(AtomicBool::new(false));
        let other = thread::spawn({
            let (lock, is_waiting) = (Arc::clone(&lock), Arc::clone(&is_waiting));
            move || {
                is_waiting.store(true, Ordering::SeqCst);
                lock.try_lock_for(Duration::from_secs(60)).is_some()
            }
        });
        while !is_waiting.load(Ordering::SeqCst) {
            yield_now();
        }
        drop(held);
        assert!(other.join().unwrap());
        assert!(lock.try_lock().is_some());
    }
}
