//! The cryptography of CURVE (RFC 26, "CurveZMQ Commands"): X25519 key pairs, and boxes that are sealed
//! and opened with XSalsa20-Poly1305.
//!
//! The only room that knows the library behind it. Secrets are wiped when they are dropped, never printed,
//! and compared in constant time; whoever calls chooses nonces, and never the same one twice for a key.
#![forbid(unsafe_code)]

mod keys;
mod secretbox;

pub use keys::{KEY_LEN, KeyPair, PublicKey, SecretKey};
pub use secretbox::{Forged, NONCE_LEN, Nonce, SharedKey, TAG_LEN};

#[cfg(test)]
mod tests;
