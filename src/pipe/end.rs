//! One end of a pipe pair: a reader, a writer, credit both ways, and the peer's attention.
//!
//! | file | duty |
//! | --- | --- |
//! | `marks` | high-water marks that change |
//! | `ranges` | the I/O side of a byte pipe |
#![forbid(unsafe_code)]

mod marks;
mod ranges;

use std::sync::Arc;

use crate::message::{FLAG_MORE, FLAG_ROUTING_ID, Inbound, Outbound, defer, note_lack};
use crate::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use crate::sync::{Joint, OnceLock};

use super::attention::{Attention, CLOSED, HICCUP, READABLE, Target, WRITABLE};
use super::bytes;
use super::conflate::conflate;
use super::flow::{ABSENT, ASLEEP, AWAKE, DOZING, Flow, low_water_mark};
use super::reader::Reader;
pub use super::reader::View;
use super::writer::Writer;

/// Counts of messages are kept modulo 2^31.
pub(super) const COUNT: u32 = (1 << 31) - 1;

/// What a direction is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Encoded frames: socket and session.
    Bytes,
    /// The newest message only (ZMQ_CONFLATE).
    Conflate,
    /// Frames and messages by value: inproc.
    Values,
}

#[derive(Default)]
struct Side {
    /// What it writes to.
    outward: Flow,
    attention: Attention,
    is_gone: AtomicBool,
    /// The side that went wanted no more of this connection, but its endpoint stays.
    is_reset: AtomicBool,
    /// It had no memory for what came.
    is_starved: AtomicBool,
    /// Linger of the side that went, in milliseconds; -1: for ever.
    linger_ms: AtomicI32,
    /// What the side wants to read when the other one closes.
    /// Twice in a box, as few have one and there may be many connections.
    farewell: OnceLock<Box<Box<[u8]>>>,
}

#[derive(Default)]
struct Shared {
    sides: [Side; 2],
}

/// The two directions' words are not in one line.
const _: () = assert!(cfg!(loom) || size_of::<Side>() >= 64);

/// One end of a pipe pair. Dropping it closes it: the peer is told, and can still read what was
/// committed.
pub struct PipeEnd {
    shared: Joint<Shared>,
    is_second: bool,
    reader: Reader,
    pub(super) writer: Writer,
    /// Messages completed by the writer, modulo 2^31.
    pub(super) written: u32,
    /// What that is ahead of the count of the log that the pipe is a member of.
    pub(super) ahead: u32,
    /// The reader's credit as last seen.
    seen: u32,
    /// Messages read, modulo 2^31, those that credit was last given for, and after how many it is given again, at
    /// most, as far as is known: whoever lowers the mark tells of it.
    read: u32,
    credited: u32,
    step: u32,
    /// Routing id of the peer, as far as the pattern gave it one.
    pub routing_id: Vec<u8>,
}

/// A pipe pair. `kinds` and `hwms` are for what the first and the second end write.
pub fn pair(kinds: [Kind; 2], hwms: [i32; 2]) -> (PipeEnd, PipeEnd) {
    let mut shared = Shared::default();
    for (side, kind) in shared.sides.iter_mut().zip(kinds) {
        side.outward.is_conflated = kind == Kind::Conflate;
    }
    let shared = Joint::new(shared);
    for (side, hwm) in shared.sides.iter().zip(hwms) {
        let flow = &side.outward;
        flow.set_parts(Some(hwm), Some(ABSENT));
        // Nothing has been looked for yet: the first commit has to wake the reader.
        flow.reader.asleep.store(ASLEEP, Ordering::Relaxed);
    }
    let (writer_a, reader_b) = halves(kinds[0]);
    let (writer_b, reader_a) = halves(kinds[1]);
    let a = PipeEnd::new(Joint::clone(&shared), false, reader_a, writer_a);
    (a, PipeEnd::new(shared, true, reader_b, writer_b))
}

