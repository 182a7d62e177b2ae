//! PUSH and PULL (RFC 30).

mod pull;
mod push;

pub use pull::Pull;
pub use push::Push;
