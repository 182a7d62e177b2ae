//! Handles of objects that are not on the message path: a handle that was not given out, or was taken back,
//! is answered with EFAULT and never followed.
//!
//! Invariant: an object lives as long as its handle is in the table or a call still uses it, so that it
//! may be destroyed from within its own callback.
#![forbid(unsafe_code)]

use std::collections::BTreeMap;
use std::ffi::c_void;
use std::sync::Arc;

use parking_lot::Mutex;

use crate::errno::{Errno, Result};

/// The live objects of one kind, by the address that is their handle.
pub struct Handles<T> {
    live: Mutex<BTreeMap<usize, Arc<T>>>,
}

impl<T> Handles<T> {
    /// An empty table, for a `static`.
    pub const fn new() -> Self {
        Self { live: Mutex::new(BTreeMap::new()) }
    }

    /// Keeps an object and gives its handle, which is never NULL.
    pub fn insert(&self, object: T) -> *mut c_void {
        let object = Arc::new(object);
        let handle = Arc::as_ptr(&object).cast_mut().cast::<c_void>();
        self.live.lock().insert(handle.addr(), object);
        handle
    }

    /// The object of a handle, or EFAULT.
    pub fn get(&self, handle: *mut c_void) -> Result<Arc<T>> {
        self.live.lock().get(&handle.addr()).cloned().ok_or(Errno::EFAULT)
    }

    /// Takes a handle back, or EFAULT. The object ends when the last call that uses it does.
    pub fn remove(&self, handle: *mut c_void) -> Result<Arc<T>> {
        self.live.lock().remove(&handle.addr()).ok_or(Errno::EFAULT)
    }
}

impl<T> Default for Handles<T> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_live_handle_has_an_object() {
        let handles = Handles::new();
        let handle = handles.insert(7);
        assert_eq!(handles.get(handle).as_deref(), Ok(&7));
        assert_eq!(handles.get(std::ptr::null_mut()), Err(Errno::EFAULT));
        assert_eq!(handles.remove(handle).as_deref(), Ok(&7));
        assert_eq!(handles.get(handle), Err(Errno::EFAULT));
        assert_eq!(handles.remove(handle), Err(Errno::EFAULT));
    }
}
