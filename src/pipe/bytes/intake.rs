//! The writing half as the I/O side uses it: bytes are received straight into the tail, looked at where
//! they lie, and passed on frame by frame.

use std::{ptr, slice};

use crate::message::Body;

use super::segment::FIRST_SIZE;
use super::writer::ByteWriter;

/// A read is not worth it with less room than an eighth of the segment, within these bounds, nor, up to half a
/// segment, with less than what came last.
const LEAST_ROOM: (usize, usize) = (128, 512);
/// A segment of which a read fills less than this part is too large for what comes.
const LARGE_PART: usize = 16;

impl ByteWriter {
    /// Where received bytes go: at least the lower `LEAST_ROOM`, after what was received before. `None` without memory.
    pub fn room(&mut self) -> Option<&mut [u8]> {
        self.skip_written();
        let least = (self.capacity / 8).clamp(LEAST_ROOM.0, LEAST_ROOM.1);
        if self.capacity.saturating_sub(self.filled)
            < least.max(self.received.min(self.capacity / 2))
        {
            if self.received < self.next_size / LARGE_PART {
                // Little comes at a time: an idle connection is not to keep a large segment.
                self.next_size = (self.next_size / 4).max(FIRST_SIZE);
            }
            if !self.move_on(LEAST_ROOM.0) {
                return None;
            }
        }
        Some(self.spare())
    }

    /// Makes sure that `need` bytes in all fit from the first one not passed yet; `false` without memory.
    #[must_use]
    pub fn reserve(&mut self, need: usize) -> bool {
        self.skip_written();
        self.capacity.saturating_sub(self.position) >= need || self.move_on(need)
    }

    /// Frames of our own may have been written since the last read, when nothing was pending.
    fn skip_written(&mut self) {
        self.filled = self.filled.max(self.position);
    }

    fn spare(&mut self) -> &mut [u8] {
        let len = self.capacity - self.filled;
        // SAFETY: inside the tail, unpublished, ours.
        let spare = unsafe { self.data().add(self.filled) };
        // SAFETY: as above; bytes not yet received are only ever overwritten by a read.
        unsafe { slice::from_raw_parts_mut(spare, len) }
    }

    /// Goes on in a new segment, taking along what was received and not passed.
    #[must_use]
    fn move_on(&mut self, need: usize) -> bool {
        let old = self.data();
        let (from, left) = (self.position, self.filled - self.position);
        if !self.extend(left + need) {
            return false;
        }
        // SAFETY: the old segment is not freed before it is sealed; the new one has room for `left`.
        unsafe { ptr::copy_nonoverlapping(old.add(from), self.data(), left) };
        self.filled = left;
        true
    }

    /// Notes that `n` bytes were received into [`Self::room`].
    pub fn note_received(&mut self, n: usize) {
        self.received = n;
        if n == self.capacity - self.filled {
            // There is more, and it takes fewer reads with more room.
            self.widen();
        }
        self.filled += n.min(self.capacity - self.filled);
    }

    /// What was received and not passed yet.
    pub fn pending(&mut self) -> &mut [u8] {
        self.skip_written();
        // SAFETY: inside the tail, received, unpublished, ours.
        let at = unsafe { self.data().add(self.position) };
        // SAFETY: as above.
        unsafe { slice::from_raw_parts_mut(at, self.filled - self.position) }
    }

    /// Passes the first `n` pending bytes on: a frame, or the header of a large body.
    pub fn pass(&mut self, n: usize) {
        self.position += n.min(self.filled - self.position);
    }

    /// Takes back what was passed after the last whole message: frames that nobody will read. The
    /// pending bytes stay.
    pub fn drop_passed(&mut self) {
        self.skip_written();
        let (last, end) = self.boundary;
        let to = if last == self.tail { end } else { 0 };
        let (from, left) = (self.position, self.filled - self.position);
        self.free_between();
        if from > to {
            // SAFETY: inside the tail.
            let (from, at) = unsafe { (self.data().add(from), self.data().add(to)) };
            // SAFETY: `left` bytes were received there, and from the boundary on nothing is published.
            unsafe { ptr::copy(from, at, left) };
            (self.position, self.filled) = (to, to + left);
        }
    }

    /// Forgets the pending bytes: they went elsewhere.
    pub fn forget_pending(&mut self) {
        self.filled = self.position;
    }

    /// Appends a large body whose header has just been passed; `false` without memory.
    #[must_use]
    pub fn pass_body(&mut self, flags: u8, body: Body) -> bool {
        self.append_body(flags, body)
    }
}
