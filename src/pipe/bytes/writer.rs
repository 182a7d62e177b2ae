//! The writing half: frames go in at `position`, become visible up to `boundary` at `commit`.

use std::ptr;
use std::sync::Arc;

use crate::message::{Body, FLAG_MORE, Message, Metadata, defer};
use crate::sync::Joint;
use crate::sync::atomic::Ordering;
use crate::sys::prefetch;
use crate::sys::switches::Switch;

use super::segment::{FIRST_SIZE, MOST_SIZE, Segment, Shared, State};
use super::{BY_VALUE, values};

/// How far ahead of what is written now the cache is asked for it.
const AHEAD: usize = 256;
/// Bytes that it moves at a time.
const LINE: usize = 64;
/// Longest frame header: flags and an eight-byte length.
const MOST_HEADER: usize = 9;
const FLAG_LONG: u8 = 2;
/// Longest body of a frame with a short header.
const SHORT: usize = 255;
/// Size up to which segments grow however fast the reader is: smaller ones cost more than the cache lines they save.
const BUSY_SIZE: usize = 8 * 1024;
/// Size of a segment between two bodies by reference.
const LITTLE_SIZE: usize = if cfg!(loom) { MOST_HEADER } else { 256 };

/// The writing half of a byte pipe.
pub struct ByteWriter {
    shared: Joint<Shared>,
    pub(super) tail: *mut Segment,
    data: *mut u8,
    pub(super) capacity: usize,
    /// End of what was written to the tail.
    pub(super) position: usize,
    /// End of what was received into the tail (intake only).
    pub(super) filled: usize,
    /// End of the last whole message.
    pub(super) boundary: (*mut Segment, usize),
    /// What the reader may see.
    pub(super) committed: (*mut Segment, usize),
    pub(super) messages: u32,
    pub(super) next_size: usize,
    /// Bytes that were received last (intake only).
    pub(super) received: usize,
    origin: Option<Arc<Metadata>>,
    /// By which the reader goes to a log; null if the pipe is no member of one.
    pub(super) gate: *mut Segment,
    /// Several pipes read what is written.
    pub(super) is_log: bool,
}

// SAFETY: the half moves as a whole; segments are shared by the rules of the module.
unsafe impl Send for ByteWriter {}

impl ByteWriter {
    pub(super) fn new(shared: Joint<Shared>, first: *mut Segment) -> Self {
        let mut writer = Self {
            shared,
            tail: first,
            data: ptr::null_mut(),
            capacity: 0,
            position: 0,
            filled: 0,
            boundary: (first, 0),
            committed: (first, 0),
            messages: 0,
            next_size: FIRST_SIZE,
            received: 0,
            origin: None,
            gate: ptr::null_mut(),
            is_log: false,
        };
        writer.enter(first);
        writer
    }

    /// Appends a frame; invisible until [`Self::commit`]. `false` without memory for it.
    #[must_use]
    #[inline(always)]
    pub fn write(&mut self, flags: u8, body: &[u8]) -> bool {
        let len = body.len();
        if self.capacity - self.position < len + MOST_HEADER && !self.grow(len + MOST_HEADER) {
            return false;
        }
        // SAFETY: `len + MOST_HEADER` bytes from `position` on are inside the tail and unpublished.
        let at = unsafe { self.data.add(self.position) };
        // SAFETY: as above.
        let header = unsafe { emit_header(at, flags, len) };
        #[cfg(loom)]
        self.tail().note_write(self.position, self.position + header + len);
        // SAFETY: as above; the caller's bytes cannot overlap unpublished bytes of ours.
        unsafe { ptr::copy_nonoverlapping(body.as_ptr(), at.add(header), len) };
        self.position += header + len;
        true
    }

    /// Writes a message of one part that is not long and publishes it, if there is room for it where the last one ended and nothing else
    /// is to be done; `messages` have been completed with it.
    #[must_use]
    #[inline(always)]
    pub fn post(&mut self, body: &[u8], messages: u32) -> bool {
        let is_next = self.committed == (self.tail, self.position);
        if !is_next || !self.post_part(0, body) {
            return false;
        }
        self.end_message();
        self.commit(messages);
        true
    }

