//! One piece of a byte pipe and what both halves share.

use std::ptr::{self, NonNull};
use std::sync::Arc;
use std::sync::atomic::{AtomicPtr as HintPtr, Ordering as HintOrdering};

use crate::message::{Body, Message, Metadata, defer};
use crate::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, AtomicU64, AtomicUsize, Ordering};
use crate::sys::blocks;
use crate::sys::boxes::try_box;

use super::gate::Gate;
use super::values;

/// Size of a pipe's first segment; further ones grow up to [`MOST_SIZE`] while the reader falls behind. Models are
/// small: one frame of one byte fills a segment, none fits into the first.
pub const FIRST_SIZE: usize = if cfg!(loom) { 3 } else { 128 };
/// Size of the segments of a busy pipe.
pub const MOST_SIZE: usize = if cfg!(loom) { 12 } else { 64 * 1024 };

/// What a segment has published: length, whether a successor follows, messages committed so far.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct State(pub u64);

const SEALED: u64 = 1 << 32;

impl State {
    /// `len` bytes are readable and `messages` (modulo 2^31) have been committed.
    pub fn new(len: usize, is_sealed: bool, messages: u32) -> Self {
        Self(len as u64 | if is_sealed { SEALED } else { 0 } | u64::from(messages) << 33)
    }

    pub fn len(self) -> usize {
        (self.0 & 0xFFFF_FFFF) as usize
    }

    pub fn is_sealed(self) -> bool {
        self.0 & SEALED != 0
    }

    pub fn messages(self) -> u32 {
        (self.0 >> 33) as u32
    }
}

/// A piece of the stream: a buffer that fills, or one large body.
pub struct Segment {
    pub next: AtomicPtr<Self>,
    pub state: AtomicU64,
    /// Length at which the writer left it for the next one.
    pub final_len: AtomicU32,
    data: NonNull<u8>,
    pub capacity: usize,
    /// A large body, and the flags of its frame; the buffer is empty then.
    pub external: Option<(Body, u8)>,
    /// Whether it begins in the middle of a multipart message.
    pub continues: bool,
    /// Connection that the bytes came from.
    pub origin: Option<Arc<Metadata>>,
    /// The way into a log; the buffer is empty then.
    pub gate: Option<Box<Gate>>,
    /// How often it is held, in a log.
    holders: AtomicU32,
    /// Who touched which byte, for the model checker.
    #[cfg(loom)]
    touched: Vec<loom::cell::UnsafeCell<()>>,
}

impl Segment {
    /// An empty buffer of `capacity` bytes; `None` without memory for it.
    pub fn buffer(
        capacity: usize,
        origin: Option<Arc<Metadata>>,
        continues: bool,
    ) -> Option<*mut Self> {
        // More has no place in a `State`.
        let capacity = u32::try_from(capacity).ok()? as usize;
        let data = blocks::allocate(capacity)?;
        let segment = Self::boxed(data, capacity, None, origin, continues);
        if segment.is_none() {
            // SAFETY: just allocated with this size.
            unsafe { blocks::release(data, capacity) };
        }
        segment
    }

    /// A buffer without room, for a pipe that begins without any; `None` without memory for the segment.
    pub fn empty() -> Option<*mut Self> {
        try_box(Self::without_room()).map(Box::into_raw)
    }

    /// What [`Self::empty`] is made of.
    pub fn without_room() -> Self {
        Self::new(NonNull::dangling(), 0, None, None, false)
    }

    /// A large body; `None` without memory for the segment.
    pub fn external(
        body: Body,
        flags: u8,
        origin: Option<Arc<Metadata>>,
        continues: bool,
    ) -> Option<*mut Self> {
        Self::boxed(NonNull::dangling(), 0, Some((body, flags)), origin, continues)
    }

    /// A gate, and the segment that the pipe goes on in after it; `None` without memory for them.
    pub fn gate(gate: Box<Gate>) -> Option<(*mut Self, *mut Self)> {
        let after = Self::empty()?;
        let Some(segment) = Self::empty() else {
            // SAFETY: just made, and nobody else knows of it.
            unsafe { Self::free(after) };
            return None;
        };
        // SAFETY: as above.
        let new = unsafe { &mut *segment };
        new.gate = Some(gate);
        new.next.store(after, Ordering::Relaxed);
        Some((segment, after))
    }

