//! The cryptography of CURVE (RFC 26, "CurveZMQ Commands"): X25519 key pairs, and boxes that are sealed
//! and opened with XSalsa20-Poly1305.
//!
//! The only room that knows the library behind it. Nearly all of it is the library's; the cipher and the tag of
//! traffic are ours where processors have wide registers (`lanes`, `poly1305`): the library has no way to do several
//! messages at once, nor both beside each other. Secrets are wiped when they are dropped, never printed,
//! and compared in constant time; whoever calls chooses nonces, and never the same one twice for a key.

#[cfg(target_arch = "x86_64")]
mod ahead;
mod keys;
#[cfg(target_arch = "x86_64")]
mod lanes;
mod message;
mod password;
#[cfg(target_arch = "x86_64")]
mod poly1305;
mod secretbox;

pub use keys::{KEY_LEN, KeyPair, PublicKey, SecretKey};
pub use message::MessageKey;
pub use password::Password;
pub use secretbox::{Forged, NONCE_LEN, Nonce, SharedKey, TAG_LEN};

#[cfg(test)]
mod tests;