    /// As [`Self::write`], if the body is not long and there is room for it where the last one ended.
    #[must_use]
    #[inline(always)]
    pub fn post_part(&mut self, flags: u8, body: &[u8]) -> bool {
        let has_room = self.capacity - self.position >= body.len() + MOST_HEADER;
        if body.len() > BY_VALUE || !has_room {
            return false;
        }
        if self.holds_values() {
            self.look_ahead(body.len());
        }
        self.write(flags, body)
    }

    /// Appends a frame whose body is shared instead of copied; `false` without memory for it.
    #[must_use]
    pub fn write_body(&mut self, flags: u8, body: Body) -> bool {
        if self.capacity - self.position < MOST_HEADER && !self.grow_a_little() {
            return false;
        }
        // SAFETY: MOST_HEADER bytes from `position` on are inside the tail and unpublished.
        let at = unsafe { self.data.add(self.position) };
        // SAFETY: as above.
        let header = unsafe { emit_header(at, flags, body.len()) };
        #[cfg(loom)]
        self.tail().note_write(self.position, self.position + header);
        self.position += header;
        let is_written = self.append_body(flags, body);
        if !is_written {
            self.position -= header;
        }
        is_written
    }

    /// Whether a connection takes what is written now, or what is written piles up.
    pub fn is_flowing(&self) -> bool {
        // Relaxed: only a hint of what is cheaper or more welcome.
        self.shared.is_flowing.load(Ordering::Relaxed)
    }

    /// Gets into the cache what will be written soon, if that is as much as now: `len` bytes. Another thread
    /// has read it; the processor would wait for it at each commit.
    #[inline(always)]
    pub fn look_ahead(&self, len: usize) {
        if Switch::Ahead.is_off() {
            return;
        }
        let ahead = self.data.wrapping_add(self.position + len + AHEAD);
        for line in 0..len.div_ceil(LINE).max(1) {
            prefetch::to_write(ahead.wrapping_add(line * LINE));
        }
    }

    /// Whether frames may hold messages by value.
    #[inline(always)]
    pub fn holds_values(&self) -> bool {
        self.shared.holds_values
    }

    /// Appends a frame that takes `message` over by value, or leaves it and answers `false` without memory.
    /// Only where [`Self::holds_values`].
    #[inline]
    #[must_use]
    pub fn write_value(&mut self, flags: u8, message: &mut Message) -> bool {
        if self.capacity - self.position < values::MOST_LEN && !self.grow(values::MOST_LEN) {
            return false;
        }
        let mut message = std::mem::take(message);
        message.set_flags(flags);
        // SAFETY: MOST_LEN bytes from `position` on are inside the tail and unpublished.
        let at = unsafe { self.data.add(self.position) };
        // SAFETY: as above.
        let len = unsafe { values::emit(at, flags, message) };
        #[cfg(loom)]
        self.tail().note_write(self.position, self.position + len);
        self.position += len;
        true
    }

    /// Appends a body whose header is the last thing in the tail, and room for a few headers after it:
    /// the body is let go when the reader steps past it, so that it must not stay the last segment.
    /// `false` without memory for that.
    pub(super) fn append_body(&mut self, flags: u8, body: Body) -> bool {
        let goes_on = flags & FLAG_MORE != 0;
        let Some(after) = Segment::buffer(LITTLE_SIZE, self.origin.clone(), goes_on) else {
            return false;
        };
        match Segment::external(body, flags, self.origin.clone(), true) {
            Some(next) => {
                self.link(next);
                self.link(after);
                true
            }
            None => {
                // SAFETY: just made, and nobody else knows of it.
                unsafe { Segment::free(after) };
                false
            }
        }
    }

    /// Marks the end of a whole message: the next commit goes at least up to here.
    #[inline(always)]
    pub fn end_message(&mut self) {
        self.boundary = (self.tail, self.position);
    }

    /// Makes everything up to the last whole message visible; `messages` have been completed in all,
    /// modulo 2^31. Answers whether a segment of the size of a batch was filled.
    #[inline(always)]
    pub fn commit(&mut self, messages: u32) -> bool {
        let (last, len) = self.boundary;
        let before = std::mem::replace(&mut self.messages, messages);
        let state = State::new(len, false, messages);
        let first = self.committed.0;
        self.committed = self.boundary;
        if first == last {
            // SAFETY: not sealed, so the reader has not freed it.
            unsafe { &*last }.state.swap(state.0, Ordering::SeqCst);
            return false;
        }
        self.leave_behind(first, last, state, before)
    }