    fn boxed(
        data: NonNull<u8>,
        capacity: usize,
        external: Option<(Body, u8)>,
        origin: Option<Arc<Metadata>>,
        continues: bool,
    ) -> Option<*mut Self> {
        try_box(Self::new(data, capacity, external, origin, continues)).map(Box::into_raw)
    }

    fn new(
        data: NonNull<u8>,
        capacity: usize,
        external: Option<(Body, u8)>,
        origin: Option<Arc<Metadata>>,
        continues: bool,
    ) -> Self {
        Self {
            next: AtomicPtr::new(ptr::null_mut()),
            state: AtomicU64::new(0),
            final_len: AtomicU32::new(0),
            data,
            capacity,
            external,
            continues,
            origin,
            gate: None,
            holders: AtomicU32::new(1),
            #[cfg(loom)]
            touched: (0..capacity).map(|_| loom::cell::UnsafeCell::new(())).collect(),
        }
    }

    /// First byte of the buffer.
    #[inline]
    pub fn data(&self) -> *mut u8 {
        self.data.as_ptr()
    }

    /// Tells the model checker that bytes are written.
    #[inline(always)]
    pub fn note_write(&self, _from: usize, _to: usize) {
        #[cfg(loom)]
        self.touched[_from.._to].iter().for_each(|byte| byte.with_mut(|_| ()));
    }

    /// Tells the model checker that bytes are read.
    #[inline(always)]
    pub fn note_read(&self, _from: usize, _to: usize) {
        #[cfg(loom)]
        self.touched[_from.._to].iter().for_each(|byte| byte.with(|_| ()));
    }

    /// What is published.
    #[inline]
    pub fn load(&self) -> State {
        State(self.state.load(Ordering::SeqCst))
    }

    /// Whether it is worth a call of its own to the kernel.
    pub fn holds_batch(&self) -> bool {
        self.capacity >= MOST_SIZE || self.external.is_some()
    }

    /// Readable bytes in `state`.
    #[inline]
    pub fn limit(&self, state: State) -> usize {
        match &self.external {
            None => state.len(),
            Some((body, _)) => body.len(),
        }
    }

    /// Holds a segment of a log once more, for a caller to whom it is held already.
    pub fn hold(&self) {
        self.holders.fetch_add(1, Ordering::Relaxed);
    }

    /// Ends one hold of a log's segment, which may be null. The last one frees it, which ends the hold of its
    /// successor.
    ///
    /// # Safety
    /// The hold is the caller's.
    pub unsafe fn let_go(mut segment: *mut Self) {
        // SAFETY: held by the caller, or by the segment before, which was the caller's.
        while let Some(held) = unsafe { segment.as_ref() } {
            if held.holders.fetch_sub(1, Ordering::AcqRel) > 1 {
                return;
            }
            let next = held.next.load(Ordering::Relaxed);
            // SAFETY: nobody else holds it.
            unsafe { Self::free(segment) };
            segment = next;
        }
    }

    /// Frees a segment made by this type.
    ///
    /// # Safety
    /// Nobody else uses `segment` any more.
    pub unsafe fn free(segment: *mut Self) {
        // SAFETY: came from `boxed`, as a box does; ours by the caller's word.
        let mut segment = unsafe { Box::from_raw(segment) };
        segment.note_write(0, segment.capacity);
        if let Some((body, _)) = segment.external.take()
            && body.has_free_function()
        {
            // The pipe's lock is held.
            defer(Message::from_body(body));
        }
        if let Some(gate) = segment.gate.take() {
            // SAFETY: held by the gate, if no reader has taken it over.
            unsafe { Self::let_go(gate.start.load(Ordering::Relaxed)) };
        }
        if segment.capacity > 0 {
            // SAFETY: allocated in `buffer` with this size.
            unsafe { blocks::release(segment.data, segment.capacity) };
        }
    }
}

