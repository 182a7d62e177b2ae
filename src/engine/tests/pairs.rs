//! Two engines wired to each other, their octets cut in every way.
#![forbid(unsafe_code)]

use super::*;
use crate::mechanism::compatibility::is_compatible;

/// Carries up to `chunk_len` octets from one end to the other; false if there were none.
fn carry(from: &mut Engine, to: &mut Engine, chunk_len: usize) -> Result<bool, Failure> {
    let Some(output) = from.poll_output() else { return Ok(false) };
    let chunk = output[..chunk_len.min(output.len())].to_vec();
    assert_eq!(to.handle_input(&chunk, Instant::now())?, chunk.len());
    from.handle_output(chunk.len());
    Ok(true)
}

fn shake(ends: &mut [Engine; 2], lens: [usize; 2]) -> Result<(), Failure> {
    let [a, b] = ends;
    loop {
        let moved = [carry(a, b, lens[0])?, carry(b, a, lens[1])?];
        if moved == [false, false] {
            return Ok(());
        }
    }
}

#[test]
fn two_ends_meet_however_the_octets_are_cut() {
    for lens in [[1, 1], [1, usize::MAX], [usize::MAX, usize::MAX], [7, 64], [11, 53], [64, 2]] {
        let mut ends = [named(SocketType::Dealer, b"me"), named(SocketType::Router, b"you")]
            .map(|config| Engine::new(config, Instant::now()));
        assert_eq!(shake(&mut ends, lens), Ok(()));
        let [client, server] = ends.each_mut().map(|end| poll_peer(end).unwrap());
        assert_eq!(client.metadata.routing_id, b"you");
        assert_eq!(client.metadata.socket_type, Some(SocketType::Router));
        assert_eq!(server.metadata.routing_id, b"me");
        assert_eq!(server.version, (3, 1));
    }
}

#[test]
fn every_pair_of_socket_types_meets_if_and_only_if_it_is_legal() {
    for &ours in SocketType::ALL {
        for &theirs in SocketType::ALL {
            let mut ends =
                [ours, theirs].map(|socket_type| Engine::new(config(socket_type), Instant::now()));
            let is_met = shake(&mut ends, [usize::MAX; 2]).is_ok();
            assert_eq!(is_met, is_compatible(ours, theirs), "{ours} with {theirs}");
        }
    }
}

#[test]
fn heartbeats_of_two_ends_keep_both_alive() {
    let now = Instant::now();
    let beating = |ivl_ms| {
        let mut config = config(SocketType::Pair);
        config.heartbeat_ivl = Some(ms(ivl_ms));
        config.heartbeat_timeout = Some(ms(50));
        config.heartbeat_ttl_ds = 1;
        in_traffic(config, "PAIR", now)
    };
    let mut ends = [beating(30), beating(70)];
    for at in (0..2_000).step_by(10).map(|at| now + ms(at)) {
        for end in &mut ends {
            assert_eq!(end.handle_timeout(at), Ok(()));
        }
        // Ping, pong and what is left: three rounds carry everything.
        for _ in 0..3 {
            let outputs = ends.each_mut().map(take_output);
            deliver(&mut ends[0], &outputs[1], at);
            deliver(&mut ends[1], &outputs[0], at);
        }
    }
}

fn deliver(end: &mut Engine, mut bytes: &[u8], now: Instant) {
    use crate::wire::frame::{Parsed, parse_header};
    if !bytes.is_empty() {
        end.handle_traffic();
    }
    while let Parsed::Header(header) = parse_header(bytes) {
        let (frame, rest) = bytes.split_at(header.frame_len().unwrap());
        assert!(header.is_command());
        end.handle_command(&frame[header.header_len..], || now).unwrap();
        bytes = rest;
    }
}
