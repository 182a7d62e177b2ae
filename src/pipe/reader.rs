//! The reading half of any kind.
#![forbid(unsafe_code)]

use crate::message::{Inbound, defer};

use super::bytes::ByteReader;
use super::conflate::ConflateReader;

/// One of the three kinds.
pub enum Reader {
    Bytes(ByteReader),
    Conflate(ConflateReader),
}

/// The next part, left in place.
pub struct View<'a> {
    /// Flag bits (`FLAG_*`).
    pub flags: u8,
    /// The bytes.
    pub body: &'a [u8],
}

impl Reader {
    /// Whether a part can be read; if so, all parts of its message can.
    #[inline]
    pub fn has_part(&mut self) -> bool {
        match self {
            // A frame that the I/O side dealt with is never published last.
            Self::Bytes(reader) => reader.has_bytes(),
            Self::Conflate(reader) => reader.has_part(),
        }
    }

    /// Has who writes for several pipes look for sleepers.
    #[inline]
    pub fn note_sleep(&self) {
        match self {
            Self::Bytes(reader) => reader.note_sleep(),
            Self::Conflate(_) => {}
        }
    }

    /// Whether there is so much to read that it is worth a call to the kernel.
    pub fn has_batch(&self) -> bool {
        match self {
            Self::Bytes(reader) => reader.has_batch(),
            Self::Conflate(reader) => reader.has_part(),
        }
    }

    /// The next part, left in place.
    #[inline]
    pub fn peek(&mut self) -> Option<View<'_>> {
        match self {
            Self::Bytes(reader) => {
                reader.frame().map(|frame| View { flags: frame.flags, body: frame.body })
            }
            Self::Conflate(reader) => {
                let message = reader.front()?;
                Some(View { flags: message.flags(), body: message.data() })
            }
        }
    }

    /// Moves the next part to `sink`; answers its flags.
    #[inline(always)]
    pub fn read(&mut self, sink: &mut Inbound<'_>) -> Option<u8> {
        let part = match self {
            Self::Bytes(reader) => return reader.read(sink),
            Self::Conflate(reader) => reader.pop()?,
        };
        let flags = part.flags();
        defer(sink.put_message(part));
        Some(flags)
    }

    /// As [`Self::read`], if the part has no other flags than these, is known to be there and no more than copied; otherwise
    /// nothing has happened.
    #[inline(always)]
    pub fn take(&mut self, sink: &mut Inbound<'_>, allowed: u8) -> Option<u8> {
        match self {
            Self::Bytes(reader) => reader.take(sink, allowed),
            Self::Conflate(_) => None,
        }
    }

    /// Steps over the next part; answers its flags.
    pub fn skip(&mut self) -> Option<u8> {
        self.read(&mut Inbound::Slice { buf: &mut [], size: 0 })
    }
}
