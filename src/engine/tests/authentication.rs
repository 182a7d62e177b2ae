//! Conversations that wait for an authentication handler, and PLAIN between two ends (RFC 24, 27).
#![forbid(unsafe_code)]

use super::*;
use crate::engine::{HandshakeFailed, Reason};
use crate::mechanism::{Account, Security, Status, Verdict, zap};
use crate::options::Mechanism;

fn with(socket_type: SocketType, change: impl FnOnce(&mut Security)) -> Config {
    let mut config = config(socket_type);
    change(&mut config.security);
    config
}

fn domain() -> Config {
    with(SocketType::Pull, |security| security.has_zap_domain = true)
}

fn plain(is_server: bool) -> Config {
    let socket_type = if is_server { SocketType::Pull } else { SocketType::Push };
    with(socket_type, |security| {
        security.mechanism = Mechanism::Plain;
        security.is_server = is_server;
        security.plain_username = b"admin".to_vec();
    })
}

fn accepted() -> Verdict {
    let account = Account { user_id: b"joe".to_vec(), properties: Vec::new() };
    Verdict::Accepted(account)
}

/// An engine of a socket with a ZAP domain that has asked about a peer, whose READY came as well and is
/// what is left.
fn asking(now: Instant) -> (Engine, Vec<u8>) {
    let mut engine = Engine::new(domain(), now);
    let bytes = [GREETING, &ready("PUSH")].concat();
    let used = engine.handle_input(&bytes, now).unwrap();
    assert_eq!(used, GREETING.len());
    let request = zap::Request { mechanism: "NULL", credentials: Vec::new() };
    assert_eq!(engine.poll_event(), Some(Event::Ask(request)));
    assert_eq!(take_output(&mut engine), GREETING);
    (engine, bytes[used..].to_vec())
}

#[test]
fn nothing_is_taken_from_a_peer_that_waits_for_its_verdict() {
    let now = Instant::now();
    let (mut engine, rest) = asking(now);
    for _ in 0..3 {
        assert_eq!(engine.handle_input(&rest, now), Ok(0));
        assert!(engine.is_awaiting_verdict() && engine.poll_event().is_none());
    }
    assert_eq!(engine.handle_verdict(accepted(), now), Ok(()));
    assert!(!engine.is_awaiting_verdict());
    assert_eq!(take_output(&mut engine), ready("PULL"));
    assert_eq!(engine.handle_input(&rest, now), Ok(rest.len()));
    let peer = poll_peer(&mut engine).unwrap();
    assert_eq!(peer.account.unwrap().user_id, b"joe");
}

#[test]
fn a_handler_that_never_answers_costs_the_handshake_interval() {
    let now = Instant::now();
    let (mut engine, _) = asking(now);
    let at = engine.poll_timeout().unwrap();
    assert_eq!(at, now + Duration::from_secs(30));
    assert_eq!(engine.handle_timeout(at - ms(1)), Ok(()));
    let failure = engine.handle_timeout(at).unwrap_err();
    assert_eq!(failure, Failure::handshake_timeout());
    // A verdict that comes late lets nobody in.
    assert_eq!(engine.handle_verdict(accepted(), at), Ok(()));
    assert_eq!(engine.handle_input(b"x", at), Err(failure));
}

#[test]
fn a_verdict_that_nobody_waits_for_changes_nothing() {
    let now = Instant::now();
    let mut engine = Engine::new(domain(), now);
    assert_eq!(engine.handle_verdict(accepted(), now), Ok(()));
    assert_eq!(feed(&mut engine, GREETING, 1), Ok(Vec::new()));
    assert!(engine.is_awaiting_verdict());
}

#[test]
fn a_refused_peer_is_told_and_has_time_to_go() {
    for status in [Status::Denied, Status::Internal] {
        let now = Instant::now();
        let (mut engine, rest) = asking(now);
        assert_eq!(engine.handle_verdict(Verdict::Refused(status), now), Ok(()));
        let announced = HandshakeFailed::Auth(status);
        assert_eq!(engine.poll_event(), Some(Event::Refused(announced)));
        let mut error = b"\x04\x0a\x05ERROR\x03".to_vec();
        error.extend(status.code().to_string().bytes());
        assert_eq!(take_output(&mut engine), error);
        assert!(engine.is_refused());
        assert_eq!(engine.handle_input(&rest, now), Ok(rest.len()));
        assert_eq!((engine.poll_event(), engine.poll_output()), (None, None));
        let at = engine.poll_timeout().unwrap();
        let silent = Failure::silent(Reason::Refused(status));
        assert_eq!(engine.handle_timeout(at), Err(silent));
    }
}

#[test]
fn a_peer_that_may_try_again_is_disconnected_without_a_word() {
    let now = Instant::now();
    let (mut engine, _) = asking(now);
    let status = Status::Temporary;
    let event = Some(HandshakeFailed::Auth(status));
    let expected = Failure { reason: Reason::Refused(status), event };
    assert_eq!(engine.handle_verdict(Verdict::Refused(status), now), Err(expected));
    assert_eq!(engine.poll_output(), None);
}

#[test]
fn only_an_enforced_domain_needs_a_handler() {
    let now = Instant::now();
    let (mut engine, rest) = asking(now);
    assert_eq!(engine.handle_verdict(Verdict::NoHandler, now), Ok(()));
    assert_eq!(engine.handle_input(&rest, now), Ok(rest.len()));
    assert_eq!(poll_peer(&mut engine).unwrap().account, None);

    let mut config = domain();
    config.security.is_zap_enforced = true;
    let mut engine = Engine::new(config, now);
    assert_eq!(feed(&mut engine, GREETING, 1), Ok(Vec::new()));
    let failure = engine.handle_verdict(Verdict::NoHandler, now).unwrap_err();
    assert_eq!(failure.reason, Reason::NoHandler);
    assert!(engine.handle_input(&rest, now).is_err() && engine.poll_event().is_none());
}

#[test]
fn plain_ends_meet_however_the_octets_are_cut() {
    for len in [1, 2, 7, 64, usize::MAX] {
        let now = Instant::now();
        let mut ends = [plain(false), plain(true)].map(|config| Engine::new(config, now));
        for _ in 0..1000 {
            for (from, to) in [(0, 1), (1, 0)] {
                let output = ends[from].poll_output().unwrap_or_default();
                let output = output[..len.min(output.len())].to_vec();
                let used = ends[to].handle_input(&output, now).unwrap();
                ends[from].handle_output(used);
                if ends[to].is_awaiting_verdict() {
                    let Some(Event::Ask(request)) = ends[to].poll_event() else {
                        panic!("nothing is asked");
                    };
                    assert_eq!(request.credentials, [b"admin".to_vec(), Vec::new()]);
                    ends[to].handle_verdict(accepted(), now).unwrap();
                }
            }
        }
        let [client, server] = ends.each_mut().map(|end| poll_peer(end).unwrap());
        assert_eq!((client.account, client.version), (None, (3, 1)));
        assert_eq!(server.account.unwrap().user_id, b"joe");
        assert_eq!(server.metadata.socket_type, Some(SocketType::Push));
    }
}

#[test]
fn the_greeting_names_the_mechanism_and_the_server() {
    for is_server in [false, true] {
        let mut engine = Engine::new(plain(is_server), Instant::now());
        assert_eq!(feed(&mut engine, &greeting(3, 1, b"PLAIN"), 1), Ok(Vec::new()));
        let output = take_output(&mut engine);
        assert_eq!(output[12..18], *b"PLAIN\0");
        assert_eq!(output[32], u8::from(is_server));
    }
}
