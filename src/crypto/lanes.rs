//! Salsa20 (the variant of 20 rounds), eight blocks at once on x86-64 processors with AVX2 and BMI2, and Poly1305
//! beside it.
//!
//! The library makes many blocks of one nonce fast, but not the two blocks of each of many small messages,
//! whose nonces are a count. Each lane here has a nonce and a block number of its own. The cipher keeps the vector
//! units busy and Poly1305 the others: done in turns, a few steps of each, both take hardly longer than the
//! cipher alone. There are no branches and no table look-ups on secrets. Where the processor cannot, there is
//! no [`Lanes`].

use std::arch::is_x86_feature_detected;
use std::arch::x86_64::*;
use std::hint::black_box;

use zeroize::{Zeroize, ZeroizeOnDrop};

use super::poly1305::{self, Poly1305};

/// Blocks made at once.
pub const LANES: usize = 8;
/// Octets of a block.
pub const BLOCK_LEN: usize = 64;
/// Octets made at once.
pub const RUN_LEN: usize = LANES * BLOCK_LEN;
/// Rounds are done by two.
const DOUBLE_ROUNDS: usize = 10;
/// Octets that Poly1305 takes beside two rounds.
const GROUP_LEN: usize = 4 * poly1305::BLOCK_LEN;
/// Such groups in a run.
const GROUPS: usize = RUN_LEN / GROUP_LEN;

/// A nonce, as the number that its eight octets are in network order, and the number of a block.
pub type At = (u64, u64);

/// "expand 32-byte k".
const SIGMA: [u32; 4] = [0x6170_7865, 0x3320_646e, 0x7962_2d32, 0x6b20_6574];

/// A key, on a processor that has AVX2 and BMI2.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Lanes {
    key: [u32; 8],
    /// What was made last, other than whole runs.
    pads: [u8; RUN_LEN],
}

impl Lanes {
    /// With zeroes for a key. `None` if the processor lacks one of them.
    pub fn new() -> Option<Self> {
        // Processors with the one have the other; it is for the multiplications of Poly1305.
        let is_able = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("bmi2");
        is_able.then_some(Self { key: [0; 8], pads: [0; RUN_LEN] })
    }

    /// To be called once, before anything else.
    pub fn set_key(&mut self, key: &[u8; 32]) {
        let (words, _) = key.as_chunks::<4>();
        for (word, octets) in self.key.iter_mut().zip(words) {
            *word = u32::from_le_bytes(*octets);
        }
    }

    /// Makes the block of each lane.
    pub fn keystream(&mut self, at: &[At; LANES]) -> &[u8; RUN_LEN] {
        // SAFETY: there are AVX2 and BMI2 where there is a value of this type, and a run fits into the pads.
        unsafe { keystream(&self.key, at, self.pads.as_mut_ptr()) };
        &self.pads
    }

    /// Appends `input`, encrypted with what begins with a block of a nonce, to `output`. `mac` takes what is
    /// appended, each run while the next one is encrypted.
    pub fn seal(&mut self, at: At, input: &[u8], output: &mut Vec<u8>, mac: &mut Poly1305) {
        let runs = input.len() / RUN_LEN;
        output.reserve(input.len());
        let from = input.as_ptr();
        let to = output.spare_capacity_mut().as_mut_ptr().cast::<u8>();
        // SAFETY: there are AVX2 and BMI2, `input` holds so many runs, and there is room for them.
        unsafe { xor_runs(&self.key, at, (from, to), runs.min(1), (from, 0), mac) };
        if runs > 1 {
            let ends = (from.wrapping_add(RUN_LEN), to.wrapping_add(RUN_LEN));
            // SAFETY: as above; each run of `to` is taken after it was written.
            unsafe { xor_runs(&self.key, further(at, 1), ends, runs - 1, (to, GROUPS), mac) };
        }
        // SAFETY: as many octets were reserved, and are written.
        unsafe { output.set_len(output.len() + runs * RUN_LEN) };
        let (_, last) = output.split_at(output.len() - runs.min(1) * RUN_LEN);
        let (_, end) = input.split_at(runs * RUN_LEN);
        if end.is_empty() {
            return mac.update(last);
        }
        let sealed = self.xor_end(further(at, runs), end, last, mac);
        output.extend_from_slice(sealed);
        mac.update(sealed);
    }

