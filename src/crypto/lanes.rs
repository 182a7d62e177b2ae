//! Salsa20 (the variant of 20 rounds), eight blocks at once on x86-64 processors with AVX2.
//!
//! The library makes many blocks of one nonce fast, but not the two blocks of each of many small messages,
//! whose nonces are a count. Each lane here has a nonce and a block number of its own. There are no
//! branches and no table look-ups on secrets. Where there is no AVX2, there is no [`Lanes`].

use std::arch::is_x86_feature_detected;
use std::arch::x86_64::*;
use std::array;

use zeroize::{Zeroize, ZeroizeOnDrop};

/// Blocks made at once.
pub const LANES: usize = 8;
/// Octets of a block.
pub const BLOCK_LEN: usize = 64;
/// Octets made at once.
pub const RUN_LEN: usize = LANES * BLOCK_LEN;

/// A nonce, as the number that its eight octets are in network order, and the number of a block.
pub type At = (u64, u64);

/// "expand 32-byte k".
const SIGMA: [u32; 4] = [0x6170_7865, 0x3320_646e, 0x7962_2d32, 0x6b20_6574];

/// A key, on a processor that has AVX2.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Lanes {
    key: [u32; 8],
}

impl Lanes {
    /// `None` if the processor has no AVX2.
    pub fn new(key: &[u8; 32]) -> Option<Self> {
        let (words, _) = key.as_chunks::<4>();
        let key = array::from_fn(|i| words.get(i).map_or(0, |word| u32::from_le_bytes(*word)));
        is_x86_feature_detected!("avx2").then_some(Self { key })
    }

    /// Writes the block of each lane to `out`.
    pub fn keystream(&self, at: &[At; LANES], out: &mut [u8; RUN_LEN]) {
        // SAFETY: there is AVX2 where there is a value of this type.
        let runs = unsafe { blocks(&self.key, at) };
        // SAFETY: as above, and a run fits into `out`.
        unsafe { store(&runs, out.as_mut_ptr()) }
    }

    /// Appends the encrypted octets of the whole runs of `input`, from `block` of `nonce` on, to `output`.
    /// Answers how many octets that was.
    pub fn append(&self, (nonce, block): At, input: &[u8], output: &mut Vec<u8>) -> usize {
        let runs = input.len() / RUN_LEN;
        let len = runs * RUN_LEN;
        output.reserve(len);
        let spare = output.spare_capacity_mut().as_mut_ptr().cast();
        // SAFETY: there is AVX2, `input` holds so many runs, and there is room for them.
        unsafe { xor_runs(&self.key, (nonce, block), input.as_ptr(), spare, runs) };
        // SAFETY: as many octets were reserved, and are written.
        unsafe { output.set_len(output.len() + len) };
        len
    }

    /// As [`Self::append`], where the octets stand.
    pub fn xor_in_place(&self, (nonce, block): At, data: &mut [u8]) -> usize {
        let runs = data.len() / RUN_LEN;
        let at = data.as_mut_ptr();
        // SAFETY: as above; a run is read before it is written.
        unsafe { xor_runs(&self.key, (nonce, block), at, at, runs) }
        runs * RUN_LEN
    }
}

macro_rules! step {
    ($x:ident, $to:literal ^= $a:literal + $b:literal <<< $left:literal, $right:literal) => {
        let sum = _mm256_add_epi32($x[$a], $x[$b]);
        let (left, right) = (_mm256_slli_epi32::<$left>(sum), _mm256_srli_epi32::<$right>(sum));
        $x[$to] = _mm256_xor_si256($x[$to], _mm256_or_si256(left, right));
    };
}

macro_rules! quarter_round {
    ($x:ident, $a:literal, $b:literal, $c:literal, $d:literal) => {
        step!($x, $b ^= $a + $d <<< 7, 25);
        step!($x, $c ^= $b + $a <<< 9, 23);
        step!($x, $d ^= $c + $b <<< 13, 19);
        step!($x, $a ^= $d + $c <<< 18, 14);
    };
}

/// The first and second halves of eight blocks, block by block.
type Run = ([__m256i; 8], [__m256i; 8]);

#[inline]
#[target_feature(enable = "avx2")]
fn blocks(key: &[u32; 8], at: &[At; LANES]) -> Run {
    let start = start(key, at);
    let mut x = start;
    for _ in 0..10 {
        quarter_round!(x, 0, 4, 8, 12);
        quarter_round!(x, 5, 9, 13, 1);
        quarter_round!(x, 10, 14, 2, 6);
        quarter_round!(x, 15, 3, 7, 11);
        quarter_round!(x, 0, 1, 2, 3);
        quarter_round!(x, 5, 6, 7, 4);
        quarter_round!(x, 10, 11, 8, 9);
        quarter_round!(x, 15, 12, 13, 14);
    }
    let (mut low, mut high) = ([x[0]; 8], [x[8]; 8]);
    for i in 0..8 {
        low[i] = _mm256_add_epi32(x[i], start[i]);
        high[i] = _mm256_add_epi32(x[i + 8], start[i + 8]);
    }
    (transpose(low), transpose(high))
}

