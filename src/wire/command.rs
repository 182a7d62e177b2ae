//! Commands: one frame with a name and data (RFC 37, grammar of `command`).
//!
//! [`parse`] takes a frame's body; the emitters append whole frames. Which command is allowed when is
//! the business of `mechanism` and `engine`.
#![forbid(unsafe_code)]

use crate::wire::Malformed;
use crate::wire::frame::{FLAG_COMMAND, MAX_HEADER_LEN, emit_header};

/// Octets of the longest context of a PING.
pub const MAX_PING_CONTEXT_LEN: usize = 16;

/// Begins the handshake of PLAIN or CURVE.
pub const HELLO: &[u8] = b"HELLO";
/// Answers HELLO.
pub const WELCOME: &[u8] = b"WELCOME";
/// The client's metadata in PLAIN and CURVE.
pub const INITIATE: &[u8] = b"INITIATE";
/// Ends a mechanism's handshake with metadata.
pub const READY: &[u8] = b"READY";
/// Ends a mechanism's handshake with a refusal.
pub const ERROR: &[u8] = b"ERROR";
/// Asks for a sign of life.
pub const PING: &[u8] = b"PING";
/// Gives a sign of life.
pub const PONG: &[u8] = b"PONG";
/// Adds a subscription.
pub const SUBSCRIBE: &[u8] = b"SUBSCRIBE";
/// Removes a subscription.
pub const CANCEL: &[u8] = b"CANCEL";
/// Enters a group.
pub const JOIN: &[u8] = b"JOIN";
/// Leaves a group.
pub const LEAVE: &[u8] = b"LEAVE";

/// A command's two parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Command<'a> {
    /// 1 to 255 octets.
    pub name: &'a [u8],
    /// The rest of the body.
    pub data: &'a [u8],
}

/// Reads the body of a command frame.
pub fn parse(body: &[u8]) -> Result<Command<'_>, Malformed> {
    let (&name_len, rest) = body.split_first().ok_or(Malformed)?;
    let (name, data) = rest.split_at_checked(usize::from(name_len)).ok_or(Malformed)?;
    if name.is_empty() { Err(Malformed) } else { Ok(Command { name, data }) }
}

/// Appends the frame of the command `name`, whose data is the concatenation of `data`, to `out`.
pub fn emit(out: &mut Vec<u8>, name: &[u8], data: &[&[u8]]) {
    let name = &name[..name.len().min(255)];
    let body_len = 1 + name.len() + data.iter().map(|part| part.len()).sum::<usize>();
    let mut header = [0; MAX_HEADER_LEN];
    let header_len = emit_header(&mut header, FLAG_COMMAND, body_len);
    out.reserve(header_len + body_len);
    out.extend_from_slice(&header[..header_len]);
    out.push(name.len() as u8);
    out.extend_from_slice(name);
    data.iter().for_each(|part| out.extend_from_slice(part));
}

/// The data of a PING.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ping<'a> {
    /// Tenths of a second after which the sender wants to be given up; 0 for never.
    pub ttl_ds: u16,
    /// At most [`MAX_PING_CONTEXT_LEN`] octets, to be echoed.
    pub context: &'a [u8],
}

/// Reads the data of a PING. A longer context is cut, as libzmq does; a missing TTL is malformed.
pub fn parse_ping(data: &[u8]) -> Result<Ping<'_>, Malformed> {
    let (ttl, context) = data.split_first_chunk::<2>().ok_or(Malformed)?;
    let context = &context[..context.len().min(MAX_PING_CONTEXT_LEN)];
    Ok(Ping { ttl_ds: u16::from_be_bytes(*ttl), context })
}

/// Appends a PING without context to `out`.
pub fn emit_ping(out: &mut Vec<u8>, ttl_ds: u16) {
    emit(out, PING, &[&ttl_ds.to_be_bytes()]);
}

