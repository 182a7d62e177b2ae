//! Commands and clocks once traffic flows, and the handshake's clock (RFC 37, "Connection
//! Heartbeating").
#![forbid(unsafe_code)]

use super::*;
use crate::engine::{CommandUse, HandshakeFailed, Reason};
use crate::errno::Errno;
use crate::mechanism::ProtocolError;

const MALFORMED: Failure =
    Failure::silent(Reason::Protocol(ProtocolError::ZmtpMalformedCommandUnspecified));

fn beating(ivl_ms: u64, timeout_ms: u64, ttl_ds: u16) -> Config {
    let mut config = config(SocketType::Dealer);
    config.heartbeat_ivl = Some(ms(ivl_ms));
    config.heartbeat_timeout = Some(ms(timeout_ms));
    config.heartbeat_ttl_ds = ttl_ds;
    config
}

#[test]
fn the_handshake_ends_after_its_interval_wherever_it_is() {
    let event = Some(HandshakeFailed::NoDetail(Errno::EAGAIN));
    let expected = Failure { reason: Reason::HandshakeTimeout, event };
    for bytes in
        [b"".as_slice(), SIGNATURE, GREETING, b"\x04\0a", b"\xff\0\0\0\0\0\0\0\x01\x7f\x01\x05"]
    {
        let now = Instant::now();
        let mut config = config(SocketType::Dealer);
        config.handshake_ivl = Some(ms(200));
        let mut engine = Engine::new(config, now);
        engine.handle_input(bytes, now + ms(100)).unwrap();
        assert_eq!(engine.poll_timeout(), Some(now + ms(200)));
        assert_eq!(engine.handle_timeout(now + ms(199)), Ok(()));
        assert_eq!(engine.handle_timeout(now + ms(200)), Err(expected), "{bytes:?}");
        assert_eq!(engine.handle_timeout(now + ms(300)), Err(expected));
        assert_eq!(engine.poll_timeout(), None);
    }
}

#[test]
fn a_complete_handshake_has_no_timeout_left() {
    let now = Instant::now();
    let mut engine = in_traffic(config(SocketType::Dealer), "DEALER", now);
    assert_eq!(engine.poll_timeout(), None);
    assert_eq!(engine.handle_timeout(now + ms(60_000)), Ok(()));
    assert_eq!(engine.poll_output(), None);
}

#[test]
fn if_it_sends_a_ping_command_and_does_not_receive_any_traffic_the_connection_is_dead() {
    let now = Instant::now();
    let mut engine = in_traffic(beating(100, 250, 12), "DEALER", now);
    for at in [100, 200, 300] {
        assert_eq!(engine.poll_timeout(), Some(now + ms(at)));
        engine.handle_timeout(now + ms(at)).unwrap();
        assert_eq!(take_output(&mut engine), b"\x04\x07\x04PING\0\x0c");
    }
    assert_eq!(engine.poll_timeout(), Some(now + ms(350)));
    let dead = Failure::silent(Reason::HeartbeatTimeout);
    assert_eq!(engine.handle_timeout(now + ms(350)), Err(dead));
}

#[test]
fn a_peer_should_treat_any_incoming_traffic_as_a_sign_of_life() {
    let now = Instant::now();
    let mut engine = in_traffic(beating(100, 150, 0), "DEALER", now);
    for beat in 1..=50 {
        let at = now + ms(beat * 100);
        engine.handle_timeout(at).unwrap();
        assert_eq!(take_output(&mut engine), b"\x04\x07\x04PING\0\0");
        engine.handle_traffic();
    }
}

#[test]
fn without_a_timeout_pings_go_on_for_ever() {
    let now = Instant::now();
    let mut config = beating(100, 0, 0);
    config.heartbeat_timeout = None;
    let mut engine = in_traffic(config, "DEALER", now);
    engine.handle_timeout(now + ms(100)).unwrap();
    engine.handle_timeout(now + ms(100_000)).unwrap();
    assert_eq!(engine.poll_timeout(), Some(now + ms(100_100)));
}

