//! The reading half, frame by frame: the application's end, and peers that need other bytes.

use std::slice;
use std::sync::Arc;

use crate::message::{Body, FLAG_SKIP, FLAG_VALUE, Inbound, Message, Metadata, defer, note_lack};
use crate::sync::Joint;
use crate::sync::atomic::Ordering;
use crate::sys::switches::Switch;

use super::gate::Place;
use super::outtake::Gathered;
use super::segment::{Segment, Shared, State};
use super::values;

/// So few messages at a time, so often in a row, are a stream that is read as fast as it is written. The pauses are about
/// a microsecond in all.
const LITTLE: u32 = 16;
const TRICKLE: u8 = 4;
const PAUSES: u32 = 24;
/// Who has paused in vain does so again after twice as many messages, up to this.
const MOST_TRICKLE: u8 = 128;
/// Bytes that are worth a call to the kernel by themselves.
const BATCH: usize = 32 * 1024;

/// The reading half of a byte pipe.
pub struct ByteReader {
    shared: Joint<Shared>,
    pub(super) head: Place,
    /// The head's buffer and origin, kept here because the writer keeps writing to the head's header.
    data: *const u8,
    origin: Option<Arc<Metadata>>,
    pub(super) position: usize,
    pub(super) state: State,
    /// How often in a row there was a little more, and how often that is so before a pause.
    trickles: u8,
    patience: u8,
    /// Bytes consumed since the beginning.
    pub(super) consumed: u64,
    /// What was gathered, if anything ever was: the application's end of a pipe gathers nothing.
    pub(super) gathered: Option<Box<Gathered>>,
}

// SAFETY: the half moves as a whole; segments are shared by the rules of the module.
unsafe impl Send for ByteReader {}

/// The next frame, left in place.
pub struct Frame<'a> {
    /// Flag bits without the one for a long length.
    pub flags: u8,
    /// The frame's body.
    pub body: &'a [u8],
    /// The body itself, where it travelled by reference.
    pub shared: Option<&'a Body>,
    header: usize,
}

impl ByteReader {
    pub(super) fn new(shared: Joint<Shared>, first: *mut Segment) -> Self {
        let mut reader = Self {
            shared,
            head: Place::new(first),
            data: std::ptr::null(),
            origin: None,
            position: 0,
            state: State(0),
            trickles: 0,
            patience: TRICKLE,
            consumed: 0,
            gathered: None,
        };
        reader.enter(Place::new(first));
        reader
    }

    fn enter(&mut self, place: Place) {
        self.head = place;
        self.position = place.from;
        self.data = self.segment().data();
        self.origin = self.segment().origin.clone();
    }

    #[inline]
    pub(super) fn segment(&self) -> &Segment {
        // SAFETY: the head is freed by this half alone, when it steps past it, or held by it.
        unsafe { &*self.head.at }
    }

    #[inline]
    pub(super) fn load(&self) -> State {
        // SAFETY: the head is where this half is.
        unsafe { self.head.load() }
    }

    /// Has who writes look for sleepers, if it writes for several pipes. The caller looks once more after.
    #[inline]
    pub fn note_sleep(&self) {
        // SAFETY: the head is where this half is.
        if let Some(gate) = unsafe { self.head.gate() } {
            gate.note_sleep();
        }
    }

    /// Whether something can be read: if so, at least one whole message from the last commit on.
    #[inline(always)]
    pub fn has_bytes(&mut self) -> bool {
        if self.position < self.state.len() {
            return true;
        }
        self.look_further()
    }

    /// Whether there is so much to read that it is worth a call to the kernel.
    pub fn has_batch(&self) -> bool {
        let state = self.load();
        state.is_sealed() || self.segment().limit(state) >= self.position + BATCH
    }

    pub(super) fn look_further(&mut self) -> bool {
        loop {
            if self.position < self.segment().limit(self.state) {
                return true;
            }
            self.yield_line();
            let state = self.load();
            if state != self.state {
                let more = state.messages().wrapping_sub(self.state.messages());
                self.trickles = if more <= LITTLE { self.trickles.saturating_add(1) } else { 0 };
                self.state = state;
            } else if state.is_sealed() {
                self.step();
            } else {
                self.trickles = 0;
                self.shared.note_drained(self.head.at);
                return false;
            }
        }
    }