/// Appends a PONG that echoes `context` to `out`.
pub fn emit_pong(out: &mut Vec<u8>, context: &[u8]) {
    emit(out, PONG, &[&context[..context.len().min(MAX_PING_CONTEXT_LEN)]]);
}

/// Reads the data of an ERROR: its reason. What follows the reason is ignored, as libzmq does.
pub fn parse_error(data: &[u8]) -> Result<&[u8], Malformed> {
    let (&reason_len, rest) = data.split_first().ok_or(Malformed)?;
    rest.get(..usize::from(reason_len)).ok_or(Malformed)
}

/// Appends an ERROR with `reason`, cut to 255 octets, to `out`.
pub fn emit_error(out: &mut Vec<u8>, reason: &[u8]) {
    let reason = &reason[..reason.len().min(255)];
    emit(out, ERROR, &[&[reason.len() as u8], reason]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::frame::{Parsed, parse_header};

    fn body(frame: &[u8]) -> &[u8] {
        let Parsed::Header(header) = parse_header(frame) else { panic!("no header") };
        assert_eq!(header.frame_len(), Some(frame.len()));
        &frame[header.header_len..]
    }

    #[test]
    fn a_command_body_is_a_name_and_data() {
        let command = Command { name: SUBSCRIBE, data: b"A" };
        assert_eq!(parse(b"\x09SUBSCRIBEA"), Ok(command));
        let mut out = Vec::new();
        emit(&mut out, SUBSCRIBE, &[b"A"]);
        assert_eq!(out, b"\x04\x0b\x09SUBSCRIBEA");
    }

    #[test]
    fn a_command_name_has_1_to_255_characters() {
        for bad in [&b""[..], b"\0", b"\0x", b"\x02R", b"\xffR"] {
            assert_eq!(parse(bad), Err(Malformed), "{bad:?}");
        }
        assert_eq!(parse(b"\x01R"), Ok(Command { name: b"R", data: b"" }));
    }

    #[test]
    fn if_the_body_is_256_or_more_octets_the_command_should_use_a_long_size_field() {
        let mut out = Vec::new();
        emit(&mut out, CANCEL, &[&[7; 249]]);
        assert_eq!(out[..9], [6, 0, 0, 0, 0, 0, 0, 1, 0]);
        assert_eq!(parse(body(&out)).unwrap().data, [7; 249]);
    }

    #[test]
    fn a_ping_is_a_ttl_in_network_order_and_a_context() {
        let mut out = Vec::new();
        emit_ping(&mut out, 12);
        assert_eq!(out, b"\x04\x07\x04PING\0\x0c");
        assert_eq!(parse_ping(b"\x01\0abc"), Ok(Ping { ttl_ds: 256, context: b"abc" }));
        assert_eq!(parse_ping(b"\0"), Err(Malformed));
        assert_eq!(parse_ping(b""), Err(Malformed));
    }

    #[test]
    fn a_ping_context_must_not_exceed_16_octets() {
        let ping = parse_ping(b"\0\0yyyyyyyyyyyyyyyyZ").unwrap();
        assert_eq!(ping.context, b"yyyyyyyyyyyyyyyy");
        let mut out = Vec::new();
        emit_pong(&mut out, b"yyyyyyyyyyyyyyyyZ");
        assert_eq!(out, b"\x04\x15\x04PONGyyyyyyyyyyyyyyyy");
    }

    #[test]
    fn an_error_reason_is_a_short_string() {
        let mut out = Vec::new();
        emit_error(&mut out, b"400");
        assert_eq!(out, b"\x04\x0a\x05ERROR\x03400");
        assert_eq!(parse_error(b"\x03400"), Ok(&b"400"[..]));
        assert_eq!(parse_error(b"\x01bxx"), Ok(&b"b"[..]));
        assert_eq!(parse_error(b""), Err(Malformed));
        assert_eq!(parse_error(b"\x07b"), Err(Malformed));
    }
}
