//! What a peer can get wrong in the handshake, and the event that libzmq's monitors show for it.
#![forbid(unsafe_code)]

use super::*;
use crate::engine::config::MAX_HANDSHAKE_LEN;
use crate::engine::{HandshakeFailed, Reason};
use crate::mechanism::{ProtocolError, Status};

/// The failure of a DEALER whose 3.1 peer sends `bytes` after its greeting.
fn after_greeting(bytes: &[u8]) -> Failure {
    failure(&config(SocketType::Dealer), &[GREETING, bytes].concat())
}

fn announced(error: ProtocolError) -> Failure {
    let event = Some(HandshakeFailed::Protocol(error));
    Failure { reason: Reason::Protocol(error), event }
}

#[test]
fn a_handshake_consists_of_the_mechanisms_commands() {
    let unexpected = announced(ProtocolError::ZmtpUnexpectedCommand);
    let cases: [&[u8]; 6] = [
        b"\x04\x06\x05HELLO",
        b"\x04\x05\x04READ",
        b"\x04\0",
        b"\x04\x01\0",
        b"\x04\x02\x07R",
        b"\0\x02hi",
    ];
    for bytes in cases {
        assert_eq!(after_greeting(bytes), unexpected, "{bytes:?}");
    }
}

#[test]
fn an_error_command_is_fatal() {
    let malformed = announced(ProtocolError::ZmtpMalformedCommandError);
    assert_eq!(after_greeting(b"\x04\x06\x05ERROR"), malformed);
    assert_eq!(after_greeting(b"\x04\x08\x05ERROR\x07b"), malformed);
    assert_eq!(after_greeting(b"\x04\x0a\x05ERROR\x03boo"), Failure::silent(Reason::Error));
    let status = Status::Denied;
    let event = Some(HandshakeFailed::Auth(status));
    let denied = Failure { reason: Reason::Denied(status), event };
    assert_eq!(after_greeting(b"\x04\x0a\x05ERROR\x03400"), denied);
}

#[test]
fn bad_metadata_disconnects_and_no_event_tells_as_in_libzmq() {
    let silent = Failure::silent(Reason::Protocol(ProtocolError::ZmtpInvalidMetadata));
    let cut = b"\x04\x1c\x05READY\x0bSocket-Type\0\0\0\x07DEALER";
    let huge = b"\x04\x1c\x05READY\x0bSocket-Type\xff\xff\xff\xffDEALER";
    for bytes in [&ready("PUB")[..], &ready("FOO"), &ready("dealer"), cut, huge] {
        assert_eq!(after_greeting(bytes), silent, "{bytes:?}");
    }
}

#[test]
fn a_ready_may_be_a_long_frame_or_carry_other_flags_as_libzmq_accepts() {
    let short = ready("DEALER");
    let long = [b"\x06\0\0\0\0\0\0\0", &short[1..]].concat();
    let more = [b"\x05", &short[1..]].concat();
    let message = [b"\0", &short[1..]].concat();
    let reserved = [b"\x84", &short[1..]].concat();
    for bytes in [&long[..], &more, &message, &reserved, b"\x04\x06\x05READY"] {
        let mut engine = Engine::new(config(SocketType::Dealer), Instant::now());
        assert_eq!(feed(&mut engine, &[GREETING, bytes].concat(), 1), Ok(Vec::new()));
        assert!(engine.is_in_traffic(), "{bytes:?}");
    }
}

#[test]
fn a_peer_may_limit_the_cost_of_in_progress_handshakes() {
    let silent = Failure::silent(Reason::BadFrame);
    let too_large = MAX_HANDSHAKE_LEN as u64 + 1;
    assert_eq!(after_greeting(&[&b"\x06"[..], &too_large.to_be_bytes()].concat()), silent);
    assert_eq!(after_greeting(b"\x06\xff\0\0\0\0\0\0\0"), silent);
    let mut config = config(SocketType::Dealer);
    config.max_body_len = Some(10);
    assert_eq!(failure(&config, &[GREETING, &ready("DEALER")].concat()), silent);
    assert_eq!(failure(&config, &[SIGNATURE, b"\x01\x05\0\x0b"].concat()), silent);
}

#[test]
fn an_identity_frame_has_at_most_255_octets_and_a_length() {
    let silent = Failure::silent(Reason::BadFrame);
    let config = config(SocketType::Router);
    assert_eq!(failure(&config, b"\0"), silent);
    let v1 = [&b"\xff\0\0\0\0\0\0\x01\x01\0"[..], &[b'i'; 256]].concat();
    assert_eq!(failure(&config, &v1), silent);
    let v2 = [SIGNATURE, b"\x01\x05\x02\0\0\0\0\0\0\x01\0", &[b'i'; 256]].concat();
    assert_eq!(failure(&config, &v2), silent);
    assert_eq!(failure(&config, b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\0"), silent);
}

#[test]
fn any_octets_end_in_traffic_a_failure_or_a_wait() {
    // A small generator, so that a failing run can be repeated.
    let mut seed = 0x2545_F491_4F6C_DD1D_u64;
    let mut next = || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed
    };
    let whole = [GREETING, &ready("DEALER")].concat();
    for _ in 0..5_000 {
        let mut bytes = whole.clone();
        for _ in 0..=next() % 4 {
            let at = (next() % bytes.len() as u64) as usize;
            bytes[at] = next() as u8;
        }
        bytes.truncate((next() % (bytes.len() as u64 + 1)) as usize);
        let (mut one, mut all) = (
            Engine::new(config(SocketType::Dealer), Instant::now()),
            Engine::new(config(SocketType::Dealer), Instant::now()),
        );
        let results = (feed(&mut one, &bytes, 1), feed(&mut all, &bytes, 64));
        assert_eq!(results.0, results.1, "{bytes:?}");
        assert_eq!(one.poll_output(), all.poll_output(), "{bytes:?}");
        assert_eq!(one.is_in_traffic(), poll_peer(&mut one).is_some(), "{bytes:?}");
    }
}
