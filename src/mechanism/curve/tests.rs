//! Both ends against each other, and each against what no peer should send.
#![forbid(unsafe_code)]

use super::*;
use crate::crypto::{KeyPair, SecretKey, SharedKey};
use crate::mechanism::{Inquiry, Local, Mechanism, Ready, Security, Step, Verdict, zap};
use crate::options::{Options, SocketType};
use crate::wire::frame::{Parsed, parse_header};

fn pair(seed: u8) -> KeyPair {
    KeyPair::from_secret(SecretKey::from_bytes([seed; 32]))
}

/// The server has pair 1, the client pair 2.
pub(super) fn security(is_server: bool) -> Security {
    let own = pair(if is_server { 1 } else { 2 });
    Security {
        mechanism: crate::options::Mechanism::Curve,
        is_server,
        is_zap_enforced: true,
        curve_public_key: own.public,
        curve_secret_key: own.secret,
        curve_server_key: pair(1).public,
        ..Security::from_options(&Options::new(SocketType::Dealer, false, true))
    }
}

pub(super) fn local(socket_type: SocketType, routing_id: &[u8]) -> Local {
    let properties = vec![(b"X-a".to_vec(), b"b".to_vec())];
    Local { socket_type, routing_id: routing_id.to_vec(), properties }
}

/// The body of the one frame in `out`, which is a command; `out` is empty then.
pub(super) fn take_body(out: &mut Vec<u8>) -> Vec<u8> {
    let Parsed::Header(header) = parse_header(out) else { panic!("no frame in {out:?}") };
    assert!(header.is_command());
    assert_eq!(header.frame_len(), Some(out.len()));
    let body = out.split_off(header.header_len);
    out.clear();
    body
}

pub(super) fn start(security: &Security, local: &Local, out: &mut Vec<u8>) -> Mechanism {
    match Mechanism::start(security, local, out) {
        Ok(Step::Wait(mechanism)) => mechanism,
        step => panic!("{step:?}"),
    }
}

pub(super) fn go_on(mechanism: Mechanism, body: &[u8], out: &mut Vec<u8>) -> Mechanism {
    match mechanism.handle_command(body, out) {
        Ok(Step::Wait(mechanism)) => mechanism,
        step => panic!("{step:?}"),
    }
}

/// Both ends after HELLO and WELCOME, and the client's INITIATE.
fn initiated(server: &Security) -> (Mechanism, Mechanism, Vec<u8>) {
    let mut out = Vec::new();
    let client = start(&security(false), &local(SocketType::Dealer, b"me"), &mut out);
    let hello = take_body(&mut out);
    assert_eq!(hello.len(), 200);
    assert_eq!(hello[..80], [&b"\x05HELLO\x01\0"[..], &[0; 72]].concat());
    let server = start(server, &local(SocketType::Router, b""), &mut out);
    assert!(out.is_empty());
    let server = go_on(server, &hello, &mut out);
    let welcome = take_body(&mut out);
    assert_eq!((welcome.len(), &welcome[..8]), (168, &b"\x07WELCOME"[..]));
    let client = go_on(client, &welcome, &mut out);
    let initiate = take_body(&mut out);
    assert!(initiate.len() > 257 && initiate.starts_with(b"\x08INITIATE"));
    (client, server, initiate)
}

fn error_of(step: Result<Step, Refusal>) -> ProtocolError {
    match step {
        Err(Refusal::Protocol(error)) => error,
        step => panic!("{step:?}"),
    }
}

#[test]
fn after_four_commands_both_ends_know_each_other_and_share_a_key() {
    let (client, server, initiate) = initiated(&security(true));
    let mut out = Vec::new();
    let Ok(Step::Ready(served)) = server.handle_command(&initiate, &mut out) else {
        panic!("refused");
    };
    assert_eq!(served.metadata.socket_type, Some(SocketType::Dealer));
    assert_eq!(served.metadata.routing_id, b"me");
    assert_eq!(served.metadata.properties[2], ("X-a".to_owned(), b"b".to_vec()));
    assert_eq!(served.account, None);
    let ready = take_body(&mut out);
    let Ok(Step::Ready(connected)) = client.handle_command(&ready, &mut out) else {
        panic!("refused");
    };
    assert!(out.is_empty());
    assert_eq!(connected.metadata.socket_type, Some(SocketType::Router));
    let (a, b) = (connected.cipher.unwrap().split(), served.cipher.unwrap().split());
    let mut ways = [(a.0, b.1), (b.0, a.1)];
    for _ in 0..3 {
        for (from, to) in &mut ways {
            from.emit(1, b"", b"hello", &mut out).unwrap();
            assert_eq!(to.open(&mut out[2..]).map(|opened| opened.flags), Ok(1));
            assert!(out.ends_with(b"hello"));
            out.clear();
        }
    }
}

