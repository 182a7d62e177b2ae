//! The vectors of RFC 7748 (section 6.1) and of NaCl's own tests (`box`, `secretbox`).
#![forbid(unsafe_code)]

use super::*;

const ALICE: &str = "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a";
const ALICE_PUBLIC: &str = "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a";
const BOB: &str = "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb";
const BOB_PUBLIC: &str = "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f";
const SHARED: &str = "1b27556473e985d462cd51197a9a46c76009549eac6474f206c4ee0844f68389";
const NONCE: &str = "69696ee955b62b73cd62bda875fc73d68219e0036b7a0b37";
const PLAIN: &str = "be075fc53c81f2d5cf141316ebeb0c7b5228c52a4c62cbd44b66849b64244ffce5ecbaaf33bd751a\
    1ac728d45e6c61296cdc3c01233561f41db66cce314adb310e3be8250c46f06dceea3a7fa1348057\
    e2f6556ad6b1318a024a838f21af1fde048977eb48f59ffd4924ca1c60902e52f0a089bc76897040\
    e082f937763848645e0705";
const SEALED: &str = "f3ffc7703f9400e52a7dfb4b3d3305d98e993b9f48681273c29650ba32fc76ce48332ea7164d96a4\
    476fb8c531a1186ac0dfc17c98dce87b4da7f011ec48c97271d2c20f9b928fe2270d6fb863d51738\
    b48eeee314a7cc8ab932164548e526ae90224368517acfeabd6bb3732bc0e9da99832b61ca01b6de\
    56244a9e88d5f9b37973f622a43d14a6599b1f654cb45a74e355a5";

