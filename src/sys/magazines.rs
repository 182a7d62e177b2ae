//! Memory for small bodies. Blocks go round between threads: the one that receives gives back what the one that
//! sends asks for, and an allocator of the process makes the two wait for each other.
//!
//! Each thread keeps two magazines of each class, chains of so many free blocks; full ones go to a depot that
//! all threads share, so that its lock is taken once for a magazine. A free block's first word is the address of the
//! next in its chain. Nobody waits for the depot: when it is locked, or its holder is another process's thread
//! (fork(2)), the allocator serves.

use std::alloc::{Layout, alloc, dealloc};
use std::cell::Cell;
use std::ptr::{self, NonNull};
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::sys::lock::Mutex;

use super::memory;
use super::reserve::refusable;
use super::switches::Switch;

/// Blocks are smaller than this many bytes.
pub const END: usize = 16 * 1024;
/// Sizes are multiples of this up to [`MOST_STEPPED`], and above of a quarter of the next lower power of two.
const STEP: usize = 64;
const MOST_STEPPED: usize = 1024;
const STEPPED: usize = MOST_STEPPED / STEP;
const CLASSES: usize = STEPPED + 4 * (END / MOST_STEPPED).ilog2() as usize;
/// What an allocator gives without being asked.
const ALIGNMENT: usize = 16;
/// Bytes in a magazine of large blocks, and blocks in one of small blocks.
const MAGAZINE: usize = 32 * 1024;
const MOST_BLOCKS: usize = 64;
/// Most bytes that the depots keep, and most magazines of one class.
const MOST_KEPT: usize = 16 * 1024 * 1024;
const MOST_MAGAZINES: usize = 256;

/// Class and real size of a block of `size` bytes, which is less than [`END`].
const fn class(size: usize) -> (usize, usize) {
    if size <= MOST_STEPPED {
        let steps = if size == 0 { 1 } else { size.div_ceil(STEP) };
        return (steps - 1, steps * STEP);
    }
    let below = (size - 1).ilog2();
    let quarter = 1 << (below - 2);
    let quarters = size.div_ceil(quarter);
    let doublings = (below - MOST_STEPPED.ilog2()) as usize;
    (STEPPED + 4 * doublings + quarters - 5, quarters * quarter)
}

/// Blocks in a magazine of blocks of `real` bytes.
const fn blocks_in_magazine(real: usize) -> usize {
    let blocks = MAGAZINE / real;
    if blocks < 4 {
        4
    } else if blocks > MOST_BLOCKS {
        MOST_BLOCKS
    } else {
        blocks
    }
}

/// First of a chain of free blocks, 0 if there is none.
type Chain = usize;

/// Full magazines of one class.
struct Depot {
    magazines: [Chain; MOST_MAGAZINES],
    len: usize,
}

static DEPOTS: [Mutex<Depot>; CLASSES] =
    [const { Mutex::new(Depot { magazines: [0; MOST_MAGAZINES], len: 0 }) }; CLASSES];

/// Bytes in all depots.
static KEPT: AtomicUsize = AtomicUsize::new(0);

impl Depot {
    fn put(&mut self, magazine: Chain, real: usize) -> bool {
        let Some(place) = self.magazines.get_mut(self.len) else { return false };
        let bytes = blocks_in_magazine(real) * real;
        if KEPT.fetch_add(bytes, Ordering::Relaxed) + bytes > MOST_KEPT {
            KEPT.fetch_sub(bytes, Ordering::Relaxed);
            return false;
        }
        *place = magazine;
        self.len += 1;
        true
    }

    fn take(&mut self, real: usize) -> Chain {
        self.len = self.len.saturating_sub(1);
        let magazine = self.magazines.get_mut(self.len).map_or(0, std::mem::take);
        if magazine != 0 {
            KEPT.fetch_sub(blocks_in_magazine(real) * real, Ordering::Relaxed);
        }
        magazine
    }
}

