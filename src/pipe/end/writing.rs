//! Writing to a pipe: parts out as far as there is credit, and waking a reader that sleeps.
#![forbid(unsafe_code)]

use super::{COUNT, PipeEnd};
use crate::message::{FLAG_MORE, FLAG_ROUTING_ID, Outbound, defer, note_lack};
use crate::pipe::attention::{READABLE, WRITABLE};
use crate::pipe::flow::{ASLEEP, AWAKE, DOZING};
use crate::sync::atomic::Ordering;

impl PipeEnd {
    /// Whether there is credit for a message. If not, the peer will raise attention when there is.
    #[inline(always)]
    pub fn is_writable(&mut self) -> bool {
        if self.has_credit() {
            return !self.is_peer_gone();
        }
        if self.is_peer_gone() {
            return false;
        }
        self.seen = self.outward().reader.credited.load(Ordering::SeqCst);
        if self.has_credit() {
            return true;
        }
        if self.outward().waiting.load(Ordering::SeqCst) {
            // The reader has been asked, and will tell of what it gives after the look just now.
            return false;
        }
        self.outward().waiting.store(true, Ordering::SeqCst);
        self.wake_reader();
        self.seen = self.outward().reader.credited.load(Ordering::SeqCst);
        if self.has_credit_under(self.outward().hwm.load(Ordering::SeqCst)) {
            self.outward().waiting.store(false, Ordering::SeqCst);
            return true;
        }
        false
    }

    /// As [`Self::is_writable`], but where the credit known so far is used up it is `false` once, even if more has
    /// come since: the owner is told of that as of credit that comes later.
    pub fn is_writable_as_known(&mut self) -> bool {
        let is_known = self.has_credit();
        let is_writable = self.is_writable();
        if is_writable && !is_known {
            self.own().attention.raise(WRITABLE);
        }
        is_writable && is_known
    }

    /// Whether the credit is used up; if so, the reader is asked for more now, rather than when more is written.
    #[inline(always)]
    pub fn is_short(&mut self) -> bool {
        !self.has_credit() && self.is_short_still()
    }

    #[cold]
    fn is_short_still(&mut self) -> bool {
        !self.is_writable() && !self.is_peer_gone()
    }

    #[inline(always)]
    fn has_credit(&self) -> bool {
        self.has_credit_under(self.outward().hwm.load(Ordering::Relaxed))
    }

    #[inline(always)]
    fn has_credit_under(&self, hwm: i32) -> bool {
        hwm <= 0 || (self.written.wrapping_sub(self.seen) & COUNT) < hwm as u32
    }

    /// How many messages may be written now; 0 has the effect of a false [`Self::is_writable`].
    pub fn credit(&mut self) -> u32 {
        if !self.is_writable() {
            return 0;
        }
        let hwm = self.outward().hwm.load(Ordering::Relaxed);
        if hwm <= 0 {
            return COUNT;
        }
        (hwm as u32).saturating_sub(self.written.wrapping_sub(self.seen) & COUNT)
    }

    /// Appends a part, whose `flags` say whether more follow; `false` if there is no credit at the
    /// beginning of a message, the peer is gone, or there is no memory ([`note_lack`]). Invisible until
    /// [`Self::commit`].
    #[inline(always)]
    pub fn write(&mut self, part: &mut Outbound<'_>, flags: u8) -> bool {
        if !self.is_writable() {
            return false;
        }
        match self.writer.write(part, flags) {
            Ok(None) => {}
            Ok(Some(old)) => defer(old),
            Err(_) => return self.note_no_memory(),
        }
        if flags & (FLAG_MORE | FLAG_ROUTING_ID) == 0 {
            self.written = (self.written + 1) & COUNT;
        }
        true
    }

    /// Sends a message of one part, if that is no more than copying it; `false`: nothing has happened.
    #[inline(always)]
    pub fn post(&mut self, part: &Outbound<'_>) -> bool {
        let written = (self.written + 1) & COUNT;
        if !self.has_credit() || self.is_peer_gone() || !self.writer.post(part, written) {
            return false;
        }
        self.written = written;
        if self.reader_state() == ASLEEP {
            self.wake_reader();
        }
        true
    }

    /// As [`Self::post`], of a part with these flags (MORE).
    #[inline(always)]
    pub fn post_part(&mut self, part: &Outbound<'_>, flags: u8) -> bool {
        if !self.has_credit() || self.is_peer_gone() || !self.writer.post_part(part, flags) {
            return false;
        }
        if flags & FLAG_MORE == 0 {
            self.written = (self.written + 1) & COUNT;
            self.commit();
        }
        true
    }

    /// There is credit, but no memory. Whoever takes this for a full pipe is told to try again.
    #[cold]
    fn note_no_memory(&self) -> bool {
        note_lack();
        self.own().attention.raise(WRITABLE);
        false
    }

    /// What this end wants to read when the other one closes; said once.
    pub fn set_farewell(&self, message: &[u8]) {
        let _ = self.own().farewell.set(Box::new(message.into()));
    }

    /// Appends a message whatever the credit, and makes it visible; an unfinished one is taken back. `false` without memory.
    pub fn write_last(&mut self, body: &[u8]) -> bool {
        self.rollback();
        match self.writer.write(&mut Outbound::Slice(body), 0) {
            Ok(old) => drop(old.map(defer)),
            Err(_) => return false,
        }
        self.written = (self.written + 1) & COUNT;
        self.commit();
        true
    }

    /// Makes whole messages visible to the peer and wakes it if it sleeps.
    #[inline(always)]
    pub fn commit(&mut self) {
        let is_batch = self.writer.commit(self.written);
        match self.outward().reader.asleep.load(Ordering::SeqCst) {
            AWAKE => {}
            DOZING if !is_batch => {}
            _ => self.wake_reader(),
        }
    }

    /// What the reader of what this end writes is at.
    #[inline(always)]
    pub(in crate::pipe) fn reader_state(&self) -> u8 {
        self.outward().reader.asleep.load(Ordering::SeqCst)
    }

    /// Looks at what credit the reader has given.
    pub(in crate::pipe) fn note_credit(&mut self) {
        self.seen = self.outward().reader.credited.load(Ordering::SeqCst);
    }

    #[cold]
    pub(in crate::pipe) fn wake_reader(&self) {
        if self.outward().reader.asleep.swap(AWAKE, Ordering::SeqCst) != AWAKE {
            self.peer().attention.raise(READABLE);
        }
    }

    /// Whether parts of an unfinished message were written.
    pub fn has_unfinished(&self) -> bool {
        self.writer.has_unfinished()
    }

    /// Takes the parts of an unfinished message back.
    pub fn rollback(&mut self) {
        self.writer.rollback();
    }
}
