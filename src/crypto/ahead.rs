//! XSalsa20-Poly1305 with the first two blocks of four counts made ahead, together.
//!
//! The first block's first half is the key of the tag (as NaCl's `crypto_secretbox` has it), the rest
//! encrypts the first [`AHEAD_LEN`] octets. A count that was not foreseen begins a new four.
#![forbid(unsafe_code)]

use dryoc::classic::crypto_core::crypto_core_hsalsa20;
use dryoc::classic::crypto_onetimeauth::{crypto_onetimeauth, crypto_onetimeauth_verify};
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::lanes::{BLOCK_LEN, LANES, Lanes, RUN_LEN};
use super::secretbox::{Forged, SharedKey, TAG_LEN};

/// Blocks made ahead for each count.
const BLOCKS: usize = 2;
/// Counts made ahead for.
const COUNTS: usize = LANES / BLOCKS;
/// Octets of the key of a tag.
const TAG_KEY_LEN: usize = 32;
/// Octets that are encrypted with what was made ahead.
const AHEAD_LEN: usize = BLOCKS * BLOCK_LEN - TAG_KEY_LEN;

/// What one count needs first.
#[derive(Clone, Copy, Zeroize)]
struct Pad {
    tag_key: [u8; TAG_KEY_LEN],
    octets: [u8; AHEAD_LEN],
}

/// See the module.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Ahead {
    lanes: Lanes,
    /// The count that the first pad belongs to, if they are made.
    first: Option<u64>,
    pads: [Pad; COUNTS],
    /// The blocks that were made last, other than those of whole runs.
    run: [u8; RUN_LEN],
}

impl Ahead {
    /// `None` where the processor cannot.
    pub fn new(key: &SharedKey, prefix: &[u8; 16]) -> Option<Self> {
        let mut derived = [0; 32];
        crypto_core_hsalsa20(&mut derived, prefix, key.as_bytes(), None);
        let lanes = Lanes::new(&derived);
        derived.zeroize();
        let pads = [Pad { tag_key: [0; TAG_KEY_LEN], octets: [0; AHEAD_LEN] }; COUNTS];
        Some(Self { lanes: lanes?, first: None, pads, run: [0; RUN_LEN] })
    }

    /// See `MessageKey::seal`.
    pub fn seal(&mut self, count: u64, head: &[u8], body: &[u8], data: &mut [u8]) -> [u8; TAG_LEN] {
        let index = self.look_ahead(count);
        let (front, back) = data.split_at_mut(data.len().min(AHEAD_LEN));
        // A head is a few octets: what follows the front is all body.
        let (place, behind) = front.split_at_mut(head.len().min(front.len()));
        let (first, rest) = body.split_at(behind.len().min(body.len()));
        place.copy_from_slice(&head[..place.len()]);
        behind[..first.len()].copy_from_slice(first);
        xor(front, &self.pads[index].octets);
        if !back.is_empty() {
            let done = self.lanes.xor((count, BLOCKS as u64), rest, back);
            let (_, left) = back.split_at_mut(done);
            left.copy_from_slice(&rest[done..]);
            self.xor_end(count, done, left);
        }
        let mut tag = [0; TAG_LEN];
        crypto_onetimeauth(&mut tag, data, &self.pads[index].tag_key);
        tag
    }

    /// See `MessageKey::open`.
    pub fn open(&mut self, count: u64, tag: &[u8; TAG_LEN], data: &mut [u8]) -> Result<(), Forged> {
        let index = self.look_ahead(count);
        let pad = &self.pads[index];
        crypto_onetimeauth_verify(tag, data, &pad.tag_key).map_err(|_| Forged)?;
        let (front, back) = data.split_at_mut(data.len().min(AHEAD_LEN));
        xor(front, &pad.octets);
        if !back.is_empty() {
            let done = self.lanes.xor_in_place((count, BLOCKS as u64), back);
            let (_, left) = back.split_at_mut(done);
            self.xor_end(count, done, left);
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
        self.lanes.keystream(&std::array::from_fn(at), &mut self.run);
        let (made, _) = self.run.as_chunks::<{ BLOCKS * BLOCK_LEN }>();
        for (pad, made) in self.pads.iter_mut().zip(made) {
            let (tag_key, octets) = made.split_at(TAG_KEY_LEN);
            pad.tag_key.copy_from_slice(tag_key);
            pad.octets.copy_from_slice(octets);
        }
        self.first = Some(count);
        0
    }

    /// Encrypts what is left behind the first [`AHEAD_LEN`] and `done` further octets: less than a run.
    fn xor_end(&mut self, count: u64, done: usize, left: &mut [u8]) {
        if left.is_empty() {
            return;
        }
        let block = (BLOCKS + done / BLOCK_LEN) as u64;
        let at = |i: usize| (count, block.wrapping_add(i as u64));
        self.lanes.keystream(&std::array::from_fn(at), &mut self.run);
        xor(left, &self.run);
    }
}

fn xor(data: &mut [u8], pads: &[u8]) {
    data.iter_mut().zip(pads).for_each(|(byte, pad)| *byte ^= pad);
}
