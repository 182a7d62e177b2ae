//! The reading half as the I/O side uses it: range by range, straight to the kernel.

use std::collections::VecDeque;
use std::io::IoSlice;
use std::slice;

use crate::message::FLAG_MORE;

use super::reader::ByteReader;
use super::segment::Segment;

/// What was gathered and not all sent.
#[derive(Default)]
pub(super) struct Gathered {
    /// Published states: the byte at which they end, and the messages complete there.
    marks: VecDeque<(u64, u32)>,
    /// Byte at which the last range ends with a whole message.
    boundary: u64,
}

impl Gathered {
    fn note(&mut self, end: u64, messages: u32) {
        if self.marks.back().is_none_or(|mark| mark.0 < end) {
            self.marks.push_back((end, messages));
        }
    }

    /// Takes the messages that are complete where `consumed` bytes are sent, if others were before.
    fn take(&mut self, consumed: u64) -> Option<u32> {
        let mut messages = None;
        while let Some(&(_, complete)) = self.marks.front().filter(|mark| mark.0 <= consumed) {
            messages = Some(complete);
            self.marks.pop_front();
        }
        messages
    }
}

impl ByteReader {
    /// Collects ranges to send, all published bytes up to about `most_bytes`.
    pub fn gather<'a>(&'a mut self, slices: &mut [IoSlice<'a>], most_bytes: usize) -> usize {
        if !self.has_bytes() {
            return 0;
        }
        let gathered = self.gathered.get_or_insert_default();
        let (mut place, mut position) = (self.head, self.position);
        let (mut end, mut count) = (self.consumed, 0);
        while count < slices.len() && end - self.consumed < most_bytes as u64 {
            // SAFETY: reached from the head over sealed segments, which only this half frees, or holds.
            let segment = unsafe { &*place.at };
            // SAFETY: as above.
            let state = unsafe { place.load() };
            let limit = segment.limit(state);
            if position < limit {
                slices[count] = IoSlice::new(published(segment, position, limit));
                count += 1;
                end += (limit - position) as u64;
                gathered.note(end, state.messages());
            }
            if !state.is_sealed() {
                gathered.boundary = end;
                break;
            }
            // SAFETY: as above, and sealed.
            place = unsafe { place.next() };
            position = place.from;
        }
        count
    }

    /// Notes that the first `n` gathered bytes were sent. Answers the number of messages complete in
    /// all, modulo 2^31, if it may have changed.
    pub fn consume(&mut self, mut n: usize) -> Option<u32> {
        self.consumed += n as u64;
        while n > 0 && self.look_further() {
            let step = n.min(self.segment().limit(self.state) - self.position);
            self.position += step;
            n -= step;
        }
        self.settle()
    }

    fn settle(&mut self) -> Option<u32> {
        let has_more = self.look_further();
        let gathered = self.gathered.as_mut();
        if has_more {
            return gathered?.take(self.consumed);
        }
        // All that is published was consumed; its end may be an empty segment without a mark.
        if let Some(gathered) = gathered {
            gathered.marks.clear();
        }
        Some(self.state.messages())
    }

    /// Whether everything gathered was sent and it ended with a whole message.
    pub fn is_at_boundary(&self) -> bool {
        self.consumed == self.gathered.as_ref().map_or(0, |gathered| gathered.boundary)
    }

    /// After the connection broke: drops the rest of a message that was sent in part. Answers like
    /// [`Self::consume`].
    pub fn drop_partial(&mut self) -> Option<u32> {
        let mut is_open = self.finish_frame();
        while is_open {
            let Some(frame) = self.frame() else { break };
            is_open = frame.flags & FLAG_MORE != 0;
            self.advance();
        }
        self.gathered.get_or_insert_default().boundary = self.consumed;
        self.settle()
    }

    /// Moves to the end of the frame that the position lies in; answers whether its message goes on.
    fn finish_frame(&mut self) -> bool {
        if let Some((body, flags)) = &self.segment().external {
            let (len, flags) = (body.len(), *flags);
            if self.position < len {
                self.consumed += (len - self.position) as u64;
                self.position = len;
            }
            return flags & FLAG_MORE != 0;
        }
        let target = self.position;
        // A pipe begins in a log between two messages.
        let mut is_open = self.head.from == 0 && self.segment().continues;
        self.position = self.head.from;
        while self.position < target {
            let (flags, header, len) = self.header();
            is_open = flags & FLAG_MORE != 0;
            let end = self.position + header + len;
            if end <= self.state.len() {
                self.position = end;
                continue;
            }
            // A header whose body is the next segment.
            self.consumed += (self.position + header).saturating_sub(target) as u64;
            self.position = self.state.len();
            self.state = self.segment().load();
            if self.state.is_sealed() {
                self.step();
                self.position = self.segment().limit(self.state);
                self.consumed += len as u64;
            }
            return is_open;
        }
        self.consumed += (self.position - target) as u64;
        is_open
    }
}

/// Published bytes of a segment.
fn published(segment: &Segment, from: usize, to: usize) -> &[u8] {
    match &segment.external {
        Some((body, _)) => body.as_slice().get(from..to).unwrap_or(&[]),
        None => {
            segment.note_read(from, to);
            // SAFETY: `to` is at most the published length; those bytes are written no more.
            unsafe { slice::from_raw_parts(segment.data().add(from), to - from) }
        }
    }
}
