//! Frames that hold a message by value (inproc): its 64 bytes lie in the stream, so that a body moves by
//! pointer and without an allocation.
//!
//! Such a frame has [`FLAG_VALUE`]; its body is padding up to the alignment of a message, then the
//! message. Whoever steps over the frame takes the message out; what nobody reads is taken out when the
//! stream is dropped.

use std::mem::{align_of, size_of};

use crate::message::{FLAG_VALUE, Message};

use super::segment::Segment;

/// Most bytes that such a frame takes: header, padding, message.
pub const MOST_LEN: usize = 2 + align_of::<Message>() + size_of::<Message>();

/// Writes the frame to `at`; answers its length.
///
/// # Safety
/// `at` is valid for writes of [`MOST_LEN`] bytes.
#[inline]
pub unsafe fn emit(at: *mut u8, flags: u8, message: Message) -> usize {
    // SAFETY: within MOST_LEN.
    let padding = unsafe { at.add(2) }.align_offset(align_of::<Message>());
    let len = padding + size_of::<Message>();
    // SAFETY: within MOST_LEN.
    unsafe { at.cast::<[u8; 2]>().write([flags | FLAG_VALUE, len as u8]) };
    // SAFETY: within MOST_LEN, and aligned by the padding.
    unsafe { at.add(2 + padding).cast::<Message>().write(message) };
    2 + len
}

/// Where the message of a frame lies whose body is `len` bytes at `body`.
///
/// # Safety
/// The body was written by [`emit`].
#[inline]
pub unsafe fn place(body: *const u8, len: usize) -> *const Message {
    // SAFETY: the message is the body's end.
    unsafe { body.add(len - size_of::<Message>()) }.cast()
}

/// Takes the messages out of the frames in `from..to` of a segment.
///
/// # Safety
/// Whole frames lie there, written by a writer of values, and nobody will read them.
pub unsafe fn take_all(segment: &Segment, from: usize, to: usize, mut out: impl FnMut(Message)) {
    let mut at = from;
    while at + 2 <= to {
        // SAFETY: a frame begins at `at`, and its first two bytes are before `to`.
        let [flags, short] = unsafe { segment.data().add(at).cast::<[u8; 2]>().read() };
        let (header, len) = match flags & 2 {
            0 => (2, usize::from(short)),
            _ => {
                // SAFETY: a long header has nine bytes, of which the last eight are the length.
                let len = unsafe { segment.data().add(at + 1).cast::<[u8; 8]>().read() };
                (9, u64::from_be_bytes(len) as usize)
            }
        };
        if flags & FLAG_VALUE != 0 {
            // SAFETY: the frame was written by `emit`.
            let place = unsafe { place(segment.data().add(at + header), len) };
            // SAFETY: nobody else takes it out.
            out(unsafe { place.read() });
        }
        at += header + len;
    }
}