    /// Each look takes a line of the cache from the thread that writes. If it writes about as fast as this one
    /// reads, it is left alone for a moment, so that there is more to find. If nothing comes meanwhile, it is this very
    /// thread that writes, or one that waits for this one's processor.
    #[inline]
    fn yield_line(&mut self) {
        if self.trickles < self.patience || !self.shared.holds_values || Switch::Yield.is_off() {
            return;
        }
        let before = self.load();
        (0..PAUSES).for_each(|_| std::hint::spin_loop());
        if self.load() == before {
            self.patience = self.patience.saturating_mul(2).min(MOST_TRICKLE);
            self.trickles = 0;
        } else {
            self.patience = TRICKLE;
        }
    }

    pub(super) fn step(&mut self) {
        let old = self.head;
        // SAFETY: the head is sealed, and where this half is.
        let next = unsafe { old.next() };
        if old.gate.is_null() && next.gate.is_null() {
            self.enter(next);
            self.shared.head.store(next.at, Ordering::Relaxed);
            // SAFETY: it was sealed, so the writer is past it.
            unsafe { self.shared.recycle(old.at) };
        } else {
            self.step_in_log(old, next);
        }
        self.state = self.load();
    }

    /// Steps into a log, in it, or out of it.
    #[cold]
    fn step_in_log(&mut self, old: Place, next: Place) {
        self.enter(next);
        if next.gate == old.gate {
            self.segment().hold();
        // SAFETY: this half is at the gate now.
        } else if let Some(gate) = unsafe { next.gate() } {
            gate.start.store(std::ptr::null_mut(), Ordering::Relaxed);
        }
        if old.gate.is_null() {
            // SAFETY: it was sealed, so the writer is past it.
            unsafe { self.shared.recycle(old.at) };
        } else {
            // SAFETY: held since this half entered it; its successor is held by now.
            unsafe { Segment::let_go(old.at) };
        }
        if next.gate != old.gate {
            let own = if next.gate.is_null() { next.at } else { next.gate };
            self.shared.head.store(own, Ordering::Relaxed);
            if !old.gate.is_null() {
                // SAFETY: the writer told its end, which was the last that it did with it.
                unsafe { Segment::free(old.gate) };
            }
        }
    }

