//! Contexts: making, setting, shutting down, ending.

use std::ffi::{c_int, c_void};

use super::entry::{entry, report_panics};
use super::handles::Handles;
use crate::context::Context;
use crate::errno::Errno;
use crate::sys::memory;

/// The contexts that C has handles of.
pub(super) static CONTEXTS: Handles<Context> = Handles::new();

/// Makes a context (zmq_ctx_new(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_ctx_new() -> *mut c_void {
    report_panics();
    entry(|| {
        memory::check_spare()?;
        CONTEXTS.insert(Context::default())
    })
}

/// Ends a context; waits for its sockets and for the messages that linger (zmq_ctx_term(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_ctx_term(context: *mut c_void) -> c_int {
    entry(|| {
        CONTEXTS.get(context)?.terminate()?;
        // A second caller may have taken it out already.
        let _ = CONTEXTS.remove(context);
        Ok(())
    })
}

/// Makes every call on the sockets of a context answer ETERM (zmq_ctx_shutdown(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_ctx_shutdown(context: *mut c_void) -> c_int {
    entry(|| {
        CONTEXTS.get(context)?.shutdown();
        Ok(())
    })
}

/// Sets a context option (zmq_ctx_set(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_ctx_set(context: *mut c_void, option: c_int, optval: c_int) -> c_int {
    entry(|| CONTEXTS.get(context)?.with_options(|options| options.set(option, optval)))
}

/// Reads a context option (zmq_ctx_get(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_ctx_get(context: *mut c_void, option: c_int) -> c_int {
    entry(|| CONTEXTS.get(context)?.with_options(|options| options.get(option)))
}

/// Deprecated: makes a context with a number of I/O threads (zmq_init(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_init(io_threads: c_int) -> *mut c_void {
    report_panics();
    entry(|| {
        let context = Context::default();
        if io_threads < 0 {
            return Err(Errno::EINVAL);
        }
        context.with_options(|options| options.io_threads = io_threads);
        CONTEXTS.insert(context)
    })
}

/// Deprecated name of zmq_ctx_term (zmq_term(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_term(context: *mut c_void) -> c_int {
    // SAFETY: the same contract, passed on.
    unsafe { zmq_ctx_term(context) }
}

/// Deprecated name of zmq_ctx_term (zmq_ctx_destroy(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_ctx_destroy(context: *mut c_void) -> c_int {
    // SAFETY: the same contract, passed on.
    unsafe { zmq_ctx_term(context) }
}