/// The words before the first round, each a vector of the eight lanes'.
#[inline]
#[target_feature(enable = "avx2")]
#[rustfmt::skip]
fn start(key: &[u32; 8], at: &[At; LANES]) -> [__m256i; 16] {
    let all = |word: u32| _mm256_set1_epi32(word.cast_signed());
    // The cipher reads little endian words.
    let (mut nonces, mut numbers) = ([0; LANES], [0; LANES]);
    for (i, (nonce, block)) in at.iter().enumerate() {
        nonces[i] = nonce.swap_bytes();
        numbers[i] = *block;
    }
    [
        all(SIGMA[0]), all(key[0]), all(key[1]), all(key[2]),
        all(key[3]), all(SIGMA[1]), lower(nonces), upper(nonces),
        lower(numbers), upper(numbers), all(SIGMA[2]), all(key[4]),
        all(key[5]), all(key[6]), all(key[7]), all(SIGMA[3]),
    ]
}

#[inline]
#[target_feature(enable = "avx2")]
fn lower(words: [u64; LANES]) -> __m256i {
    let word = |i: usize| (words[i] as u32).cast_signed();
    _mm256_setr_epi32(word(0), word(1), word(2), word(3), word(4), word(5), word(6), word(7))
}

#[inline]
#[target_feature(enable = "avx2")]
fn upper(words: [u64; LANES]) -> __m256i {
    let word = |i: usize| ((words[i] >> 32) as u32).cast_signed();
    _mm256_setr_epi32(word(0), word(1), word(2), word(3), word(4), word(5), word(6), word(7))
}

/// From eight words of all lanes to eight words of each lane.
#[inline]
#[target_feature(enable = "avx2")]
fn transpose(x: [__m256i; 8]) -> [__m256i; 8] {
    let mut low = [x[0]; 4];
    let mut high = [x[0]; 4];
    for (half, out) in [(0, &mut low), (4, &mut high)] {
        let a = _mm256_unpacklo_epi32(x[half], x[half + 1]);
        let b = _mm256_unpackhi_epi32(x[half], x[half + 1]);
        let c = _mm256_unpacklo_epi32(x[half + 2], x[half + 3]);
        let d = _mm256_unpackhi_epi32(x[half + 2], x[half + 3]);
        *out = [
            _mm256_unpacklo_epi64(a, c),
            _mm256_unpackhi_epi64(a, c),
            _mm256_unpacklo_epi64(b, d),
            _mm256_unpackhi_epi64(b, d),
        ];
    }
    let mut lanes = x;
    for i in 0..4 {
        lanes[i] = _mm256_permute2x128_si256::<0x20>(low[i], high[i]);
        lanes[i + 4] = _mm256_permute2x128_si256::<0x31>(low[i], high[i]);
    }
    lanes
}

/// # Safety
///
/// There is AVX2, and room for [`RUN_LEN`] octets from `out` on.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn store((first, second): &Run, out: *mut u8) {
    let out = out.cast::<__m256i>();
    for (i, (first, second)) in first.iter().zip(second).enumerate() {
        // SAFETY: 16 halves of 32 octets are a run.
        unsafe { _mm256_storeu_si256(out.add(2 * i), *first) };
        // SAFETY: as above.
        unsafe { _mm256_storeu_si256(out.add(2 * i + 1), *second) };
    }
}

/// # Safety
///
/// There is AVX2; `input` can be read and `output` written for `runs` times [`RUN_LEN`] octets. They may be
/// the same, but not overlap otherwise.
#[target_feature(enable = "avx2")]
unsafe fn xor_runs(
    key: &[u32; 8],
    (nonce, block): At,
    input: *const u8,
    output: *mut u8,
    runs: usize,
) {
    for run in 0..runs {
        let first = block.wrapping_add((run * LANES) as u64);
        let mut at = [(nonce, first); LANES];
        for (lane, (_, block)) in at.iter_mut().enumerate() {
            *block = first.wrapping_add(lane as u64);
        }
        let (mut low, mut high) = blocks(key, &at);
        // SAFETY: this run is within the caller's octets.
        let from = unsafe { input.add(run * RUN_LEN) }.cast::<__m256i>();
        for i in 0..LANES {
            // SAFETY: 16 halves of 32 octets are a run.
            let (a, b) = unsafe {
                (_mm256_loadu_si256(from.add(2 * i)), _mm256_loadu_si256(from.add(2 * i + 1)))
            };
            low[i] = _mm256_xor_si256(low[i], a);
            high[i] = _mm256_xor_si256(high[i], b);
        }
        // SAFETY: as above; all of the run was read.
        unsafe { store(&(low, high), output.add(run * RUN_LEN)) };
    }
}
