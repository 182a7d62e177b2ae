//! The byte pipe: canonical ZMTP 2/3 frames (RFC 37) in a chain of segments.
//!
//! Invariants
//! - A frame never spans segments, but for a large body, which is a segment of its own right after the
//!   one that ends with its header.
//! - The writer alone touches bytes from a segment's published length on; the reader only those before.
//! - A sealed segment has a successor and grows no more; it is sealed in the same store that makes the
//!   rest of the message visible, so that a reader sees whole messages at all times.
//! - The reader frees a segment when it steps past it; those of a log, which several pipes read, are counted.
//! - Without memory for a segment a frame is not written, and nothing else changes.
// What lies behind a raw pointer is changed by who has the one `&mut` to its half.
#![allow(clippy::needless_pass_by_ref_mut)]

mod gate;
mod intake;
mod outtake;
mod reader;
mod segment;
mod values;
mod writer;

use crate::sync::{Joint, try_joint};

pub use reader::ByteReader;
pub use writer::ByteWriter;

/// Bytes of the caller's up to this size are copied into a pipe that holds values; more become a message.
pub const BY_VALUE: usize = 1024;
/// A message whose content lies elsewhere moves by value when it is larger than this; below, the bytes are nearer
/// than what points to them.
pub const MESSAGE_BY_VALUE: usize = 128;
/// Message bodies from this size on always travel by reference.
pub const BY_REFERENCE: usize = 32 * 1024;

/// An empty byte pipe; `holds_values` says whether frames may hold messages by value (inproc).
pub fn bytes(holds_values: bool) -> (ByteWriter, ByteReader) {
    let first = Box::into_raw(Box::new(segment::Segment::without_room()));
    halves(Joint::new(segment::Shared::new(first, holds_values)), first)
}

/// As [`bytes`]; `None` without memory.
fn try_bytes(holds_values: bool) -> Option<(ByteWriter, ByteReader)> {
    // Without room: a direction in which nothing is sent costs no memory for it.
    let first = segment::Segment::empty()?;
    // What is shared owns the segment from here on.
    Some(halves(try_joint(segment::Shared::new(first, holds_values))?, first))
}

fn halves(
    shared: Joint<segment::Shared>,
    first: *mut segment::Segment,
) -> (ByteWriter, ByteReader) {
    (ByteWriter::new(Joint::clone(&shared), first), ByteReader::new(shared, first))
}

#[cfg(test)]
mod tests;