#[test]
fn a_2_0_peer_gets_no_ping_and_its_command_frames_are_ignored() {
    let now = Instant::now();
    let mut engine = Engine::new(beating(100, 250, 0), now);
    engine.handle_input(&[SIGNATURE, b"\x01\x05\0\0"].concat(), now).unwrap();
    take_output(&mut engine);
    assert_eq!(engine.poll_timeout(), None);
    assert_eq!(engine.handle_command(b"\x04PING\0\0", || now), Ok(CommandUse::Ignored));
    assert_eq!(engine.handle_command(b"\x07P", || now), Ok(CommandUse::Ignored));
    assert_eq!(engine.poll_output(), None);
}

#[test]
fn a_3_0_peer_is_pinged_and_answered_as_libzmq_4_2_was_one() {
    let now = Instant::now();
    let mut engine = Engine::new(beating(100, 250, 0), now);
    let bytes = [&greeting(3, 0, b"NULL")[..], &ready("DEALER")].concat();
    engine.handle_input(&bytes, now).unwrap();
    take_output(&mut engine);
    engine.handle_timeout(now + ms(100)).unwrap();
    engine.handle_command(b"\x04PING\0\0", || now + ms(100)).unwrap();
    assert_eq!(take_output(&mut engine), b"\x04\x07\x04PING\0\0\x04\x05\x04PONG");
}

#[test]
fn it_shall_respond_with_a_pong_command_that_echoes_the_ping_context() {
    let now = Instant::now();
    let mut engine = in_traffic(config(SocketType::Dealer), "DEALER", now);
    let cases: [(&[u8], &[u8]); 4] = [
        (b"\x04PING\0\0", b"\x04\x05\x04PONG"),
        (b"\x04PING\0\0abc", b"\x04\x08\x04PONGabc"),
        (b"\x04PING\0\0xxxxxxxxxxxxxxxx", b"\x04\x15\x04PONGxxxxxxxxxxxxxxxx"),
        (b"\x04PING\0\0yyyyyyyyyyyyyyyyZ", b"\x04\x15\x04PONGyyyyyyyyyyyyyyyy"),
    ];
    for (ping, pong) in cases {
        assert_eq!(engine.handle_command(ping, || now), Ok(CommandUse::Consumed));
        assert_eq!(take_output(&mut engine), pong);
    }
    assert_eq!(engine.poll_timeout(), None);
}

#[test]
fn a_ping_without_ttl_is_no_ping_and_echoes_nothing() {
    for ping in [&b"\x04PING"[..], b"\x04PING\0"] {
        let now = Instant::now();
        let mut engine = in_traffic(config(SocketType::Dealer), "DEALER", now);
        assert_eq!(engine.handle_command(ping, || now), Err(MALFORMED));
        assert_eq!(engine.poll_output(), None);
        assert!(!engine.is_in_traffic());
    }
}

#[test]
fn if_it_receives_a_ping_with_a_ttl_and_then_no_further_traffic_the_connection_is_dead() {
    let now = Instant::now();
    let mut engine = in_traffic(config(SocketType::Dealer), "DEALER", now);
    engine.handle_traffic();
    engine.handle_command(b"\x04PING\0\x02", || now).unwrap();
    assert_eq!(engine.poll_timeout(), Some(now + ms(200)));
    assert_eq!(engine.handle_timeout(now + ms(199)), Ok(()));
    let dead = Failure::silent(Reason::TtlExpired);
    assert_eq!(engine.handle_timeout(now + ms(200)), Err(dead));
}

#[test]
fn the_maximum_ttl_is_6553_5_seconds_and_traffic_lifts_it() {
    let now = Instant::now();
    let mut engine = in_traffic(config(SocketType::Dealer), "DEALER", now);
    engine.handle_command(b"\x04PING\xff\xff", || now).unwrap();
    assert_eq!(engine.poll_timeout(), Some(now + ms(6_553_500)));
    engine.handle_traffic();
    assert_eq!(engine.poll_timeout(), None);
    engine.handle_command(b"\x04PONG", || now).unwrap();
    assert_eq!(engine.poll_timeout(), None);
}

