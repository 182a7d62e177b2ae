//! The writing half of any kind.
#![forbid(unsafe_code)]

use crate::errno::{Errno, Result};
use crate::message::{Body, FLAG_MORE, Message, Outbound};

use super::bytes::{BY_REFERENCE, BY_VALUE, ByteWriter, MESSAGE_BY_VALUE};
use super::conflate::ConflateWriter;

/// One of the three kinds.
pub enum Writer {
    Bytes(ByteWriter),
    Conflate(ConflateWriter),
}

impl Writer {
    /// Appends a part; answers a message that it replaced. Messages are taken by the kinds that hold
    /// messages, and where a body travels by reference; otherwise the caller keeps what was copied.
    /// Errors: ENOMEM, and nothing is written or taken.
    #[inline(always)]
    pub fn write(&mut self, part: &mut Outbound<'_>, flags: u8) -> Result<Option<Message>> {
        match self {
            Self::Bytes(writer) => {
                let is_written = if writer.holds_values() {
                    write_value(writer, part, flags)
                } else {
                    match body_to_share(part, writer) {
                        Some(body) => writer.write_body(flags, body),
                        None => writer.write(flags, part.body()),
                    }
                };
                if !is_written {
                    return Err(Errno::ENOMEM);
                }
                if flags & FLAG_MORE == 0 {
                    writer.end_message();
                }
                Ok(None)
            }
            Self::Conflate(writer) => {
                let mut message = part.take_message().ok_or(Errno::ENOMEM)?;
                message.set_flags(flags & !FLAG_MORE);
                Ok(writer.put(message))
            }
        }
    }

    /// Writes a message of one part and makes it visible, if that is no more than copying it to where the last one ended; `messages`
    /// have been completed with it. `false`: nothing was done.
    #[inline(always)]
    pub fn post(&mut self, part: &Outbound<'_>, messages: u32) -> bool {
        match self {
            Self::Bytes(writer) => is_a_copy(part, writer) && writer.post(part.body(), messages),
            Self::Conflate(_) => false,
        }
    }

    /// As [`Self::write`], if that is no more than copying the part to where the last one ended; `false`: nothing was done.
    #[inline(always)]
    pub fn post_part(&mut self, part: &Outbound<'_>, flags: u8) -> bool {
        let Self::Bytes(writer) = self else { return false };
        if !is_a_copy(part, writer) || !writer.post_part(flags, part.body()) {
            return false;
        }
        if flags & FLAG_MORE == 0 {
            writer.end_message();
        }
        true
    }

    /// Makes whole messages visible; `messages` have been completed in all. Answers whether that
    /// filled a segment of bytes.
    #[inline(always)]
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

/// Whether a part is copied wherever it goes, as far as it is not too long for that.
#[inline(always)]
fn is_a_copy(part: &Outbound<'_>, writer: &ByteWriter) -> bool {
    match part {
        Outbound::Slice(_) => true,
        Outbound::Message(message) if writer.holds_values() => {
            message.len() <= MESSAGE_BY_VALUE && message.is_sole()
        }
        Outbound::Message(message) => !message.has_free_function(),
        Outbound::Lent(_) => false,
    }
}

/// Writes to a pipe of messages: little is copied, the rest moves by value.
#[inline(always)]
fn write_value(writer: &mut ByteWriter, part: &mut Outbound<'_>, flags: u8) -> bool {
    match part {
        Outbound::Slice(body) if body.len() <= BY_VALUE => {
            writer.look_ahead(body.len());
            writer.write(flags, body)
        }
        part => {
            writer.look_ahead(0);
            write_message(writer, part, flags)
        }
    }
}

#[inline]
fn write_message(writer: &mut ByteWriter, part: &mut Outbound<'_>, flags: u8) -> bool {
    match part {
        Outbound::Message(message) if message.len() <= MESSAGE_BY_VALUE && message.is_sole() => {
            writer.write(flags, message.data())
        }
        Outbound::Message(message) => writer.write_value(flags, message),
        Outbound::Slice(body) => {
            Message::copy_of(body).is_some_and(|mut copy| writer.write_value(flags, &mut copy))
        }
        Outbound::Lent(body) => Message::copy_of(body.as_slice())
            .is_some_and(|mut copy| writer.write_value(flags, &mut copy)),
    }
}

/// The body of a part that is not copied: a large one, and without a connection also one with a free
/// function. Programs take the call of that function as the news that the part was sent
/// (zmq_msg_init_data(3): "no longer required").
#[inline(always)]
fn body_to_share(part: &Outbound<'_>, writer: &ByteWriter) -> Option<Body> {
    let message = match part {
        Outbound::Slice(_) => return None,
        Outbound::Lent(body) => return Some((*body).clone()),
        Outbound::Message(message) => message,
    };
    if message.len() >= BY_REFERENCE {
        return message.body();
    }
    let is_awaited = message.has_free_function() && !message.is_empty() && !writer.is_flowing();
    if is_awaited { message.body() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{BodyBuf, Inbound};
    use crate::pipe::bytes::bytes;

    fn message(len: usize) -> Message {
        let mut buf = BodyBuf::new(len).unwrap();
        buf.put(&vec![7; len]);
        Message::from_body(buf.finish().unwrap())
    }

    #[test]
    fn a_body_without_a_free_function_is_shared_only_if_it_is_large() {
        let (writer, _reader) = bytes(false);
        for (len, is_shared) in [(1000, false), (BY_REFERENCE, true)] {
            let shared = body_to_share(&Outbound::Message(&mut message(len)), &writer);
            assert_eq!(shared.is_some(), is_shared);
        }
    }

    #[test]
    fn what_is_more_than_copied_is_not_posted() {
        let (bytes_writer, _reader) = bytes(false);
        let (values_writer, _reader) = bytes(true);
        let shared = message(8);
        let cases = [
            (&mut message(8), [true, true]),
            (&mut shared.clone(), [true, false]),
            (&mut message(MESSAGE_BY_VALUE + 1), [true, false]),
        ];
        for (message, expected) in cases {
            let part = Outbound::Message(message);
            assert_eq!([&bytes_writer, &values_writer].map(|w| is_a_copy(&part, w)), expected);
        }
        assert!(!shared.is_empty());
    }

    #[test]
    fn small_shared_bodies_come_out_as_they_went_in() {
        let (mut writer, mut reader) = bytes(false);
        for i in 1..100u32 {
            assert!(writer.write_body(FLAG_MORE, message(i as usize).body().unwrap()));
            assert!(writer.write_body(0, message(3).body().unwrap()));
            writer.end_message();
            writer.commit(i);
        }
        for i in 1..100usize {
            for (len, flags) in [(i, FLAG_MORE), (3, 0)] {
                let mut part = Message::new();
                assert_eq!(reader.read(&mut Inbound::Message(&mut part)), Some(flags));
                assert_eq!(part.data(), vec![7; len]);
            }
        }
    }
}
