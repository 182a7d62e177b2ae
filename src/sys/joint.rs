//! A value with several owners: as `Arc`, but there may be no memory for it.

use std::marker::PhantomData;
use std::ops::Deref;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicUsize, Ordering, fence};

use super::boxes::try_box;

struct Inner<T> {
    /// Each has a handle in memory, so that there cannot be too many to count.
    owners: AtomicUsize,
    value: T,
}

/// See the module.
pub struct Joint<T> {
    inner: NonNull<Inner<T>>,
    /// Whoever is the last drops the value.
    owned: PhantomData<Inner<T>>,
}

// SAFETY: as of `Arc`: each thread may get at the value, and be the one that drops it.
unsafe impl<T: Send + Sync> Send for Joint<T> {}
// SAFETY: as above; a shared handle can be cloned.
unsafe impl<T: Send + Sync> Sync for Joint<T> {}

/// A value with one owner so far; `None` without memory for it.
pub fn try_joint<T>(value: T) -> Option<Joint<T>> {
    try_box(Inner { owners: AtomicUsize::new(1), value }).map(Joint::of)
}

impl<T> Joint<T> {
    /// A value with one owner so far.
    pub fn new(value: T) -> Self {
        Self::of(Box::new(Inner { owners: AtomicUsize::new(1), value }))
    }

    fn of(inner: Box<Inner<T>>) -> Self {
        Self { inner: NonNull::from(Box::leak(inner)), owned: PhantomData }
    }

    #[inline(always)]
    fn inner(&self) -> &Inner<T> {
        // SAFETY: lives as long as there is an owner, such as this one.
        unsafe { self.inner.as_ref() }
    }
}

impl<T> Clone for Joint<T> {
    #[inline]
    fn clone(&self) -> Self {
        // Relaxed: the new owner is handed on by whatever hands on the value.
        self.inner().owners.fetch_add(1, Ordering::Relaxed);
        Self { inner: self.inner, owned: PhantomData }
    }
}

impl<T> Deref for Joint<T> {
    type Target = T;

    #[inline(always)]
    fn deref(&self) -> &T {
        &self.inner().value
    }
}

impl<T> Drop for Joint<T> {
    #[inline]
    fn drop(&mut self) {
        // What each owner did comes before the drop by the last.
        if self.inner().owners.fetch_sub(1, Ordering::Release) == 1 {
            fence(Ordering::Acquire);
            // SAFETY: it came from a box, and nobody else has it any more.
            drop(unsafe { Box::from_raw(self.inner.as_ptr()) });
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn the_last_owner_drops_the_value() {
        let value = Arc::new(7);
        let joint = Joint::new(Arc::clone(&value));
        let threads: Vec<_> = (0..4)
            .map(|_| {
                let joint = joint.clone();
                std::thread::spawn(move || **joint)
            })
            .collect();
        assert!(threads.into_iter().all(|thread| thread.join().unwrap() == 7));
        assert_eq!(Arc::strong_count(&value), 2);
        drop(joint);
        assert_eq!(Arc::strong_count(&value), 1);
    }
}