/// What both halves of a byte pipe own together.
pub struct Shared {
    /// Where the reader is; written by the reader alone, read when both halves are gone.
    pub head: AtomicPtr<Segment>,
    /// An emptied segment on its way back to the writer.
    pub spare: AtomicPtr<Segment>,
    /// The segment in which the reader has last found nothing more; only compared, and only a hint, so that the
    /// model checker need not look at it.
    drained: HintPtr<Segment>,
    /// Where the reader is in the head; as `head`.
    pub position: AtomicUsize,
    /// Whether frames may hold messages by value.
    pub holds_values: bool,
    /// Whether a connection takes what is written; set by the reader's side.
    pub is_flowing: AtomicBool,
}

impl Shared {
    pub fn new(first: *mut Segment, holds_values: bool) -> Self {
        Self {
            head: AtomicPtr::new(first),
            spare: AtomicPtr::new(ptr::null_mut()),
            drained: HintPtr::new(ptr::null_mut()),
            position: AtomicUsize::new(0),
            holds_values,
            is_flowing: AtomicBool::new(false),
        }
    }

    /// Gives a segment back that the reader has stepped past.
    ///
    /// # Safety
    /// The writer is past it too, that is, it was sealed.
    pub unsafe fn recycle(&self, segment: *mut Segment) {
        // SAFETY: ours by the caller's word.
        let reusable = unsafe { (*segment).capacity } >= FIRST_SIZE;
        let old = match reusable {
            true => self.spare.swap(segment, Ordering::AcqRel),
            false => segment,
        };
        if !old.is_null() {
            // SAFETY: a spare belongs to whoever swaps it out.
            unsafe { Segment::free(old) };
        }
    }

    /// The reader has found nothing more in `segment`.
    #[inline]
    pub fn note_drained(&self, segment: *mut Segment) {
        // Relaxed: a hint of how large segments are to be.
        self.drained.store(segment, HintOrdering::Relaxed);
    }

    /// Whether the reader has found nothing more in `segment`, at some time since it was new.
    pub fn was_drained(&self, segment: *mut Segment) -> bool {
        self.drained.load(HintOrdering::Relaxed) == segment
    }

    /// A buffer of `capacity` bytes, the spare one if it is of that size; `None` without memory for it.
    pub fn buffer(
        &self,
        capacity: usize,
        origin: Option<Arc<Metadata>>,
        continues: bool,
    ) -> Option<*mut Segment> {
        let spare = self.spare.swap(ptr::null_mut(), Ordering::Acquire);
        if spare.is_null() {
            return Segment::buffer(capacity, origin, continues);
        }
        // SAFETY: a spare belongs to whoever swaps it out.
        let segment = unsafe { &mut *spare };
        if segment.capacity != capacity {
            // SAFETY: as above.
            unsafe { Segment::free(spare) };
            return Segment::buffer(capacity, origin, continues);
        }
        if self.was_drained(spare) {
            self.note_drained(ptr::null_mut());
        }
        segment.next.store(ptr::null_mut(), Ordering::Relaxed);
        segment.state.store(0, Ordering::Relaxed);
        segment.final_len.store(0, Ordering::Relaxed);
        segment.note_write(0, segment.capacity);
        segment.continues = continues;
        segment.origin = origin;
        Some(spare)
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        let mut segment = self.head.load(Ordering::Relaxed);
        let mut position = self.position.load(Ordering::Relaxed);
        while !segment.is_null() {
            if self.holds_values {
                // SAFETY: both halves are gone; the chain from the head on is ours.
                let unread = unsafe { &*segment };
                let end = unread.final_len.load(Ordering::Relaxed) as usize;
                // SAFETY: unread frames lie from the reader's position to the writer's.
                unsafe { values::take_all(unread, position, end, defer) };
                position = 0;
            }
            // SAFETY: both halves are gone; the chain from the head on is ours.
            let next = unsafe { (*segment).next.load(Ordering::Relaxed) };
            // SAFETY: as above, and not used after.
            unsafe { Segment::free(segment) };
            segment = next;
        }
        let spare = self.spare.load(Ordering::Relaxed);
        if !spare.is_null() {
            // SAFETY: the spare is owned by this field alone.
            unsafe { Segment::free(spare) };
        }
    }
}
