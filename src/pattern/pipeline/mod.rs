//! PUSH and PULL (RFC 30).
#![forbid(unsafe_code)]

mod pull;
mod push;

pub use pull::Pull;
pub use push::Push;
