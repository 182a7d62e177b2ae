//! The writing half of any kind.
#![forbid(unsafe_code)]

use crate::message::{FLAG_MORE, Message, Outbound};

use super::bytes::{BY_REFERENCE, BY_VALUE, ByteWriter};
use super::conflate::ConflateWriter;

/// One of the three kinds.
pub enum Writer {
    Bytes(ByteWriter),
    Conflate(ConflateWriter),
}

impl Writer {
    /// Appends a part. Messages are taken by the kinds that hold messages, and where a large body can
    /// travel by reference; otherwise the caller keeps what was copied.
    #[inline]
    pub fn write(&mut self, part: &mut Outbound<'_>, flags: u8) -> Option<Message> {
        match self {
            Self::Bytes(writer) => {
                if writer.holds_values() {
                    write_value(writer, part, flags);
                } else {
                    match large_body(part) {
                        Some(body) => writer.write_body(flags, body),
                        None => writer.write(flags, part.body()),
                    }
                }
                if flags & FLAG_MORE == 0 {
                    writer.end_message();
                }
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
            Self::Bytes(writer) => writer.commit(messages),
            Self::Conflate(_) => false,
        }
    }

    /// Whether parts of an unfinished message were written.
    pub fn has_unfinished(&self) -> bool {
        match self {
            Self::Bytes(writer) => writer.has_unfinished(),
            Self::Conflate(_) => false,
        }
    }

    /// Takes the parts of an unfinished message back.
    pub fn rollback(&mut self) {
        match self {
            Self::Bytes(writer) => writer.rollback(),
            Self::Conflate(_) => {}
        }
    }
}

/// Writes to a pipe of messages: little is copied, the rest moves by value.
#[inline]
fn write_value(writer: &mut ByteWriter, part: &mut Outbound<'_>, flags: u8) {
    match part {
        Outbound::Slice(body) if body.len() <= BY_VALUE => writer.write(flags, body),
        Outbound::Message(message) if message.is_plain() => writer.write(flags, message.data()),
        Outbound::Slice(_) | Outbound::Message(_) => {
            let mut message = part.take_message();
            message.set_flags(flags);
            writer.write_value(flags, message);
        }
    }
}

fn large_body(part: &Outbound<'_>) -> Option<crate::message::Body> {
    match part {
        Outbound::Message(message) if message.len() >= BY_REFERENCE => message.body(),
        Outbound::Message(_) | Outbound::Slice(_) => None,
    }
}
