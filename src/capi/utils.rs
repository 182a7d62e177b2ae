//! Errors, version and capabilities; atomic counters; the stopwatch and the threads of test programs.

use std::ffi::{c_char, c_int, c_ulong, c_void};
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::{Duration, Instant};

use super::entry::{self, entry};
use crate::errno::{Errno, Result};

/// The errno of the calling thread (zmq_errno(3)).
#[unsafe(no_mangle)]
pub extern "C" fn zmq_errno() -> c_int {
    Errno::last().0
}

/// The text of an error number (zmq_strerror(3)).
#[unsafe(no_mangle)]
pub extern "C" fn zmq_strerror(errnum: c_int) -> *const c_char {
    let text = match Errno(errnum) {
        Errno::EFSM => c"Operation cannot be accomplished in current state",
        Errno::ENOCOMPATPROTO => c"The protocol is not compatible with the socket type",
        Errno::ETERM => c"Context was terminated",
        Errno::EMTHREAD => c"No thread available",
        Errno::EHOSTUNREACH => c"Host unreachable",
        // SAFETY: strerror takes any number; its text lives until the thread's next call.
        _ => return unsafe { libc::strerror(errnum) },
    };
    text.as_ptr()
}

/// The version of the library at run time (zmq_version(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_version(major: *mut c_int, minor: *mut c_int, patch: *mut c_int) {
    for (place, number) in [major, minor, patch].into_iter().zip(VERSION) {
        if !place.is_null() {
            // SAFETY: not NULL, so the caller guarantees an int that may be written.
            unsafe { place.write(number) }
        }
    }
}

/// The version of libzmq whose contract this build keeps: 4.3.5, or LIBZMQ_VERSION of the build.
const VERSION: [c_int; 3] = [
    number(env!("LIBZMQ_VERSION_MAJOR")),
    number(env!("LIBZMQ_VERSION_MINOR")),
    number(env!("LIBZMQ_VERSION_PATCH")),
];

const fn number(digits: &str) -> c_int {
    match c_int::from_str_radix(digits, 10) {
        Ok(number) => number,
        Err(_) => panic!("the build script passes decimal numbers"),
    }
}

/// Whether the library has a capability: 1 or 0 (zmq_has(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_has(capability: *const c_char) -> c_int {
    entry(|| {
        // SAFETY: the caller passes NULL or a terminated string; it is read before the call ends.
        let name = unsafe { entry::bytes_from_c(capability) }.unwrap_or_default();
        Ok(CAPABILITIES.iter().any(|&(known, is_built)| is_built && known.as_bytes() == name))
    })
}

/// What zmq_has(3) knows, and whether this build has it.
const CAPABILITIES: [(&str, bool); 11] = [
    ("ipc", cfg!(unix)),
    ("pgm", false),
    ("tipc", false),
    ("norm", false),
    ("curve", true),
    ("gssapi", crate::sys::gssapi::IS_THERE),
    ("vmci", false),
    ("vsock", false),
    ("WS", false),
    ("WSS", false),
    ("draft", cfg!(feature = "draft")),
];

/// Makes a counter that starts at 0 (zmq_atomic_counter_new(3)).
#[unsafe(no_mangle)]
pub extern "C" fn zmq_atomic_counter_new() -> *mut c_void {
    entry(|| Ok(Box::into_raw(Box::new(AtomicI32::new(0))).cast::<c_void>()))
}

/// The counter behind a handle; NULL is EFAULT.
///
/// # Safety
///
/// The handle is NULL or came from `zmq_atomic_counter_new` and was not destroyed.
unsafe fn counter_from_c<'a>(counter: *mut c_void) -> Result<&'a AtomicI32> {
    // SAFETY: not NULL, so it is a live counter by the caller's guarantee.
    unsafe { counter.cast::<AtomicI32>().as_ref() }.ok_or(Errno::EFAULT)
}

/// Sets a counter (zmq_atomic_counter_set(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_atomic_counter_set(counter: *mut c_void, value: c_int) {
    entry(|| {
        // SAFETY: a live counter, by the manual page.
        unsafe { counter_from_c(counter) }?.store(value, Ordering::SeqCst);
        Ok(())
    })
}

/// Adds 1 and returns the value before (zmq_atomic_counter_inc(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_atomic_counter_inc(counter: *mut c_void) -> c_int {
    // SAFETY: a live counter, by the manual page.
    entry(|| Ok(unsafe { counter_from_c(counter) }?.fetch_add(1, Ordering::SeqCst)))
}

/// Takes 1 away; 0 if that made it 0, else 1 (zmq_atomic_counter_dec(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_atomic_counter_dec(counter: *mut c_void) -> c_int {
    // SAFETY: a live counter, by the manual page.
    entry(|| Ok(unsafe { counter_from_c(counter) }?.fetch_sub(1, Ordering::SeqCst) != 1))
}

/// The value of a counter (zmq_atomic_counter_value(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_atomic_counter_value(counter: *mut c_void) -> c_int {
    // SAFETY: a live counter, by the manual page.
    entry(|| Ok(unsafe { counter_from_c(counter) }?.load(Ordering::SeqCst)))
}

