//! A whole conversation, octet by octet: `tests/vectors/curve.txt`, which `curve.py` beside it computes with
//! libsodium and without this library. Each line is a name and the body of a frame; the ends have the keys and
//! the random numbers that are spelled out there.
#![forbid(unsafe_code)]

use super::tests::{go_on, local, security, start, take_body};
use crate::mechanism::cipher::{Opener, Sealer};
use crate::mechanism::{Mechanism, Ready, Security, Step};
use crate::options::SocketType;
use crate::sys::random::script;
use crate::wire::frame::{FLAG_COMMAND, FLAG_MORE, Parsed, parse_header};

const TRANSCRIPT: &str = include_str!("../../../tests/vectors/curve.txt");

/// In the order of the handshake: C', S', the cookie's key and nonce, the nonces of WELCOME and the vouch.
const DRAWS: [u8; 6] = [0xc1, 0xc2, 0xc3, 0xc4, 0xc5, 0xc6];

/// The bodies of this name.
fn known(name: &str) -> Vec<Vec<u8>> {
    let hex = |text: &str| -> Vec<u8> {
        let digits = text.as_bytes().chunks(2);
        digits.map(|two| u8::from_str_radix(str::from_utf8(two).unwrap(), 16).unwrap()).collect()
    };
    let lines = TRANSCRIPT.lines().filter_map(|line| line.split_once(' '));
    lines.filter(|(of, _)| *of == name).map(|(_, body)| hex(body)).collect()
}

fn the(name: &str) -> Vec<u8> {
    let [body] = known(name).try_into().expect("one of this name");
    body
}

fn ready(mechanism: Mechanism, body: &[u8], out: &mut Vec<u8>) -> Ready {
    match mechanism.handle_command(body, out) {
        Ok(Step::Ready(ready)) => ready,
        step => panic!("{step:?}"),
    }
}

/// Both ends after their handshake, in which each command is the known one.
fn met(server: &Security, client: &Security) -> [(Sealer, Opener); 2] {
    let mut out = Vec::new();
    let client = start(client, &local(SocketType::Dealer, b"me"), &mut out);
    assert_eq!(take_body(&mut out), the("HELLO"));
    let server = start(server, &local(SocketType::Router, b""), &mut out);
    let server = go_on(server, &the("HELLO"), &mut out);
    assert_eq!(take_body(&mut out), the("WELCOME"));
    let client = go_on(client, &the("WELCOME"), &mut out);
    assert_eq!(take_body(&mut out), the("INITIATE"));
    let server = ready(server, &the("INITIATE"), &mut out);
    assert_eq!(take_body(&mut out), the("READY"));
    let client = ready(client, &the("READY"), &mut out);
    assert!(out.is_empty());
    [client, server].map(|end| end.cipher.unwrap().split())
}

#[test]
fn both_ends_say_what_libsodium_makes_of_rfc_26() {
    let [mut client, mut server] =
        script::during(&DRAWS, || met(&security(true), &security(false)));
    let long: Vec<u8> = (0..300_u32).map(|i| (i * 7) as u8).collect();
    let from_client = [(FLAG_MORE, &b"hello"[..]), (0, b""), (0, &long)];
    let from_server = [(FLAG_COMMAND, &b"\x04PING\0\0ctx"[..]), (0, b"world")];
    let ways = [
        (&mut client.0, &mut server.1, "C", &from_client[..]),
        (&mut server.0, &mut client.1, "S", &from_server),
    ];
    for (sealer, opener, name, messages) in ways {
        let known = known(name);
        assert_eq!(known.len(), messages.len());
        for ((flags, body), mut known) in messages.iter().zip(known) {
            let mut out = Vec::new();
            sealer.emit(*flags, b"", body, &mut out).unwrap();
            let Parsed::Header(header) = parse_header(&out) else { panic!("no frame") };
            assert!(!header.is_command());
            assert_eq!(out[header.header_len..], known);
            let opened = opener.open(&mut known).unwrap();
            assert_eq!((opened.flags, &known[opened.content_at..]), (*flags, *body));
        }
    }
}
