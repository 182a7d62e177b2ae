//! A flag that wakes: `notify` sets it, one owner at a time waits for it and clears it.
//!
//! The word is, from below: the PENDING bit, the number of threads that sleep on the word, the number of those
//! that sleep in a poller, the WATCHED and ROUSED bits, and a count of turns. Whoever turns PENDING on wakes them all;
//! further notifications cost one atomic operation. Whoever clears it while others wait has taken what they
//! were to be woken by, and wakes them by a turn. A descriptor is made only when somebody asks for one; from
//! then on each turn of PENDING also makes it readable, which is what ZMQ_FD promises (zmq_getsockopt(3)). Who
//! waits for many signals at a time has one of its own that follows them: each turn of theirs turns it on too.
#![forbid(unsafe_code)]

use std::os::fd::{AsRawFd, RawFd};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::atomic::{Ordering, fence};
use super::base::Word;
use super::follower::{Follower, Followers};
use super::{Mutex, OnceLock};
use crate::errno::{Errno, Result};
use crate::sys::eventfd::EventFd;

const PENDING: u32 = 1;
const SLEEPER: u32 = 2;
const POLLER: u32 = 1 << 16;
/// A thread waits that sleeps now and then in a poller, and does other things in between.
const WATCHED: u32 = 1 << 20;
/// Who sleeps is woken already for what was turned on quietly, or looks soon.
const ROUSED: u32 = 1 << 21;
const TURN: u32 = 1 << 22;
const TURNS: u32 = !(TURN - 1);
const SLEEPERS: u32 = POLLER - SLEEPER;
const POLLERS: u32 = WATCHED - POLLER;

/// See the module.
#[derive(Default)]
pub struct Signal {
    word: Word,
    /// What ZMQ_FD shows.
    fd: OnceLock<EventFd>,
    /// What ends a sleep in a poller; never drained, because it is watched for edges.
    waker: Mutex<Option<Arc<EventFd>>>,
    /// Signals that are turned on with this one.
    followers: OnceLock<Followers>,
    /// Whoever clears does what there is to do: nobody else has to look.
    is_common: bool,
}

impl Signal {
    /// A signal that is waited for with [`Self::announce`] or [`Self::watch`], or through a public descriptor.
    pub fn new() -> Self {
        Self::default()
    }

    /// A signal of several threads that sleep in a poller on `waker`, or on the word. Whichever wakes does the work.
    pub fn common(waker: Arc<EventFd>) -> Self {
        Self { is_common: true, waker: Mutex::new(Some(waker)), ..Self::default() }
    }

    /// Turns the signal on and wakes who waits.
    pub fn notify(&self) {
        let old = self.word.fetch_or(PENDING, Ordering::SeqCst);
        if old & PENDING != 0 {
            return;
        }
        self.wake(old);
        fence(Ordering::SeqCst);
        self.signal_fd();
        if let Some(followers) = self.followers.get() {
            followers.tell();
        }
    }

    /// Has `follower`, which knows this signal by `tag`, turned on with each turn of it from now on, as long as it
    /// lives. The caller looks at this signal after.
    pub fn add_follower(&self, follower: &Arc<Follower>, tag: usize) {
        // Whoever is first sets it.
        let _ = self.followers.set(Followers::default());
        if let Some(followers) = self.followers.get() {
            followers.add(follower, tag);
        }
    }

    /// Turns the signal on for the caller, who is about to look at it.
    pub fn set(&self) {
        self.word.fetch_or(PENDING, Ordering::SeqCst);
    }

    /// Wakes who sleeps for what was turned on quietly, once until it is cleared.
    pub fn rouse(&self) {
        let old = self.word.fetch_or(PENDING | ROUSED, Ordering::SeqCst);
        if old & ROUSED == 0 {
            // Who sleeps, or is about to, may wait for a turn.
            self.nudge();
        }
    }

