//! XSalsa20-Poly1305 with the first two blocks of four counts made ahead, together.
//!
//! The first block's first half is the key of the tag (as NaCl's `crypto_secretbox` has it), the rest
//! encrypts the first [`AHEAD_LEN`] octets. A count that was not foreseen begins a new four.
#![forbid(unsafe_code)]

use dryoc::classic::crypto_core::crypto_core_hsalsa20;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::lanes::{BLOCK_LEN, LANES, Lanes};
use super::poly1305::{self, Poly1305};
use super::secretbox::{Forged, SharedKey, TAG_LEN};

/// Blocks made ahead for each count.
const BLOCKS: usize = 2;
/// Counts made ahead for.
const COUNTS: usize = LANES / BLOCKS;
/// Octets that are encrypted with what was made ahead.
const AHEAD_LEN: usize = BLOCKS * BLOCK_LEN - poly1305::KEY_LEN;

/// What one count needs first.
#[derive(Clone, Copy, Zeroize)]
struct Pad {
    tag_key: [u8; poly1305::KEY_LEN],
    octets: [u8; AHEAD_LEN],
}

/// See the module.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Ahead {
    lanes: Lanes,
    /// The count that the first pad belongs to, if they are made.
    first: Option<u64>,
    pads: [Pad; COUNTS],
}

impl Ahead {
    /// `None` where the processor cannot.
    pub fn new(key: &SharedKey, prefix: &[u8; 16]) -> Option<Box<Self>> {
        let pads = [Pad { tag_key: [0; poly1305::KEY_LEN], octets: [0; AHEAD_LEN] }; COUNTS];
        // The key comes when nothing is moved any more.
        let mut ahead = Box::new(Self { lanes: Lanes::new()?, first: None, pads });
        let mut derived = Zeroizing::new([0; 32]);
        crypto_core_hsalsa20(&mut derived, prefix, key.as_bytes(), None);
        ahead.lanes.set_key(&derived);
        Some(ahead)
    }

    /// See `MessageKey::seal`.
    pub fn seal(&mut self, count: u64, head: &[u8], body: &[u8], out: &mut Vec<u8>) {
        let index = self.look_ahead(count);
        let (first, rest) = body.split_at(body.len().min(AHEAD_LEN.saturating_sub(head.len())));
        let at = out.len();
        out.extend_from_slice(&[0; TAG_LEN]);
        out.extend_from_slice(head);
        out.extend_from_slice(first);
        let front = out.get_mut(at + TAG_LEN..).unwrap_or(&mut []);
        xor(front, &self.pads[index].octets);
        let mut mac = Poly1305::new(&self.pads[index].tag_key);
        mac.update(front);
        if !rest.is_empty() {
            self.lanes.seal((count, BLOCKS as u64), rest, out, &mut mac);
        }
        if let Some(tag) = out.get_mut(at..).and_then(<[u8]>::first_chunk_mut) {
            *tag = mac.finish();
        }
    }

    /// See `MessageKey::open`.
    pub fn open(&mut self, count: u64, tag: &[u8; TAG_LEN], data: &mut [u8]) -> Result<(), Forged> {
        let index = self.look_ahead(count);
        let pad = &self.pads[index];
        let (front, rest) = data.split_at_mut(data.len().min(AHEAD_LEN));
        let mut mac = Poly1305::new(&pad.tag_key);
        mac.update(front);
        xor(front, &pad.octets);
        if !rest.is_empty() {
            self.lanes.open((count, BLOCKS as u64), rest, &mut mac);
        }
        let mut found = mac.finish();
        let is_right: bool = found.ct_eq(tag).into();
        found.zeroize();
        if !is_right {
            // What was decrypted must not be taken for a message.
            data.zeroize();
            return Err(Forged);
        }
        Ok(())
    }

    /// Which pad is that of `count`.
    fn look_ahead(&mut self, count: u64) -> usize {
        let is_made = |first: &u64| count.wrapping_sub(*first) < COUNTS as u64;
        if let Some(first) = self.first.filter(is_made) {
            return count.wrapping_sub(first) as usize % COUNTS;
        }
        let at = |i: usize| (count.wrapping_add((i / BLOCKS) as u64), (i % BLOCKS) as u64);
        let pads = self.lanes.keystream(&std::array::from_fn(at));
        let (made, _) = pads.as_chunks::<{ BLOCKS * BLOCK_LEN }>();
        for (pad, made) in self.pads.iter_mut().zip(made) {
            let (tag_key, octets) = made.split_at(poly1305::KEY_LEN);
            pad.tag_key.copy_from_slice(tag_key);
            pad.octets.copy_from_slice(octets);
        }
        self.first = Some(count);
        0
    }
}

fn xor(data: &mut [u8], pads: &[u8]) {
    data.iter_mut().zip(pads).for_each(|(byte, pad)| *byte ^= pad);
}
