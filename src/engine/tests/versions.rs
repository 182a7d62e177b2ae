//! Peers of each protocol version, with literal octets both ways (RFC 37, "Version Negotiation" and
//! "Backwards Interoperability").
#![forbid(unsafe_code)]

use super::*;
use crate::engine::{Framing, HandshakeFailed, Reason};
use crate::mechanism::{Metadata, ProtocolError};
use crate::options::Mechanism;

/// The 53 octets after the major version.
const REST: &[u8] = GREETING.split_at(11).1;

fn old_peer(version: (u8, u8), socket_type: Option<SocketType>, routing_id: &[u8]) -> Peer {
    let routing_id = routing_id.to_vec();
    let metadata = Metadata { socket_type, routing_id, properties: Vec::new() };
    Peer { version, metadata, account: None, has_implied_subscription: false }
}

#[test]
fn the_peer_shall_send_to_the_other_a_partial_greeting_sufficient_to_trigger_version_detection() {
    let mut engine = converse(
        &config(SocketType::Rep),
        &[
            (b"", SIGNATURE),
            (SIGNATURE, b"\x03"),
            (b"\x03", REST),
            (b"\x01", b""),
            (&REST[1..], &ready("REP")),
            (&ready("REQ"), b""),
        ],
    );
    let peer = poll_peer(&mut engine).unwrap();
    assert_eq!(peer.version, (3, 1));
    assert_eq!(peer.metadata.socket_type, Some(SocketType::Req));
    assert_eq!(peer.metadata.properties, [("Socket-Type".to_owned(), b"REQ".to_vec())]);
    assert_eq!(engine.framing(), Framing::V3_1);
    assert!(engine.is_in_traffic() && engine.poll_event().is_none());
}

#[test]
fn our_identity_is_in_the_signature_and_in_ready() {
    let signature = b"\xff\0\0\0\0\0\0\0\x03\x7f";
    let ready_me = b"\x04\x2b\x05READY\x0bSocket-Type\0\0\0\x06DEALER\x08Identity\0\0\0\x02me";
    let answer = [b"\x03", REST, ready_me].concat();
    converse(&named(SocketType::Dealer, b"me"), &[(b"", signature), (GREETING, &answer)]);
}

#[test]
fn the_identity_of_the_peer_is_its_routing_id() {
    let ready = b"\x04\x33\x05READY\x0bSocket-Type\0\0\0\x06DEALER\x08Identity\0\0\0\x01x\x03X-a\0\0\0\x01b";
    let mut engine = Engine::new(config(SocketType::Router), Instant::now());
    let bytes = [GREETING, ready].concat();
    assert_eq!(feed(&mut engine, &bytes, 5), Ok(Vec::new()));
    let metadata = poll_peer(&mut engine).unwrap().metadata;
    assert_eq!(metadata.routing_id, b"x");
    assert_eq!(metadata.properties.last(), Some(&("X-a".to_owned(), b"b".to_vec())));
}

#[test]
fn a_3_0_peer_gets_subscriptions_as_messages() {
    let mut engine = converse(
        &config(SocketType::Sub),
        &[
            (b"", SIGNATURE),
            (&greeting(3, 0, b"NULL"), &[b"\x03", REST, &ready("SUB")].concat()),
            (&ready("PUB"), b""),
        ],
    );
    assert_eq!(poll_peer(&mut engine).unwrap().version, (3, 0));
    assert_eq!(engine.framing(), Framing::V2);
}

#[test]
fn a_peer_must_accept_higher_protocol_versions_as_valid() {
    for version in [(3, 2), (4, 0), (255, 255)] {
        let mut engine = Engine::new(config(SocketType::Sub), Instant::now());
        let bytes = [&greeting(version.0, version.1, b"NULL")[..], &ready("PUB")].concat();
        assert_eq!(feed(&mut engine, &bytes, usize::MAX), Ok(Vec::new()));
        assert_eq!(poll_peer(&mut engine).unwrap().version, version);
        assert_eq!(engine.framing(), Framing::V3_1);
    }
}

#[test]
fn a_peer_must_not_validate_the_padding_nor_the_filler_nor_as_server_with_null() {
    let mut odd = greeting(3, 1, b"NULL");
    odd[1..9].fill(0xAB);
    odd[9] = 0x01;
    odd[32..].fill(1);
    let mut engine = Engine::new(config(SocketType::Pull), Instant::now());
    assert_eq!(feed(&mut engine, &[&odd[..], &ready("PUSH")].concat(), 3), Ok(Vec::new()));
    assert!(engine.is_in_traffic());
}

#[test]
fn if_the_peer_version_number_is_1_send_the_zmtp_2_0_socket_type_and_identity() {
    let signature = b"\xff\0\0\0\0\0\0\0\x03\x7f";
    let mut engine = converse(
        &named(SocketType::Router, b"me"),
        &[
            (b"", signature),
            (SIGNATURE, b"\x03"),
            (b"\x01", b"\x06"),
            (b"\x05", b"\0\x02me"),
            (b"\0\x03abc", b""),
        ],
    );
    let peer = poll_peer(&mut engine).unwrap();
    assert_eq!(peer, old_peer((2, 0), Some(SocketType::Dealer), b"abc"));
    assert!(!peer.has_handshake());
    assert_eq!(engine.framing(), Framing::V2);
    assert_eq!(engine.poll_timeout(), None);
}

