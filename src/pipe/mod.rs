//! Pipes: one writer, one reader, credit in both directions.
//!
//! A pipe pair joins a socket to a session (tcp, ipc) or to another socket (inproc). Each direction has
//! one of three kinds, all with the same face:
//!
//! | kind | holds | used for |
//! | --- | --- | --- |
//! | `bytes` | encoded ZMTP 2/3 frames in segments; large bodies by reference | socket and session |
//! | the same with values | frames, and 64-byte messages by value among them | inproc |
//! | `conflate` | the newest message only | ZMQ_CONFLATE |
//!
//! Invariants: what is written becomes visible at `commit`, whole messages at a time, so that a reader
//! never sees a part of a multipart message; messages are counted whole against the high-water mark; the
//! reader gives credit back in low-water steps of `(hwm + 1) / 2` (zmq_setsockopt(3), ZMQ_SNDHWM).
//!
//! A `log` is bytes that several pipes have in common: a pipe may go on in it for a while.
//!
//! Hand-over: a reader that finds nothing sets `asleep` and looks again; a writer that has published
//! looks at `asleep` and, the one that turns it off, raises the peer's attention. The same with
//! `waiting` for credit. Both are store-then-load on each side, sequentially consistent.

mod attention;
mod bytes;
mod conflate;
mod end;
mod flow;
mod log;
#[cfg(all(test, loom))]
mod loom;
mod reader;
mod set;
mod writer;

pub use attention::{Attention, CLOSED, HICCUP, READABLE, Target, WRITABLE};
pub use bytes::{BY_REFERENCE, ByteReader, ByteWriter};
pub use end::{Kind, PipeEnd, View, pair};
pub use log::{Log, Wake};
pub use set::{PipeId, PipeSet};
