//! Timers (zmq_timers(3)): callbacks that the application runs when it likes.

use std::ffi::{c_int, c_long, c_void};

use super::entry::entry;
use super::handles::Handles;
use crate::errno::{Errno, Result};
use crate::timers::Timers;

/// What a timer calls.
#[derive(Clone, Copy)]
struct Callback {
    handler: unsafe extern "C" fn(timer_id: c_int, arg: *mut c_void),
    arg: *mut c_void,
}

// SAFETY: the argument is only handed back to the handler, on the thread that calls zmq_timers_execute;
// the application keeps all calls on one set of timers to one thread (zmq_timers(3), thread safety).
unsafe impl Send for Callback {}

static TIMERS: Handles<Timers<Callback>> = Handles::new();

/// An interval of C in milliseconds.
fn interval_from_c(interval: usize) -> u64 {
    u64::try_from(interval).unwrap_or(u64::MAX)
}

/// Makes a set of timers.
#[unsafe(no_mangle)]
pub extern "C" fn zmq_timers_new() -> *mut c_void {
    entry(|| TIMERS.insert(Timers::new()))
}

/// Frees a set of timers and sets the pointer to NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_timers_destroy(timers_p: *mut *mut c_void) -> c_int {
    entry(|| {
        // SAFETY: NULL, or by the manual page a pointer variable of the caller.
        let place = unsafe { timers_p.as_mut() }.ok_or(Errno::EFAULT)?;
        TIMERS.remove(*place)?;
        *place = std::ptr::null_mut();
        Ok(())
    })
}

/// Adds a timer that repeats every `interval` milliseconds; its id, or -1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_timers_add(
    timers: *mut c_void,
    interval: usize,
    handler: Option<unsafe extern "C" fn(timer_id: c_int, arg: *mut c_void)>,
    arg: *mut c_void,
) -> c_int {
    entry(|| {
        let timers = TIMERS.get(timers)?;
        let handler = handler.ok_or(Errno::EFAULT)?;
        timers.add(interval_from_c(interval), Callback { handler, arg })
    })
}

/// Removes a timer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_timers_cancel(timers: *mut c_void, timer_id: c_int) -> c_int {
    entry(|| TIMERS.get(timers)?.cancel(timer_id))
}

/// Changes the interval of a timer and starts it again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_timers_set_interval(
    timers: *mut c_void,
    timer_id: c_int,
    interval: usize,
) -> c_int {
    entry(|| TIMERS.get(timers)?.set_interval(timer_id, interval_from_c(interval)))
}

/// Starts a timer again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_timers_reset(timers: *mut c_void, timer_id: c_int) -> c_int {
    entry(|| TIMERS.get(timers)?.reset(timer_id))
}

/// Milliseconds until the next timer, or -1 if there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_timers_timeout(timers: *mut c_void) -> c_long {
    entry(|| Ok(c_long::try_from(TIMERS.get(timers)?.timeout()).unwrap_or(c_long::MAX)))
}

/// Runs the handlers of all timers that are due.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_timers_execute(timers: *mut c_void) -> c_int {
    entry(|| -> Result<()> {
        TIMERS.get(timers)?.execute(|callback, timer_id| {
            // SAFETY: the application gave handler and argument together, for a call on its thread.
            unsafe { (callback.handler)(timer_id, callback.arg) }
        });
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Calls {
        timers: *mut c_void,
        ids: Vec<c_int>,
    }

    unsafe extern "C" fn record(timer_id: c_int, arg: *mut c_void) {
        // SAFETY: the tests pass their own `Calls`, which nobody else uses meanwhile.
        unsafe { &mut *arg.cast::<Calls>() }.ids.push(timer_id);
    }

    unsafe extern "C" fn destroy(timer_id: c_int, arg: *mut c_void) {
        // SAFETY: as in `record`; the variable with the handle is in `Calls`.
        unsafe {
            record(timer_id, arg);
            assert_eq!(zmq_timers_destroy(&raw mut (*arg.cast::<Calls>()).timers), 0);
        }
    }

    #[test]
    fn a_timer_that_is_due_is_called_with_its_id() {
        let mut calls = Calls { timers: zmq_timers_new(), ids: Vec::new() };
        let arg = (&raw mut calls).cast::<c_void>();
        // SAFETY: live timers and a handler that fits its argument.
        unsafe {
            let timers = (*arg.cast::<Calls>()).timers;
            assert_eq!(zmq_timers_timeout(timers), -1);
            let id = zmq_timers_add(timers, 0, Some(record), arg);
            let later = zmq_timers_add(timers, 60_000, Some(record), arg);
            assert_eq!(zmq_timers_timeout(timers), 0);
            assert_eq!(zmq_timers_execute(timers), 0);
            assert_eq!((*arg.cast::<Calls>()).ids, [id]);
            assert_eq!(zmq_timers_cancel(timers, id), 0);
            assert_eq!(zmq_timers_cancel(timers, id), -1);
            assert_eq!(Errno::last(), Errno::EINVAL);
            assert!(zmq_timers_timeout(timers) > 50_000);
            assert_eq!(zmq_timers_set_interval(timers, later, 9), 0);
            assert!(zmq_timers_timeout(timers) <= 9);
            assert_eq!(zmq_timers_reset(timers, later), 0);
            assert_eq!(zmq_timers_destroy(&raw mut calls.timers), 0);
        }
        assert!(calls.timers.is_null());
    }

    #[test]
    fn a_handler_may_destroy_its_timers() {
        let mut calls = Calls { timers: zmq_timers_new(), ids: Vec::new() };
        let arg = (&raw mut calls).cast::<c_void>();
        // SAFETY: as above; the handle is dead afterwards, and that is what is tested.
        unsafe {
            let timers = (*arg.cast::<Calls>()).timers;
            let id = zmq_timers_add(timers, 0, Some(destroy), arg);
            assert_eq!(zmq_timers_execute(timers), 0);
            assert_eq!((*arg.cast::<Calls>()).ids, [id]);
            assert_eq!(zmq_timers_execute(timers), -1);
        }
        assert_eq!(Errno::last(), Errno::EFAULT);
    }

    #[test]
    fn what_is_no_set_of_timers_is_efault() {
        let mut foreign = [0_usize; 8];
        for handle in [std::ptr::null_mut(), (&raw mut foreign).cast::<c_void>()] {
            // SAFETY: handles that are refused are not followed.
            unsafe {
                assert_eq!(zmq_timers_timeout(handle), -1);
                assert_eq!(Errno::last(), Errno::EFAULT);
                assert_eq!(zmq_timers_add(handle, 1, Some(record), std::ptr::null_mut()), -1);
                assert_eq!(zmq_timers_destroy(&mut { handle }), -1);
            }
        }
        let mut timers = zmq_timers_new();
        // SAFETY: live timers; a NULL handler is refused.
        unsafe {
            assert_eq!(zmq_timers_add(timers, 1, None, std::ptr::null_mut()), -1);
            assert_eq!(Errno::last(), Errno::EFAULT);
            assert_eq!(zmq_timers_destroy(&raw mut timers), 0);
        }
    }
}
