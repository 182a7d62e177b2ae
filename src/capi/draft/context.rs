//! Context options of any size (draft).

use std::ffi::{c_int, c_void};

use crate::capi::context::CONTEXTS;
use crate::capi::entry::{bytes_of_c, bytes_of_c_mut, entry};
use crate::errno::Errno;

/// Sets a context option of any size (zmq_ctx_set_ext(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_ctx_set_ext(
    context: *mut c_void,
    option: c_int,
    optval: *const c_void,
    optvallen: usize,
) -> c_int {
    entry(|| {
        let context = CONTEXTS.get(context)?;
        // SAFETY: by the manual page `optvallen` readable bytes, or NULL.
        let value = unsafe { bytes_of_c(optval, optvallen) }?;
        context.with_options(|options| options.set_ext(option, value))
    })
}

/// Reads a context option of any size (zmq_ctx_get_ext(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_ctx_get_ext(
    context: *mut c_void,
    option: c_int,
    optval: *mut c_void,
    optvallen: *mut usize,
) -> c_int {
    entry(|| {
        let context = CONTEXTS.get(context)?;
        // SAFETY: by the manual page a size of the caller's, or NULL.
        let len = unsafe { optvallen.as_mut() }.ok_or(Errno::EINVAL)?;
        // SAFETY: by the manual page `*optvallen` writable bytes, or NULL.
        let out = unsafe { bytes_of_c_mut(optval, *len) }?;
        *len = context.with_options(|options| options.get_ext(option, out))?;
        Ok(())
    })
}
