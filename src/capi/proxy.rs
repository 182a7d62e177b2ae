//! Proxies: messages pass between two sockets until the context ends.

use std::ffi::{c_int, c_void};

use super::entry::not_yet;

/// Passes messages between two sockets, with copies to `capture` if not NULL (zmq_proxy(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_proxy(
    frontend: *mut c_void,
    backend: *mut c_void,
    capture: *mut c_void,
) -> c_int {
    not_yet!(frontend, backend, capture)
}

/// A proxy that obeys PAUSE, RESUME, TERMINATE and STATISTICS (zmq_proxy_steerable(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_proxy_steerable(
    frontend: *mut c_void,
    backend: *mut c_void,
    capture: *mut c_void,
    control: *mut c_void,
) -> c_int {
    not_yet!(frontend, backend, capture, control)
}

/// Deprecated: a proxy without capture, whatever the type.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_device(
    r#type: c_int,
    frontend: *mut c_void,
    backend: *mut c_void,
) -> c_int {
    let _ = r#type;
    // SAFETY: the same contract, passed on; a proxy may have no capture socket.
    unsafe { zmq_proxy(frontend, backend, std::ptr::null_mut()) }
}
