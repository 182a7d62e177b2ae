//! The library's allocator: the process's, and behind it a reserve for what cannot be refused.
//!
//! The collections of the standard library end the process when there is no memory, while a piece that may be refused is asked
//! for with `memory` and never comes from here. Steps begin only where there is memory to spare; when another thread
//! takes that meanwhile, the reserve lets them end. It is part of the library's image: nothing is set aside at run time, and
//! pages that were never used cost nothing.
//!
//! The reserve is a row of granules with a bit for each that is in use; a piece is a run of granules, the first that is free.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::{Cell, UnsafeCell};
use std::ptr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

const GRANULE: usize = 64;
/// Granules, as many as a word has bits.
const WORD: usize = u64::BITS as usize;
const WORDS: usize = 256;
/// Bytes of the reserve, many times what a step takes (`memory`).
pub const LEN: usize = GRANULE * WORD * WORDS;
/// Nothing larger is a step's: lists of thousands of connections that grow.
const MOST: usize = LEN / 2;

thread_local! {
    /// Whether what this thread asks for may be refused.
    static IS_REFUSABLE: Cell<bool> = const { Cell::new(false) };
}

/// Runs `ask`, whose memory does not come from the reserve: there may be none.
#[inline]
pub fn refusable<R>(ask: impl FnOnce() -> R) -> R {
    struct Until(bool);
    impl Drop for Until {
        fn drop(&mut self) {
            IS_REFUSABLE.set(self.0);
        }
    }
    let _until = Until(IS_REFUSABLE.replace(true));
    ask()
}

#[repr(align(64))]
struct Granules(UnsafeCell<[u8; LEN]>);

/// The reserve.
pub struct Reserve {
    /// Whether a thread holds `in_use`. No lock of a crate's: those may allocate.
    is_held: AtomicBool,
    in_use: UnsafeCell<[u64; WORDS]>,
    granules: Granules,
}

// SAFETY: the bits are touched by the thread that has `is_held` only, and a granule by whom it was given to.
unsafe impl Sync for Reserve {}

impl Reserve {
    const fn new() -> Self {
        Self {
            is_held: AtomicBool::new(false),
            in_use: UnsafeCell::new([0; WORDS]),
            granules: Granules(UnsafeCell::new([0; LEN])),
        }
    }

    /// Runs `with` on the bits. `None` in a forked child whose parent's thread held them, which is told by how long that lasts.
    fn with_bits<R>(&self, with: impl FnOnce(&mut [u64; WORDS]) -> R) -> Option<R> {
        const PATIENCE: u64 = 1_000;
        let is_ours = || {
            self.is_held
                .compare_exchange_weak(false, true, Ordering::Acquire, Ordering::Relaxed)
                .is_ok()
        };
        for tries in 0.. {
            if is_ours() {
                break;
            }
            if tries == PATIENCE {
                return None;
            }
            // A thread of any priority gets to run meanwhile.
            std::thread::sleep(Duration::from_micros(tries));
        }
        // SAFETY: `is_held` is ours.
        let result = with(unsafe { &mut *self.in_use.get() });
        self.is_held.store(false, Ordering::Release);
        Some(result)
    }

    fn start(&self) -> *mut u8 {
        self.granules.0.get().cast()
    }

    #[inline]
    fn holds(&self, place: *mut u8) -> bool {
        place.addr().wrapping_sub(self.start().addr()) < LEN
    }

    /// A piece, or null.
    #[cold]
    fn take(&self, layout: Layout) -> *mut u8 {
        if layout.size() > MOST || layout.align() > GRANULE {
            return ptr::null_mut();
        }
        let count = granules(layout.size());
        match self
            .with_bits(|bits| find_free(bits, count).inspect(|at| mark(bits, *at, count, true)))
        {
            Some(Some(at)) => self.start().wrapping_add(at * GRANULE),
            _ => ptr::null_mut(),
        }
    }

    /// Gives back a piece of [`Self::take`].
    #[cold]
    fn give_back(&self, place: *mut u8, layout: Layout) {
        self.cut(place, layout.size(), 0);
    }

    /// Gives back what a piece of `from` bytes has beyond `to`, which are not more.
    #[cold]
    fn cut(&self, place: *mut u8, from: usize, to: usize) {
        let at = (place.addr() - self.start().addr()) / GRANULE;
        let (from, to) = (granules(from), granules(to));
        self.with_bits(|bits| mark(bits, at + to, from - to, false));
    }
}

/// How many hold so many bytes.
const fn granules(len: usize) -> usize {
    len.div_ceil(GRANULE)
}

fn is_in_use(bits: &[u64; WORDS], at: usize) -> bool {
    bits[at / WORD] >> (at % WORD) & 1 == 1
}

fn mark(bits: &mut [u64; WORDS], from: usize, count: usize, is_in_use: bool) {
    for at in from..from + count {
        let bit = 1 << (at % WORD);
        match is_in_use {
            true => bits[at / WORD] |= bit,
            false => bits[at / WORD] &= !bit,
        }
    }
}

/// The first of `count` granules in a row.
fn find_free(bits: &[u64; WORDS], count: usize) -> Option<usize> {
    let mut run = 0;
    for at in 0..WORD * WORDS {
        run = if is_in_use(bits, at) { 0 } else { run + 1 };
        if run == count {
            return Some(at + 1 - count);
        }
    }
    None
}

static RESERVE: Reserve = Reserve::new();

/// The process's allocator with the reserve behind it.
pub struct Allocator;

#[cfg(not(test))]
#[global_allocator]
static ALLOCATOR: Allocator = Allocator;