fn halves(kind: Kind) -> (Writer, Reader) {
    match kind {
        Kind::Bytes | Kind::Values => {
            let (writer, reader) = bytes::bytes(kind == Kind::Values);
            (Writer::Bytes(writer), Reader::Bytes(reader))
        }
        Kind::Conflate => {
            let (writer, reader) = conflate();
            (Writer::Conflate(writer), Reader::Conflate(reader))
        }
    }
}

impl PipeEnd {
    fn new(shared: Joint<Shared>, is_second: bool, reader: Reader, writer: Writer) -> Self {
        Self {
            shared,
            is_second,
            reader,
            writer,
            written: 0,
            ahead: 0,
            seen: 0,
            read: 0,
            credited: 0,
            step: 0,
            routing_id: Vec::new(),
        }
    }

    #[inline(always)]
    fn outward(&self) -> &Flow {
        &self.own().outward
    }

    #[inline(always)]
    fn inward(&self) -> &Flow {
        &self.peer().outward
    }

    #[inline(always)]
    fn own(&self) -> &Side {
        &self.shared.sides[usize::from(self.is_second)]
    }

    #[inline(always)]
    fn peer(&self) -> &Side {
        &self.shared.sides[usize::from(!self.is_second)]
    }

    /// Names the owner that is told of this end's events.
    pub fn set_target(&self, target: Arc<dyn Target>, token: u64) {
        self.own().attention.set_target(target, token);
    }

    /// Takes this end's events.
    pub fn take_events(&mut self) -> u8 {
        // The mark may be lower now.
        self.step = 0;
        self.own().attention.take()
    }

    /// Tells the peer that what is behind this end was replaced.
    pub fn raise_hiccup(&self) {
        self.peer().attention.raise(HICCUP);
    }

    /// Whether the peer's end is gone: nothing more can be written, and nothing more will come.
    #[inline]
    pub fn is_peer_gone(&self) -> bool {
        self.peer().is_gone.load(Ordering::SeqCst)
    }

    /// Linger that the peer left behind, in milliseconds; -1: for ever.
    pub fn peer_linger_ms(&self) -> i32 {
        self.peer().linger_ms.load(Ordering::SeqCst)
    }

    /// Closes this end, granting the peer `linger_ms` (-1: for ever) to pass on what was committed.
    pub fn close(mut self, linger_ms: i32) {
        if let Some(farewell) = self.peer().farewell.get() {
            let farewell = farewell.to_vec();
            self.write_last(&farewell);
        }
        self.own().linger_ms.store(linger_ms, Ordering::SeqCst);
    }

    /// Closes this end because of what the peer did: its connection is of no use any more, while an
    /// endpoint that connects goes on with a new one. Where `is_starved` there was no memory for it, and the peer
    /// may try again.
    pub fn reset(self, is_starved: bool) {
        self.own().is_starved.store(is_starved, Ordering::SeqCst);
        self.own().is_reset.store(true, Ordering::SeqCst);
    }

    /// Whether the peer's end went by [`Self::reset`].
    pub fn is_peer_reset(&self) -> bool {
        self.peer().is_reset.load(Ordering::SeqCst)
    }

    /// Whether the peer's end went by [`Self::reset`] for lack of memory.
    pub fn is_peer_starved(&self) -> bool {
        self.peer().is_starved.load(Ordering::SeqCst)
    }

    // Reading.

    /// Whether a message can be read. If not, the peer will raise attention with the next one.
    #[inline]
    pub fn is_readable(&mut self) -> bool {
        if self.reader.has_part() {
            return true;
        }
        self.inward().reader.asleep.store(ASLEEP, Ordering::SeqCst);
        self.reader.note_sleep();
        if self.reader.has_part() {
            self.inward().reader.asleep.store(AWAKE, Ordering::SeqCst);
            return true;
        }
        self.give_due_credit();
        false
    }