fn hex(text: &str) -> Vec<u8> {
    text.as_bytes()
        .chunks(2)
        .map(|pair| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

fn key(text: &str) -> [u8; KEY_LEN] {
    hex(text).try_into().unwrap()
}

fn nonce() -> Nonce {
    hex(NONCE).try_into().unwrap()
}

#[test]
fn a_secret_key_has_one_public_key() {
    assert_eq!(SecretKey::from_bytes(key(ALICE)).public(), key(ALICE_PUBLIC));
    assert_eq!(KeyPair::from_secret(SecretKey::from_bytes(key(BOB))).public, key(BOB_PUBLIC));
}

/// What is moved is not wiped where it was, so that a secret must not move with its owner.
#[test]
fn a_secret_stays_where_it_was_made() {
    let secret = SecretKey::from_bytes(key(ALICE));
    let shared = secret.join(&key(BOB_PUBLIC)).unwrap();
    let places = (secret.as_bytes().as_ptr(), shared.as_bytes().as_ptr());
    let owners = Box::new((KeyPair::from_secret(secret), shared));
    let (pair, shared) = *owners;
    assert_eq!((pair.secret.as_bytes().as_ptr(), shared.as_bytes().as_ptr()), places);
    assert_eq!((pair.secret.as_bytes(), shared.as_bytes()), (&key(ALICE), &key(SHARED)));
}

#[test]
fn who_has_no_secret_has_zeroes() {
    assert_eq!(SecretKey::NONE, SecretKey::from_bytes([0; KEY_LEN]));
    assert_ne!(SecretKey::NONE, SecretKey::from_bytes(key(ALICE)));
    assert_eq!(SecretKey::NONE.public(), SecretKey::from_bytes([0; KEY_LEN]).public());
}

#[test]
fn both_ends_join_their_keys_to_the_same() {
    let (alice, bob) = (SecretKey::from_bytes(key(ALICE)), SecretKey::from_bytes(key(BOB)));
    assert_eq!(alice.join(&key(BOB_PUBLIC)).unwrap().as_bytes(), &key(SHARED));
    assert_eq!(bob.join(&key(ALICE_PUBLIC)).unwrap().as_bytes(), &key(SHARED));
}

#[test]
fn a_point_of_low_order_joins_with_nobody() {
    let mut one = [0; KEY_LEN];
    assert!(SecretKey::from_bytes(key(ALICE)).join(&one).is_none());
    one[0] = 1;
    assert!(SecretKey::from_bytes(key(ALICE)).join(&one).is_none());
}

#[test]
fn a_box_is_that_of_nacl() {
    let shared = SharedKey::from_bytes(key(SHARED));
    let mut out = vec![9];
    shared.seal(&nonce(), &hex(PLAIN), &mut out);
    assert_eq!((out[0], &out[1..]), (9, &hex(SEALED)[..]));
    let mut plain = vec![0; hex(PLAIN).len()];
    assert_eq!(shared.open(&nonce(), &hex(SEALED), &mut plain), Ok(()));
    assert_eq!(plain, hex(PLAIN));
}

#[test]
fn a_box_that_was_changed_anywhere_does_not_open_and_writes_nothing() {
    let shared = SharedKey::from_bytes(key(SHARED));
    let sealed = hex(SEALED);
    let mut plain = vec![7; sealed.len() - TAG_LEN];
    for at in 0..sealed.len() {
        let mut wrong = sealed.clone();
        wrong[at] ^= 0x10;
        assert_eq!(shared.open(&nonce(), &wrong, &mut plain), Err(Forged), "at {at}");
    }
    let mut other = nonce();
    other[23] ^= 1;
    assert_eq!(shared.open(&other, &sealed, &mut plain), Err(Forged));
    assert_eq!(shared.open(&nonce(), &sealed[..TAG_LEN - 1], &mut []), Err(Forged));
    assert!(plain.iter().all(|byte| *byte == 7));
}

#[test]
fn new_keys_differ_and_are_not_printed() {
    let (a, b) = (SecretKey::generate().unwrap(), SecretKey::generate().unwrap());
    assert_ne!(a, b);
    assert_eq!(a, a.clone());
    assert_eq!(format!("{a:?}"), "SecretKey(..)");
    assert_eq!(format!("{:?}", a.join(&b.public()).unwrap()), "SharedKey(..)");
}

#[test]
fn messages_of_a_count_are_boxes_with_that_nonce() {
    messages_are_boxes(MessageKey::new);
    messages_are_boxes(MessageKey::portable);
    #[cfg(target_arch = "x86_64")]
    messages_are_boxes(MessageKey::wide);
}

fn messages_are_boxes(make: fn(SharedKey, &[u8; 16]) -> MessageKey) {
    let (shared, prefix) = (SharedKey::from_bytes(key(SHARED)), b"CurveZMQMESSAGEC");
    let mut sealer = make(shared.clone(), prefix);
    let mut opener = make(shared.clone(), prefix);
    let long = [1023, 1024, 1120, 4095, 4096, 4097, 4192, 4193, 4705, 8288];
    let longer = [16_479, 16_480, 16_481, 16_992, 32_864, 32_865, 65_536, 65_537];
    let lengths = (0..700).chain(long).chain(longer);
    let mut count = 5;
    for len in lengths {
        // Some counts are left out, as no peer should, and some lie near the end.
        count = if len == 690 { u64::MAX - 100 } else { count + 1 + u64::from(len % 7 == 0) };
        let plain: Vec<u8> = (0..len).map(|i| (i * 7 + len) as u8).collect();
        let (head, body) = plain.split_at(len.min(1 + len % 11));
        let mut nonce = [0; NONCE_LEN];
        nonce[..16].copy_from_slice(prefix);
        nonce[16..].copy_from_slice(&count.to_be_bytes());
        let mut expected = Vec::new();
        shared.seal(&nonce, &plain, &mut expected);
        let mut sealed = vec![9];
        sealer.seal(count, head, body, &mut sealed);
        assert_eq!(sealed[1..], expected, "{len} octets");
        let (tag, data) = expected.split_first_chunk().unwrap();
        if len > 0 {
            let mut wrong = data.to_vec();
            wrong[len - 1] ^= 1;
            assert_eq!(opener.open(count, tag, &mut wrong), Err(Forged));
        }
        let mut data = data.to_vec();
        assert_eq!(opener.open(count, tag, &mut data), Ok(()));
        assert_eq!(data, plain, "{len} octets");
    }
}