#[test]
fn a_2_0_identity_may_be_a_long_or_a_more_frame_as_libzmq_accepts() {
    for identity in [&b"\x01\x03abc"[..], b"\x02\0\0\0\0\0\0\0\x03abc"] {
        let mut engine = Engine::new(config(SocketType::Router), Instant::now());
        let bytes = [SIGNATURE, b"\x01\x05", identity].concat();
        assert_eq!(feed(&mut engine, &bytes, 1), Ok(Vec::new()));
        assert_eq!(poll_peer(&mut engine).unwrap().metadata.routing_id, b"abc");
    }
}

#[test]
fn revision_0_is_a_greeting_followed_by_1_0_framing() {
    let mut engine = converse(
        &named(SocketType::Router, b"me"),
        &[
            (b"", b"\xff\0\0\0\0\0\0\0\x03\x7f"),
            (SIGNATURE, b"\x03"),
            (b"\0", b"\x06"),
            (b"\x05", b"\x03\0me"),
            (b"\x04\0abc", b""),
        ],
    );
    let peer = poll_peer(&mut engine).unwrap();
    assert_eq!(peer, old_peer((1, 0), Some(SocketType::Dealer), b"abc"));
    assert_eq!(engine.framing(), Framing::V1);
}

#[test]
fn when_we_have_detected_a_zmtp_1_0_peer_we_continue_by_sending_the_body_of_the_identity_frame() {
    let mut engine = converse(
        &named(SocketType::Router, b"me"),
        &[(b"", b"\xff\0\0\0\0\0\0\0\x03\x7f"), (b"\x04", b"me"), (b"\0abc", b"")],
    );
    let peer = poll_peer(&mut engine).unwrap();
    assert!(peer.has_implied_subscription && !peer.has_handshake());
    assert_eq!(peer.metadata, old_peer((1, 0), None, b"abc").metadata);
    assert_eq!(engine.framing(), Framing::V1);
}

#[test]
fn a_1_0_peer_may_send_a_long_length_for_its_identity() {
    let mut engine = converse(
        &config(SocketType::Router),
        &[(b"", SIGNATURE), (b"\xff\0\0\0\0\0\0\0\x04\0abc", b"")],
    );
    assert_eq!(poll_peer(&mut engine).unwrap().metadata.routing_id, b"abc");
}

#[test]
fn an_anonymous_greeting_consists_of_an_empty_string() {
    let mut engine = converse(&config(SocketType::Pub), &[(b"", SIGNATURE), (b"\x01\0", b"")]);
    assert_eq!(poll_peer(&mut engine).unwrap().metadata.routing_id, b"");
}

#[test]
fn octets_after_the_handshake_belong_to_traffic() {
    let handshakes = [
        [GREETING, &ready("PUSH")].concat(),
        [SIGNATURE, b"\x01\x08\0\0"].concat(),
        b"\x01\0".to_vec(),
    ];
    for handshake in handshakes {
        let bytes = [&handshake[..], b"\0\x01x\x04"].concat();
        for chunk_len in [1, 7, usize::MAX] {
            let mut engine = Engine::new(config(SocketType::Pull), Instant::now());
            let traffic = feed(&mut engine, &bytes, chunk_len.min(bytes.len()));
            assert_eq!(traffic, Ok(b"\0\x01x\x04".to_vec()), "{handshake:?} by {chunk_len}");
        }
    }
}

#[test]
fn an_implementation_must_guard_against_downgrade_attacks() {
    let mut domain = config(SocketType::Router);
    domain.security.has_zap_domain = true;
    let mut plain = config(SocketType::Router);
    plain.security.mechanism = Mechanism::Plain;
    let mut plain_server = plain.clone();
    plain_server.security.is_server = true;
    for config in [domain, plain, plain_server] {
        let silent = Failure::silent(Reason::Downgrade);
        assert_eq!(failure(&config, b"\x04\0abc"), silent);
        assert_eq!(failure(&config, &[SIGNATURE, b"\0"].concat()), silent);
        assert_eq!(failure(&config, &[SIGNATURE, b"\x01"].concat()), silent);
    }
}

#[test]
fn if_the_mechanism_does_not_exactly_match_it_must_close_the_connection() {
    let error = ProtocolError::ZmtpMechanismMismatch;
    let event = Some(HandshakeFailed::Protocol(error));
    let expected = Failure { reason: Reason::Protocol(error), event };
    for mechanism in [&b"PLAIN"[..], b"NULL\0x", b"null", b""] {
        assert_eq!(failure(&config(SocketType::Dealer), &greeting(3, 1, mechanism)), expected);
    }
    assert_eq!(error.into_c(), 0x1100_0002);
}

#[test]
fn a_peer_that_reads_a_full_greeting_must_also_send_a_full_greeting() {
    let mut engine = Engine::new(config(SocketType::Dealer), Instant::now());
    assert!(feed(&mut engine, &greeting(3, 1, b"PLAIN"), usize::MAX).is_err());
    assert_eq!(take_output(&mut engine), GREETING);
}
