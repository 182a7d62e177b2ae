//! The I/O side of a byte pipe: what is written is taken, and what was received is put in, by ranges of bytes.
#![forbid(unsafe_code)]

use super::{COUNT, PipeEnd};
use crate::pipe::bytes::{ByteReader, ByteWriter};
use crate::pipe::reader::Reader;
use crate::pipe::writer::Writer;

impl PipeEnd {
    /// The reading half by ranges, if it is bytes. What is consumed is reported to
    /// [`Self::note_passed`].
    pub fn egress(&mut self) -> Option<&mut ByteReader> {
        match &mut self.reader {
            Reader::Bytes(reader) if !reader.holds_values() => Some(reader),
            Reader::Bytes(_) | Reader::Conflate(_) => None,
        }
    }

    /// Messages read so far, modulo 2^31.
    pub fn messages_read(&self) -> u32 {
        self.read
    }

    /// Notes that `messages` in all, modulo 2^31, have been passed on to the kernel.
    pub fn note_passed(&mut self, messages: u32) {
        let n = messages.wrapping_sub(self.read) & COUNT;
        if n > 0 {
            self.note_messages_read(n);
        }
    }

    /// The writing half for received bytes, if it is bytes.
    pub fn intake(&mut self) -> Option<&mut ByteWriter> {
        match &mut self.writer {
            Writer::Bytes(writer) if !writer.holds_values() => Some(writer),
            Writer::Bytes(_) | Writer::Conflate(_) => None,
        }
    }

    /// Counts `n` messages that the intake has passed on; [`Self::commit`] makes them visible.
    pub fn note_received(&mut self, n: u32) {
        self.written = (self.written + n) & COUNT;
    }
}
