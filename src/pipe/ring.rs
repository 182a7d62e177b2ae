//! Messages by value from one thread to another: a chain of chunks of 64-byte slots.
//!
//! Invariants: the writer alone touches slots from `published` on and the tail; the reader alone touches
//! slots before `published` and the head. A slot holds a live message exactly while it lies between the
//! reader's position and the writer's.

use std::cell::UnsafeCell;
use std::mem::MaybeUninit;
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::{AtomicPtr, AtomicU64, Ordering};

use crossbeam_utils::CachePadded;

use crate::message::Message;

const FIRST_SLOTS: usize = 16;
const MOST_SLOTS: usize = 256;

struct Chunk {
    next: AtomicPtr<Self>,
    slots: Box<[UnsafeCell<MaybeUninit<Message>>]>,
}

impl Chunk {
    fn new(slots: usize) -> *mut Self {
        let slots = (0..slots).map(|_| UnsafeCell::new(MaybeUninit::uninit())).collect();
        Box::into_raw(Box::new(Self { next: AtomicPtr::new(ptr::null_mut()), slots }))
    }
}

struct Shared {
    /// Parts that the reader may see, counted from the beginning.
    published: CachePadded<AtomicU64>,
    /// An emptied chunk on its way back to the writer.
    spare: AtomicPtr<Chunk>,
}

// SAFETY: the pointers are owned chunks; see the module's invariants for who touches what.
unsafe impl Send for Shared {}
// SAFETY: as above.
unsafe impl Sync for Shared {}

impl Drop for Shared {
    fn drop(&mut self) {
        let spare = *self.spare.get_mut();
        if !spare.is_null() {
            // SAFETY: a chunk put here is owned by this field alone and holds no live message.
            drop(unsafe { Box::from_raw(spare) });
        }
    }
}

/// The writing half. Dropping it leaves what was published to the reader.
pub struct RingWriter {
    shared: Arc<Shared>,
    tail: *mut Chunk,
    index: usize,
    written: u64,
    committed: (*mut Chunk, usize, u64),
    /// The reader's half was told that nothing more comes; it frees the chunks.
    end: Arc<End>,
}

/// Frees the chunks when both halves are gone.
struct End {
    head: UnsafeCell<(*mut Chunk, usize, u64)>,
    written: UnsafeCell<u64>,
}

// SAFETY: each cell is written by one half only, and read when both halves are gone.
unsafe impl Send for End {}
// SAFETY: as above.
unsafe impl Sync for End {}

impl Drop for End {
    fn drop(&mut self) {
        let (mut chunk, mut index, mut read) = *self.head.get_mut();
        let written = *self.written.get_mut();
        while !chunk.is_null() {
            // SAFETY: both halves are gone, so the chain is ours; chunks came from Box::into_raw.
            let mut owned = unsafe { Box::from_raw(chunk) };
            while index < owned.slots.len() && read < written {
                // SAFETY: slots between the reader's and the writer's position are live.
                unsafe { owned.slots[index].get_mut().assume_init_drop() };
                index += 1;
                read += 1;
            }
            index = 0;
            chunk = *owned.next.get_mut();
        }
    }
}

/// The reading half.
pub struct RingReader {
    shared: Arc<Shared>,
    head: *mut Chunk,
    index: usize,
    read: u64,
    known: u64,
    end: Arc<End>,
}

// SAFETY: a half may move to another thread as a whole; the pointers are covered by the invariants.
unsafe impl Send for RingWriter {}
// SAFETY: as above.
unsafe impl Send for RingReader {}

/// An empty ring.
pub fn ring() -> (RingWriter, RingReader) {
    let chunk = Chunk::new(FIRST_SLOTS);
    let shared = Arc::new(Shared {
        published: CachePadded::new(AtomicU64::new(0)),
        spare: AtomicPtr::new(ptr::null_mut()),
    });
    let end = Arc::new(End { head: UnsafeCell::new((chunk, 0, 0)), written: UnsafeCell::new(0) });
    let writer = RingWriter {
        shared: Arc::clone(&shared),
        tail: chunk,
        index: 0,
        written: 0,
        committed: (chunk, 0, 0),
        end: Arc::clone(&end),
    };
    (writer, RingReader { shared, head: chunk, index: 0, read: 0, known: 0, end })
}

impl RingWriter {
    /// Appends a part; invisible until [`Self::commit`].
    #[inline]
    pub fn push(&mut self, message: Message) {
        // SAFETY: the tail is ours and stays allocated while the reader is behind it.
        let mut chunk = unsafe { &*self.tail };
        if self.index == chunk.slots.len() {
            self.grow(chunk);
            // SAFETY: as above, for the new tail.
            chunk = unsafe { &*self.tail };
        }
        // SAFETY: slots from `published` on are the writer's.
        unsafe { (*chunk.slots[self.index].get()).write(message) };
        self.index += 1;
        self.written += 1;
    }

    #[cold]
    fn grow(&mut self, full: &Chunk) {
        let mut next = full.next.load(Ordering::Relaxed);
        if next.is_null() {
            next = self.shared.spare.swap(ptr::null_mut(), Ordering::Acquire);
            if next.is_null() {
                next = Chunk::new((full.slots.len() * 2).min(MOST_SLOTS));
            }
            full.next.store(next, Ordering::Release);
        }
        self.tail = next;
        self.index = 0;
    }

