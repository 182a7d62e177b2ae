//! Handles of objects that are not on the message path: a handle that was not given out, or was taken back,
//! is answered with EFAULT and never followed.
//!
//! Invariant: an object lives as long as its handle is in the table or a call still uses it, so that it
//! may be destroyed from within its own callback.
#![forbid(unsafe_code)]

use std::ffi::c_void;
use std::sync::Arc;

use crate::errno::{Errno, Result};
use crate::sync::Table;

/// The live objects of one kind.
pub struct Handles<T: 'static>(Table<Arc<T>>);

impl<T> Handles<T> {
    /// An empty table, for a `static`.
    pub const fn new() -> Self {
        Self(Table::new())
    }

    /// Keeps an object and gives its handle, which is never NULL. Errors: EMFILE (too many), ENOMEM.
    pub fn insert(&self, object: T) -> Result<*mut c_void> {
        let address = self.0.insert(Arc::new(object))?;
        Ok(std::ptr::with_exposed_provenance_mut(address))
    }

    /// The object of a handle, or EFAULT.
    pub fn get(&self, handle: *mut c_void) -> Result<Arc<T>> {
        let object = self.0.lock(handle.addr()).ok_or(Errno::EFAULT)?;
        Ok(Arc::clone(&object))
    }

    /// Takes a handle back, or EFAULT. The object ends when the last call that uses it does.
    pub fn remove(&self, handle: *mut c_void) -> Result<Arc<T>> {
        self.0.remove(handle.addr()).ok_or(Errno::EFAULT)
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
        let handle = handles.insert(7).unwrap();
        assert_eq!(handles.get(handle).as_deref(), Ok(&7));
        assert_eq!(handles.get(std::ptr::null_mut()), Err(Errno::EFAULT));
        assert_eq!(handles.remove(handle).as_deref(), Ok(&7));
        assert_eq!(handles.get(handle), Err(Errno::EFAULT));
        assert_eq!(handles.remove(handle), Err(Errno::EFAULT));
    }

    #[test]
    fn a_stale_handle_is_not_the_next_objects() {
        let handles = Handles::new();
        let stale = handles.insert(1).unwrap();
        drop(handles.remove(stale));
        assert_ne!(handles.insert(2), Ok(stale));
        assert_eq!(handles.get(stale), Err(Errno::EFAULT));
    }
}
