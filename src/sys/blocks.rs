//! Memory for bodies and segments. Large blocks are kept and used again: giving them back to the
//! allocator would have the kernel take their pages away and clear new ones for each large message.

use std::alloc::{Layout, alloc, dealloc};
use std::ptr::{self, NonNull};
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;

use crate::sys::lock::Mutex;

use super::magazines;
use super::memory::Room;
use super::reserve::refusable;
use super::switches::Switch;

/// Blocks from this size on are kept; sizes are rounded up to a multiple of it, or above
/// [`MOST_STEPPED`] to a power of two.
const STEP: usize = magazines::END;
const STEPPED: usize = 16;
const MOST_STEPPED: usize = STEP * STEPPED;
/// Classes above the stepped ones: 512 KiB to 4 MiB.
const DOUBLED: usize = 4;
/// Most bytes kept: by how much the messages that wait in a stream of large ones become more and fewer.
const MOST_KEPT: usize = 32 * 1024 * 1024;
const ALIGNMENT: usize = 64;

/// Addresses of blocks that nobody uses, by class.
static KEPT: [Mutex<Vec<usize>>; STEPPED + DOUBLED] =
    [const { Mutex::new(Vec::new()) }; STEPPED + DOUBLED];

/// Bytes of all of them.
static KEPT_LEN: AtomicUsize = AtomicUsize::new(0);

/// Class and real size of a block of `size` bytes; `None` if such blocks are not kept.
fn class(size: usize) -> Option<(usize, usize)> {
    if size < STEP || Switch::Blocks.is_off() {
        return None;
    }
    if size <= MOST_STEPPED {
        let steps = size.div_ceil(STEP);
        return Some((steps - 1, steps * STEP));
    }
    let real = size.checked_next_power_of_two()?;
    let doubled = (real / MOST_STEPPED).ilog2() as usize - 1;
    (doubled < DOUBLED).then_some((STEPPED + doubled, real))
}

fn layout(size: usize) -> Option<Layout> {
    Layout::from_size_align(size.max(1), ALIGNMENT).ok()
}

/// At least `size` bytes with undefined content, aligned to 16; `None` without memory for them.
#[inline]
pub fn allocate(size: usize) -> Option<NonNull<u8>> {
    #[cfg(test)]
    if shortage::is_here() {
        return None;
    }
    if size < magazines::END {
        return magazines::allocate(size);
    }
    let mut real = size;
    if let Some((class, rounded)) = class(size) {
        // Nobody waits: the holder of the lock may be another process's thread (fork(2)).
        if let Some(address) = KEPT[class].try_lock().and_then(|mut kept| kept.pop()) {
            KEPT_LEN.fetch_sub(rounded, Relaxed);
            return NonNull::new(ptr::with_exposed_provenance_mut(address));
        }
        real = rounded;
    }
    let layout = layout(real)?;
    // SAFETY: the layout's size is not zero.
    NonNull::new(refusable(|| unsafe { alloc(layout) }))
}

/// Gives back a block of [`allocate`].
///
/// # Safety
/// `block` came from `allocate(size)` and is not used any more.
#[inline]
pub unsafe fn release(block: NonNull<u8>, size: usize) {
    if size < magazines::END {
        // SAFETY: the caller's block, of this size.
        return unsafe { magazines::release(block, size) };
    }
    let mut real = size;
    if let Some((class, rounded)) = class(size) {
        if KEPT_LEN.fetch_add(rounded, Relaxed) < MOST_KEPT
            && let Some(mut kept) = KEPT[class].try_lock()
            && kept.make_room(1).is_ok()
        {
            kept.push(block.as_ptr().expose_provenance());
            return;
        }
        KEPT_LEN.fetch_sub(rounded, Relaxed);
        real = rounded;
    }
    if let Some(layout) = layout(real) {
        // SAFETY: allocated with this very layout.
        unsafe { dealloc(block.as_ptr(), layout) };
    }
}

/// Lets a test's thread find no memory.
#[cfg(test)]
pub mod shortage {
    use std::cell::Cell;

    thread_local! { static IS_HERE: Cell<bool> = const { Cell::new(false) }; }

    pub fn is_here() -> bool {
        IS_HERE.get()
    }

    /// Runs `with` on a thread without memory for blocks.
    pub fn during<R>(with: impl FnOnce() -> R) -> R {
        IS_HERE.set(true);
        let result = with();
        IS_HERE.set(false);
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_hold_what_is_asked_of_them() {
        for size in [STEP, STEP + 1, 65_536 + 48, MOST_STEPPED, MOST_STEPPED + 1, 1 << 20, 4 << 20]
        {
            let (class, real) = class(size).unwrap();
            assert!(real >= size && class < STEPPED + DOUBLED, "{size}");
        }
        assert_eq!(class(STEP - 1), None);
        assert_eq!(class((4 << 20) + 1), None);
        assert_eq!(class(usize::MAX), None);
    }

    #[test]
    fn a_large_block_is_used_again_and_an_absurd_one_refused() {
        let size = 3 * 1024 * 1024;
        let block = allocate(size).unwrap();
        // SAFETY: just allocated with this size.
        unsafe { release(block, size) };
        assert_eq!(allocate(size), Some(block));
        // SAFETY: as above.
        unsafe { release(block, size) };
        assert_eq!(allocate(usize::MAX - 100), None);
    }
}