    /// As [`Self::rouse`], but a thread that sleeps on the word looks soon by itself.
    pub fn defer(&self) {
        let old = self.word.fetch_or(PENDING | ROUSED, Ordering::SeqCst);
        if old & (ROUSED | SLEEPERS) == 0 {
            self.wake(old);
        }
    }

    /// Whether the signal was turned on quietly, and nobody is known to look.
    #[inline(always)]
    pub fn is_unattended(&self) -> bool {
        self.word.load(Ordering::Acquire) & (PENDING | ROUSED) == PENDING
    }

    /// Wakes who sleeps according to `word`.
    fn wake(&self, word: u32) {
        if word & SLEEPERS != 0 {
            self.word.wake();
        }
        if word & POLLERS != 0
            && let Some(waker) = &*self.waker.lock()
        {
            waker.signal();
        }
    }

    fn signal_fd(&self) {
        if let Some(fd) = self.fd.get() {
            fd.signal();
        }
    }

    /// Whether the signal is on.
    #[inline(always)]
    pub fn is_pending(&self) -> bool {
        self.word.load(Ordering::Acquire) & PENDING != 0
    }

    /// Turns the signal off. What was announced before must be looked at after.
    ///
    /// The descriptor is drained first: a notification in between then finds PENDING still on and
    /// needs no descriptor, because the caller has not looked yet.
    pub fn clear(&self) {
        if let Some(fd) = self.fd.get() {
            fd.drain();
        }
        let old = self.word.fetch_and(!(PENDING | ROUSED), Ordering::SeqCst);
        if !self.is_common && old & PENDING != 0 && old & (SLEEPERS | WATCHED) != 0 {
            // They wait for what the caller is about to take.
            self.nudge();
        }
    }

    /// Wakes who waits, although there is nothing new to take.
    #[cold]
    pub fn nudge(&self) {
        let word = self.word.fetch_add(TURN, Ordering::SeqCst);
        self.wake(word);
    }

    /// Whether a thread sleeps, on the word or in a poller.
    pub fn is_slept_on(&self) -> bool {
        self.word.load(Ordering::SeqCst) & (SLEEPERS | POLLERS) != 0
    }

    /// Whether a thread sleeps on the word.
    pub fn has_sleeper(&self) -> bool {
        self.word.load(Ordering::SeqCst) & SLEEPERS != 0
    }

    /// Announces that the caller will wait. Where several threads may clear the signal, each under a
    /// lock, this is done under the same lock: what is taken from then on wakes the sleeper.
    #[inline]
    pub fn announce(&self) -> Sleeper<'_> {
        let word = self.word.fetch_add(SLEEPER, Ordering::SeqCst) + SLEEPER;
        Sleeper { signal: self, word, turn: word & TURNS }
    }

    /// As [`Self::announce`], for who waits for a turn after that one, see [`Self::turn`].
    pub fn announce_after(&self, turn: u32) -> Sleeper<'_> {
        let mut sleeper = self.announce();
        sleeper.turn = turn;
        sleeper
    }

    /// The last turn there was.
    pub fn turn(&self) -> u32 {
        self.word.load(Ordering::SeqCst) & TURNS
    }

    /// Announces and waits; see [`Sleeper::wait`].
    pub fn wait(&self, deadline: Option<Instant>) -> Result<()> {
        self.announce().wait(deadline)
    }

    /// Announces, as [`Self::announce`] does, that the caller will wait, and will sleep only in a poller on
    /// `waker`. At most one thread at a time does so.
    pub fn watch(&self, waker: &Arc<EventFd>) -> Watcher<'_> {
        self.watch_on(waker);
        let word = self.word.fetch_or(WATCHED, Ordering::SeqCst) | WATCHED;
        Watcher { signal: self, word }
    }

    fn watch_on(&self, waker: &Arc<EventFd>) {
        let mut known = self.waker.lock();
        if known.as_ref().is_none_or(|known| !Arc::ptr_eq(known, waker)) {
            *known = Some(Arc::clone(waker));
        }
    }

    /// Begins a sleep in a poller; `false` if there is something to look at first.
    pub fn begin_poll(&self) -> bool {
        let old = self.word.fetch_add(POLLER, Ordering::SeqCst);
        if old & PENDING != 0 {
            self.end_poll();
        }
        old & PENDING == 0
    }

    /// Ends what `begin_poll` began.
    pub fn end_poll(&self) {
        self.word.fetch_sub(POLLER, Ordering::SeqCst);
    }

    /// The descriptor that becomes readable with the signal, made at the first call.
    pub fn fd(&self) -> Result<RawFd> {
        if self.fd.get().is_none() {
            // A second maker's descriptor is dropped; the first one stays for ever.
            let _ = self.fd.set(EventFd::new()?);
            fence(Ordering::SeqCst);
            if self.is_pending() {
                self.signal_fd();
            }
        }
        Ok(self.fd.get().map_or(-1, AsRawFd::as_raw_fd))
    }
}