/// What a thread keeps of one class.
struct Rack {
    /// Blocks are put here and taken from here.
    current: Cell<Chain>,
    /// Blocks in `current`.
    count: Cell<usize>,
    /// A full magazine, or none.
    full: Cell<Chain>,
}

/// What a thread keeps.
struct Racks([Rack; CLASSES]);

thread_local! {
    static RACKS: Racks = const {
        Racks(
            [const { Rack { current: Cell::new(0), count: Cell::new(0), full: Cell::new(0) } };
                CLASSES],
        )
    };
    /// Whether the racks were used. What is to be done when the thread ends has a piece of memory, without which the C library
    /// ends the process.
    static HAS_RACKS: Cell<bool> = const { Cell::new(false) };
}

/// More than such a piece.
const PIECE: usize = 256;

/// Has the racks of the calling thread ready, if there is memory for that.
#[cold]
pub fn prepare() -> bool {
    let is_ready = memory::check_room(PIECE).is_ok() && RACKS.try_with(|_| ()).is_ok();
    HAS_RACKS.set(is_ready);
    is_ready
}

/// The racks of the calling thread; not when it ends, or has no memory for them.
#[inline(always)]
fn with_racks<R>(with: impl FnOnce(&Racks) -> R) -> Option<R> {
    if !HAS_RACKS.get() && !prepare() {
        return None;
    }
    RACKS.try_with(with).ok()
}

/// At least `size` bytes, which is less than [`END`], with undefined content; `None` without memory for them.
#[inline]
pub fn allocate(size: usize) -> Option<NonNull<u8>> {
    let (class, real) = class(size);
    let kept = match Switch::Magazines.is_off() {
        true => None,
        false => with_racks(|racks| racks.0[class].take(class, real)).flatten(),
    };
    kept.or_else(|| {
        let layout = layout(real)?;
        // SAFETY: the layout's size is not zero.
        NonNull::new(refusable(|| unsafe { alloc(layout) }))
    })
}

/// Gives back a block of [`allocate`].
///
/// # Safety
/// `block` came from `allocate(size)` and is not used any more.
#[inline]
pub unsafe fn release(block: NonNull<u8>, size: usize) {
    let (class, real) = class(size);
    // SAFETY: the caller's block, of this class.
    let put = |racks: &Racks| unsafe { racks.0[class].put(block, class, real) };
    if Switch::Magazines.is_off() || with_racks(put).is_none() {
        // SAFETY: as above.
        unsafe { free_block(block, real) };
    }
}

impl Rack {
    #[inline]
    fn take(&self, class: usize, real: usize) -> Option<NonNull<u8>> {
        if self.current.get() == 0 {
            self.refill(class, real);
        }
        let block = NonNull::new(ptr::with_exposed_provenance_mut::<u8>(self.current.get()))?;
        // SAFETY: a free block's first word is ours.
        self.current.set(unsafe { block.cast::<Chain>().read() });
        self.count.set(self.count.get() - 1);
        Some(block)
    }

    #[cold]
    fn refill(&self, class: usize, real: usize) {
        let mut magazine = self.full.take();
        if magazine == 0
            && let Some(mut depot) = DEPOTS[class].try_lock()
        {
            magazine = depot.take(real);
        }
        if magazine != 0 {
            self.current.set(magazine);
            self.count.set(blocks_in_magazine(real));
        }
    }

    /// # Safety
    /// The block is of this class, and free.
    #[inline]
    unsafe fn put(&self, block: NonNull<u8>, class: usize, real: usize) {
        if self.count.get() == blocks_in_magazine(real) {
            self.unload(class, real);
        }
        // SAFETY: the block is free, and has room for a word.
        unsafe { block.cast::<Chain>().write(self.current.get()) };
        self.current.set(block.as_ptr().expose_provenance());
        self.count.set(self.count.get() + 1);
    }

    /// Makes room for a block in `current`, which is full.
    #[cold]
    fn unload(&self, class: usize, real: usize) {
        let surplus = self.full.replace(self.current.take());
        self.count.set(0);
        if surplus != 0 {
            leave(surplus, class, real);
        }
    }
}

