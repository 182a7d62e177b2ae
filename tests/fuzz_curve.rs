//! CURVE among peers that have all the right keys and mean ill: handshakes spelled out from RFC 26 with content
//! that no honest peer sends, and traffic that is damaged, repeated, reordered or cut. No engine panics, no
//! message comes out that was not put in, and none twice.
//!
//!     FUZZ_SECONDS=600 cargo test --release --test fuzz_curve
#![forbid(unsafe_code)]

mod fuzz;

use std::time::Instant;

use zmq::crypto::{KEY_LEN, KeyPair, Nonce, PublicKey, SecretKey, SharedKey, TAG_LEN};
use zmq::engine::{Config, Engine, Event, Failure, Reason};
use zmq::mechanism::ProtocolError;
use zmq::mechanism::cipher::{Cipher, Opener, Sealer};
use zmq::options::*;
use zmq::wire::command;

use fuzz::{Random, TELLING, config, damage, fuzz};

const SECRET: [u8; KEY_LEN] = [1; KEY_LEN];

fn pair(seed: u8) -> KeyPair {
    KeyPair::from_secret(SecretKey::from_bytes([seed; KEY_LEN]))
}

/// A server that asks nobody about its clients.
fn server() -> Config {
    let yes = 1_i32.to_ne_bytes();
    let enforce = (ZMQ_ZAP_ENFORCE_DOMAIN, &yes[..]);
    config(&[(ZMQ_CURVE_SERVER, &yes), (ZMQ_CURVE_SECRETKEY, &SECRET), enforce])
}

fn client() -> Config {
    let (own, theirs) = (pair(2), pair(1));
    config(&[
        (ZMQ_CURVE_SERVERKEY, &theirs.public),
        (ZMQ_CURVE_PUBLICKEY, &own.public),
        (ZMQ_CURVE_SECRETKEY, own.secret.as_bytes()),
    ])
}

fn take_output(engine: &mut Engine) -> Vec<u8> {
    let output = engine.poll_output().unwrap_or_default().to_vec();
    engine.handle_output(output.len());
    output
}

fn nonce(prefix: &[u8], rest: &[u8]) -> Nonce {
    [prefix, rest].concat().try_into().expect("24 octets")
}

fn seal(key: &SharedKey, nonce: &Nonce, plain: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    key.seal(nonce, plain, &mut out);
    out
}

fn greeting(is_server: bool) -> Vec<u8> {
    let mut out = b"\xff\0\0\0\0\0\0\0\x01\x7f\x03\x01CURVE".to_vec();
    out.resize(64, 0);
    out[32] = u8::from(is_server);
    out
}

/// A client made of its parts, after WELCOME.
struct Crafted {
    engine: Engine,
    transient: KeyPair,
    theirs: PublicKey,
    cookie: Vec<u8>,
}

impl Crafted {
    fn new(random: &mut Random) -> Self {
        let mut engine = Engine::new(server(), Instant::now());
        let transient = pair(3 + random.below(200) as u8);
        let key = transient.secret.join(&pair(1).public).expect("no point of low order");
        let count = 7_u64.to_be_bytes();
        let signature = seal(&key, &nonce(b"CurveZMQHELLO---", &count), &[0; 64]);
        let mut bytes = greeting(false);
        let parts: [&[u8]; 5] = [&[1, 0], &[0; 72], &transient.public, &count, &signature];
        command::emit(&mut bytes, b"HELLO", &parts);
        engine.handle_input(&bytes, Instant::now()).expect("a good HELLO");
        let output = take_output(&mut engine);
        let welcome = &output[output.len() - 160..];
        let mut plain = [0; 128];
        key.open(&nonce(b"WELCOME-", &welcome[..16]), &welcome[16..], &mut plain).expect("WELCOME");
        let (theirs, cookie) = plain.split_at(KEY_LEN);
        let theirs = theirs.try_into().expect("32 octets");
        Self { engine, transient, theirs, cookie: cookie.to_vec() }
    }

    fn vouch(&self, of: &PublicKey, with: &KeyPair, server: &PublicKey) -> Vec<u8> {
        let key = with.secret.join(&self.theirs).expect("no point of low order");
        let sealed = seal(&key, &nonce(b"VOUCH---", &[5; 16]), &[*of, *server].concat());
        [&[5; 16], &sealed[..]].concat()
    }

    /// Sends INITIATE with this content; whether we are let in.
    fn initiate(&mut self, count: u64, plain: &[u8]) -> Result<bool, Failure> {
        let key = self.transient.secret.join(&self.theirs).expect("no point of low order");
        let count = count.to_be_bytes();
        let sealed = seal(&key, &nonce(b"CurveZMQINITIATE", &count), plain);
        let mut bytes = Vec::new();
        command::emit(&mut bytes, b"INITIATE", &[&self.cookie, &count, &sealed]);
        self.engine.handle_input(&bytes, Instant::now())?;
        Ok(matches!(self.engine.poll_event(), Some(Event::Ready(_))))
    }
}