/// A thread that waits, and sleeps in a poller.
pub struct Watcher<'a> {
    signal: &'a Signal,
    /// The word when the wait was announced.
    word: u32,
}

impl Watcher<'_> {
    /// Whether the signal is on, or somebody else has cleared it since.
    pub fn is_over(&self) -> bool {
        self.has_changed(self.signal.word.load(Ordering::SeqCst))
    }

    /// Begins a sleep; `false` if the wait is over.
    pub fn begin_poll(&self) -> bool {
        let old = self.signal.word.fetch_add(POLLER, Ordering::SeqCst);
        if self.has_changed(old) {
            self.signal.end_poll();
            return false;
        }
        true
    }

    /// Ends what `begin_poll` began.
    pub fn end_poll(&self) {
        self.signal.end_poll();
    }

    fn has_changed(&self, word: u32) -> bool {
        word & PENDING != 0 || (word ^ self.word) >= TURN
    }
}

impl Drop for Watcher<'_> {
    fn drop(&mut self) {
        self.signal.word.fetch_and(!WATCHED, Ordering::SeqCst);
    }
}

/// A thread that is about to wait.
pub struct Sleeper<'a> {
    signal: &'a Signal,
    /// The word when the sleep was announced.
    word: u32,
    /// Of which the next one wakes.
    turn: u32,
}

impl Sleeper<'_> {
    /// Sleeps until the signal is on or somebody else has cleared it, or until `deadline` has passed
    /// (`EAGAIN`) or a signal handler ran (`EINTR`).
    pub fn wait(self, deadline: Option<Instant>) -> Result<()> {
        self.sleep(PENDING, deadline)
    }

    /// Sleeps until [`Signal::rouse`] or [`Signal::nudge`] is called, although the signal is on; as [`Self::wait`] otherwise.
    pub fn wait_for_turn(self, deadline: Instant) -> Result<()> {
        self.sleep(0, Some(deadline))
    }

    fn sleep(self, until: u32, deadline: Option<Instant>) -> Result<()> {
        let mut word = self.word;
        loop {
            if word & until != 0 || word & TURNS != self.turn {
                return Ok(());
            }
            let left = match deadline {
                None => None,
                Some(deadline) => match deadline.checked_duration_since(Instant::now()) {
                    Some(left) if left > Duration::ZERO => Some(left),
                    _ => return Err(Errno::EAGAIN),
                },
            };
            match self.signal.word.wait(word, left) {
                Ok(()) | Err(Errno::ETIMEDOUT) => word = self.signal.word.load(Ordering::SeqCst),
                Err(error) => return Err(error),
            }
        }
    }
}

impl Drop for Sleeper<'_> {
    fn drop(&mut self) {
        self.signal.word.fetch_sub(SLEEPER, Ordering::SeqCst);
    }
}
