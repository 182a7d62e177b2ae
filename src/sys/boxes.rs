//! Boxes and copies for which there may be no memory.

use std::alloc::{Layout, alloc};
use std::ptr::NonNull;

use super::memory::Room;
use super::reserve::refusable;

/// As `Box::new`, but `None` without memory for it.
pub fn try_box<T>(value: T) -> Option<Box<T>> {
    const { assert!(size_of::<T>() > 0) };
    // SAFETY: the type has a size.
    let place = NonNull::new(refusable(|| unsafe { alloc(Layout::new::<T>()) }))?.cast::<T>();
    // SAFETY: just allocated with this layout.
    unsafe { place.write(value) };
    // SAFETY: as a box has it: the global allocator's, with the type's layout, and written.
    Some(unsafe { Box::from_raw(place.as_ptr()) })
}

/// A copy of `items`; `None` without memory for it.
pub fn try_copy<T: Copy>(items: &[T]) -> Option<Vec<T>> {
    let mut copy = Vec::new();
    copy.make_exact_room(items.len()).ok()?;
    copy.extend_from_slice(items);
    Some(copy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_holds_what_was_put_in_and_drops_it() {
        let shared = std::sync::Arc::new(7);
        let boxed = try_box((1u64, std::sync::Arc::clone(&shared))).unwrap();
        assert_eq!((boxed.0, *boxed.1), (1, 7));
        drop(boxed);
        assert_eq!(std::sync::Arc::strong_count(&shared), 1);
    }
}
