//! Timers (zmq_timers(3)): callbacks that the application runs when it likes.

use std::ffi::{c_int, c_long, c_void};

use super::entry::not_yet;

/// Makes a set of timers.
#[unsafe(no_mangle)]
pub extern "C" fn zmq_timers_new() -> *mut c_void {
    not_yet!()
}

/// Frees a set of timers and sets the pointer to NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_timers_destroy(timers_p: *mut *mut c_void) -> c_int {
    not_yet!(timers_p)
}

/// Adds a timer that repeats every `interval` milliseconds; its id, or -1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_timers_add(
    timers: *mut c_void,
    interval: usize,
    handler: Option<unsafe extern "C" fn(timer_id: c_int, arg: *mut c_void)>,
    arg: *mut c_void,
) -> c_int {
    not_yet!(timers, interval, handler, arg)
}

/// Removes a timer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_timers_cancel(timers: *mut c_void, timer_id: c_int) -> c_int {
    not_yet!(timers, timer_id)
}

/// Changes the interval of a timer and starts it again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_timers_set_interval(
    timers: *mut c_void,
    timer_id: c_int,
    interval: usize,
) -> c_int {
    not_yet!(timers, timer_id, interval)
}

/// Starts a timer again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_timers_reset(timers: *mut c_void, timer_id: c_int) -> c_int {
    not_yet!(timers, timer_id)
}

/// Milliseconds until the next timer, or -1 if there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_timers_timeout(timers: *mut c_void) -> c_long {
    not_yet!(timers)
}

/// Runs the handlers of all timers that are due.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_timers_execute(timers: *mut c_void) -> c_int {
    not_yet!(timers)
}
