//! Boxes: octets that only those who share a key can read or make (XSalsa20-Poly1305, as NaCl's
//! `crypto_box_afternm` and `crypto_secretbox`).
//!
//! A sealed box is its tag and then the encrypted octets. Nothing of a box is written anywhere before its
//! tag was found right.
#![forbid(unsafe_code)]

use std::fmt;

use dryoc::classic::crypto_box::{
    crypto_box_detached_afternm_inplace, crypto_box_open_detached_afternm_inplace,
};
use dryoc::classic::crypto_secretbox::{crypto_secretbox_easy, crypto_secretbox_open_easy};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::keys::KEY_LEN;
use crate::errno::Result as OrErrno;
use crate::sys::random;

/// Octets by which a box is longer than what it holds.
pub const TAG_LEN: usize = 16;
/// Octets of a nonce.
pub const NONCE_LEN: usize = 24;

/// A number that is used once for each key.
pub type Nonce = [u8; NONCE_LEN];

/// The box was not made with this key and nonce.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Forged;

/// A key that both ends know. It stays in the memory where it was made, as a [`SecretKey`](super::SecretKey) does.
#[derive(Clone)]
pub struct SharedKey(Box<[u8; KEY_LEN]>);

impl SharedKey {
    /// A new key. Errors: those of getrandom(2).
    pub fn generate() -> OrErrno<Self> {
        let mut key = Self(Box::new([0; KEY_LEN]));
        random::fill(key.0.as_mut_slice())?;
        Ok(key)
    }

    /// Any 32 octets are a key.
    pub fn from_bytes(bytes: [u8; KEY_LEN]) -> Self {
        let bytes = Zeroizing::new(bytes);
        let mut key = Self(Box::new([0; KEY_LEN]));
        key.0.copy_from_slice(bytes.as_slice());
        key
    }

    #[cfg(any(test, target_arch = "x86_64"))]
    pub(super) const fn as_bytes(&self) -> &[u8; KEY_LEN] {
        &self.0
    }

    /// Appends the box of `plain` to `out`.
    pub fn seal(&self, nonce: &Nonce, plain: &[u8], out: &mut Vec<u8>) {
        let at = out.len();
        out.resize(at + TAG_LEN + plain.len(), 0);
        let is_sealed = out
            .get_mut(at..)
            .is_some_and(|sealed| crypto_secretbox_easy(sealed, plain, nonce, &self.0).is_ok());
        // The lengths fit, so that nothing else can go wrong; the other end opens no box that is short.
        if !is_sealed {
            out.truncate(at);
        }
    }

    /// Opens `sealed` into `plain`, which is [`TAG_LEN`] octets shorter.
    pub fn open(&self, nonce: &Nonce, sealed: &[u8], plain: &mut [u8]) -> Result<(), Forged> {
        crypto_secretbox_open_easy(plain, sealed, nonce, &self.0).map_err(|_| Forged)
    }

    /// Encrypts `data` where it stands; answers the tag that belongs in front of it.
    pub fn seal_in_place(&self, nonce: &Nonce, data: &mut [u8]) -> [u8; TAG_LEN] {
        let mut tag = [0; TAG_LEN];
        crypto_box_detached_afternm_inplace(data, &mut tag, nonce, &self.0);
        tag
    }

    /// Decrypts `data`, which stood behind `tag`, where it stands.
    pub fn open_in_place(
        &self,
        nonce: &Nonce,
        tag: &[u8; TAG_LEN],
        data: &mut [u8],
    ) -> Result<(), Forged> {
        crypto_box_open_detached_afternm_inplace(data, tag, nonce, &self.0).map_err(|_| Forged)
    }
}

impl Drop for SharedKey {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl ZeroizeOnDrop for SharedKey {}

impl fmt::Debug for SharedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SharedKey(..)")
    }
}
