//! Context options of any size (draft).

use std::ffi::{c_int, c_void};

use crate::capi::entry::not_yet;

/// Sets a context option of any size (zmq_ctx_set_ext(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_ctx_set_ext(
    context: *mut c_void,
    option: c_int,
    optval: *const c_void,
    optvallen: usize,
) -> c_int {
    not_yet!(context, option, optval, optvallen)
}

/// Reads a context option of any size (zmq_ctx_get_ext(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_ctx_get_ext(
    context: *mut c_void,
    option: c_int,
    optval: *mut c_void,
    optvallen: *mut usize,
) -> c_int {
    not_yet!(context, option, optval, optvallen)
}
