//! XSalsa20-Poly1305 with the first two blocks of four counts made ahead, together.
//!
//! The first block's first half is the key of the tag (as NaCl's `crypto_secretbox` has it), the rest
//! encrypts the first [`AHEAD_LEN`] octets. A count that was not foreseen begins a new four.
#![forbid(unsafe_code)]

use dryoc::classic::crypto_core::crypto_core_hsalsa20;
use dryoc::classic::crypto_onetimeauth::{
    crypto_onetimeauth_final, crypto_onetimeauth_init, crypto_onetimeauth_update,
};
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::lanes::{At, BLOCK_LEN, LANES, Lanes, RUN_LEN};
use super::secretbox::{Forged, SharedKey, TAG_LEN};

/// Blocks made ahead for each count.
const BLOCKS: usize = 2;
/// Counts made ahead for.
const COUNTS: usize = LANES / BLOCKS;
/// Octets of the key of a tag.
const TAG_KEY_LEN: usize = 32;
/// Octets that are encrypted and authenticated before the next, so that they are still in the processor:
/// not fewer, as each time takes new powers of the tag's key.
const CHUNK_LEN: usize = 32 * RUN_LEN;
const CHUNK_BLOCKS: u64 = (CHUNK_LEN / BLOCK_LEN) as u64;
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
    pub fn seal(&mut self, count: u64, head: &[u8], body: &[u8], out: &mut Vec<u8>) {
        let index = self.look_ahead(count);
        let (first, mut rest) = body.split_at(body.len().min(AHEAD_LEN.saturating_sub(head.len())));
        let at = out.len();
        out.extend_from_slice(&[0; TAG_LEN]);
        out.extend_from_slice(head);
        out.extend_from_slice(first);
        let front = out.get_mut(at + TAG_LEN..).unwrap_or(&mut []);
        xor(front, &self.pads[index].octets);
        let mut mac = crypto_onetimeauth_init(&self.pads[index].tag_key);
        crypto_onetimeauth_update(&mut mac, front);
        let mut block = BLOCKS as u64;
        while !rest.is_empty() {
            let (chunk, others) = rest.split_at(rest.len().min(CHUNK_LEN));
            let from = out.len();
            let done = self.lanes.append((count, block), chunk, out);
            out.extend_from_slice(chunk.get(done..).unwrap_or(&[]));
            let sealed = out.get_mut(from..).unwrap_or(&mut []);
            let (_, end) = sealed.split_at_mut(done);
            self.xor_end((count, block), done, end);
            crypto_onetimeauth_update(&mut mac, sealed);
            block = block.wrapping_add(CHUNK_BLOCKS);
            rest = others;
        }
        if let Some(tag) = out.get_mut(at..).and_then(<[u8]>::first_chunk_mut) {
            crypto_onetimeauth_final(mac, tag);
        }
    }

    /// See `MessageKey::open`.
    pub fn open(&mut self, count: u64, tag: &[u8; TAG_LEN], data: &mut [u8]) -> Result<(), Forged> {
        let index = self.look_ahead(count);
        let pad = &self.pads[index];
        let (front, mut rest) = data.split_at_mut(data.len().min(AHEAD_LEN));
        let mut mac = crypto_onetimeauth_init(&pad.tag_key);
        crypto_onetimeauth_update(&mut mac, front);
        xor(front, &pad.octets);
        let mut block = BLOCKS as u64;
        while !rest.is_empty() {
            let (chunk, others) = rest.split_at_mut(rest.len().min(CHUNK_LEN));
            crypto_onetimeauth_update(&mut mac, chunk);
            let done = self.lanes.xor_in_place((count, block), chunk);
            let (_, end) = chunk.split_at_mut(done);
            self.xor_end((count, block), done, end);
            block = block.wrapping_add(CHUNK_BLOCKS);
            rest = others;
        }
        let mut found = [0; TAG_LEN];
        crypto_onetimeauth_final(mac, &mut found);
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

    /// Encrypts what is left of a chunk that begins with `block`, behind the runs of its `done` octets.
    fn xor_end(&mut self, (count, block): At, done: usize, left: &mut [u8]) {
        if left.is_empty() {
            return;
        }
        let block = block.wrapping_add((done / BLOCK_LEN) as u64);
        let at = |i: usize| (count, block.wrapping_add(i as u64));
        self.lanes.keystream(&std::array::from_fn(at), &mut self.run);
        xor(left, &self.run);
    }
}

fn xor(data: &mut [u8], pads: &[u8]) {
    data.iter_mut().zip(pads).for_each(|(byte, pad)| *byte ^= pad);
}
