//! X25519 keys (RFC 7748).
#![forbid(unsafe_code)]

use std::fmt;

use dryoc::classic::crypto_box::crypto_box_beforenm;
use dryoc::classic::crypto_core::crypto_scalarmult_base;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::secretbox::SharedKey;
use crate::errno::Result;
use crate::sys::random;

/// Octets of a key, public or secret.
pub const KEY_LEN: usize = 32;

/// What everybody may know.
pub type PublicKey = [u8; KEY_LEN];

/// What only its owner may know.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct SecretKey([u8; KEY_LEN]);

/// A secret key with its public key.
#[derive(Clone, Debug)]
pub struct KeyPair {
    /// To be given away.
    pub public: PublicKey,
    /// To be kept.
    pub secret: SecretKey,
}

impl KeyPair {
    /// A new pair. Errors: those of getrandom(2).
    pub fn generate() -> Result<Self> {
        SecretKey::generate().map(Self::from_secret)
    }

    /// The pair of `secret`.
    pub fn from_secret(secret: SecretKey) -> Self {
        Self { public: secret.public(), secret }
    }
}

impl SecretKey {
    /// A new key. Errors: those of getrandom(2).
    pub fn generate() -> Result<Self> {
        let mut key = Self([0; KEY_LEN]);
        random::fill(&mut key.0)?;
        Ok(key)
    }

    /// Any 32 octets are a secret key.
    pub const fn from_bytes(bytes: [u8; KEY_LEN]) -> Self {
        Self(bytes)
    }

    /// The octets, for whoever has a right to them.
    pub const fn as_bytes(&self) -> &[u8; KEY_LEN] {
        &self.0
    }

    /// The public key that belongs to it.
    pub fn public(&self) -> PublicKey {
        let mut public = [0; KEY_LEN];
        crypto_scalarmult_base(&mut public, &self.0);
        public
    }

    /// The key that this one and `theirs` make together, the same at both ends. `None` if `theirs` is
    /// one of the few points that make the same key with everybody.
    pub fn join(&self, theirs: &PublicKey) -> Option<SharedKey> {
        crypto_box_beforenm(theirs, &self.0).ok().map(SharedKey::from_bytes)
    }
}

impl PartialEq for SecretKey {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for SecretKey {}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(..)")
    }
}
