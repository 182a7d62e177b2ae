//! The reading half as the I/O side uses it: range by range, straight to the kernel.

use std::io::IoSlice;
use std::slice;

use crate::message::FLAG_MORE;

use super::reader::ByteReader;
use super::segment::Segment;

impl ByteReader {
    /// Collects ranges to send, all published bytes up to about `most_bytes`.
    pub fn gather<'a>(&'a mut self, slices: &mut [IoSlice<'a>], most_bytes: usize) -> usize {
        if !self.has_bytes() {
            return 0;
        }
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
                if self.marks.back().is_none_or(|m| m.0 < end) && end > self.consumed {
                    self.marks.push_back((end, state.messages()));
                }
            }
            if !state.is_sealed() {
                self.boundary = end;
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
        if !self.look_further() {
            // All that is published was consumed; its end may be an empty segment without a mark.
            self.marks.clear();
            return Some(self.state.messages());
        }
        let mut messages = None;
        while let Some(&(end, complete)) = self.marks.front() {
            if end > self.consumed {
                break;
            }
            messages = Some(complete);
            self.marks.pop_front();
        }
        messages
    }

    /// Whether everything gathered was sent and it ended with a whole message.
    pub fn is_at_boundary(&self) -> bool {
        self.consumed == self.boundary
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
        self.boundary = self.consumed;
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