#[cold]
fn without_memory(layout: Layout) -> *mut u8 {
    match IS_REFUSABLE.get() {
        true => ptr::null_mut(),
        false => RESERVE.take(layout),
    }
}

// SAFETY: pieces are the system's or the reserve's, which hands out granules that are in nobody's use, and each goes back
// where it came from, as its address says.
unsafe impl GlobalAlloc for Allocator {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: by the caller's word.
        let place = unsafe { System.alloc(layout) };
        if place.is_null() { without_memory(layout) } else { place }
    }

    #[inline]
    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        if RESERVE.holds(place) {
            return RESERVE.give_back(place, layout);
        }
        // SAFETY: by the caller's word; what is not the reserve's came from the system.
        unsafe { System.dealloc(place, layout) };
    }

    #[inline]
    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if RESERVE.holds(place) {
            if granules(size) <= granules(layout.size()) {
                RESERVE.cut(place, layout.size(), size);
                return place;
            }
        } else {
            // SAFETY: as above.
            let moved = unsafe { System.realloc(place, layout, size) };
            if !moved.is_null() {
                return moved;
            }
        }
        let Ok(wanted) = Layout::from_size_align(size, layout.align()) else {
            return ptr::null_mut();
        };
        // SAFETY: a size that is not zero, by the caller's word.
        let moved = unsafe { self.alloc(wanted) };
        if !moved.is_null() {
            // SAFETY: both are at least as long, and a new piece overlaps no other.
            unsafe { ptr::copy_nonoverlapping(place, moved, layout.size().min(size)) };
            // SAFETY: the caller's piece, of this layout.
            unsafe { self.dealloc(place, layout) };
        }
        moved
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use super::*;

    fn layout(size: usize) -> Layout {
        Layout::from_size_align(size, 16).unwrap()
    }

    /// One of its own, which is too large for a thread's stack.
    fn reserve() -> &'static Reserve {
        static OWN: [Reserve; 3] = [const { Reserve::new() }; 3];
        static USED: AtomicUsize = AtomicUsize::new(0);
        &OWN[USED.fetch_add(1, Ordering::Relaxed)]
    }

    #[test]
    fn pieces_do_not_overlap_and_go_back() {
        let reserve = reserve();
        let sizes = [1, 63, 64, 65, 200, 4096, MOST];
        for _ in 0..3 {
            let pieces = sizes.map(|size| (reserve.take(layout(size)), size));
            let mut ends: Vec<_> =
                pieces.iter().map(|(place, size)| (place.addr(), place.addr() + size)).collect();
            ends.sort_unstable();
            assert!(ends.windows(2).all(|pair| pair[0].1 <= pair[1].0), "{ends:?}");
            assert!(pieces.iter().all(|(place, _)| reserve.holds(*place)));
            pieces.iter().for_each(|(place, size)| reserve.give_back(*place, layout(*size)));
        }
        assert_eq!(reserve.with_bits(|bits| *bits), Some([0; WORDS]));
    }

    #[test]
    fn it_has_an_end_and_nothing_large() {
        let reserve = reserve();
        assert!(reserve.take(layout(MOST + 1)).is_null());
        assert!(reserve.take(Layout::from_size_align(1, GRANULE * 2).unwrap()).is_null());
        let pieces = [(); LEN / MOST].map(|()| reserve.take(layout(MOST)));
        assert!(pieces.iter().all(|piece| !piece.is_null()));
        assert!(reserve.take(layout(1)).is_null());
        reserve.give_back(pieces[1], layout(MOST));
        assert_eq!(reserve.take(layout(1)), pieces[1]);
        assert!(
            !reserve.holds(ptr::null_mut())
                && !reserve.holds(ptr::from_ref(&reserve).cast_mut().cast())
        );
    }

    #[test]
    fn threads_get_pieces_of_their_own() {
        let reserve = reserve();
        std::thread::scope(|scope| {
            for mark in 0..4u8 {
                scope.spawn(move || {
                    for round in 0..500 {
                        let size = 1 + round % 900;
                        let place = reserve.take(layout(size));
                        assert!(!place.is_null());
                        // SAFETY: a piece of this size.
                        unsafe { place.write_bytes(mark, size) };
                        std::thread::yield_now();
                        // SAFETY: as above, and written.
                        let bytes = unsafe { std::slice::from_raw_parts(place, size) };
                        assert!(bytes.iter().all(|byte| *byte == mark));
                        reserve.give_back(place, layout(size));
                    }
                });
            }
        });
    }

    #[test]
    fn what_may_be_refused_gets_nothing_of_it() {
        let piece = without_memory(layout(8));
        assert!(RESERVE.holds(piece));
        // SAFETY: a piece of this layout, which grows beyond the reserve into the system's memory with what it holds.
        unsafe {
            piece.write(7);
            let moved = Allocator.realloc(piece, layout(8), 100);
            assert!(!RESERVE.holds(moved) && moved.read() == 7);
            Allocator.dealloc(moved, layout(100));
        }
        // SAFETY: as above; it shrinks where it is.
        unsafe {
            let piece = without_memory(layout(300));
            assert_eq!(Allocator.realloc(piece, layout(300), 100), piece);
            let next = without_memory(layout(100));
            assert!(next != piece && RESERVE.holds(next));
            assert_eq!(Allocator.realloc(piece, layout(100), 120), piece);
            Allocator.dealloc(piece, layout(120));
            Allocator.dealloc(next, layout(100));
        }
        refusable(|| {
            refusable(|| ());
            assert!(without_memory(layout(8)).is_null());
        });
        assert!(!IS_REFUSABLE.get());
    }
}
