//! An allocator for tests that runs out of memory, for one thread and as long as asked. A step that cannot do without
//! ends the test's process, as it would an application's.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

thread_local! {
    /// How many more pieces of memory the thread gets.
    static LEFT: Cell<usize> = const { Cell::new(usize::MAX) };
}

struct Allocator;

#[global_allocator]
static ALLOCATOR: Allocator = Allocator;

// SAFETY: the system's, but that it sometimes has no memory, as any may.
unsafe impl GlobalAlloc for Allocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if !is_granted() {
            return std::ptr::null_mut();
        }
        // SAFETY: by the caller's word.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        // SAFETY: by the caller's word; all came from the system's.
        unsafe { System.dealloc(place, layout) };
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if !is_granted() {
            return std::ptr::null_mut();
        }
        // SAFETY: as above.
        unsafe { System.realloc(place, layout, size) }
    }
}

fn is_granted() -> bool {
    LEFT.with(|left| match left.get() {
        usize::MAX => true,
        0 => false,
        some => {
            left.set(some - 1);
            true
        }
    })
}

/// Runs `with` on a thread that gets memory so many times and then no more.
pub fn after<R>(pieces: usize, with: impl FnOnce() -> R) -> R {
    LEFT.set(pieces);
    let result = with();
    LEFT.set(usize::MAX);
    result
}
