//! GSSAPI (RFC 2743, 2744), as far as ZMTP's mechanism of that name needs it (RFC 38): security contexts.
//!
//! With the cargo feature `gssapi` a [`Context`] is one of the system's Kerberos library; without it there
//! is none, so that whoever has one need not ask. Making a context and its steps look into files and may ask
//! servers: they can block for long. Sealing and opening only compute.

#[cfg(not(feature = "gssapi"))]
mod absent;
#[cfg(feature = "gssapi")]
mod ffi;
#[cfg(feature = "gssapi")]
mod linked;

#[cfg(not(feature = "gssapi"))]
pub use absent::Context;
#[cfg(feature = "gssapi")]
pub use linked::Context;

/// Whether there are contexts.
pub const IS_THERE: bool = cfg!(feature = "gssapi");

/// How to read the name of a principal (ZMQ_GSSAPI_PRINCIPAL_NAMETYPE).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NameKind {
    /// `service` or `service@host`.
    #[default]
    HostBased,
    /// A local user.
    UserName,
    /// A principal as Kerberos writes it.
    Krb5Principal,
}

impl NameKind {
    /// Of a `ZMQ_GSSAPI_NT_*`.
    pub const fn from_c(number: i32) -> Option<Self> {
        match number {
            0 => Some(Self::HostBased),
            1 => Some(Self::UserName),
            2 => Some(Self::Krb5Principal),
            _ => None,
        }
    }
}

/// The name of a principal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// Up to its first NUL.
    pub name: Vec<u8>,
    /// How to read it.
    pub kind: NameKind,
}

/// The library says no (RFC 2744 section 3.9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failed {
    /// What went wrong, for every mechanism.
    pub major: u32,
    /// What went wrong, for this one.
    pub minor: u32,
}

impl Failed {
    /// There is no such library.
    pub const UNAVAILABLE: Self = Self { major: 16 << 16, minor: 0 };
    /// What the peer did cannot be trusted.
    pub const UNTRUSTED: Self = Self { major: 9 << 16, minor: 0 };
}

/// What a step towards a complete context led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// To be sent to the peer; may be empty.
    pub token: Vec<u8>,
    /// Whether this end needs no more tokens.
    pub is_complete: bool,
}
