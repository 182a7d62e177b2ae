//! One chain of bytes for several pipes: what all of them are to have is written, and published, once.
//!
//! A member's reader goes on in the log where the member joined, and comes back to the pipe's own bytes where it left.
//! In between nothing is written to the pipe itself, and its count of messages is the log's from then on: whoever
//! writes keeps an eye on the credit of the members ([`PipeEnd::log_credit`]).
//!
//! Hand-over: as that of a pipe, but a reader in the log that is about to sleep also sets `sleepers`, and only then
//! does the writer look at each member. Who joins may be about to sleep, so that joining sets it too.
#![forbid(unsafe_code)]

use crate::message::FLAG_MORE;
use crate::sync::atomic::{AtomicBool, Ordering};
use crate::sync::{Joint, try_joint};
use crate::sys::switches::Switch;

use super::bytes::ByteWriter;
use super::end::{COUNT, PipeEnd};
use super::flow::{AWAKE, DOZING};
use super::writer::Writer;

/// See the module.
pub struct Log {
    writer: ByteWriter,
    /// Messages published, modulo 2^31.
    messages: u32,
    sleepers: Joint<AtomicBool>,
}

/// Which members are to be woken after a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wake {
    Nobody,
    /// Those that sleep.
    Sleepers,
    /// Also those that look again by themselves: there is a lot to read.
    All,
}

impl Log {
    /// An empty log; `None` without memory for it.
    pub fn new() -> Option<Self> {
        let sleepers = try_joint(AtomicBool::new(false))?;
        Some(Self { writer: ByteWriter::log()?, messages: 0, sleepers })
    }

    /// Appends a part; `false` without memory for it.
    #[must_use]
    #[inline]
    pub fn write(&mut self, flags: u8, body: &[u8]) -> bool {
        if !self.writer.write(flags, body) {
            return false;
        }
        if flags & FLAG_MORE == 0 {
            self.writer.end_message();
            self.messages = (self.messages + 1) & COUNT;
        }
        true
    }

    /// Takes the parts of an unfinished message back.
    pub fn rollback(&mut self) {
        self.writer.rollback();
    }

    /// Publishes what was written; answers whom [`PipeEnd::wake_in_log`] is to wake.
    #[inline]
    pub fn commit(&mut self) -> Wake {
        let has_batch = self.writer.commit(self.messages);
        let has_sleepers =
            self.sleepers.load(Ordering::SeqCst) && self.sleepers.swap(false, Ordering::SeqCst);
        match (has_batch, has_sleepers) {
            (true, _) => Wake::All,
            (false, true) => Wake::Sleepers,
            (false, false) => Wake::Nobody,
        }
    }
}

impl PipeEnd {
    /// Makes the pipe a member of `log`; `false` if it holds no plain bytes, or without memory.
    pub fn join_log(&mut self, log: &Log) -> bool {
        let Writer::Bytes(writer) = &mut self.writer else { return false };
        if Switch::Log.is_off() || writer.holds_values() || !writer.join(&log.writer, &log.sleepers)
        {
            return false;
        }
        self.ahead = self.written.wrapping_sub(log.messages) & COUNT;
        log.sleepers.store(true, Ordering::SeqCst);
        true
    }

    /// Ends the pipe's membership behind what was published.
    pub fn leave_log(&mut self, log: &Log) {
        self.count_log(log);
        if let Writer::Bytes(writer) = &mut self.writer {
            writer.leave(&log.writer, self.written);
        }
    }

    fn count_log(&mut self, log: &Log) {
        self.written = log.messages.wrapping_add(self.ahead) & COUNT;
    }

    /// As [`Self::credit`], for a member of `log`.
    pub fn log_credit(&mut self, log: &Log) -> u32 {
        self.count_log(log);
        self.note_credit();
        self.credit()
    }

    /// Wakes the reader of a member if it sleeps, as `wake` says.
    pub fn wake_in_log(&self, wake: Wake) {
        match (self.reader_state(), wake) {
            (AWAKE, _) | (_, Wake::Nobody) | (DOZING, Wake::Sleepers) => {}
            (_, Wake::Sleepers | Wake::All) => self.wake_reader(),
        }
    }

    /// Whether a connection takes what is written.
    pub fn is_flowing(&self) -> bool {
        match &self.writer {
            Writer::Bytes(writer) => writer.is_flowing(),
            Writer::Conflate(_) => false,
        }
    }
}