    /// As [`Self::seal`]; a log goes on holding the segment that was published to last.
    #[inline(never)]
    fn leave_behind(
        &self,
        first: *mut Segment,
        last: *mut Segment,
        state: State,
        messages: u32,
    ) -> bool {
        let has_batch = Self::seal(first, last, state, messages);
        if self.is_log {
            // SAFETY: the chain from the segment that is held leads to it.
            unsafe { &*last }.hold();
            // SAFETY: held since it was the last.
            unsafe { Segment::let_go(first) };
        }
        has_batch
    }

    /// Publishes `state` of `last`, reached from `first` over segments that are left behind. The store
    /// to `first` comes last: it makes all of it visible at once.
    /// Answers whether a segment of the size of a batch was among them.
    fn seal(first: *mut Segment, last: *mut Segment, state: State, messages: u32) -> bool {
        // SAFETY: `first` is not sealed yet, and what follows it cannot be reached by the reader.
        let first = unsafe { &*first };
        let mut has_batch = first.holds_batch();
        let mut at = first.next.load(Ordering::Relaxed);
        while at != last {
            // SAFETY: as above.
            let segment = unsafe { &*at };
            let len = segment.final_len.load(Ordering::Relaxed) as usize;
            segment.state.store(State::new(len, true, messages).0, Ordering::Relaxed);
            has_batch |= segment.holds_batch();
            at = segment.next.load(Ordering::Relaxed);
        }
        // SAFETY: as above.
        unsafe { &*last }.state.store(state.0, Ordering::Relaxed);
        let len = first.final_len.load(Ordering::Relaxed) as usize;
        first.state.swap(State::new(len, true, messages).0, Ordering::SeqCst);
        has_batch
    }

    /// Whether something was written after the last whole message.
    pub fn has_unfinished(&self) -> bool {
        (self.tail, self.position) != self.boundary
    }

    /// Takes back what follows the last whole message.
    pub fn rollback(&mut self) {
        if self.shared.holds_values {
            self.take_unfinished();
        }
        let (segment, position) = self.boundary;
        // SAFETY: the boundary's segment is not sealed, or it is the tail.
        let mut at = unsafe { &*segment }.next.swap(ptr::null_mut(), Ordering::Relaxed);
        while !at.is_null() {
            // SAFETY: never published, so only ours.
            let next = unsafe { &*at }.next.load(Ordering::Relaxed);
            // SAFETY: as above.
            unsafe { Segment::free(at) };
            at = next;
        }
        self.enter(segment);
        self.position = position;
        self.filled = position;
        self.leave_origin();
    }

    /// Frees the segments between the one in which the last whole message ends and the tail, and has that end there.
    pub(super) fn free_between(&mut self) {
        let (last, end) = self.boundary;
        if last == self.tail {
            return;
        }
        // SAFETY: the boundary's segment is not sealed.
        let last = unsafe { &*last };
        last.final_len.store(end as u32, Ordering::Relaxed);
        let mut at = last.next.swap(self.tail, Ordering::Relaxed);
        while at != self.tail {
            // SAFETY: never published, so only ours.
            let next = unsafe { &*at }.next.load(Ordering::Relaxed);
            // SAFETY: as above.
            unsafe { Segment::free(at) };
            at = next;
        }
    }

    /// Takes the messages out that lie between the boundary and the position.
    fn take_unfinished(&mut self) {
        let (mut at, mut from) = self.boundary;
        while !at.is_null() {
            // SAFETY: segments from the boundary to the tail are not freed by the reader.
            let segment = unsafe { &*at };
            let to = match at == self.tail {
                true => self.position,
                false => segment.final_len.load(Ordering::Relaxed) as usize,
            };
            // SAFETY: whole frames lie there, and they are never published.
            unsafe { values::take_all(segment, from, to, defer) };
            (at, from) = (segment.next.load(Ordering::Relaxed), 0);
        }
    }

    /// What is written from now on came from `origin`.
    pub fn set_origin(&mut self, origin: Option<Arc<Metadata>>) {
        self.origin = origin;
        self.leave_origin();
    }

