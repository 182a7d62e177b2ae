//! One end of a pipe pair: a reader, a writer, credit both ways, and the peer's attention.
//!
//! | file | duty |
//! | --- | --- |
//! | `reading` | parts in, and credit for them |
//! | `writing` | parts out, as far as there is credit |
//! | `marks` | high-water marks that change |
//! | `ranges` | the I/O side of a byte pipe |
#![forbid(unsafe_code)]

mod marks;
mod ranges;
mod reading;
mod writing;

use std::sync::Arc;

use crate::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use crate::sync::{Joint, OnceLock};

use super::attention::{Attention, CLOSED, HICCUP, READABLE, Target};
use super::bytes;
use super::conflate::conflate;
use super::flow::{ABSENT, ASLEEP, Flow};
use super::reader::Reader;
pub use super::reader::View;
use super::writer::Writer;

/// Counts of messages are kept modulo 2^31.
pub(super) const COUNT: u32 = (1 << 31) - 1;

/// What a direction is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Encoded frames: socket and session.
    Bytes,
    /// The newest message only (ZMQ_CONFLATE).
    Conflate,
    /// Frames and messages by value: inproc.
    Values,
}

#[derive(Default)]
struct Side {
    /// What it writes to.
    outward: Flow,
    attention: Attention,
    is_gone: AtomicBool,
    /// The side that went wanted no more of this connection, but its endpoint stays.
    is_reset: AtomicBool,
    /// It had no memory for what came.
    is_starved: AtomicBool,
    /// Linger of the side that went, in milliseconds; -1: for ever.
    linger_ms: AtomicI32,
    /// What the side wants to read when the other one closes.
    /// Twice in a box, as few have one and there may be many connections.
    farewell: OnceLock<Box<Box<[u8]>>>,
}

#[derive(Default)]
struct Shared {
    sides: [Side; 2],
}

/// The two directions' words are not in one line.
const _: () = assert!(cfg!(loom) || size_of::<Side>() >= 64);

/// One end of a pipe pair. Dropping it closes it: the peer is told, and can still read what was
/// committed.
pub struct PipeEnd {
    shared: Joint<Shared>,
    is_second: bool,
    reader: Reader,
    pub(super) writer: Writer,
    /// Messages completed by the writer, modulo 2^31.
    pub(super) written: u32,
    /// What that is ahead of the count of the log that the pipe is a member of.
    pub(super) ahead: u32,
    /// The reader's credit as last seen.
    seen: u32,
    /// Messages read, modulo 2^31, those that credit was last given for, and after how many it is given again, at
    /// most, as far as is known: whoever lowers the mark tells of it.
    read: u32,
    credited: u32,
    step: u32,
    /// Routing id of the peer, as far as the pattern gave it one.
    pub routing_id: Vec<u8>,
}

/// A pipe pair. `kinds` and `hwms` are for what the first and the second end write.
pub fn pair(kinds: [Kind; 2], hwms: [i32; 2]) -> (PipeEnd, PipeEnd) {
    let mut shared = Shared::default();
    for (side, kind) in shared.sides.iter_mut().zip(kinds) {
        side.outward.is_conflated = kind == Kind::Conflate;
    }
    let shared = Joint::new(shared);
    for (side, hwm) in shared.sides.iter().zip(hwms) {
        let flow = &side.outward;
        flow.set_parts(Some(hwm), Some(ABSENT));
        // Nothing has been looked for yet: the first commit has to wake the reader.
        flow.reader.asleep.store(ASLEEP, Ordering::Relaxed);
    }
    let (writer_a, reader_b) = halves(kinds[0]);
    let (writer_b, reader_a) = halves(kinds[1]);
    let a = PipeEnd::new(Joint::clone(&shared), false, reader_a, writer_a);
    (a, PipeEnd::new(shared, true, reader_b, writer_b))
}

fn halves(kind: Kind) -> (Writer, Reader) {
    match kind {
        Kind::Bytes | Kind::Values => {
            let (writer, reader) = bytes::bytes(kind == Kind::Values);
            (Writer::Bytes(writer), Reader::Bytes(reader))
        }
        Kind::Conflate => {
            let (writer, reader) = conflate();
            (Writer::Conflate(writer), Reader::Conflate(reader))
        }
    }
}

impl PipeEnd {
    fn new(shared: Joint<Shared>, is_second: bool, reader: Reader, writer: Writer) -> Self {
        Self {
            shared,
            is_second,
            reader,
            writer,
            written: 0,
            ahead: 0,
            seen: 0,
            read: 0,
            credited: 0,
            step: 0,
            routing_id: Vec::new(),
        }
    }

    #[inline(always)]
    fn outward(&self) -> &Flow {
        &self.own().outward
    }

    #[inline(always)]
    fn inward(&self) -> &Flow {
        &self.peer().outward
    }

    #[inline(always)]
    fn own(&self) -> &Side {
        &self.shared.sides[usize::from(self.is_second)]
    }

    #[inline(always)]
    fn peer(&self) -> &Side {
        &self.shared.sides[usize::from(!self.is_second)]
    }

    /// Names the owner that is told of this end's events.
    pub fn set_target(&self, target: Arc<dyn Target>, token: u64) {
        self.own().attention.set_target(target, token);
    }

    /// Takes this end's events.
    pub fn take_events(&mut self) -> u8 {
        // The mark may be lower now.
        self.step = 0;
        self.own().attention.take()
    }

    /// Tells the peer that what is behind this end was replaced.
    pub fn raise_hiccup(&self) {
        self.peer().attention.raise(HICCUP);
    }

    /// Whether the peer's end is gone: nothing more can be written, and nothing more will come.
    #[inline]
    pub fn is_peer_gone(&self) -> bool {
        self.peer().is_gone.load(Ordering::SeqCst)
    }

    /// Linger that the peer left behind, in milliseconds; -1: for ever.
    pub fn peer_linger_ms(&self) -> i32 {
        self.peer().linger_ms.load(Ordering::SeqCst)
    }

    /// Closes this end, granting the peer `linger_ms` (-1: for ever) to pass on what was committed.
    pub fn close(mut self, linger_ms: i32) {
        if let Some(farewell) = self.peer().farewell.get() {
            let farewell = farewell.to_vec();
            self.write_last(&farewell);
        }
        self.own().linger_ms.store(linger_ms, Ordering::SeqCst);
    }

    /// Closes this end because of what the peer did: its connection is of no use any more, while an
    /// endpoint that connects goes on with a new one. Where `is_starved` there was no memory for it, and the peer
    /// may try again.
    pub fn reset(self, is_starved: bool) {
        self.own().is_starved.store(is_starved, Ordering::SeqCst);
        self.own().is_reset.store(true, Ordering::SeqCst);
    }

    /// Whether the peer's end went by [`Self::reset`].
    pub fn is_peer_reset(&self) -> bool {
        self.peer().is_reset.load(Ordering::SeqCst)
    }

    /// Whether the peer's end went by [`Self::reset`] for lack of memory.
    pub fn is_peer_starved(&self) -> bool {
        self.peer().is_starved.load(Ordering::SeqCst)
    }
}

impl Drop for PipeEnd {
    fn drop(&mut self) {
        let side = self.own();
        side.is_gone.store(true, Ordering::SeqCst);
        self.peer().attention.raise(CLOSED | READABLE);
    }
}

#[cfg(test)]
mod tests;
