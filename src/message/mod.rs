//! One message part as the application holds it (zmq_msg_init(3)).
//!
//! A [`Message`] is the 64 bytes of `zmq_msg_t`, plain data that bindings move by `memcpy`: it never
//! points into itself. Between a socket and the kernel there are no messages, only encoded frames
//! (see `pipe`); a message exists where the application can see it.

use std::sync::Arc;

mod deferred;
mod group;
mod lack;
mod metadata;
mod repr;

pub use deferred::{defer, has_deferred, release_deferred};
pub use group::GROUP_MAX_LENGTH;
pub use lack::{note_lack, take_lack};
pub use metadata::Metadata;
pub use repr::{Body, BodyBuf, FreeFn, Message};

/// Another part of the same message follows (RFC 23, flag bit 0).
pub const FLAG_MORE: u8 = 1;
/// The frame is a command (RFC 23, flag bit 2).
pub const FLAG_COMMAND: u8 = 4;
/// In a pipe only: the frame carries the peer's routing id, not a message.
pub const FLAG_ROUTING_ID: u8 = 0x40;
/// In a pipe only: the frame holds a message by value, not bytes.
pub const FLAG_VALUE: u8 = 0x10;
/// In a pipe only: the frame was dealt with by the I/O side; readers step over it.
pub const FLAG_SKIP: u8 = 0x80;

/// Where a received part goes: into the caller's memory (`zmq_recv`) or into a message.
pub enum Inbound<'a> {
    /// The caller's buffer; `size` becomes the part's full size, also when it was cut.
    Slice {
        /// Memory to fill; what does not fit is cut.
        buf: &'a mut [u8],
        /// Full size of the part that was read.
        size: usize,
    },
    /// The caller's message, whose old content is released. It has no free function, or is none of the user's.
    Message(&'a mut Message),
}

impl Inbound<'_> {
    /// Full size of the part that was received.
    #[inline(always)]
    pub fn size(&self) -> usize {
        match self {
            Self::Slice { size, .. } => *size,
            Self::Message(message) => message.len(),
        }
    }

    /// Copies `body` in.
    #[inline(always)]
    pub fn put_slice(&mut self, body: &[u8]) {
        match self {
            Self::Slice { buf, size } => {
                let n = body.len().min(buf.len());
                buf[..n].copy_from_slice(&body[..n]);
                *size = body.len();
            }
            Self::Message(message) => **message = Message::from_slice(body),
        }
    }

    /// Copies the body of a part in that has these flags and came from `origin`; `false` without memory for it.
    #[inline(always)]
    pub fn copy(&mut self, body: &[u8], flags: u8, origin: Option<&Arc<Metadata>>) -> bool {
        match self {
            Self::Slice { .. } => {
                self.put_slice(body);
                true
            }
            Self::Message(message) => match Message::copy_of(body) {
                Some(part) => {
                    **message = part;
                    message.set_flags(flags);
                    message.set_metadata(origin);
                    true
                }
                None => false,
            },
        }
    }

    /// Hands `part` over; answers what is left for the caller to drop where no lock is held.
    pub fn put_message(&mut self, part: Message) -> Message {
        match self {
            Self::Slice { .. } => {
                self.put_slice(part.data());
                part
            }
            Self::Message(message) => std::mem::replace(*message, part),
        }
    }
}

/// A part on its way out: the caller's memory (`zmq_send`) or the caller's message.
pub enum Outbound<'a> {
    /// Bytes that stay the caller's.
    Slice(&'a [u8]),
    /// A message; a pipe may take its content and leave an empty one.
    Message(&'a mut Message),
    /// Bytes that stay the caller's, and that a connection may send from where they are before they are taken back.
    Lent(&'a Body),
}

impl Outbound<'_> {
    /// The bytes of the part.
    #[inline(always)]
    pub fn body(&self) -> &[u8] {
        match self {
            Self::Slice(body) => body,
            Self::Message(message) => message.data(),
            Self::Lent(body) => body.as_slice(),
        }
    }

    /// The part as a message of its own, taking the caller's where there is one. `None` without memory for
    /// a copy.
    pub fn take_message(&mut self) -> Option<Message> {
        match self {
            Self::Slice(body) => Message::copy_of(body),
            Self::Message(message) => Some(std::mem::take(*message)),
            Self::Lent(body) => Message::copy_of(body.as_slice()),
        }
    }
}