    /// Makes everything written visible.
    #[inline]
    pub fn commit(&mut self) {
        self.committed = (self.tail, self.index, self.written);
        self.shared.published.swap(self.written, Ordering::SeqCst);
    }

    /// Whether parts wait for a commit.
    pub fn has_uncommitted(&self) -> bool {
        self.written != self.committed.2
    }

    /// Takes back what was not committed; the parts are given to `out`.
    pub fn rollback(&mut self, mut out: impl FnMut(Message)) {
        let (mut chunk, mut index, mut at) = self.committed;
        while at < self.written {
            // SAFETY: chunks from the committed one to the tail are not freed by the reader.
            let here = unsafe { &*chunk };
            if index == here.slots.len() {
                chunk = here.next.load(Ordering::Relaxed);
                index = 0;
                continue;
            }
            // SAFETY: written, never published, so live and ours.
            out(unsafe { (*here.slots[index].get()).assume_init_read() });
            index += 1;
            at += 1;
        }
        (self.tail, self.index, self.written) = self.committed;
    }
}

impl Drop for RingWriter {
    fn drop(&mut self) {
        self.rollback(drop);
        // SAFETY: only the writer writes this cell.
        unsafe { *self.end.written.get() = self.written };
    }
}

impl RingReader {
    /// Whether a part can be read.
    #[inline]
    pub fn has_part(&mut self) -> bool {
        if self.read == self.known {
            self.known = self.shared.published.load(Ordering::SeqCst);
        }
        self.read != self.known
    }

    /// The next part, left in place.
    #[inline]
    pub fn front(&mut self) -> Option<&Message> {
        if !self.has_part() {
            return None;
        }
        self.step_chunk();
        // SAFETY: before `published`, so live, and ours until `pop`; step_chunk made head valid.
        Some(unsafe { (*(&(*self.head).slots)[self.index].get()).assume_init_ref() })
    }

    /// Takes the next part.
    #[inline]
    pub fn pop(&mut self) -> Option<Message> {
        if !self.has_part() {
            return None;
        }
        self.step_chunk();
        // SAFETY: before `published`, so live; the position moves past it below.
        let message = unsafe { (*(&(*self.head).slots)[self.index].get()).assume_init_read() };
        self.index += 1;
        self.read += 1;
        Some(message)
    }

    fn step_chunk(&mut self) {
        // SAFETY: the head is ours until we give it away below.
        let chunk = unsafe { &*self.head };
        if self.index < chunk.slots.len() {
            return;
        }
        let next = chunk.next.load(Ordering::Acquire);
        let empty = std::mem::replace(&mut self.head, next);
        self.index = 0;
        // SAFETY: no part lies in it any more; the writer is past it, since it linked the next.
        unsafe { (*empty).next = AtomicPtr::new(ptr::null_mut()) };
        let old = self.shared.spare.swap(empty, Ordering::AcqRel);
        if !old.is_null() {
            // SAFETY: a spare is owned by whoever swaps it out.
            drop(unsafe { Box::from_raw(old) });
        }
    }
}

impl Drop for RingReader {
    fn drop(&mut self) {
        // SAFETY: only the reader writes this cell.
        unsafe { *self.end.head.get() = (self.head, self.index, self.read) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_come_out_in_order_across_threads() {
        let (mut writer, mut reader) = ring();
        let sender = std::thread::spawn(move || {
            for i in 0..100_000u64 {
                writer.push(Message::from_slice(&i.to_ne_bytes()));
                if i % 3 == 0 {
                    writer.commit();
                }
            }
            writer.commit();
        });
        let mut next = 0u64;
        while next < 100_000 {
            match reader.pop() {
                Some(part) => {
                    assert_eq!(part.data(), next.to_ne_bytes());
                    next += 1;
                }
                None => std::thread::yield_now(),
            }
        }
        sender.join().unwrap();
    }

    #[test]
    fn rollback_takes_back_only_what_was_not_committed() {
        let (mut writer, mut reader) = ring();
        for i in 0..20u8 {
            writer.push(Message::from_slice(&[i]));
        }
        writer.commit();
        for i in 0..40u8 {
            writer.push(Message::from_slice(&[i; 100]));
        }
        let mut back = 0;
        writer.rollback(|_| back += 1);
        assert_eq!(back, 40);
        writer.push(Message::from_slice(b"x"));
        writer.commit();
        for i in 0..20u8 {
            assert_eq!(reader.pop().unwrap().data(), [i]);
        }
        assert_eq!(reader.pop().unwrap().data(), b"x");
        assert!(reader.pop().is_none());
    }

    #[test]
    fn parts_never_read_are_released() {
        let (mut writer, reader) = ring();
        let part = Message::from_slice(&[1; 1000]);
        for _ in 0..500 {
            writer.push(part.clone());
        }
        writer.commit();
        writer.push(part.clone());
        drop(reader);
        drop(writer);
        assert!(!part.is_shared());
    }
}