/// Frees a counter and sets the pointer to NULL (zmq_atomic_counter_destroy(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_atomic_counter_destroy(counter_p: *mut *mut c_void) {
    entry(|| {
        // SAFETY: NULL or a pointer variable of the caller that holds NULL or a live counter.
        if let Some(counter) = unsafe { take_handle(counter_p) } {
            // SAFETY: a live counter came from `Box::into_raw`, and the caller's variable is NULL now.
            drop(unsafe { Box::from_raw(counter.cast::<AtomicI32>()) });
        }
        Ok(())
    })
}

/// Takes a handle out of the caller's variable and leaves NULL there.
///
/// # Safety
///
/// `place` is NULL or points to a pointer that may be written.
unsafe fn take_handle(place: *mut *mut c_void) -> Option<*mut c_void> {
    // SAFETY: not NULL, so it may be written by the caller's guarantee.
    let place = unsafe { place.as_mut() }?;
    let handle = std::mem::replace(place, std::ptr::null_mut());
    (!handle.is_null()).then_some(handle)
}

/// Starts a stopwatch.
#[unsafe(no_mangle)]
pub extern "C" fn zmq_stopwatch_start() -> *mut c_void {
    entry(|| Ok(Box::into_raw(Box::new(Instant::now())).cast::<c_void>()))
}

/// Microseconds since the start.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_stopwatch_intermediate(watch: *mut c_void) -> c_ulong {
    entry(|| {
        // SAFETY: NULL or a watch that was not stopped, by the contract of the function.
        let started = unsafe { watch.cast::<Instant>().as_ref() }.ok_or(Errno::EFAULT)?;
        Ok(c_ulong::try_from(started.elapsed().as_micros()).unwrap_or(c_ulong::MAX))
    })
}

/// Microseconds since the start; frees the stopwatch.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_stopwatch_stop(watch: *mut c_void) -> c_ulong {
    // SAFETY: the same contract, passed on.
    let elapsed_us = unsafe { zmq_stopwatch_intermediate(watch) };
    if !watch.is_null() {
        // SAFETY: it came from `zmq_stopwatch_start`, and the caller does not use it again.
        drop(unsafe { Box::from_raw(watch.cast::<Instant>()) });
    }
    elapsed_us
}

/// Sleeps for some seconds.
#[unsafe(no_mangle)]
pub extern "C" fn zmq_sleep(seconds: c_int) {
    entry(|| {
        std::thread::sleep(Duration::from_secs(u64::try_from(seconds).unwrap_or(0)));
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::CStr;

    fn text(errnum: c_int) -> &'static CStr {
        // SAFETY: zmq_strerror returns a terminated text, read before the thread asks again.
        unsafe { CStr::from_ptr(zmq_strerror(errnum)) }
    }

    #[test]
    fn strerror_knows_its_own_numbers_and_the_platforms() {
        assert_eq!(text(Errno::EFSM.0), c"Operation cannot be accomplished in current state");
        assert_eq!(text(Errno::ETERM.0), c"Context was terminated");
        assert_eq!(text(Errno::EHOSTUNREACH.0), c"Host unreachable");
        assert_eq!(text(-1), c"Unknown error -1");
    }

    #[test]
    fn version_writes_where_it_may() {
        let (mut major, mut patch) = (0, 0);
        // SAFETY: two ints of this test, and NULL.
        unsafe { zmq_version(&raw mut major, std::ptr::null_mut(), &raw mut patch) };
        assert_eq!((major, patch), (VERSION[0], VERSION[2]));
    }

    #[test]
    fn has_is_exact_about_names() {
        // SAFETY: literals of this test, and NULL.
        let has = |name: &CStr| unsafe { zmq_has(name.as_ptr()) };
        assert_eq!(has(c"ipc"), 1);
        assert_eq!(has(c"IPC"), 0);
        assert_eq!(has(c""), 0);
        assert_eq!(has(c"draft"), c_int::from(cfg!(feature = "draft")));
        // SAFETY: NULL is allowed here.
        assert_eq!(unsafe { zmq_has(std::ptr::null()) }, 0);
    }

    #[test]
    fn counters_count_as_the_manual_says() {
        // SAFETY: one counter, used before it is destroyed.
        unsafe {
            let mut counter = zmq_atomic_counter_new();
            assert_eq!(zmq_atomic_counter_inc(counter), 0);
            assert_eq!(zmq_atomic_counter_inc(counter), 1);
            assert_eq!(zmq_atomic_counter_value(counter), 2);
            assert_eq!(zmq_atomic_counter_dec(counter), 1);
            assert_eq!(zmq_atomic_counter_dec(counter), 0);
            assert_eq!(zmq_atomic_counter_dec(counter), 1);
            zmq_atomic_counter_set(counter, 9);
            assert_eq!(zmq_atomic_counter_value(counter), 9);
            zmq_atomic_counter_destroy(&raw mut counter);
            assert!(counter.is_null());
            zmq_atomic_counter_destroy(&raw mut counter);
            assert_eq!(zmq_atomic_counter_inc(counter), -1);
            assert_eq!(zmq_errno(), Errno::EFAULT.0);
        }
    }

    #[test]
    fn a_stopwatch_runs_until_it_is_stopped() {
        // SAFETY: one watch, used before it is stopped.
        unsafe {
            let watch = zmq_stopwatch_start();
            std::thread::sleep(Duration::from_millis(2));
            let first = zmq_stopwatch_intermediate(watch);
            assert!(first >= 2_000);
            assert!(zmq_stopwatch_stop(watch) >= first);
        }
    }
}