#[test]
fn the_verdict_is_about_the_clients_key_and_comes_before_ready() {
    for (has_zap_domain, is_zap_enforced) in [(false, false), (true, false), (true, true)] {
        let policy = Security { has_zap_domain, is_zap_enforced, ..security(true) };
        let ask = || {
            let (client, server, initiate) = initiated(&policy);
            let mut out = Vec::new();
            let Ok(Step::Ask(inquiry, request)) = server.handle_command(&initiate, &mut out) else {
                panic!("not asked");
            };
            assert!(out.is_empty());
            let credentials = vec![pair(2).public.to_vec()];
            assert_eq!(request, zap::Request { mechanism: "CURVE", credentials });
            (client, inquiry)
        };
        let (client, inquiry): (Mechanism, Inquiry) = ask();
        let account = zap::Account { user_id: b"joe".to_vec(), properties: Vec::new() };
        let mut out = Vec::new();
        let accepted = inquiry.handle_verdict(Verdict::Accepted(account.clone()), &mut out);
        let Ok(Step::Ready(Ready { account: found, cipher: Some(_), .. })) = accepted else {
            panic!("refused");
        };
        assert_eq!(found, Some(account));
        assert!(matches!(
            client.handle_command(&take_body(&mut out), &mut out),
            Ok(Step::Ready(_))
        ));

        let (_, inquiry) = ask();
        let step = inquiry.handle_verdict(Verdict::NoHandler, &mut out);
        assert_eq!(step.is_ok(), !is_zap_enforced);

        out.clear();
        let (client, inquiry) = ask();
        let step = inquiry.handle_verdict(Verdict::Refused(zap::Status::Denied), &mut out);
        assert_eq!(step.unwrap_err(), Refusal::Refused(zap::Status::Denied));
        let step = client.handle_command(&take_body(&mut out), &mut Vec::new());
        assert_eq!(step.unwrap_err(), Refusal::Denied(zap::Status::Denied));
    }
}

#[test]
fn a_server_refuses_a_hello_that_is_malformed_or_not_for_it() {
    let mut out = Vec::new();
    start(&security(false), &local(SocketType::Dealer, b""), &mut out);
    let hello = take_body(&mut out);
    let answer = |body: &[u8]| {
        let server = start(&security(true), &local(SocketType::Router, b""), &mut Vec::new());
        error_of(server.handle_command(body, &mut Vec::new()))
    };
    let changed = |at: usize| {
        let mut body = hello.clone();
        body[at] ^= 1;
        body
    };
    assert_eq!(answer(b""), ProtocolError::ZmtpMalformedCommandUnspecified);
    assert_eq!(answer(b"\x05HELL"), ProtocolError::ZmtpMalformedCommandUnspecified);
    assert_eq!(answer(b"\x05READYxx"), ProtocolError::ZmtpUnexpectedCommand);
    assert_eq!(answer(&hello[..199]), ProtocolError::ZmtpMalformedCommandHello);
    assert_eq!(answer(&[&hello[..], b"x"].concat()), ProtocolError::ZmtpMalformedCommandHello);
    assert_eq!(answer(&changed(6)), ProtocolError::ZmtpMalformedCommandHello);
    assert_eq!(answer(&changed(7)), ProtocolError::ZmtpMalformedCommandHello);
    for at in 80..200 {
        // The highest bit of an X25519 key does not count (RFC 7748).
        assert_eq!(answer(&changed(at)), ProtocolError::ZmtpCryptographic, "at {at}");
    }
    let mut low_order = hello.clone();
    low_order[80..112].fill(0);
    assert_eq!(answer(&low_order), ProtocolError::ZmtpCryptographic);
}

#[test]
fn a_client_of_another_server_is_refused() {
    let elsewhere = Security { curve_server_key: pair(9).public, ..security(false) };
    let mut out = Vec::new();
    start(&elsewhere, &local(SocketType::Dealer, b""), &mut out);
    let server = start(&security(true), &local(SocketType::Router, b""), &mut Vec::new());
    let step = server.handle_command(&take_body(&mut out), &mut out);
    assert_eq!(error_of(step), ProtocolError::ZmtpCryptographic);
    assert!(out.is_empty());
}

#[test]
fn a_client_without_the_servers_key_does_not_begin() {
    let keyless = Security { curve_server_key: [0; 32], ..security(false) };
    let mut out = Vec::new();
    let step = Mechanism::start(&keyless, &local(SocketType::Dealer, b""), &mut out);
    assert_eq!(error_of(step), ProtocolError::ZmtpCryptographic);
    assert!(out.is_empty());
}

