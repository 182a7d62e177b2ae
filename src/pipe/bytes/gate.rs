//! Where a pipe goes on in a log: a chain of segments that one writer fills for several pipes.
//!
//! A gate is an empty segment of the pipe's own chain. Whoever reads steps from it to where the log begins for
//! this pipe, follows the log's chain, and comes back to the segment after the gate where the log ends for it.
//!
//! Invariants
//! - A log's segments are counted: its writer holds the one that it has published to last, each segment holds its
//!   successor, a gate where it begins, until a reader takes that over, and a reader the one that it is in.
//! - The end is told before the log publishes anything behind it, so that whoever sees more sees the end too.

use std::ptr;

use crate::sync::Joint;
use crate::sync::atomic::{AtomicBool, AtomicPtr, AtomicU64, Ordering};
use crate::sys::boxes::try_box;

use super::segment::{Segment, State};
use super::writer::ByteWriter;

/// Counts of messages are kept modulo 2^31.
const COUNT: u32 = (1 << 31) - 1;

/// See the module.
pub struct Gate {
    /// First segment of the log; null when a reader has taken it over.
    pub start: AtomicPtr<Segment>,
    /// Where the pipe begins in it.
    pub from: usize,
    /// What the pipe's count of messages is ahead of the log's.
    ahead: u32,
    /// Last segment of the log for this pipe, as soon as it is known, and what it has of it.
    end: AtomicPtr<Segment>,
    end_state: AtomicU64,
    /// Whether somebody who reads the log wants to be told.
    sleepers: Joint<AtomicBool>,
}

impl Gate {
    /// What the pipe has of the log's segment `at`, whose state is `state`.
    fn clip(&self, at: *mut Segment, state: State) -> State {
        if self.is_end(at) {
            return State(self.end_state.load(Ordering::Relaxed));
        }
        let messages = state.messages().wrapping_add(self.ahead) & COUNT;
        State::new(state.len(), state.is_sealed(), messages)
    }

    fn is_end(&self, at: *mut Segment) -> bool {
        self.end.load(Ordering::Acquire) == at
    }

    /// Has the log's writer look for who sleeps.
    pub fn note_sleep(&self) {
        self.sleepers.store(true, Ordering::SeqCst);
    }
}

/// A segment, and the gate by which it is read: null outside logs.
#[derive(Clone, Copy)]
pub struct Place {
    pub at: *mut Segment,
    pub gate: *mut Segment,
    /// Where the pipe's bytes begin in it.
    pub from: usize,
}

impl Place {
    /// Where a pipe begins that has no gate.
    pub fn new(at: *mut Segment) -> Self {
        Self { at, gate: ptr::null_mut(), from: 0 }
    }

    /// The gate.
    ///
    /// # Safety
    /// The reader is not past it.
    #[inline]
    pub unsafe fn gate<'a>(self) -> Option<&'a Gate> {
        // SAFETY: gates are freed by the reader alone, when it steps past them.
        unsafe { self.gate.as_ref() }.and_then(|segment| segment.gate.as_deref())
    }

    /// What the segment has published to this pipe.
    ///
    /// # Safety
    /// The reader is not past it.
    #[inline]
    pub unsafe fn load(self) -> State {
        // SAFETY: by the caller's word.
        let state = unsafe { &*self.at }.load();
        // SAFETY: as above.
        match unsafe { self.gate() } {
            None => state,
            Some(gate) => gate.clip(self.at, state),
        }
    }

    /// What follows the segment.
    ///
    /// # Safety
    /// The reader is not past it, and it is sealed for this pipe.
    pub unsafe fn next(self) -> Self {
        // SAFETY: by the caller's word.
        let gate = unsafe { self.gate() };
        let (last, gate) = match gate {
            Some(gate) if gate.is_end(self.at) => (self.gate, ptr::null_mut()),
            Some(_) | None => (self.at, self.gate),
        };
        // SAFETY: the segment itself, or its gate, neither of which the reader is past.
        let at = unsafe { &*last }.next.load(Ordering::Acquire);
        // SAFETY: a sealed segment has a successor, which the reader is not past.
        match unsafe { &*at }.gate.as_deref() {
            Some(gate) => {
                Self { at: gate.start.load(Ordering::Relaxed), gate: at, from: gate.from }
            }
            None => Self { at, gate, from: 0 },
        }
    }
}

/// The writing half of a pipe as a member of a log.
impl ByteWriter {
    /// The writing half of a log; `None` without memory for it.
    pub fn log() -> Option<Self> {
        let mut log = super::try_bytes(false)?.0;
        log.is_log = true;
        log.detach();
        Some(log)
    }

    /// Has the reader go on in `log`, behind what that has published; `false` without memory, or if either is in
    /// the middle of a message. What is written to this half from now on comes after [`Self::leave`].
    pub fn join(&mut self, log: &Self, sleepers: &Joint<AtomicBool>) -> bool {
        let is_between = !self.has_unfinished() && self.committed == self.boundary;
        if !is_between || log.has_unfinished() || log.committed != log.boundary {
            return false;
        }
        let (start, from) = log.committed;
        let gate = try_box(Gate {
            start: AtomicPtr::new(start),
            from,
            ahead: self.messages.wrapping_sub(log.messages) & COUNT,
            end: AtomicPtr::new(ptr::null_mut()),
            end_state: AtomicU64::new(0),
            sleepers: Joint::clone(sleepers),
        });
        let Some((gate, after)) = gate.and_then(Segment::gate) else { return false };
        // SAFETY: the log's writer holds it; the gate does from now on.
        unsafe { &*start }.hold();
        // SAFETY: the tail is never sealed, so it is still there.
        let tail = unsafe { &*self.tail };
        tail.final_len.store(self.position as u32, Ordering::Relaxed);
        tail.next.store(gate, Ordering::Release);
        tail.state.swap(State::new(self.position, true, self.messages).0, Ordering::SeqCst);
        self.gate = gate;
        self.begin_at(after);
        true
    }

    /// Has the reader come back from `log` behind what that has published, which is `messages` of the pipe in all.
    pub fn leave(&mut self, log: &Self, messages: u32) {
        let gate = std::mem::replace(&mut self.gate, ptr::null_mut());
        // SAFETY: the reader is not past a gate whose end it does not know.
        let Some(gate) = (unsafe { gate.as_ref() }).and_then(|segment| segment.gate.as_deref())
        else {
            return;
        };
        self.messages = messages;
        // SAFETY: the segment after the gate, which the reader does not reach before the end is told.
        let after = unsafe { &*self.tail };
        after.state.store(State::new(0, false, messages).0, Ordering::Relaxed);
        let (end, len) = log.committed;
        gate.end_state.store(State::new(len, true, messages).0, Ordering::Relaxed);
        gate.end.store(end, Ordering::Release);
    }
}