const PROPERTIES: &[u8] = b"\x0bSocket-Type\0\0\0\x06DEALER\x08Identity\0\0\0\x02me";

fn reason(answer: Result<bool, Failure>) -> Reason {
    answer.expect_err("let in").reason
}

#[test]
fn a_client_made_of_the_words_of_rfc_26_is_let_in() {
    let mut crafted = Crafted::new(&mut Random(1));
    let own = pair(2);
    let vouch = crafted.vouch(&crafted.transient.public, &own, &pair(1).public);
    let plain = [&own.public[..], &vouch, PROPERTIES].concat();
    assert_eq!(crafted.initiate(8, &plain), Ok(true));
    let ready = take_output(&mut crafted.engine);
    let body = &ready[2 + 6..];
    let key = crafted.transient.secret.join(&crafted.theirs).expect("no point of low order");
    let mut properties = vec![0; body.len() - 8 - TAG_LEN];
    let opened = key.open(&nonce(b"CurveZMQREADY---", &body[..8]), &body[8..], &mut properties);
    assert_eq!(opened, Ok(()));
    assert!(properties.starts_with(b"\x0bSocket-Type\0\0\0\x06DEALER"));
}

#[test]
fn a_vouch_for_another_connection_or_server_is_refused() {
    let own = pair(2);
    let of = |transient: Option<u8>, server: u8| {
        let mut crafted = Crafted::new(&mut Random(1));
        let of = transient.map_or(crafted.transient.public, |seed| pair(seed).public);
        let vouch = crafted.vouch(&of, &own, &pair(server).public);
        crafted.initiate(8, &[&own.public[..], &vouch, PROPERTIES].concat())
    };
    assert_eq!(of(None, 1), Ok(true));
    assert_eq!(reason(of(Some(9), 1)), Reason::Protocol(ProtocolError::ZmtpKeyExchange));
    assert_eq!(reason(of(None, 9)), Reason::Protocol(ProtocolError::ZmtpKeyExchange));
}

#[test]
fn a_short_nonce_that_does_not_grow_is_refused() {
    let own = pair(2);
    for count in [0, 6, 7] {
        let mut crafted = Crafted::new(&mut Random(1));
        let vouch = crafted.vouch(&crafted.transient.public, &own, &pair(1).public);
        let plain = [&own.public[..], &vouch, PROPERTIES].concat();
        let expected = Reason::Protocol(ProtocolError::ZmtpInvalidSequence);
        assert_eq!(reason(crafted.initiate(count, &plain)), expected);
    }
}

#[test]
fn initiates() {
    fuzz("initiates", 300, |random| {
        let mut crafted = Crafted::new(random);
        let own = pair(2);
        let vouch = crafted.vouch(&crafted.transient.public, &own, &pair(1).public);
        let good = [&own.public[..], &vouch].concat();
        let (mut identity, mut properties) = (good.clone(), PROPERTIES.to_vec());
        if random.is_one_in(3) {
            damage(&mut identity, random);
        }
        for _ in 0..random.below(4) {
            damage(&mut properties, random);
        }
        if random.is_one_in(8) {
            properties.extend(random.pick(&TELLING).repeat(random.below(6000)));
        }
        let is_let_in = crafted.initiate(8, &[identity.clone(), properties].concat());
        // X25519 does not look at the highest bit of a key (RFC 7748).
        if let Some(last) = identity.get_mut(KEY_LEN - 1) {
            *last = *last & 0x7f | good[KEY_LEN - 1] & 0x80;
        }
        let is_vouched = identity.starts_with(&good);
        assert!(is_let_in != Ok(true) || is_vouched, "let in without a vouch");
    });
}

/// Both ends of a connection in traffic.
fn connected() -> [(Sealer, Opener); 2] {
    let now = Instant::now();
    let mut ends = [server(), client()].map(|config| Engine::new(config, now));
    loop {
        let mut is_quiet = true;
        for (from, to) in [(0, 1), (1, 0)] {
            let bytes = take_output(&mut ends[from]);
            is_quiet &= bytes.is_empty();
            assert_eq!(ends[to].handle_input(&bytes, now), Ok(bytes.len()));
        }
        if is_quiet {
            break;
        }
    }
    ends.map(|mut engine| engine.take_cipher().map(Cipher::split).expect("a cipher"))
}

#[test]
fn traffic() {
    fuzz("traffic", 40, |random| fuzz::traffic(connected(), false, random));
}
