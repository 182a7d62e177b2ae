//! Threads for test programs: `zmq_threadstart` and `zmq_threadclose`.
//!
//! They are plain threads of the platform with its default stack, because what runs on them is the
//! application's code; signals stay with the application's own threads.

use std::ffi::c_void;

use super::entry::entry;
use crate::errno::{Errno, Result};
use crate::sys::thread::{block_all_signals, restore_signals};

/// What a thread runs.
type ThreadFn = unsafe extern "C" fn(arg: *mut c_void);

/// A started thread: the handle that `zmq_threadclose` takes back.
struct Thread {
    id: libc::pthread_t,
    function: ThreadFn,
    arg: *mut c_void,
}

/// Starts a thread; its handle, or NULL on failure.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_threadstart(
    func: Option<unsafe extern "C" fn(arg: *mut c_void)>,
    arg: *mut c_void,
) -> *mut c_void {
    entry(|| {
        let function = func.ok_or(Errno::EFAULT)?;
        let thread = Box::into_raw(Box::new(Thread { id: 0, function, arg }));
        // SAFETY: a new allocation that nobody else has yet, freed by `zmq_threadclose`.
        match unsafe { start(thread) } {
            Ok(()) => Ok(thread.cast::<c_void>()),
            Err(error) => {
                // SAFETY: no thread was started, so the allocation is still ours alone.
                drop(unsafe { Box::from_raw(thread) });
                Err(error)
            }
        }
    })
}

/// Waits for a thread to end and frees its handle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_threadclose(thread: *mut c_void) {
    entry(|| {
        if thread.is_null() {
            return Err(Errno::EFAULT);
        }
        // SAFETY: it came from `zmq_threadstart`, and the caller does not use it again.
        let thread = unsafe { Box::from_raw(thread.cast::<Thread>()) };
        // SAFETY: a thread that was started joinable and that nobody joined before.
        match unsafe { libc::pthread_join(thread.id, std::ptr::null_mut()) } {
            0 => Ok(()),
            error => {
                // It may still run and read its handle.
                Box::leak(thread);
                Err(Errno(error))
            }
        }
    })
}

/// Starts a thread that inherits a mask with all signals blocked.
///
/// # Safety
///
/// `thread` points to a live `Thread` that outlives the thread it describes.
unsafe fn start(thread: *mut Thread) -> Result<()> {
    let kept = block_all_signals();
    // SAFETY: the id has its own place, which the new thread does not read; the rest of `thread` is
    // not written any more.
    let error = unsafe {
        let id = &raw mut (*thread).id;
        libc::pthread_create(id, std::ptr::null(), run, thread.cast::<c_void>())
    };
    restore_signals(&kept);
    if error == 0 { Ok(()) } else { Err(Errno(error)) }
}

extern "C" fn run(thread: *mut c_void) -> *mut c_void {
    let thread = thread.cast::<Thread>();
    // SAFETY: `zmq_threadclose` frees the handle only after this thread has ended, and nobody writes
    // these two fields; the function and its argument belong together by the caller's guarantee.
    unsafe { ((*thread).function)((*thread).arg) };
    std::ptr::null_mut()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicI32, Ordering};

    unsafe extern "C" fn add_one(arg: *mut c_void) {
        // SAFETY: the test passes a counter that outlives the thread.
        unsafe { &*arg.cast::<AtomicI32>() }.fetch_add(1, Ordering::Relaxed);
    }

    #[test]
    fn close_waits_for_the_thread() {
        let mut count = AtomicI32::new(0);
        // SAFETY: the counter outlives the thread, which is closed once.
        unsafe {
            let thread = zmq_threadstart(Some(add_one), (&raw mut count).cast());
            assert!(!thread.is_null());
            zmq_threadclose(thread);
        }
        assert_eq!(count.into_inner(), 1);
    }

    #[test]
    fn a_thread_without_a_function_is_refused() {
        // SAFETY: NULL is answered, not followed.
        assert!(unsafe { zmq_threadstart(None, std::ptr::null_mut()) }.is_null());
        assert_eq!(Errno::last(), Errno::EFAULT);
    }
}