/// Leaves a full magazine to other threads, or frees it.
fn leave(magazine: Chain, class: usize, real: usize) {
    let is_kept = DEPOTS[class].try_lock().is_some_and(|mut depot| depot.put(magazine, real));
    if !is_kept {
        free_chain(magazine, real);
    }
}

fn free_chain(mut chain: Chain, real: usize) {
    while let Some(block) = NonNull::new(ptr::with_exposed_provenance_mut::<u8>(chain)) {
        // SAFETY: a free block's first word is the address of the next.
        chain = unsafe { block.cast::<Chain>().read() };
        // SAFETY: free blocks of a class were allocated with its size.
        unsafe { free_block(block, real) };
    }
}

fn layout(real: usize) -> Option<Layout> {
    Layout::from_size_align(real, ALIGNMENT).ok()
}

/// # Safety
/// The block was allocated with this size, and nobody uses it.
unsafe fn free_block(block: NonNull<u8>, real: usize) {
    if let Some(layout) = layout(real) {
        // SAFETY: allocated with this very layout.
        unsafe { dealloc(block.as_ptr(), layout) };
    }
}

impl Drop for Racks {
    fn drop(&mut self) {
        for (class, rack) in self.0.iter().enumerate() {
            let real = real_of(class);
            free_chain(rack.current.take(), real);
            let full = rack.full.take();
            if full != 0 {
                leave(full, class, real);
            }
        }
    }
}

/// Size of the blocks of a class.
const fn real_of(class: usize) -> usize {
    if class < STEPPED {
        return (class + 1) * STEP;
    }
    let above = class - STEPPED;
    (MOST_STEPPED / 4 * (above % 4 + 5)) << (above / 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_hold_what_is_asked_of_them() {
        let mut last = 0;
        for size in 0..END {
            let (class, real) = class(size);
            assert!(class == last || class == last + 1, "{size}");
            last = class;
            assert!(real >= size && real_of(class) == real, "{size}: {real}");
            assert!(real <= size + STEP || real * 4 <= size * 5, "{size}: {real}");
        }
        assert_eq!(last, CLASSES - 1);
    }

    #[test]
    fn what_one_thread_gives_back_another_gets() {
        const SIZE: usize = 9000;
        let given: Vec<usize> = std::thread::spawn(|| {
            let blocks: Vec<_> = (0..40).map(|_| allocate(SIZE).unwrap()).collect();
            let addresses = blocks.iter().map(|block| block.as_ptr() as usize).collect();
            for block in blocks {
                // SAFETY: allocated above with this size.
                unsafe { release(block, SIZE) };
            }
            addresses
        })
        .join()
        .unwrap();
        let block = allocate(SIZE).unwrap();
        assert!(given.contains(&(block.as_ptr() as usize)));
        // SAFETY: allocated above with this size.
        unsafe { release(block, SIZE) };
    }

    #[test]
    fn blocks_that_are_in_use_at_the_same_time_do_not_overlap() {
        let threads: Vec<_> = (0..4u8)
            .map(|mark| {
                std::thread::spawn(move || {
                    for round in 0..200usize {
                        let size = 40 + (round * 37) % 700;
                        let blocks: Vec<_> = (0..100).map(|_| allocate(size).unwrap()).collect();
                        for block in &blocks {
                            // SAFETY: allocated above with this size.
                            unsafe { block.as_ptr().write_bytes(mark, size) };
                        }
                        for block in blocks {
                            // SAFETY: as above, and written.
                            let bytes = unsafe { std::slice::from_raw_parts(block.as_ptr(), size) };
                            assert!(bytes.iter().all(|byte| *byte == mark));
                            // SAFETY: as above, and not used after.
                            unsafe { release(block, size) };
                        }
                    }
                })
            })
            .collect();
        threads.into_iter().for_each(|thread| thread.join().unwrap());
    }
}
