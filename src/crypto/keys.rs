//! X25519 keys (RFC 7748).
//!
//! A secret stays in the memory where it was made, however its owner is moved: what is moved leaves its octets behind.
#![forbid(unsafe_code)]

use std::fmt;

use dryoc::classic::crypto_box::crypto_box_beforenm;
use dryoc::classic::crypto_core::crypto_scalarmult_base;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::secretbox::SharedKey;
use crate::errno::Result;
use crate::sys::random;

/// Octets of a key, public or secret.
pub const KEY_LEN: usize = 32;

/// What everybody may know.
pub type PublicKey = [u8; KEY_LEN];

/// What only its owner may know. `None` stands for zeroes, which are no secret.
#[derive(Clone)]
pub struct SecretKey(Option<Box<[u8; KEY_LEN]>>);

/// What [`SecretKey::NONE`] is.
const ZEROES: [u8; KEY_LEN] = [0; KEY_LEN];

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
    /// The key of who has none: zeroes.
    pub const NONE: Self = Self(None);

    /// A new key. Errors: those of getrandom(2).
    pub fn generate() -> Result<Self> {
        let mut key = Box::new(ZEROES);
        random::fill(key.as_mut_slice())?;
        Ok(Self(Some(key)))
    }

    /// Any 32 octets are a secret key.
    pub fn from_bytes(bytes: [u8; KEY_LEN]) -> Self {
        Self::copied_from(&Zeroizing::new(bytes))
    }

    /// The same, of octets that stay where they are.
    pub fn copied_from(bytes: &[u8; KEY_LEN]) -> Self {
        let mut key = Box::new(ZEROES);
        key.copy_from_slice(bytes);
        Self(Some(key))
    }

    /// The octets, for whoever has a right to them.
    pub fn as_bytes(&self) -> &[u8; KEY_LEN] {
        self.0.as_deref().unwrap_or(&ZEROES)
    }

    /// The public key that belongs to it.
    pub fn public(&self) -> PublicKey {
        let mut public = [0; KEY_LEN];
        crypto_scalarmult_base(&mut public, self.as_bytes());
        public
    }

    /// The key that this one and `theirs` make together, the same at both ends. `None` if `theirs` is
    /// one of the few points that make the same key with everybody.
    pub fn join(&self, theirs: &PublicKey) -> Option<SharedKey> {
        crypto_box_beforenm(theirs, self.as_bytes()).ok().map(SharedKey::from_bytes)
    }
}

impl PartialEq for SecretKey {
    fn eq(&self, other: &Self) -> bool {
        self.as_bytes().ct_eq(other.as_bytes()).into()
    }
}

impl Eq for SecretKey {}

impl Drop for SecretKey {
    fn drop(&mut self) {
        if let Some(key) = &mut self.0 {
            key.zeroize();
        }
    }
}

impl ZeroizeOnDrop for SecretKey {}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(..)")
    }
}