#[test]
fn a_flood_of_pings_makes_no_storm_of_pongs() {
    let now = Instant::now();
    let mut engine = in_traffic(config(SocketType::Dealer), "DEALER", now);
    for _ in 0..10_000 {
        engine.handle_command(b"\x04PING\0\0xxxxxxxxxxxxxxxx", || now).unwrap();
    }
    let output = take_output(&mut engine);
    assert!(output.len() < 1100 && output.len().is_multiple_of(23));
    engine.handle_command(b"\x04PING\0\0", || now).unwrap();
    assert_eq!(take_output(&mut engine), b"\x04\x05\x04PONG");
}

#[test]
fn output_that_was_written_in_part_goes_on_where_it_stopped() {
    let now = Instant::now();
    let mut engine = in_traffic(config(SocketType::Dealer), "DEALER", now);
    engine.handle_command(b"\x04PING\0\0a", || now).unwrap();
    engine.handle_output(3);
    assert_eq!(engine.poll_output(), Some(&b"PONGa"[..]));
    engine.handle_command(b"\x04PING\0\0b", || now).unwrap();
    assert_eq!(engine.poll_output(), Some(&b"PONGa\x04\x06\x04PONGb"[..]));
    engine.handle_output(13);
    assert_eq!(engine.poll_output(), None);
}

#[test]
fn commands_are_for_the_socket_types_that_use_them() {
    let now = Instant::now();
    let command = |ours, theirs, body: &'static [u8]| {
        in_traffic(config(ours), theirs, now).handle_command(body, || now)
    };
    let (subscribe, cancel) = (b"\x09SUBSCRIBEA", b"\x06CANCELA");
    let topic = Ok(CommandUse::Subscribe(b"A"));
    assert_eq!(command(SocketType::Xpub, "SUB", subscribe), topic);
    assert_eq!(command(SocketType::Pub, "SUB", subscribe), topic);
    assert_eq!(command(SocketType::Pub, "SUB", cancel), Ok(CommandUse::Cancel(b"A")));
    assert_eq!(command(SocketType::Dealer, "DEALER", subscribe), Ok(CommandUse::Ignored));
    assert_eq!(command(SocketType::Radio, "DISH", b"\x04JOINg"), Ok(CommandUse::Join(b"g")));
    assert_eq!(command(SocketType::Radio, "DISH", b"\x05LEAVEg"), Ok(CommandUse::Leave(b"g")));
    assert_eq!(command(SocketType::Pub, "SUB", b"\x04JOINg"), Ok(CommandUse::Ignored));
}

#[test]
fn a_group_has_at_most_255_characters() {
    let now = Instant::now();
    for name in [&b"\x04JOIN"[..], b"\x05LEAVE"] {
        let mut engine = in_traffic(config(SocketType::Radio), "DISH", now);
        assert!(engine.handle_command(&[name, &[b'g'; 255]].concat(), || now).is_ok());
        let long = [name, &[b'g'; 256]].concat();
        assert_eq!(engine.handle_command(&long, || now), Err(MALFORMED));
    }
}

#[test]
fn an_unknown_command_is_ignored_a_malformed_one_and_an_error_are_fatal() {
    let now = Instant::now();
    let mut engine = in_traffic(config(SocketType::Dealer), "DEALER", now);
    for body in [&b"\x03FOO\0"[..], b"\x05READY", b"\x01x"] {
        assert_eq!(engine.handle_command(body, || now), Ok(CommandUse::Ignored));
    }
    for (body, failure) in [
        (&b""[..], MALFORMED),
        (b"\0", MALFORMED),
        (b"\x02R", MALFORMED),
        (b"\x05ERROR\0", Failure::silent(Reason::Error)),
    ] {
        let mut engine = in_traffic(config(SocketType::Dealer), "DEALER", now);
        assert_eq!(engine.handle_command(body, || now), Err(failure));
        assert_eq!(engine.handle_command(b"\x04PONG", || now), Err(failure));
    }
}
