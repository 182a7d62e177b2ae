//! A flag that wakes: `notify` sets it, one owner at a time waits for it and clears it.
//!
//! The word is the PENDING bit, above it the number of sleepers, above that a count of turns. Whoever turns
//! PENDING on wakes them all; further notifications cost one atomic operation. Whoever clears it while
//! others sleep has taken what they were to be woken by, and wakes them by a turn. A descriptor is made only
//! when somebody asks for one; from then on each turn of PENDING also makes it readable, which is what
//! ZMQ_FD promises (zmq_getsockopt(3)).
#![forbid(unsafe_code)]

use std::os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};
use std::time::{Duration, Instant};

use super::OnceLock;
use super::atomic::{Ordering, fence};
use super::base::Word;
use crate::errno::{Errno, Result};
use crate::sys::eventfd::EventFd;

const PENDING: u32 = 1;
const SLEEPER: u32 = 2;
const TURN: u32 = 1 << 16;
const SLEEPERS: u32 = TURN - SLEEPER;

/// See the module.
pub struct Signal {
    word: Word,
    fd: OnceLock<EventFd>,
    /// The descriptor is only for the owner's own sleep: written only while the owner sleeps.
    is_private: bool,
}

impl Default for Signal {
    fn default() -> Self {
        Self::new()
    }
}

impl Signal {
    /// A signal that is waited for with [`Self::wait`], or through a public descriptor.
    pub fn new() -> Self {
        Self { word: Word::default(), fd: OnceLock::new(), is_private: false }
    }

    /// A signal whose owner sleeps in a poller on [`Self::fd`], between `begin_sleep` and `end_sleep`.
    pub fn for_poller() -> Result<Self> {
        let signal = Self { is_private: true, ..Self::new() };
        signal.fd()?;
        Ok(signal)
    }

    /// Turns the signal on and wakes its owner if it sleeps.
    pub fn notify(&self) {
        let old = self.word.fetch_or(PENDING, Ordering::SeqCst);
        if old & PENDING != 0 {
            return;
        }
        if self.is_private {
            if old & SLEEPERS != 0 {
                self.signal_fd();
            }
            return;
        }
        if old & SLEEPERS != 0 {
            self.word.wake();
        }
        fence(Ordering::SeqCst);
        self.signal_fd();
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
        if !self.is_private
            && let Some(fd) = self.fd.get()
        {
            fd.drain();
        }
        let old = self.word.fetch_and(!PENDING, Ordering::SeqCst);
        if old & PENDING != 0 && old & SLEEPERS != 0 {
            self.wake_others();
        }
    }

    /// Others wait for what the caller is about to take; some perhaps in poll(2) on the descriptor.
    #[cold]
    fn wake_others(&self) {
        self.word.fetch_add(TURN, Ordering::SeqCst);
        self.word.wake();
        if !self.is_private {
            self.signal_fd();
        }
    }

    /// Announces that the caller will wait. Where several threads may clear the signal, each under a
    /// lock, this is done under the same lock: what is taken from then on wakes the sleeper.
    #[inline]
    pub fn announce(&self) -> Sleeper<'_> {
        let word = self.word.fetch_add(SLEEPER, Ordering::SeqCst) + SLEEPER;
        Sleeper { signal: self, word }
    }

    /// As [`Self::announce`], for a sleep in poll(2) on [`Self::fd`]; ended by [`Self::end_sleep`].
    pub fn announce_poll(&self) {
        self.word.fetch_add(SLEEPER, Ordering::SeqCst);
    }

    /// Announces and waits; see [`Sleeper::wait`].
    pub fn wait(&self, deadline: Option<Instant>) -> Result<()> {
        self.announce().wait(deadline)
    }

    /// Announces a sleep in a poller; `false` if there is something to look at first.
    pub fn begin_sleep(&self) -> bool {
        self.word.compare_exchange(0, SLEEPER, Ordering::SeqCst, Ordering::SeqCst).is_ok()
    }

    /// Ends what `begin_sleep` or `announce_poll` began.
    pub fn end_sleep(&self) {
        self.word.fetch_sub(SLEEPER, Ordering::SeqCst);
    }

    /// The descriptor, if there is one, for as long as the signal lives.
    pub fn borrow_fd(&self) -> Option<BorrowedFd<'_>> {
        self.fd.get().map(AsFd::as_fd)
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

/// A thread that is about to wait.
pub struct Sleeper<'a> {
    signal: &'a Signal,
    /// The word when the sleep was announced.
    word: u32,
}

impl Sleeper<'_> {
    /// Sleeps until the signal is on or somebody else has cleared it, or until `deadline` has passed
    /// (`EAGAIN`) or a signal handler ran (`EINTR`).
    pub fn wait(self, deadline: Option<Instant>) -> Result<()> {
        let mut word = self.word;
        loop {
            if word & PENDING != 0 || (word ^ self.word) >= TURN {
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
        self.signal.end_sleep();
    }
}
