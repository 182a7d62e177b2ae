//! What subscribers send to publishers (RFC 29; RFC 37, "SUBSCRIBE" and "CANCEL").
#![forbid(unsafe_code)]

use crate::errno::{Errno, Result};
use crate::message::{FLAG_COMMAND, FLAG_MORE, FLAG_ROUTING_ID, Message};
use crate::sys::memory::Room;

/// First byte of a subscription that is a message.
pub(super) const SUBSCRIBE: u8 = 1;
/// First byte of the message that takes a subscription back.
pub(super) const CANCEL: u8 = 0;

/// A frame on its way to a publisher.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Upstream<'a> {
    Subscribe(&'a [u8]),
    Cancel(&'a [u8]),
    /// A part of a message of the application's.
    Part,
    /// Nothing for publishers.
    Other,
}

/// What a frame says.
pub(super) fn parse(flags: u8, body: &[u8]) -> Upstream<'_> {
    if flags & FLAG_COMMAND != 0 {
        return match body {
            [9, b'S', b'U', b'B', b'S', b'C', b'R', b'I', b'B', b'E', topic @ ..] => {
                Upstream::Subscribe(topic)
            }
            [6, b'C', b'A', b'N', b'C', b'E', b'L', topic @ ..] => Upstream::Cancel(topic),
            _ => Upstream::Other,
        };
    }
    if flags & FLAG_ROUTING_ID != 0 {
        return Upstream::Other;
    }
    parse_message(body)
}

/// What a part of a message says.
pub(super) fn parse_message(body: &[u8]) -> Upstream<'_> {
    match body {
        [SUBSCRIBE, topic @ ..] => Upstream::Subscribe(topic),
        [CANCEL, topic @ ..] => Upstream::Cancel(topic),
        _ => Upstream::Part,
    }
}

/// A subscription, or what takes it back, as a message. Errors: ENOMEM.
pub(super) fn emit(first: u8, topic: &[u8]) -> Result<Message> {
    Message::copy_of_both(&[first], topic).ok_or(Errno::ENOMEM)
}

/// The same in place of what `body` held. Errors: ENOMEM.
pub(super) fn emit_into(body: &mut Vec<u8>, first: u8, topic: &[u8]) -> Result<()> {
    body.clear();
    body.make_room(1 + topic.len())?;
    body.push(first);
    body.extend_from_slice(topic);
    Ok(())
}

/// Which parts of a message may be subscriptions (zmq_setsockopt(3), `ZMQ_ONLY_FIRST_SUBSCRIBE`).
#[derive(Default)]
pub(super) struct Scope {
    is_within: bool,
    takes_subscriptions: bool,
}

impl Scope {
    /// What the next part of a message means, `parsed` being what it says.
    pub fn narrow<'a>(
        &mut self,
        parsed: Upstream<'a>,
        flags: u8,
        only_first: bool,
    ) -> Upstream<'a> {
        if !std::mem::replace(&mut self.is_within, flags & FLAG_MORE != 0) {
            let is_part = parsed == Upstream::Part;
            self.takes_subscriptions = !only_first || !is_part;
            return parsed;
        }
        match parsed {
            Upstream::Subscribe(_) | Upstream::Cancel(_) if !self.takes_subscriptions => {
                Upstream::Part
            }
            parsed => parsed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_and_messages_subscribe_alike() {
        assert_eq!(parse(FLAG_COMMAND, b"\x09SUBSCRIBEab"), Upstream::Subscribe(b"ab"));
        assert_eq!(parse(FLAG_COMMAND, b"\x06CANCEL"), Upstream::Cancel(b""));
        for other in [&b""[..], b"\x06CANCE", b"\x04PING", b"\x01a"] {
            assert_eq!(parse(FLAG_COMMAND, other), Upstream::Other);
        }
        assert_eq!(parse(0, b"\x01ab"), Upstream::Subscribe(b"ab"));
        assert_eq!(parse(0, b"\x00"), Upstream::Cancel(b""));
        assert_eq!(parse(0, b""), Upstream::Part);
        assert_eq!(parse(FLAG_ROUTING_ID, b"\x01ab"), Upstream::Other);
    }
}