    /// Decrypts `data` where it stands, with what begins with a block of a nonce. `mac` takes what stood there,
    /// each run while the pads for it are made.
    pub fn open(&mut self, at: At, data: &mut [u8], mac: &mut Poly1305) {
        let runs = data.len() / RUN_LEN;
        let bytes = data.as_mut_ptr();
        // SAFETY: there are AVX2 and BMI2, and `data` holds so many runs; each is taken before it is written.
        unsafe { xor_runs(&self.key, at, (bytes, bytes), runs, (bytes, GROUPS), mac) };
        let (_, end) = data.split_at_mut(runs * RUN_LEN);
        if !end.is_empty() {
            let opened = self.xor_end(further(at, runs), end, end, mac);
            end.copy_from_slice(opened);
        }
    }

    /// Encrypts or decrypts `end`, which is less than a run. Meanwhile `mac` takes `beside`, a run at most.
    fn xor_end(&mut self, at: At, end: &[u8], beside: &[u8], mac: &mut Poly1305) -> &[u8] {
        let (room, _) = self.pads.split_at_mut(end.len());
        room.copy_from_slice(end);
        let (groups, rest) = beside.as_chunks::<GROUP_LEN>();
        let (bytes, taken) = (self.pads.as_mut_ptr(), groups.as_ptr().cast());
        // SAFETY: there are AVX2 and BMI2, the pads are a run, and there are so many groups, elsewhere.
        unsafe { xor_runs(&self.key, at, (bytes, bytes), 1, (taken, groups.len()), mac) };
        mac.update(rest);
        self.pads.split_at(end.len()).0
    }
}

/// So many runs further on.
fn further((nonce, block): At, runs: usize) -> At {
    (nonce, block.wrapping_add((runs * LANES) as u64))
}

macro_rules! step {
    ($x:ident, $to:literal ^= $a:literal + $b:literal <<< $left:literal, $right:literal) => {
        let sum = _mm256_add_epi32($x[$a], $x[$b]);
        let (left, right) = (_mm256_slli_epi32::<$left>(sum), _mm256_srli_epi32::<$right>(sum));
        $x[$to] = _mm256_xor_si256($x[$to], _mm256_or_si256(left, right));
    };
}

/// Quarter rounds that do not depend on each other, step by step one of each: a step has to wait for the one
/// before it.
macro_rules! quarter_rounds {
    ($x:ident, $(($a:literal, $b:literal, $c:literal, $d:literal))*) => {
        $(step!($x, $b ^= $a + $d <<< 7, 25);)*
        $(step!($x, $c ^= $b + $a <<< 9, 23);)*
        $(step!($x, $d ^= $c + $b <<< 13, 19);)*
        $(step!($x, $a ^= $d + $c <<< 18, 14);)*
    };
}

/// Two rounds, and something else after each quarter of them.
macro_rules! double_round {
    ($x:ident, $first:expr, $second:expr, $third:expr, $fourth:expr) => {
        quarter_rounds!($x, (0, 4, 8, 12)(5, 9, 13, 1));
        $first;
        quarter_rounds!($x, (10, 14, 2, 6)(15, 3, 7, 11));
        $second;
        quarter_rounds!($x, (0, 1, 2, 3)(5, 6, 7, 4));
        $third;
        quarter_rounds!($x, (10, 11, 8, 9)(15, 12, 13, 14));
        $fourth;
    };
    ($x:ident) => {
        double_round!($x, (), (), (), ())
    };
}

/// The words of eight blocks, each a vector of the eight lanes'.
type Words = [__m256i; 16];

/// Writes the block of each lane to `out`.
///
/// # Safety
///
/// There are AVX2 and BMI2, and room for [`RUN_LEN`] octets from `out` on.
#[target_feature(enable = "avx2,bmi2")]
unsafe fn keystream(key: &[u32; 8], at: &[At; LANES], out: *mut u8) {
    let start = start(key, at);
    let mut x = start;
    for _ in 0..DOUBLE_ROUNDS {
        double_round!(x);
    }
    // SAFETY: the caller's.
    unsafe { finish(x, &start, None, out) };
}

