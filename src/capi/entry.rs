//! The one way into the library: every C function that can fail runs its body through [`entry`].
//!
//! It owns three things. A panic stops here and never unwinds into the caller's frames. An error
//! becomes the thread's real `errno`, which `zmq_errno(3)` reads back. A value becomes what the C
//! prototype promises: a number, a pointer, or the value that says "look at errno".

use std::any::Any;
use std::ffi::{c_char, c_int, c_long, c_ulong, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

use crate::errno::{Errno, Result};
use crate::message::release_deferred;

/// A type that C functions return, with the value that tells of a failure.
pub trait Failure {
    /// What the function returns when it has set `errno`.
    const FAILURE: Self;
}

macro_rules! failures { ($($type:ty = $value:expr),* $(,)?) => {
    $(impl Failure for $type { const FAILURE: Self = $value; })*
} }

failures! { c_int = -1, c_long = -1, c_ulong = 0, u32 = 0, usize = 0, () = () }

impl<T> Failure for *mut T {
    const FAILURE: Self = std::ptr::null_mut();
}

impl<T> Failure for *const T {
    const FAILURE: Self = std::ptr::null();
}

/// How a value of the core looks to C.
pub trait IntoC<R> {
    /// The value in the type that the prototype returns.
    fn into_c(self) -> R;
}

impl<R: Failure> IntoC<R> for R {
    fn into_c(self) -> R {
        self
    }
}

/// Success without a value is 0.
impl IntoC<c_int> for () {
    fn into_c(self) -> c_int {
        0
    }
}

/// A truth is 1 or 0.
impl IntoC<c_int> for bool {
    fn into_c(self) -> c_int {
        c_int::from(self)
    }
}

/// A size that does not fit is clipped, as zmq_recv(3) clips a huge message.
impl IntoC<c_int> for usize {
    fn into_c(self) -> c_int {
        c_int::try_from(self).unwrap_or(c_int::MAX)
    }
}

/// Runs the body of a C function: panic boundary, `errno`, return value.
///
/// A panic is a broken invariant of ours. The call answers EFAULT, its socket is poisoned, and the process
/// lives; the line about it was written by the hook of [`report_panics`].
#[inline]
pub fn entry<R, V>(body: impl FnOnce() -> Result<V>) -> R
where
    R: Failure,
    V: IntoC<R>,
{
    // What crosses the boundary lies in memory, so that it is what C gets: a `Result` is written in pieces and read whole,
    // for which the processor waits.
    let body = || match body() {
        Ok(value) => value.into_c(),
        Err(error) => fail(error),
    };
    // The closure is never run again, and what it borrowed belongs to the C caller, who sees EFAULT.
    catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|payload| {
        discard(payload);
        fail(Errno::EFAULT)
    })
}

/// Sets `errno` and gives the value that tells of a failure.
#[cold]
pub fn fail<R: Failure>(error: Errno) -> R {
    error.store();
    R::FAILURE
}

/// A payload whose destructor panics too must not escape either: it is leaked. Free functions that the call
/// put off are run now, as at the end of any call.
#[cold]
fn discard(payload: Box<dyn Any + Send>) {
    let _ = catch_unwind(release_deferred).map_err(std::mem::forget);
    if let Err(second) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        std::mem::forget(second);
    }
}

/// From now on a panic writes one line on stderr, and no backtrace into the host's log.
///
/// Called where a context is made. The first call wins, later ones do nothing.
pub fn report_panics() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        std::panic::set_hook(Box::new(|info| {
            let message = message_of(info.payload());
            let (file, line) = info.location().map_or(("?", 0), |at| (at.file(), at.line()));
            // A closed stderr must not turn one panic into two: `eprintln!` would.
            let line = format!("libzmq: internal error at {file}:{line}: {message}\n");
            let _ = std::io::Write::write_all(&mut std::io::stderr(), line.as_bytes());
        }));
    });
}

fn message_of(payload: &dyn Any) -> &str {
    payload
        .downcast_ref::<&'static str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message")
}

/// A string that the application passed, or EINVAL for NULL.
///
/// Bytes, not text: what may stand in it is for the reader to say.
///
/// # Safety
///
/// `string` is NULL or points to a NUL-terminated string that outlives `'a`.
pub unsafe fn bytes_from_c<'a>(string: *const c_char) -> Result<&'a [u8]> {
    if string.is_null() {
        return Err(Errno::EINVAL);
    }
    // SAFETY: not NULL, so the caller guarantees a terminated string that lives long enough.
    Ok(unsafe { std::ffi::CStr::from_ptr(string) }.to_bytes())
}