    /// Has the next write go on in a new segment, which tells its origin, if the tail tells another.
    fn leave_origin(&mut self) {
        // SAFETY: the tail is never sealed, so it is still there.
        let old = unsafe { &*self.tail }.origin.as_ref().map(Arc::as_ptr);
        if old != self.origin.as_ref().map(Arc::as_ptr) {
            self.capacity = self.position;
        }
    }

    /// Goes on in a new segment with room for `need` bytes, a larger one if the reader has fallen behind; `false`
    /// without memory for it.
    #[cold]
    #[must_use]
    fn grow(&mut self, need: usize) -> bool {
        let is_small = self.next_size < BUSY_SIZE;
        if self.capacity > 0 && (is_small || !self.shared.was_drained(self.tail)) {
            self.widen();
        }
        self.extend(need)
    }

    /// Makes the segments to come larger.
    pub(super) fn widen(&mut self) {
        self.next_size = (self.next_size * 4).min(MOST_SIZE);
    }

    /// Goes on in a new segment with room for `need` bytes; `false` without memory for it.
    #[must_use]
    pub(super) fn extend(&mut self, need: usize) -> bool {
        let continues = self.has_unfinished();
        let size = self.next_size.max(need);
        let next = self.shared.buffer(size, self.origin.clone(), continues);
        next.is_some_and(|next| {
            self.link(next);
            true
        })
    }

    /// Goes on in a new segment with room for a few headers: another body may follow, and many
    /// small ones must not hold a full segment each.
    #[cold]
    fn grow_a_little(&mut self) -> bool {
        let next = Segment::buffer(LITTLE_SIZE, self.origin.clone(), self.has_unfinished());
        next.is_some_and(|next| {
            self.link(next);
            true
        })
    }

    fn link(&mut self, next: *mut Segment) {
        // SAFETY: the tail is never sealed, so it is still there.
        let tail = unsafe { &*self.tail };
        tail.final_len.store(self.position as u32, Ordering::Relaxed);
        tail.next.store(next, Ordering::Release);
        self.enter(next);
        self.position = 0;
        self.filled = 0;
    }

    #[cfg(loom)]
    fn tail(&self) -> &Segment {
        // SAFETY: the tail is never sealed, so it is still there.
        unsafe { &*self.tail }
    }

    /// Goes on in an empty segment that nobody has seen.
    pub(super) fn begin_at(&mut self, segment: *mut Segment) {
        self.enter(segment);
        self.position = 0;
        self.filled = 0;
        self.boundary = (segment, 0);
        self.committed = (segment, 0);
    }

    /// Takes the chain away from what the two halves share: its segments are counted.
    pub(super) fn detach(&self) {
        self.shared.head.store(ptr::null_mut(), Ordering::Relaxed);
    }

    fn enter(&mut self, segment: *mut Segment) {
        // SAFETY: the new tail is ours.
        let new = unsafe { &*segment };
        self.tail = segment;
        self.data = new.data();
        self.capacity = new.capacity;
    }

    pub(super) fn data(&self) -> *mut u8 {
        self.data
    }
}

impl Drop for ByteWriter {
    fn drop(&mut self) {
        self.rollback();
        // SAFETY: the tail is never sealed, so it is still there.
        let tail = unsafe { &*self.tail };
        tail.final_len.store(self.position as u32, Ordering::Relaxed);
        if self.is_log {
            // SAFETY: held since it was published to.
            unsafe { Segment::let_go(self.committed.0) };
        }
    }
}

/// Writes a frame header (RFC 37, "Framing"); answers its length.
///
/// # Safety
/// `at` must be valid for writes of [`MOST_HEADER`] bytes.
#[inline(always)]
unsafe fn emit_header(at: *mut u8, flags: u8, len: usize) -> usize {
    if len <= SHORT {
        // SAFETY: the caller's room.
        unsafe { at.cast::<[u8; 2]>().write([flags, len as u8]) };
        return 2;
    }
    // SAFETY: the caller's room.
    unsafe { at.write(flags | FLAG_LONG) };
    // SAFETY: as above.
    unsafe { at.add(1).cast::<[u8; 8]>().write((len as u64).to_be_bytes()) };
    MOST_HEADER
}