/// Encrypts or decrypts `runs` runs with what begins with a block of a nonce. Beside the first of them `mac`
/// takes `groups` groups from `taken` on, and beside each other one those that are a run further on.
///
/// # Safety
///
/// There are AVX2 and BMI2; `input` can be read and `output` written for `runs` times [`RUN_LEN`] octets. They may be
/// the same, but not overlap otherwise. What is taken can be read when its turn comes.
#[target_feature(enable = "avx2,bmi2")]
unsafe fn xor_runs(
    key: &[u32; 8],
    (nonce, block): At,
    (input, output): (*const u8, *mut u8),
    runs: usize,
    (taken, groups): (*const u8, usize),
    mac: &mut Poly1305,
) {
    let mut start = start(key, &[(nonce, block); LANES]);
    let mut sum = mac.begin();
    for run in 0..runs {
        let at = run * RUN_LEN;
        (start[8], start[9]) = numbers(block.wrapping_add((run * LANES) as u64));
        // What has to lie in memory has the compiler align all that it keeps there: else much of it would be in two lines of
        // the cache.
        let mut x = *black_box(&start);
        let taken = taken.wrapping_add(at).cast::<[u128; 4]>();
        for group in 0..groups {
            // SAFETY: the caller's.
            let [a, b, c, d] = unsafe { taken.add(group).read_unaligned() };
            let mut take = |block| mac.block(&mut sum, block);
            double_round!(x, take(a), take(b), take(c), take(d));
        }
        for _ in groups..DOUBLE_ROUNDS {
            double_round!(x);
        }
        // SAFETY: this run is within the caller's octets.
        unsafe { finish(x, &start, Some(input.add(at)), output.add(at)) };
    }
    mac.end(sum);
}

/// The words before the first round.
#[inline]
#[target_feature(enable = "avx2")]
#[rustfmt::skip]
fn start(key: &[u32; 8], at: &[At; LANES]) -> Words {
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

/// The numbers of eight blocks that follow each other: words 8 and 9.
#[inline]
#[target_feature(enable = "avx2")]
fn numbers(first: u64) -> (__m256i, __m256i) {
    let first = _mm256_set1_epi64x(first.cast_signed());
    let a = _mm256_castsi256_ps(_mm256_add_epi64(first, _mm256_setr_epi64x(0, 1, 4, 5)));
    let b = _mm256_castsi256_ps(_mm256_add_epi64(first, _mm256_setr_epi64x(2, 3, 6, 7)));
    // Of each half the even words, and the odd ones.
    let lower = _mm256_castps_si256(_mm256_shuffle_ps::<0b10_00_10_00>(a, b));
    (lower, _mm256_castps_si256(_mm256_shuffle_ps::<0b11_01_11_01>(a, b)))
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

/// Writes the blocks that the rounds made of `start`, joined with `input` if there is any.
///
/// # Safety
///
/// There is AVX2; `input` can be read and `output` written for [`RUN_LEN`] octets. They may be the same, but not
/// overlap otherwise.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn finish(mut x: Words, start: &Words, input: Option<*const u8>, output: *mut u8) {
    for (word, start) in x.iter_mut().zip(start) {
        *word = _mm256_add_epi32(*word, *start);
    }
    let [a, b, c, d, e, f, g, h, rest @ ..] = x;
    for (half, lanes) in [[a, b, c, d, e, f, g, h], rest].into_iter().enumerate() {
        for (lane, pad) in transpose(lanes).into_iter().enumerate() {
            let at = 2 * lane + half;
            // SAFETY: 16 halves of 32 octets are a run; each is read before it is written.
            let other =
                input.map(|input| unsafe { input.cast::<__m256i>().add(at).read_unaligned() });
            let octets = other.map_or(pad, |other| _mm256_xor_si256(pad, other));
            // SAFETY: as above.
            unsafe { output.cast::<__m256i>().add(at).write_unaligned(octets) };
        }
    }
}
