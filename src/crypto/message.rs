//! Boxes of one key whose nonces are a constant of 16 octets and a count: those of traffic.
//!
//! What does not change with the count is computed once: the key that XSalsa20 makes of the constant
//! (HSalsa20). On processors with `Lanes` the first blocks of the next few counts are made together, for
//! small messages need no more; elsewhere the library makes each box on its own, and so it does large ones
//! on processors with AVX-512, of which only it makes use. Both give the same bytes.
#![forbid(unsafe_code)]

use std::fmt;

use super::secretbox::{Forged, SharedKey, TAG_LEN};

#[cfg(target_arch = "x86_64")]
use super::ahead::Ahead;

/// Octets from which on lanes that are twice as wide outweigh that the library begins each box anew, and makes the tag
/// after it.
#[cfg(target_arch = "x86_64")]
const LARGE: usize = 4096;

/// The key and the constant.
pub struct MessageKey {
    key: SharedKey,
    prefix: [u8; 16],
    #[cfg(target_arch = "x86_64")]
    ahead: Option<Box<Ahead>>,
    /// From so many octets on a box is the library's.
    #[cfg(target_arch = "x86_64")]
    large: usize,
}

impl MessageKey {
    /// Messages of `key` with nonces that begin with `prefix`.
    pub fn new(key: SharedKey, prefix: &[u8; 16]) -> Self {
        Self {
            #[cfg(target_arch = "x86_64")]
            ahead: Ahead::new(&key, prefix),
            #[cfg(target_arch = "x86_64")]
            large: if is_x86_feature_detected!("avx512f") { LARGE } else { usize::MAX },
            key,
            prefix: *prefix,
        }
    }

    /// As on a processor without lanes.
    #[cfg(test)]
    pub(super) fn portable(key: SharedKey, prefix: &[u8; 16]) -> Self {
        Self {
            #[cfg(target_arch = "x86_64")]
            ahead: None,
            #[cfg(target_arch = "x86_64")]
            large: 0,
            key,
            prefix: *prefix,
        }
    }

    /// As on a processor with AVX-512.
    #[cfg(all(test, target_arch = "x86_64"))]
    pub(super) fn wide(key: SharedKey, prefix: &[u8; 16]) -> Self {
        Self { large: LARGE, ..Self::new(key, prefix) }
    }

    /// Appends the tag and the encrypted octets of `head` (a few octets) and then `body` to `out`.
    pub fn seal(&mut self, count: u64, head: &[u8], body: &[u8], out: &mut Vec<u8>) {
        #[cfg(target_arch = "x86_64")]
        if let Some(ahead) = self.ahead.as_mut().filter(|_| body.len() < self.large) {
            return ahead.seal(count, head, body, out);
        }
        let at = out.len();
        out.extend_from_slice(&[0; TAG_LEN]);
        out.extend_from_slice(head);
        out.extend_from_slice(body);
        if let Some((tag, data)) = out.get_mut(at..).and_then(<[u8]>::split_first_chunk_mut) {
            *tag = self.key.seal_in_place(&self.nonce(count), data);
        }
    }

    /// Decrypts `data`, which stood behind `tag`, where it stands. After an error it holds nothing of use.
    pub fn open(&mut self, count: u64, tag: &[u8; TAG_LEN], data: &mut [u8]) -> Result<(), Forged> {
        #[cfg(target_arch = "x86_64")]
        if let Some(ahead) = self.ahead.as_mut().filter(|_| data.len() < self.large) {
            return ahead.open(count, tag, data);
        }
        self.key.open_in_place(&self.nonce(count), tag, data)
    }

    fn nonce(&self, count: u64) -> [u8; 24] {
        let mut nonce = [0; 24];
        let (front, back) = nonce.split_at_mut(16);
        front.copy_from_slice(&self.prefix);
        back.copy_from_slice(&count.to_be_bytes());
        nonce
    }
}

impl fmt::Debug for MessageKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MessageKey(..)")
    }
}
