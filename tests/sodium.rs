//! The boxes of `zmq::crypto` beside those of libsodium, the library that the original uses.
//!
//! libsodium is found at run time (Debian and Ubuntu: `apt-get install libsodium23`); without it these
//! tests say so and compare nothing, unless `REQUIRE_SODIUM` is set.

use std::ffi::{CStr, c_void};

use zmq::crypto::{KeyPair, NONCE_LEN, Nonce, SecretKey, TAG_LEN};

type Box_ = unsafe extern "C" fn(*mut u8, *const u8, u64, *const u8, *const u8, *const u8) -> i32;
type Base = unsafe extern "C" fn(*mut u8, *const u8) -> i32;

struct Sodium {
    box_easy: Box_,
    box_open_easy: Box_,
    base: Base,
}

fn sodium() -> Option<Sodium> {
    // SAFETY: a library without side effects on the process.
    let library = unsafe { libc::dlopen(c"libsodium.so.23".as_ptr(), libc::RTLD_NOW) };
    if library.is_null() {
        assert!(std::env::var_os("REQUIRE_SODIUM").is_none(), "libsodium.so.23 is missing");
        eprintln!("nothing compared: libsodium.so.23 is missing (apt-get install libsodium23)");
        return None;
    }
    let find = |name: &CStr| {
        // SAFETY: an open library and a terminated name.
        let symbol = unsafe { libc::dlsym(library, name.as_ptr()) };
        assert!(!symbol.is_null(), "{name:?}");
        symbol
    };
    let as_box = |symbol| {
        // SAFETY: libsodium declares the function so (sodium/crypto_box.h).
        unsafe { std::mem::transmute::<*mut c_void, Box_>(symbol) }
    };
    let base = find(c"crypto_scalarmult_base");
    Some(Sodium {
        box_easy: as_box(find(c"crypto_box_easy")),
        box_open_easy: as_box(find(c"crypto_box_open_easy")),
        // SAFETY: libsodium declares the function so (sodium/crypto_scalarmult.h).
        base: unsafe { std::mem::transmute::<*mut c_void, Base>(base) },
    })
}

/// Octets that look random, the same in each run.
fn octets(len: usize, seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(2).wrapping_add(0x9E37_79B9_7F4A_7C15);
    let next = |_| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    (0..len).map(next).collect()
}

fn pair(seed: u64) -> KeyPair {
    KeyPair::from_secret(SecretKey::from_bytes(octets(32, seed).try_into().expect("32 octets")))
}

#[test]
fn public_keys_are_those_of_libsodium() {
    let Some(sodium) = sodium() else { return };
    for seed in 0..50 {
        let pair = pair(seed);
        let mut public = [0; 32];
        let secret = pair.secret.as_bytes();
        // SAFETY: two buffers of 32 octets.
        let rc = unsafe { (sodium.base)(public.as_mut_ptr(), secret.as_ptr()) };
        assert_eq!(rc, 0);
        assert_eq!(public, pair.public, "seed {seed}");
    }
}

#[test]
fn boxes_are_those_of_libsodium() {
    let Some(sodium) = sodium() else { return };
    let (ours, theirs) = (pair(100), pair(200));
    let shared = ours.secret.join(&theirs.public).expect("no point of low order");
    let lengths = (0..300).chain([511, 512, 1023, 1024, 1025, 4096, 65_535, 65_536, 100_003]);
    for len in lengths {
        let plain = octets(len, len as u64);
        let nonce: Nonce = octets(NONCE_LEN, !(len as u64)).try_into().expect("24 octets");
        let mut sealed = Vec::new();
        shared.seal(&nonce, &plain, &mut sealed);
        let mut expected = vec![0; len + TAG_LEN];
        let mut opened = vec![0; len];
        // SAFETY: buffers of the lengths that the functions write.
        unsafe {
            let (public, secret) = (theirs.public.as_ptr(), ours.secret.as_bytes().as_ptr());
            let n = nonce.as_ptr();
            (sodium.box_easy)(expected.as_mut_ptr(), plain.as_ptr(), len as u64, n, public, secret);
            let (public, secret) = (ours.public.as_ptr(), theirs.secret.as_bytes().as_ptr());
            let sealed_len = sealed.len() as u64;
            let rc = (sodium.box_open_easy)(
                opened.as_mut_ptr(),
                sealed.as_ptr(),
                sealed_len,
                n,
                public,
                secret,
            );
            assert_eq!(rc, 0, "{len} octets");
        }
        assert_eq!(sealed, expected, "{len} octets");
        assert_eq!(opened, plain, "{len} octets");
        let mut back = vec![0; len];
        assert_eq!(shared.open(&nonce, &expected, &mut back), Ok(()));
        assert_eq!(back, plain, "{len} octets");
    }
}