    /// For a reader that will look again soon by itself, in the middle of a stream: asks to be told
    /// only of a full segment or of a writer without credit. Answers whether there is so much to read
    /// that it is not to wait, or a writer that waits for it.
    pub fn doze(&mut self) -> bool {
        self.inward().reader.asleep.store(DOZING, Ordering::SeqCst);
        let is_awaited = self.inward().waiting.load(Ordering::SeqCst);
        self.reader.has_part() && (is_awaited || self.reader.has_batch())
    }

    /// The next part, left in place.
    #[inline]
    pub fn peek(&mut self) -> Option<View<'_>> {
        self.reader.peek()
    }

    /// Moves the next part to `sink`; answers its flags.
    #[inline(always)]
    pub fn read(&mut self, sink: &mut Inbound<'_>) -> Option<u8> {
        let flags = self.reader.read(sink);
        self.note_read(flags)
    }

    /// Moves the next message to `sink`, if it is one of one part, known to be there and no more than copied; `false`:
    /// nothing has happened.
    #[inline(always)]
    pub fn take(&mut self, sink: &mut Inbound<'_>) -> bool {
        let is_taken = self.reader.take(sink, 0).is_some();
        if is_taken {
            self.note_messages_read(1);
        }
        is_taken
    }

    /// As [`Self::take`], of a part; answers its flags (MORE).
    #[inline(always)]
    pub fn take_part(&mut self, sink: &mut Inbound<'_>) -> Option<u8> {
        let flags = self.reader.take(sink, FLAG_MORE);
        self.note_read(flags)
    }

    /// Steps over the next part; answers its flags.
    pub fn skip(&mut self) -> Option<u8> {
        let flags = self.reader.skip();
        self.note_read(flags)
    }

    /// Steps over the rest of the message.
    pub fn skip_message(&mut self) {
        while let Some(flags) = self.skip() {
            if flags & FLAG_MORE == 0 {
                break;
            }
        }
    }

    #[inline(always)]
    fn note_read(&mut self, flags: Option<u8>) -> Option<u8> {
        let flags = flags?;
        if flags & (FLAG_MORE | FLAG_ROUTING_ID) == 0 {
            self.note_messages_read(1);
        }
        Some(flags)
    }

    #[inline(always)]
    fn note_messages_read(&mut self, n: u32) {
        self.read = (self.read + n) & COUNT;
        if self.uncredited() >= self.step {
            self.note_step();
        }
    }

    #[inline(always)]
    fn uncredited(&self) -> u32 {
        self.read.wrapping_sub(self.credited) & COUNT
    }

    /// Credit may be due: the mark may have become another since the last time. Where there is none any more, a
    /// writer may wait since before.
    #[inline(never)]
    fn note_step(&mut self) {
        let flow = self.inward();
        let hwm = flow.hwm.load(Ordering::SeqCst);
        let is_awaited = hwm == 0 && flow.waiting.load(Ordering::SeqCst);
        self.step = low_water_mark(hwm);
        if self.uncredited() >= self.step || is_awaited {
            self.give_credit();
        }
    }

    fn give_credit(&mut self) {
        self.credited = self.read;
        let flow = self.inward();
        flow.reader.credited.swap(self.read, Ordering::SeqCst);
        if flow.waiting.load(Ordering::SeqCst) && flow.waiting.swap(false, Ordering::SeqCst) {
            self.peer().attention.raise(WRITABLE);
        }
    }

    // Writing.

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
    pub(super) fn reader_state(&self) -> u8 {
        self.outward().reader.asleep.load(Ordering::SeqCst)
    }

    /// Looks at what credit the reader has given.
    pub(super) fn note_credit(&mut self) {
        self.seen = self.outward().reader.credited.load(Ordering::SeqCst);
    }

    #[cold]
    pub(super) fn wake_reader(&self) {
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

impl Drop for PipeEnd {
    fn drop(&mut self) {
        let side = self.own();
        side.is_gone.store(true, Ordering::SeqCst);
        self.peer().attention.raise(CLOSED | READABLE);
    }
}

#[cfg(test)]
mod tests;