    /// The next frame for the application, left in place.
    #[inline]
    pub fn frame(&mut self) -> Option<Frame<'_>> {
        loop {
            if !self.has_bytes() {
                return None;
            }
            let (flags, header, len) = self.header();
            if flags & FLAG_SKIP == 0 {
                return Some(self.frame_at(flags, header, len));
            }
            self.advance_by(header, len);
        }
    }

    #[inline(always)]
    fn bytes(&self) -> &[u8] {
        let len = self.state.len() - self.position;
        #[cfg(loom)]
        self.segment().note_read(self.position, self.position + len);
        // SAFETY: published bytes of the head's buffer, which are written no more.
        unsafe { slice::from_raw_parts(self.data.add(self.position), len) }
    }

    /// Flags, header length and body length of the frame at the position.
    #[inline(always)]
    pub(super) fn header(&self) -> (u8, usize, usize) {
        match *self.bytes() {
            [flags, len, ..] if flags & 2 == 0 => (flags, 2, len as usize),
            [flags, a, b, c, d, e, f, g, h, ..] => {
                let len = u64::from_be_bytes([a, b, c, d, e, f, g, h]);
                (flags & !2, 9, len as usize)
            }
            // The writer never publishes part of a header.
            _ => (FLAG_SKIP, self.state.len() - self.position, 0),
        }
    }

    #[inline(always)]
    fn frame_at(&self, flags: u8, header: usize, len: usize) -> Frame<'_> {
        match self.bytes().get(header..header + len) {
            Some(body) if flags & FLAG_VALUE != 0 => {
                // SAFETY: a frame with this flag was written by `values::emit`, and is not taken out yet.
                let message = unsafe { &*values::place(body.as_ptr(), len) };
                Frame { flags: flags & !FLAG_VALUE, body: message.data(), shared: None, header }
            }
            Some(body) => Frame { flags, body, shared: None, header },
            None => {
                let shared = self.next_external();
                Frame { flags, body: shared.map_or(&[], Body::as_slice), shared, header }
            }
        }
    }

    fn next_external(&self) -> Option<&Body> {
        let next = self.segment().next.load(Ordering::Acquire);
        // SAFETY: the header was published together with the body's segment, which follows.
        let next = unsafe { next.as_ref() }?;
        next.external.as_ref().map(|(body, _)| body)
    }

    /// Moves the next frame to `sink`; answers its flags. Without memory for it, it stays ([`note_lack`]).
    #[inline(always)]
    pub fn read(&mut self, sink: &mut Inbound<'_>) -> Option<u8> {
        loop {
            if !self.has_bytes() {
                return None;
            }
            let (flags, header, len) = self.header();
            if flags & FLAG_VALUE != 0 {
                let message = self.take_value(header, len);
                defer(sink.put_message(message));
                return Some(flags & !FLAG_VALUE);
            }
            if flags & FLAG_SKIP == 0
                && !self.deliver(flags, self.frame_at(flags, header, len), sink)
            {
                return None;
            }
            self.advance_by(header, len);
            if flags & FLAG_SKIP == 0 {
                return Some(flags);
            }
        }
    }

    /// Moves the next frame to `sink`, if it has no other flags than these and is known to be there, as bytes; answers its
    /// flags. `None`: nothing has happened.
    #[inline(always)]
    pub fn take(&mut self, sink: &mut Inbound<'_>, allowed: u8) -> Option<u8> {
        // Behind a body by reference the position is past what its segment holds.
        if self.position >= self.state.len() {
            return None;
        }
        let (flags, header, len) = self.header();
        if flags & !allowed != 0 {
            return None;
        }
        let body = self.bytes().get(header..)?.get(..len)?;
        if !sink.copy(body, flags, self.origin()) {
            return None;
        }
        self.advance_by(header, len);
        Some(flags)
    }

    /// Takes the message out of the frame at the position and steps over it.
    #[inline]
    fn take_value(&mut self, header: usize, len: usize) -> Message {
        let body = self.bytes().as_ptr().wrapping_add(header);
        // SAFETY: the frame has FLAG_VALUE, so it was written by `values::emit`.
        let place = unsafe { values::place(body, len) };
        // SAFETY: the position moves past it now, so that nobody takes it out again.
        let message = unsafe { place.read() };
        self.advance_by(header, len);
        message
    }

    #[inline(always)]
    fn deliver(&self, flags: u8, frame: Frame<'_>, sink: &mut Inbound<'_>) -> bool {
        match (sink, frame.shared) {
            (Inbound::Message(message), Some(body)) => {
                **message = Message::from_body(body.clone());
                message.set_flags(flags);
                message.set_metadata(self.origin());
                true
            }
            (sink, _) => {
                let is_delivered = sink.copy(frame.body, flags, self.origin());
                if !is_delivered {
                    note_lack();
                }
                is_delivered
            }
        }
    }

    /// Steps over the frame that [`Self::frame`] showed.
    #[inline]
    pub fn advance(&mut self) {
        if self.has_bytes() {
            match self.header() {
                (flags, header, len) if flags & FLAG_VALUE != 0 => {
                    defer(self.take_value(header, len));
                }
                (_, header, len) => self.advance_by(header, len),
            }
        }
    }

    #[inline(always)]
    fn advance_by(&mut self, header: usize, len: usize) {
        self.consumed += (header + len) as u64;
        if self.position + header + len <= self.state.len() {
            self.position += header + len;
            return;
        }
        // The body is the next segment: the header's is sealed, and the body's has nothing else.
        self.position += header;
        self.state = self.segment().load();
        if self.state.is_sealed() {
            self.step();
            self.position = self.segment().limit(self.state);
        }
    }

    /// Tells the writer whether a connection takes what it writes.
    pub fn set_flowing(&self, is_flowing: bool) {
        self.shared.is_flowing.store(is_flowing, Ordering::Relaxed);
    }

    /// Whether frames may hold messages by value.
    pub fn holds_values(&self) -> bool {
        self.shared.holds_values
    }

    /// Connection that the frame at the position came from.
    #[inline]
    pub fn origin(&self) -> Option<&Arc<Metadata>> {
        self.origin.as_ref()
    }
}

impl Drop for ByteReader {
    fn drop(&mut self) {
        self.shared.position.store(self.position, Ordering::Relaxed);
        if !self.head.gate.is_null() {
            // SAFETY: held since this half entered it.
            unsafe { Segment::let_go(self.head.at) };
        }
    }
}

impl Frame<'_> {
    /// Length of the frame's header in bytes.
    pub fn header_len(&self) -> usize {
        self.header
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipe::bytes::bytes;

    #[test]
    fn who_reads_what_it_has_written_itself_hardly_ever_pauses() {
        let (mut writer, mut reader) = bytes(true);
        for messages in 1..=2000 {
            assert!(writer.write(0, b"x"));
            writer.end_message();
            writer.commit(messages);
            assert_eq!(reader.read(&mut Inbound::Slice { buf: &mut [0; 1], size: 0 }), Some(0));
        }
        assert_eq!(reader.patience, MOST_TRICKLE);
    }
}
