//! The writing half of any kind.
#![forbid(unsafe_code)]

use crate::message::{FLAG_MORE, Message, Outbound};

use super::bytes::{BY_REFERENCE, ByteWriter};
use super::conflate::ConflateWriter;
use super::ring::RingWriter;

/// One of the three kinds.
pub enum Writer {
    Bytes(ByteWriter),
    Conflate(ConflateWriter),
    Ring(RingWriter),
}

impl Writer {
    /// Appends a part. Messages are taken by the kinds that hold messages, and where a large body can
    /// travel by reference; otherwise the caller keeps what was copied.
    #[inline]
    pub fn write(&mut self, part: &mut Outbound<'_>, flags: u8) -> Option<Message> {
        match self {
            Self::Bytes(writer) => {
                match large_body(part) {
                    Some(body) => writer.write_body(flags, body),
                    None => writer.write(flags, part.body()),
                }
                if flags & FLAG_MORE == 0 {
                    writer.end_message();
                }
                None
            }
            Self::Ring(writer) => {
                let mut message = part.take_message();
                message.set_flags(flags);
                writer.push(message);
                None
            }
            Self::Conflate(writer) => {
                let mut message = part.take_message();
                message.set_flags(flags & !FLAG_MORE);
                writer.put(message)
            }
        }
    }

    /// Makes whole messages visible; `messages` have been completed in all. Answers whether that
    /// filled a segment of bytes.
    #[inline]
    pub fn commit(&mut self, messages: u32) -> bool {
        match self {
            Self::Bytes(writer) => return writer.commit(messages),
            Self::Ring(writer) => writer.commit(),
            Self::Conflate(_) => {}
        }
        false
    }

    /// Whether parts of an unfinished message were written.
    pub fn has_unfinished(&self) -> bool {
        match self {
            Self::Bytes(writer) => writer.has_unfinished(),
            Self::Ring(writer) => writer.has_uncommitted(),
            Self::Conflate(_) => false,
        }
    }

    /// Takes the parts of an unfinished message back; messages among them go to `out`.
    pub fn rollback(&mut self, out: impl FnMut(Message)) {
        match self {
            Self::Bytes(writer) => writer.rollback(),
            Self::Ring(writer) => writer.rollback(out),
            Self::Conflate(_) => {}
        }
    }
}

fn large_body(part: &Outbound<'_>) -> Option<crate::message::Body> {
    match part {
        Outbound::Message(message) if message.len() >= BY_REFERENCE => message.body(),
        Outbound::Message(_) | Outbound::Slice(_) => None,
    }
}
