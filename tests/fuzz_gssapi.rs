//! GSSAPI among peers that mean ill: INITIATEs with tokens that no honest peer sends, to servers that have
//! a key and to such that have none, and traffic that is damaged, repeated, reordered or cut. No engine
//! panics, nobody comes in, no message comes out that was not put in, and none twice.
//!
//! What needs good tokens runs in a Kerberos realm only, which `capi-tests/gssapi/fuzz` sets up.
//!
//!     FUZZ_SECONDS=600 capi-tests/gssapi/fuzz
#![forbid(unsafe_code)]
#![cfg(feature = "gssapi")]

mod fuzz;

use std::time::Instant;

use zmq::engine::{Config, Engine, Event, Reason};
use zmq::mechanism::ProtocolError;
use zmq::mechanism::cipher::{Cipher, Opener, Sealer};
use zmq::options::*;
use zmq::wire::command;

use fuzz::{Random, config, damage, fuzz, gssapi_service};

/// The beginning of a token: an application's tag, a length, Kerberos' name (RFC 4121 section 4.1), AP-REQ.
const TOKEN: &[u8] =
    b"\x60\x82\x02\x00\x06\x09\x2a\x86\x48\x86\xf7\x12\x01\x02\x02\x01\x00\x6e\x82\x01\xef";
/// That of the negotiating mechanism (RFC 4178), which libraries have as well.
const NEGOTIATION: &[u8] =
    b"\x60\x40\x06\x06\x2b\x06\x01\x05\x05\x02\xa0\x36\x30\x34\xa0\x0e\x30\x0c";

/// A server that asks nobody about its clients.
fn server() -> Config {
    let yes = 1_i32.to_ne_bytes();
    config(&[(ZMQ_GSSAPI_SERVER, &yes), (ZMQ_ZAP_ENFORCE_DOMAIN, &yes)])
}

fn client() -> Config {
    let service = gssapi_service().unwrap_or_else(|| "nobody".into());
    config(&[(ZMQ_GSSAPI_SERVICE_PRINCIPAL, service.as_bytes())])
}

fn take_output(engine: &mut Engine) -> Vec<u8> {
    let output = engine.poll_output().unwrap_or_default().to_vec();
    engine.handle_output(output.len());
    output
}

fn greeting() -> Vec<u8> {
    let mut out = b"\xff\0\0\0\0\0\0\0\x01\x7f\x03\x01GSSAPI".to_vec();
    out.resize(64, 0);
    out
}

/// Both engines until there is nothing to do for either; what the client says on its way.
fn converse(ends: &mut [Engine; 2]) -> Vec<Vec<u8>> {
    let now = Instant::now();
    let mut said = Vec::new();
    loop {
        let mut is_quiet = true;
        for (from, to) in [(0, 1), (1, 0)] {
            let bytes = take_output(&mut ends[from]);
            is_quiet &= bytes.is_empty();
            let mut rest = &bytes[..];
            while !rest.is_empty() {
                let used = ends[to].handle_input(rest, now).expect("good octets");
                rest = &rest[used..];
                work(&mut ends[to]).expect("good tokens");
            }
            if from == 1 && !bytes.is_empty() {
                said.push(bytes);
            }
        }
        if is_quiet {
            return said;
        }
    }
}

/// Does what the engine leaves to others; how it ends.
fn work(engine: &mut Engine) -> Result<(), Reason> {
    while engine.is_working() {
        let done = engine.take_task().expect("a task").run();
        engine.handle_done(done, Instant::now()).map_err(|failure| failure.reason)?;
    }
    Ok(())
}

/// The first token of a good client, if there can be one.
fn good_token() -> Option<Vec<u8>> {
    gssapi_service()?;
    let mut ends = [server(), client()].map(|config| Engine::new(config, Instant::now()));
    let said = converse(&mut ends).concat();
    let name = b"\x08INITIATE";
    let at = said.windows(name.len()).position(|bytes| bytes == name).expect("an INITIATE");
    let rest = &said[at + name.len()..];
    let (len, rest) = rest.split_first_chunk::<4>().expect("a length");
    Some(rest[..u32::from_be_bytes(*len) as usize].to_vec())
}

#[test]
fn tokens() {
    let good = good_token();
    fuzz("tokens", 200, |random| {
        let now = Instant::now();
        let mut engine = Engine::new(server(), now);
        let mut bytes = greeting();
        let noise = [*random.pick(&[&b""[..], TOKEN, NEGOTIATION]), &random.bytes(700)].concat();
        let mut token = good.clone().filter(|_| !random.is_one_in(3)).unwrap_or(noise);
        let whole = token.clone();
        for _ in 0..=random.below(3) {
            damage(&mut token, random);
        }
        let len = (token.len() as u32).to_be_bytes();
        command::emit(&mut bytes, b"INITIATE", &[&len, &token]);
        let used = engine.handle_input(&bytes, now).expect("a well-formed INITIATE");
        assert_eq!(used, bytes.len());
        assert_eq!(engine.poll_event(), Some(Event::Work));
        take_output(&mut engine);
        match work(&mut engine) {
            // Some octets say nothing: the client's own choice of a number, or what comes behind the token.
            Ok(()) => assert!(good.is_some(), "a context without a key: {whole:?} {token:?}"),
            Err(reason) => {
                let refused = Reason::Protocol(ProtocolError::ZmtpCryptographic);
                assert!(reason == refused || reason == Reason::NoCredentials, "{reason:?}");
                assert!(engine.handle_input(b"\x04\0", now).is_err());
            }
        }
        assert!(!engine.is_in_traffic());
    });
}

/// Both ends of a connection in traffic.
fn connected() -> [(Sealer, Opener); 2] {
    let mut ends = [server(), client()].map(|config| Engine::new(config, Instant::now()));
    converse(&mut ends);
    ends.map(|mut engine| engine.take_cipher().map(Cipher::split).expect("a cipher"))
}

#[test]
fn traffic() {
    if gssapi_service().is_none() {
        eprintln!("traffic: no realm");
        return;
    }
    fuzz("traffic", 40, |random| fuzz::traffic(connected(), true, random));
}

/// A client that has a ticket, and a server that answers with anything.
#[test]
fn answers() {
    fuzz("answers", 200, |random: &mut Random| {
        let now = Instant::now();
        let mut engine = Engine::new(client(), now);
        let mut greeting = greeting();
        greeting[32] = 1;
        engine.handle_input(&greeting, now).expect("a good greeting");
        assert_eq!(engine.poll_event(), Some(Event::Work));
        let begun = work(&mut engine);
        assert_eq!(begun.is_ok(), gssapi_service().is_some(), "{begun:?}");
        while !take_output(&mut engine).is_empty() {}
        for _ in 0..random.below(4) {
            let mut bytes = Vec::new();
            let token =
                [*random.pick(&[&b""[..], TOKEN, NEGOTIATION]), &random.bytes(300)].concat();
            let len = (token.len() as u32).to_be_bytes();
            let name = *random.pick(&[&b"INITIATE"[..], b"READY", b"MESSAGE", b"ERROR"]);
            command::emit(&mut bytes, name, &[&len, &token]);
            if random.is_one_in(2) {
                damage(&mut bytes, random);
            }
            let is_over = engine.handle_input(&bytes, now).is_err() || work(&mut engine).is_err();
            assert!(!engine.is_in_traffic(), "nothing of this comes from the service");
            if is_over {
                break;
            }
        }
    });
}
