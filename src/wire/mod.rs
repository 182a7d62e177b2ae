//! Bytes to values and back, without state: ZMTP's frames, greetings, commands and property lists
//! (RFC 37, 23, 15 and 13).
//!
//! Nothing here remembers anything between two calls, allocates for input, or trusts a length before
//! it was compared with what is there. A parser answers "not yet" as a value.
#![forbid(unsafe_code)]

pub mod command;
pub mod frame;
pub mod greeting;
pub mod metadata;
pub mod socks;
pub mod v1;

/// The bytes break the grammar; no further bytes can mend them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;
