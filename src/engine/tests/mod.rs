//! Conversations in virtual time. The wire vectors were recorded from libzmq 4.3.4 with a raw TCP peer.
#![forbid(unsafe_code)]

mod authentication;
mod malformed;
mod pairs;
mod traffic;
mod versions;

use std::time::{Duration, Instant};

use super::{Config, Engine, Event, Failure, Peer};
use crate::options::SocketType;

/// The signature of an end without routing id.
const SIGNATURE: &[u8] = b"\xff\0\0\0\0\0\0\0\x01\x7f";
/// The 64 octets of a ZMTP 3.1 greeting with NULL.
const GREETING: &[u8] = &greeting(3, 1, b"NULL");

const fn greeting(major: u8, minor: u8, mechanism: &[u8]) -> [u8; 64] {
    let mut out = [0; 64];
    (out[0], out[8], out[9], out[10], out[11]) = (0xFF, 1, 0x7F, major, minor);
    let mut at = 0;
    while at < mechanism.len() {
        out[12 + at] = mechanism[at];
        at += 1;
    }
    out
}

/// A READY as libzmq's `socket_type` sends it without identity.
fn ready(socket_type: &str) -> Vec<u8> {
    let len = socket_type.len() as u8;
    let mut out = vec![4, 22 + len];
    out.extend_from_slice(b"\x05READY\x0bSocket-Type\0\0\0");
    out.push(len);
    out.extend_from_slice(socket_type.as_bytes());
    out
}

fn config(socket_type: SocketType) -> Config {
    Config::new(socket_type)
}

fn named(socket_type: SocketType, routing_id: &[u8]) -> Config {
    let mut config = config(socket_type);
    config.local.routing_id = routing_id.to_vec();
    config
}

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

fn take_output(engine: &mut Engine) -> Vec<u8> {
    let output = engine.poll_output().unwrap_or_default().to_vec();
    engine.handle_output(output.len());
    assert_eq!(engine.poll_output(), None);
    output
}

/// Feeds `bytes` in pieces of `chunk_len`; answers what belongs to traffic.
fn feed(engine: &mut Engine, bytes: &[u8], chunk_len: usize) -> Result<Vec<u8>, Failure> {
    let mut traffic = Vec::new();
    for chunk in bytes.chunks(chunk_len) {
        let len = engine.handle_input(chunk, Instant::now())?;
        traffic.extend_from_slice(&chunk[len..]);
    }
    Ok(traffic)
}

fn poll_peer(engine: &mut Engine) -> Option<Peer> {
    match engine.poll_event()? {
        Event::Ready(peer) => Some(peer),
        event @ (Event::Ask(_) | Event::Work | Event::Refused(_)) => panic!("{event:?}"),
    }
}

/// Plays the peer's side of `script`: after each input, all at once and octet by octet, exactly the
/// output beside it must have come. Answers the engine of the last run.
fn converse(config: &Config, script: &[(&[u8], &[u8])]) -> Engine {
    let run = |chunk_len| {
        let mut engine = Engine::new(config.clone(), Instant::now());
        for (at, (input, output)) in script.iter().enumerate() {
            assert_eq!(feed(&mut engine, input, chunk_len), Ok(Vec::new()), "input {at}");
            assert_eq!(take_output(&mut engine), *output, "output {at}");
        }
        engine
    };
    run(1);
    run(usize::MAX)
}

/// The failure that `bytes` lead to; the same all at once and octet by octet, and again afterwards.
fn failure(config: &Config, bytes: &[u8]) -> Failure {
    let run = |chunk_len| {
        let mut engine = Engine::new(config.clone(), Instant::now());
        let failure = feed(&mut engine, bytes, chunk_len).expect_err("must fail");
        assert_eq!(engine.handle_input(b"x", Instant::now()), Err(failure));
        assert_eq!(engine.poll_event(), None);
        assert_eq!(engine.poll_timeout(), None);
        assert!(!engine.is_in_traffic());
        failure
    };
    let failure = run(1);
    assert_eq!(run(usize::MAX), failure);
    failure
}

/// An engine of `config` in traffic since `now` with a 3.1 peer of type `theirs`.
fn in_traffic(config: Config, theirs: &str, now: Instant) -> Engine {
    let mut engine = Engine::new(config, now);
    let bytes = [GREETING, &ready(theirs)].concat();
    assert_eq!(engine.handle_input(&bytes, now), Ok(bytes.len()));
    take_output(&mut engine);
    assert!(poll_peer(&mut engine).is_some_and(|peer| peer.has_handshake()));
    engine
}
