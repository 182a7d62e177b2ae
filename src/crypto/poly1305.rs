//! Poly1305 (RFC 8439, section 2.5) in general registers, block by block.
//!
//! The library has a faster one for long input, in vector registers; but those are what the cipher uses.
//! This one can run beside the cipher, between its steps (`lanes`), and then costs next to nothing. There are no
//! branches and no table look-ups on secrets.
#![forbid(unsafe_code)]

use zeroize::{Zeroize, ZeroizeOnDrop};

/// Octets of a block.
pub const BLOCK_LEN: usize = 16;
/// Octets of a key: a factor, and what is added in the end.
pub const KEY_LEN: usize = 32;
/// Octets of a tag.
pub const TAG_LEN: usize = 16;

/// What became of the blocks so far, not quite reduced modulo 2^130 - 5.
pub type Sum = [u64; 3];

/// A key, and the sum so far.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Poly1305 {
    sum: Sum,
    factor: [u64; 2],
    /// The factor's upper half times 5/4: what it is worth 2^128 higher. The half is a multiple of four.
    wrapped: u64,
    last: [u64; 2],
}

impl Poly1305 {
    /// For one message: no key is used twice.
    pub fn new(key: &[u8; KEY_LEN]) -> Self {
        let (words, _) = key.as_chunks::<8>();
        let word = |i: usize| words.get(i).map_or(0, |word| u64::from_le_bytes(*word));
        let factor = [word(0) & 0x0fff_fffc_0fff_ffff, word(1) & 0x0fff_fffc_0fff_fffc];
        let wrapped = factor[1] + (factor[1] >> 2);
        Self { sum: [0; 3], factor, wrapped, last: [word(2), word(3)] }
    }

    /// Takes what comes next of the message. Only its end may be other than whole blocks.
    #[inline]
    pub fn update(&mut self, data: &[u8]) {
        let (blocks, end) = data.as_chunks::<BLOCK_LEN>();
        let mut sum = self.begin();
        for block in blocks {
            self.block(&mut sum, u128::from_le_bytes(*block));
        }
        if !end.is_empty() {
            let mut block = [0; BLOCK_LEN];
            block[..end.len()].copy_from_slice(end);
            block[end.len()] = 1;
            self.add(&mut sum, u128::from_le_bytes(block), 0);
        }
        self.end(sum);
    }

    /// The sum so far, to go on with in registers.
    #[inline(always)]
    pub const fn begin(&self) -> Sum {
        self.sum
    }

    /// Keeps the sum.
    #[inline(always)]
    pub const fn end(&mut self, sum: Sum) {
        self.sum = sum;
    }

    /// Takes a whole block.
    #[inline(always)]
    pub fn block(&self, sum: &mut Sum, block: u128) {
        self.add(sum, block, 1);
    }

    /// Adds a number, of which `top` is the part from 2^128 on, and multiplies.
    #[inline(always)]
    fn add(&self, sum: &mut Sum, block: u128, top: u64) {
        let [h0, h1, h2] = *sum;
        let [r0, r1] = self.factor;
        let (h0, carry) = h0.overflowing_add(block as u64);
        let upper = u128::from(h1) + (block >> 64) + u128::from(carry);
        let (h1, h2) = (upper as u64, h2 + top + (upper >> 64) as u64);
        // The sum is below 7 * 2^128, and the factor's halves are below 2^60: nothing overflows.
        let times = |a: u64, b: u64| u128::from(a) * u128::from(b);
        let d0 = times(h0, r0) + times(h1, self.wrapped);
        let d1 = times(h0, r1) + times(h1, r0) + u128::from(h2 * self.wrapped) + (d0 >> 64);
        let d2 = h2 * r0 + (d1 >> 64) as u64;
        // What is worth 2^130 comes back as 5.
        let (h0, carry) = (d0 as u64).overflowing_add((d2 >> 2) + (d2 & !3));
        let (h1, carry) = (d1 as u64).overflowing_add(u64::from(carry));
        *sum = [h0, h1, (d2 & 3) + u64::from(carry)];
    }

    /// The tag of the message.
    pub fn finish(self) -> [u8; TAG_LEN] {
        let [h0, h1, h2] = self.sum;
        let low = u128::from(h0) | u128::from(h1) << 64;
        // Less 2^130 - 5, if it is not less than that: then adding 5 reaches 2^130. The sum is below twice as much.
        let (reduced, carry) = low.overflowing_add(5);
        let is_more = (h2 + u64::from(carry)) >> 2;
        let mask = 0u128.wrapping_sub(u128::from(is_more & 1));
        let rest = (low & !mask) | (reduced & mask);
        let last = u128::from(self.last[0]) | u128::from(self.last[1]) << 64;
        rest.wrapping_add(last).to_le_bytes()
    }
}

#[cfg(test)]
mod tests {
    use dryoc::classic::crypto_onetimeauth::crypto_onetimeauth;

    use super::*;

    fn tag(key: &[u8; KEY_LEN], message: &[u8]) -> [u8; TAG_LEN] {
        let mut mac = Poly1305::new(key);
        mac.update(message);
        mac.finish()
    }

    /// RFC 8439, section 2.5.2.
    #[test]
    fn the_tag_of_the_example_is_that_of_the_rfc() {
        let mut key = [0; KEY_LEN];
        let factor = 0x85d6_be78_5755_6d33_7f44_52fe_42d5_06a8_u128;
        key[..16].copy_from_slice(&factor.to_be_bytes());
        let last = 0x0103_808a_fb0d_b2fd_4abf_f6af_4149_f51b_u128;
        key[16..].copy_from_slice(&last.to_be_bytes());
        let expected = 0xa806_1dc1_3051_36c6_c22b_8baf_0c01_27a9_u128;
        assert_eq!(tag(&key, b"Cryptographic Forum Research Group"), expected.to_be_bytes());
    }

    /// RFC 8439, appendix A.3: sums at the edges of what is reduced.
    #[test]
    fn sums_near_the_modulus_are_reduced() {
        let block = |first: u8, others: u8| {
            let mut block = [others; BLOCK_LEN];
            block[0] = first;
            block
        };
        let cases = [
            (2, [0xff; 16].to_vec(), 3),
            (1, [[0xff; 16], block(0xf0, 0xff), block(0x11, 0)].concat(), 5),
            (1, [[0xff; 16], block(0xfb, 0xfe), [1; 16]].concat(), 0),
        ];
        for (factor, message, first) in cases {
            let mut key = [0; KEY_LEN];
            key[0] = factor;
            assert_eq!(tag(&key, &message), block(first, 0));
        }
    }

    #[test]
    fn tags_are_the_librarys_whatever_the_bits() {
        let keys = [[0xff; KEY_LEN], [0; KEY_LEN], std::array::from_fn(|i| (i * 37 + 1) as u8)];
        let fills: [fn(usize) -> u8; 4] =
            [|_| 0xff, |_| 0, |i| (i * 101 + 7) as u8, |i| if i % 16 == 0 { 0xfb } else { 0xff }];
        for key in keys {
            for fill in fills {
                for len in (0..200).chain([512, 4096, 4097, 65_536]) {
                    let message: Vec<u8> = (0..len).map(fill).collect();
                    let mut expected = [0; TAG_LEN];
                    crypto_onetimeauth(&mut expected, &message, &key);
                    assert_eq!(tag(&key, &message), expected, "{len} octets");
                }
            }
        }
    }
}