/// `len` bytes of the application's; NULL is EFAULT unless there is none.
///
/// # Safety
///
/// `data` is NULL or valid for reads of `len` bytes for `'a`.
#[inline]
pub unsafe fn bytes_of_c<'a>(data: *const c_void, len: usize) -> Result<&'a [u8]> {
    if data.is_null() {
        return if len == 0 { Ok(&[]) } else { Err(Errno::EFAULT) };
    }
    // SAFETY: not NULL, so the caller guarantees `len` readable bytes.
    Ok(unsafe { std::slice::from_raw_parts(data.cast(), len) })
}

/// As [`bytes_of_c`], to write to.
///
/// # Safety
///
/// `data` is NULL or valid for writes of `len` bytes for `'a`, and nobody else uses them.
#[inline]
pub unsafe fn bytes_of_c_mut<'a>(data: *mut c_void, len: usize) -> Result<&'a mut [u8]> {
    if data.is_null() {
        return if len == 0 { Ok(&mut []) } else { Err(Errno::EFAULT) };
    }
    // SAFETY: not NULL, so the caller guarantees `len` writable bytes.
    Ok(unsafe { std::slice::from_raw_parts_mut(data.cast(), len) })
}

/// The body of a function that the engine does not serve yet: it answers ENOTSUP.
///
/// Takes the parameters so that none is unused; `tests/functions.rs` lists who still stands here.
macro_rules! not_yet {
    ($($parameter:ident),* $(,)?) => {{
        $(let _ = $parameter;)*
        $crate::capi::entry::fail($crate::errno::Errno::ENOTSUP)
    }};
}
pub(crate) use not_yet;

#[cfg(test)]
mod tests {
    use super::*;

    fn panics() -> Result<c_int> {
        std::panic::resume_unwind(Box::new("broken invariant"))
    }

    #[test]
    fn an_error_is_errno_and_the_failure_of_its_type() {
        Errno(0).store();
        assert_eq!(entry::<c_int, ()>(|| Err(Errno::EFSM)), -1);
        assert_eq!(Errno::last(), Errno::EFSM);
        assert!(entry::<*mut c_void, _>(|| Err::<*mut c_void, _>(Errno::ETERM)).is_null());
        assert_eq!(Errno::last(), Errno::ETERM);
        assert_eq!(entry::<u32, u32>(|| Err(Errno::ENOTSUP)), 0);
        assert_eq!(entry::<c_long, c_long>(|| Err(Errno::EINVAL)), -1);
    }

    #[test]
    fn a_value_is_what_the_prototype_promises() {
        assert_eq!(entry::<c_int, _>(|| Ok(())), 0);
        assert_eq!(entry::<c_int, _>(|| Ok(true)), 1);
        assert_eq!(entry::<c_int, _>(|| Ok(usize::MAX)), c_int::MAX);
        assert_eq!(entry::<usize, _>(|| Ok(usize::MAX)), usize::MAX);
    }

    #[test]
    fn success_leaves_errno_alone() {
        Errno::EAGAIN.store();
        assert_eq!(entry::<c_int, _>(|| Ok(7)), 7);
        assert_eq!(Errno::last(), Errno::EAGAIN);
    }

    #[test]
    fn a_panic_stops_at_the_boundary() {
        Errno(0).store();
        assert_eq!(entry::<c_int, _>(panics), -1);
        assert_eq!(Errno::last(), Errno::EFAULT);
    }

    #[test]
    fn a_payload_that_panics_when_dropped_stops_there_too() {
        struct Bomb;
        impl Drop for Bomb {
            fn drop(&mut self) {
                std::panic::resume_unwind(Box::new("second"));
            }
        }
        let body = || -> Result<c_int> { std::panic::resume_unwind(Box::new(Bomb)) };
        assert_eq!(entry::<c_int, _>(body), -1);
        assert_eq!(Errno::last(), Errno::EFAULT);
    }

    #[test]
    fn a_string_of_c_is_bytes_and_null_is_einval() {
        // SAFETY: a literal of this program, and NULL.
        unsafe {
            assert_eq!(bytes_from_c(c"tcp://\xff".as_ptr()), Ok(&b"tcp://\xff"[..]));
            assert_eq!(bytes_from_c(std::ptr::null()), Err(Errno::EINVAL));
        }
    }
}
