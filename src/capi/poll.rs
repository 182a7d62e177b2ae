//! Polling an array of sockets and file descriptors.

use std::ffi::{c_int, c_long, c_short};

use super::entry::entry;
use super::socket::handle;
use super::types::zmq_pollitem_t;
use crate::errno::{Errno, Result};
use crate::poller::{Item, Source, poll};

impl Item for zmq_pollitem_t {
    #[inline]
    fn source(&self) -> Source {
        match self.socket.is_null() {
            true => Source::Fd(self.fd),
            false => Source::Socket(handle(self.socket)),
        }
    }

    #[inline]
    fn events(&self) -> c_short {
        self.events
    }

    #[inline]
    fn set_revents(&mut self, revents: c_short) {
        self.revents = revents;
    }
}

/// The array that C passes; its length is checked before its address. Errors: EINVAL, EFAULT.
///
/// # Safety
///
/// `items` is NULL or points to `nitems` items that are the caller's alone for `'a`.
pub(in crate::capi) unsafe fn items_from_c<'a>(
    items: *mut zmq_pollitem_t,
    nitems: c_int,
) -> Result<&'a mut [zmq_pollitem_t]> {
    match usize::try_from(nitems) {
        Err(_) => Err(Errno::EINVAL),
        Ok(0) => Ok(&mut []),
        Ok(_) if items.is_null() => Err(Errno::EFAULT),
        // SAFETY: not NULL, and by the caller's word as long as it says.
        Ok(count) => Ok(unsafe { std::slice::from_raw_parts_mut(items, count) }),
    }
}

/// Waits until an item is ready, at most `timeout` milliseconds; how many are (zmq_poll(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_poll(
    items: *mut zmq_pollitem_t,
    nitems: c_int,
    timeout: c_long,
) -> c_int {
    entry(|| {
        // SAFETY: by the manual page `nitems` items, which no other thread uses meanwhile.
        let items = unsafe { items_from_c(items, nitems) }?;
        poll(items, timeout, None)
    })
}
