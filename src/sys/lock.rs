//! Locks of which the process knows nothing but their word: who waits for one is known to the kernel alone.
//!
//! A list of those who wait, as parking_lot has one for all locks, is wrong in a forked child: it names threads of the
//! parent, in memory where new ones begin, or is locked itself for ever. It also takes memory when a thread waits first.
//! The guards and what can be done with them are lock_api's, parking_lot's own.
//!
//! Invariants: a word is free, or held, of which the value says what those who sleep on it expect. Who takes it from the wait
//! takes it as awaited, as others may sleep still. Whoever has it lets go for a moment only, in many places, and has it
//! again before one who sleeps is awake: one who has slept for long has it passed on.

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
/// Nobody sleeps.
const HELD: u32 = 1;
/// Somebody may sleep.
const AWAITED: u32 = 2;
/// Somebody has slept for long.
const WANTED: u32 = 3;
/// Held by nobody yet: it is for one who has slept.
const PASSED_ON: u32 = 4;

/// How long is long. Time stands still in a model.
const PATIENCE: Duration = Duration::from_micros(if cfg!(loom) { 0 } else { 500 });

/// Looks before a sleep: some a moment apart, and the rest after others had the CPU.
const CLOSE_LOOKS: u32 = 3;
const LOOKS: u32 = 10;

/// What a lock consists of; the model checker has one of its own.
pub trait Word {
    /// Puts `new` in place of `old`, if that is there, with the order of a lock that is taken (acquire) or let go (release).
    fn replace(&self, old: u32, new: u32, order: Ordering) -> bool;
    /// What is there, of no order.
    fn peek(&self) -> u32;
    /// Sleeps while `expected` is there; for no reason, too, may it end.
    fn sleep(&self, expected: u32, timeout: Option<Duration>);
    /// Wakes one who sleeps; whether there was one.
    fn wake(&self) -> bool;
}

impl Word for AtomicU32 {
    #[inline(always)]
    fn replace(&self, old: u32, new: u32, order: Ordering) -> bool {
        self.compare_exchange(old, new, order, Ordering::Relaxed).is_ok()
    }

    fn peek(&self) -> u32 {
        self.load(Ordering::Relaxed)
    }

    fn sleep(&self, expected: u32, timeout: Option<Duration>) {
        // Whyever it ends: the word is looked at again.
        let _ = futex::wait(self, expected, timeout);
    }

    fn wake(&self) -> bool {
        futex::wake(self, 1) > 0
    }
}

/// Takes the lock if it is free.
#[inline(always)]
pub fn try_lock(word: &impl Word) -> bool {
    word.replace(FREE, HELD, Ordering::Acquire)
}

/// Waits for the lock, which was not free just now, until `deadline`; `false` if that has passed.
#[cold]
pub fn wait(word: &impl Word, deadline: Option<Instant>) -> bool {
    if look(word) {
        return true;
    }
    let begun = Instant::now();
    let mut has_slept = false;
    loop {
        let seen = word.peek();
        if seen == FREE || seen == PASSED_ON && has_slept {
            if word.replace(seen, AWAITED, Ordering::Acquire) {
                return true;
            }
            continue;
        }
        let is_long = has_slept && begun.elapsed() >= PATIENCE;
        let said = match seen {
            HELD | AWAITED if is_long => WANTED,
            HELD => AWAITED,
            seen => seen,
        };
        if said != seen && !word.replace(seen, said, Ordering::Relaxed) {
            continue;
        }
        let left = deadline.map(|at| at.saturating_duration_since(Instant::now()));
        if left == Some(Duration::ZERO) {
            return false;
        }
        word.sleep(said, left);
        has_slept = true;
    }
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
            FREE | HELD => {}
            _ => return false,
        }
    }
    false
}

/// Lets the lock go, and wakes one who sleeps for it.
#[inline(always)]
pub fn unlock(word: &impl Word) {
    if !word.replace(HELD, FREE, Ordering::Release) {
        unlock_awaited(word);
    }
}

#[cold]
fn unlock_awaited(word: &impl Word) {
    if word.replace(AWAITED, FREE, Ordering::Release) {
        word.wake();
        return;
    }
    // It is wanted, which nobody changes but who holds it.
    word.replace(WANTED, PASSED_ON, Ordering::Release);
    // Whoever wanted it may have given up, and others may go to sleep just now.
    if !word.wake() && word.replace(PASSED_ON, FREE, Ordering::Relaxed) {
        word.wake();
    }
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
    fn who_waits_gets_the_lock_from_one_who_lets_go_for_a_moment_only() {
        let lock = Arc::new(Mutex::new(()));
        let is_over = Arc::new(AtomicBool::new(false));
        let busy = thread::spawn({
            let (lock, is_over) = (Arc::clone(&lock), Arc::clone(&is_over));
            move || {
                while !is_over.load(Ordering::SeqCst) {
                    let held = lock.lock();
                    let begun = Instant::now();
                    while begun.elapsed() < Duration::from_micros(50) {}
                    drop(held);
                }
            }
        });
        for _ in 0..50 {
            // Time enough for a machine that is busy.
            assert!(lock.try_lock_for(Duration::from_secs(10)).is_some());
        }
        is_over.store(true, Ordering::SeqCst);
        busy.join().unwrap();
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
