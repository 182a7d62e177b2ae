//! Proxies: messages pass between two sockets until the context ends.

use std::ffi::{c_int, c_void};

use super::entry::entry;
use super::socket::handle;
use crate::errno::{Errno, Result};
use crate::proxy::{Sockets, run};

/// The sockets that C names. Errors: EFAULT if a side is NULL.
fn sockets_from_c(
    frontend: *mut c_void,
    backend: *mut c_void,
    capture: *mut c_void,
    control: *mut c_void,
) -> Result<Sockets> {
    let optional = |socket: *mut c_void| (!socket.is_null()).then(|| handle(socket));
    Ok(Sockets {
        frontend: optional(frontend).ok_or(Errno::EFAULT)?,
        backend: optional(backend).ok_or(Errno::EFAULT)?,
        capture: optional(capture),
        control: optional(control),
    })
}

/// Passes messages between two sockets, with copies to `capture` if not NULL (zmq_proxy(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_proxy(
    frontend: *mut c_void,
    backend: *mut c_void,
    capture: *mut c_void,
) -> c_int {
    entry(|| run(sockets_from_c(frontend, backend, capture, std::ptr::null_mut())?))
}

/// A proxy that obeys PAUSE, RESUME, TERMINATE and STATISTICS (zmq_proxy_steerable(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_proxy_steerable(
    frontend: *mut c_void,
    backend: *mut c_void,
    capture: *mut c_void,
    control: *mut c_void,
) -> c_int {
    entry(|| run(sockets_from_c(frontend, backend, capture, control)?))
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
