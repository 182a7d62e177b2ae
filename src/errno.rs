//! Error numbers that reach the application (zmq_errno(3)): a newtype over the platform's `errno`
//! plus the four that ZeroMQ adds above `ZMQ_HAUSNUMERO`.
#![forbid(unsafe_code)]

use std::fmt;

/// An error number as `zmq_errno` returns it. Any value of the platform's `errno` may occur.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Errno(pub i32);

/// Base of ZeroMQ's own numbers (zmq.h).
pub const HAUSNUMERO: i32 = 156_384_712;

macro_rules! errnos { ($($name:ident = $value:expr),* $(,)?) => {
    impl Errno {
        $(#[allow(missing_docs)] pub const $name: Self = Self($value);)*
    }
    impl fmt::Debug for Errno {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            $(if self.0 == $value { return f.write_str(stringify!($name)); })*
            write!(f, "Errno({})", self.0)
        }
    }
} }

errnos! {
    EAGAIN = libc::EAGAIN, EBADF = libc::EBADF, EBUSY = libc::EBUSY, EFAULT = libc::EFAULT,
    EINTR = libc::EINTR, EINVAL = libc::EINVAL, EIO = libc::EIO, EMFILE = libc::EMFILE,
    ENFILE = libc::ENFILE, ENODEV = libc::ENODEV, ENOENT = libc::ENOENT, ENOMEM = libc::ENOMEM,
    ENOTSUP = libc::ENOTSUP, ENOTSOCK = libc::ENOTSOCK, EPERM = libc::EPERM, EPIPE = libc::EPIPE,
    EPROTO = libc::EPROTO, EPROTONOSUPPORT = libc::EPROTONOSUPPORT, ENAMETOOLONG = libc::ENAMETOOLONG,
    EADDRINUSE = libc::EADDRINUSE, EADDRNOTAVAIL = libc::EADDRNOTAVAIL,
    EAFNOSUPPORT = libc::EAFNOSUPPORT, ECONNABORTED = libc::ECONNABORTED,
    ECONNREFUSED = libc::ECONNREFUSED, ECONNRESET = libc::ECONNRESET,
    EHOSTUNREACH = libc::EHOSTUNREACH, EINPROGRESS = libc::EINPROGRESS, EMSGSIZE = libc::EMSGSIZE,
    ENETDOWN = libc::ENETDOWN, ENETRESET = libc::ENETRESET, ENETUNREACH = libc::ENETUNREACH,
    ENOBUFS = libc::ENOBUFS, ENOTCONN = libc::ENOTCONN, ETIMEDOUT = libc::ETIMEDOUT,
    EFSM = HAUSNUMERO + 51, ENOCOMPATPROTO = HAUSNUMERO + 52, ETERM = HAUSNUMERO + 53,
    EMTHREAD = HAUSNUMERO + 54,
}

impl From<std::io::Error> for Errno {
    fn from(error: std::io::Error) -> Self {
        Self(error.raw_os_error().unwrap_or(libc::EIO))
    }
}

/// What a fallible operation of the core answers.
pub type Result<T, E = Errno> = std::result::Result<T, E>;