#[test]
fn a_server_refuses_an_initiate_that_is_malformed_or_from_elsewhere() {
    let answer = |change: &dyn Fn(&mut Vec<u8>)| {
        let (_, server, mut initiate) = initiated(&security(true));
        change(&mut initiate);
        error_of(server.handle_command(&initiate, &mut Vec::new()))
    };
    let malformed = ProtocolError::ZmtpMalformedCommandInitiate;
    assert_eq!(answer(&|body| body.truncate(256)), malformed);
    assert_eq!(answer(&|body| body.truncate(8)), ProtocolError::ZmtpMalformedCommandUnspecified);
    assert_eq!(answer(&|body| body[1] = b'H'), ProtocolError::ZmtpUnexpectedCommand);
    assert_eq!(answer(&|body| body.truncate(257)), ProtocolError::ZmtpCryptographic);
    for at in [9, 24, 25, 104, 105, 112, 113, 128, 129, 300] {
        assert_eq!(answer(&|body| body[at] ^= 1), ProtocolError::ZmtpCryptographic, "at {at}");
    }
    // The cookie of another connection.
    let (_, _, other) = initiated(&security(true));
    let step = answer(&|body| body[9..105].copy_from_slice(&other[9..105]));
    assert_eq!(step, ProtocolError::ZmtpCryptographic);
}

#[test]
fn a_vouch_for_another_connection_or_server_is_refused() {
    // What the client shows is not the key that it vouches with.
    let stolen = Security { curve_public_key: pair(3).public, ..security(false) };
    let (mut out, dealer) = (Vec::new(), local(SocketType::Dealer, b""));
    let client = start(&stolen, &dealer, &mut out);
    let server = start(&security(true), &local(SocketType::Router, b""), &mut Vec::new());
    let hello = take_body(&mut out);
    let server = go_on(server, &hello, &mut out);
    let welcome = take_body(&mut out);
    go_on(client, &welcome, &mut out);
    let step = server.handle_command(&take_body(&mut out), &mut out);
    assert_eq!(error_of(step), ProtocolError::ZmtpCryptographic);
}

#[test]
fn a_client_refuses_what_is_no_welcome_of_its_server() {
    let answer = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut out = Vec::new();
        let client = start(&security(false), &local(SocketType::Dealer, b""), &mut out);
        let server = start(&security(true), &local(SocketType::Router, b""), &mut Vec::new());
        let hello = take_body(&mut out);
        go_on(server, &hello, &mut out);
        let mut welcome = take_body(&mut out);
        change(&mut welcome);
        client.handle_command(&welcome, &mut out)
    };
    let unexpected = ProtocolError::ZmtpUnexpectedCommand;
    assert_eq!(error_of(answer(&|body| body.clear())), unexpected);
    assert_eq!(error_of(answer(&|body| body[1] = b'x')), unexpected);
    let malformed = ProtocolError::ZmtpMalformedCommandReady;
    assert_eq!(error_of(answer(&|body| *body = b"\x05READY123".to_vec())), malformed);
    let early = answer(&|body| *body = [b"\x05READY", &body[..40]].concat());
    assert_eq!(error_of(early), ProtocolError::ZmtpCryptographic);
    for at in [8, 23, 24, 40, 167] {
        assert_eq!(error_of(answer(&|body| body[at] ^= 1)), ProtocolError::ZmtpCryptographic);
    }
    assert_eq!(error_of(answer(&|body| body.truncate(167))), ProtocolError::ZmtpCryptographic);
    let malformed = ProtocolError::ZmtpMalformedCommandError;
    assert_eq!(error_of(answer(&|body| *body = b"\x05ERROR".to_vec())), malformed);
    let denied = answer(&|body| *body = b"\x05ERROR\x03400".to_vec());
    assert_eq!(denied.unwrap_err(), Refusal::Denied(zap::Status::Denied));
}

#[test]
fn a_client_refuses_what_is_no_ready_of_its_server() {
    let answer = |change: &dyn Fn(&mut Vec<u8>)| {
        let (client, server, initiate) = initiated(&security(true));
        let mut out = Vec::new();
        assert!(matches!(server.handle_command(&initiate, &mut out), Ok(Step::Ready(_))));
        let mut ready = take_body(&mut out);
        change(&mut ready);
        error_of(client.handle_command(&ready, &mut out))
    };
    let malformed = ProtocolError::ZmtpMalformedCommandReady;
    assert_eq!(answer(&|body| body.truncate(29)), malformed);
    assert_eq!(answer(&|body| body.truncate(30)), ProtocolError::ZmtpCryptographic);
    for at in [6, 13, 14, 29, 30, 40] {
        assert_eq!(answer(&|body| body[at] ^= 1), ProtocolError::ZmtpCryptographic);
    }
    assert_eq!(answer(&|body| body[1] = b'x'), ProtocolError::ZmtpUnexpectedCommand);
    let welcome = |body: &mut Vec<u8>| *body = [&b"\x07WELCOME"[..], &[0; 160]].concat();
    assert_eq!(answer(&welcome), ProtocolError::ZmtpUnexpectedCommand);
}

#[test]
fn nothing_of_a_secret_is_printed() {
    let (client, server, _) = initiated(&security(true));
    let text = format!("{client:?} {server:?} {:?}", SharedKey::from_bytes([77; 32]));
    assert!(!text.contains("77, 77"), "{text}");
    assert!(text.contains("SharedKey(..)") && text.contains("SecretKey(..)"));
}
