//! From the pipe to the stream: ranges of canonical bytes where the peer takes them as they are,
//! otherwise frame by frame through a transcoder.
#![forbid(unsafe_code)]

use std::io::IoSlice;

use crate::engine::{Engine, transcode};
use crate::errno::{Errno, Result};
use crate::mechanism::cipher::{MOST_OVERHEAD_LEN, Sealer};
use crate::message::FLAG_ROUTING_ID;
use crate::pipe::PipeEnd;
use crate::sys::memory::Room;
use crate::transport::Stream;
use crate::wire::frame::{self, Parsed};

use super::Common;
use super::connection::{BUDGET, Flushed};

/// Ranges handed to the kernel at once.
const SLICES: usize = 16;
/// Bytes gathered for one call.
const GATHER: usize = 256 * 1024;
/// Transcoded bytes kept ahead of the kernel.
const AHEAD: usize = 64 * 1024;

/// Most that a frame of another version, or in a box, is longer than its body.
const MOST_ADDED: usize = MOST_OVERHEAD_LEN + 16;

/// Messages sent in one go from which on more are expected to follow: after a look for more, and otherwise.
const STREAM_GOES_ON: u32 = 1;
const STREAM: u32 = 16;

/// Why something is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Something may have come.
    Event,
    /// In the middle of a stream of messages it was time to look for more.
    Look,
    /// As [`Self::Event`], and more is known to follow.
    Stream,
}

impl Cause {
    /// Whether more is expected to follow so many messages.
    fn is_stream(self, sent: u32) -> bool {
        sent >= match self {
            Self::Event => STREAM,
            Self::Look => STREAM_GOES_ON,
            Self::Stream => 0,
        }
    }
}

enum Mode {
    /// No traffic yet.
    Handshake,
    /// Canonical bytes are the wire's bytes.
    Direct,
    /// Each frame is written anew.
    Transcode(transcode::Egress),
    /// Each frame travels in a box.
    Sealed(transcode::Egress, Box<Sealer>),
    /// STREAM: bodies only.
    Raw,
}

/// See the module.
pub struct Egress {
    mode: Mode,
    /// Bytes that go before anything of the pipe.
    out: Vec<u8>,
    out_done: usize,
    /// STREAM: the application closed the connection with an empty message.
    is_shut: bool,
}

impl Egress {
    pub fn new(is_raw: bool) -> Self {
        let mode = if is_raw { Mode::Raw } else { Mode::Handshake };
        Self { mode, out: Vec::new(), out_done: 0, is_shut: false }
    }

    /// Messages may be sent from now on, as `engine` has it: in boxes if there is a `sealer`. The first is
    /// the one that the socket greets with.
    pub(super) fn begin_traffic(
        &mut self,
        engine: &mut Engine,
        mut sealer: Option<Sealer>,
        common: &mut Common,
    ) {
        // What is left of the handshake goes as it is.
        self.take_engine_output(engine, common);
        let mut egress = transcode::Egress::new(engine.framing(), common.options.socket_type);
        if let Some(hello) = common.options.hello() {
            match &mut sealer {
                // The first box finds a number.
                Some(sealer) => drop(egress.seal(0, hello, sealer, &mut self.out)),
                None => egress.emit(0, hello, &mut self.out),
            }
        }
        let reader = common.pipe.as_mut().and_then(PipeEnd::egress);
        let is_bytes = reader.is_some();
        if let Some(reader) = reader {
            reader.set_flowing(true);
        }
        self.mode = match sealer {
            Some(sealer) => Mode::Sealed(egress, Box::new(sealer)),
            None if egress.is_identity() && is_bytes => Mode::Direct,
            None => Mode::Transcode(egress),
        };
    }

    /// Whether bytes wait that are no longer in the pipe.
    pub fn has_output(&self) -> bool {
        self.out_done < self.out.len()
    }

    /// Writes as much as the kernel takes.
    pub(super) fn flush(
        &mut self,
        stream: &Stream,
        mut engine: Option<&mut Engine>,
        common: &mut Common,
        cause: Cause,
    ) -> Result<Flushed> {
        let mut budget = BUDGET;
        let before = common.pipe.as_ref().map_or(0, PipeEnd::messages_read);
        loop {
            let is_all = self.write_out_and_ranges(stream, common)? && self.write_out(stream)?;
            if !is_all {
                return Ok(Flushed::Blocked);
            }
            if self.is_shut {
                return Ok(Flushed::Shut);
            }
            if let Some(engine) = engine.as_deref_mut() {
                if matches!(self.mode, Mode::Handshake) {
                    let is_all = write_engine_output(stream, engine)?;
                    return Ok(if is_all { Flushed::All(0) } else { Flushed::Blocked });
                }
                if self.take_engine_output(engine, common) {
                    continue;
                }
            }
            let Some(pipe) = &mut common.pipe else { return Ok(Flushed::All(0)) };
            let sent = pipe.messages_read().wrapping_sub(before);
            let is_stream = cause.is_stream(sent);
            // In a stream the writer tells only of many more.
            let has_more = if is_stream { pipe.doze() } else { pipe.is_readable() };
            if !has_more {
                return Ok(if is_stream { Flushed::Streaming(sent) } else { Flushed::All(sent) });
            }
            let moved = match &mut self.mode {
                Mode::Handshake => 0,
                Mode::Direct => match write_ranges(stream, pipe)? {
                    Wrote::All(n) => n,
                    Wrote::Blocked => return Ok(Flushed::Blocked),
                },
                Mode::Transcode(egress) => transcode(pipe, &mut self.out, |flags, body, out| {
                    egress.emit(flags, body, out);
                    true
                })?,
                Mode::Sealed(egress, sealer) => {
                    let mut sealed = Ok(());
                    let moved = transcode(pipe, &mut self.out, |flags, body, out| {
                        sealed = egress.seal(flags, body, sealer, out);
                        sealed.is_ok()
                    })?;
                    sealed.map_err(|_| Errno::EPROTO)?;
                    moved
                }
                Mode::Raw => {
                    let is_shut = &mut self.is_shut;
                    transcode(pipe, &mut self.out, |_, body, out| {
                        *is_shut = body.is_empty();
                        out.extend_from_slice(body);
                        !*is_shut
                    })?
                }
            };
            if moved == 0 && !self.is_shut {
                return Ok(Flushed::All(sent));
            }
            budget = budget.saturating_sub(moved);
            if budget == 0 {
                return Ok(Flushed::OutOfBudget);
            }
        }
    }

    /// Writes the bytes that go first together with what can follow them as it is, as the end of a handshake with the
    /// first messages; `false` if the kernel takes no more.
    fn write_out_and_ranges(&mut self, stream: &Stream, common: &mut Common) -> Result<bool> {
        let out = &self.out[self.out_done..];
        if out.is_empty() || !matches!(self.mode, Mode::Direct) {
            return Ok(true);
        }
        let Some(pipe) = &mut common.pipe else { return Ok(true) };
        let Some(reader) = pipe.egress() else { return Ok(true) };
        let mut slices = [IoSlice::new(&[]); SLICES];
        let count = reader.gather(&mut slices[1..], GATHER);
        if count == 0 {
            return Ok(true);
        }
        slices[0] = IoSlice::new(out);
        let sent = match stream.write_vectored(&slices[..=count]) {
            Ok(sent) => sent,
            Err(Errno::EAGAIN) => return Ok(false),
            Err(error) => return Err(error),
        };
        let own = sent.min(out.len());
        self.out_done += own;
        if let Some(messages) = reader.consume(sent - own) {
            pipe.note_passed(messages);
        }
        Ok(true)
    }

    /// Writes the bytes that go first; `false` if the kernel takes no more.
    fn write_out(&mut self, stream: &Stream) -> Result<bool> {
        while self.has_output() {
            match stream.write(&self.out[self.out_done..]) {
                Ok(n) => self.out_done += n,
                Err(Errno::EAGAIN) => return Ok(false),
                Err(error) => return Err(error),
            }
        }
        if matches!(self.mode, Mode::Direct) {
            // Seldom needed from now on.
            self.out = Vec::new();
        }
        self.out.clear();
        self.out_done = 0;
        Ok(true)
    }

    /// Takes what the engine has to say, where the stream is between two messages.
    fn take_engine_output(&mut self, engine: &mut Engine, common: &mut Common) -> bool {
        let Some(output) = engine.poll_output() else { return false };
        let is_between = match (&self.mode, &mut common.pipe) {
            (Mode::Direct, Some(pipe)) => pipe.egress().is_none_or(|e| e.is_at_boundary()),
            (Mode::Transcode(_) | Mode::Sealed(..), _) => true,
            (Mode::Handshake | Mode::Raw | Mode::Direct, _) => true,
        };
        if is_between {
            match &mut self.mode {
                Mode::Sealed(_, sealer) => seal_commands(output, sealer, &mut self.out),
                Mode::Handshake | Mode::Raw | Mode::Direct | Mode::Transcode(_) => {
                    self.out.extend_from_slice(output);
                }
            }
            let len = output.len();
            engine.handle_output(len);
        }
        is_between
    }
}

/// Seals the commands in `output`. If there are no numbers left, they are lost: the next message will find
/// that too, and end the connection.
fn seal_commands(mut output: &[u8], sealer: &mut Sealer, out: &mut Vec<u8>) {
    while let Parsed::Header(header) = frame::parse_header(output) {
        let end = header.frame_len().unwrap_or(usize::MAX);
        let Some((bytes, rest)) = output.split_at_checked(end) else { break };
        let body = bytes.get(header.header_len..).unwrap_or(&[]);
        if sealer.emit(header.flags, b"", body, out).is_err() {
            break;
        }
        output = rest;
    }
}

/// Writes what the engine says; `false` if the kernel takes no more.
fn write_engine_output(stream: &Stream, engine: &mut Engine) -> Result<bool> {
    while let Some(output) = engine.poll_output() {
        match stream.write(output) {
            Ok(n) => engine.handle_output(n),
            Err(Errno::EAGAIN) => return Ok(false),
            Err(error) => return Err(error),
        }
    }
    Ok(true)
}

/// What came of sending ranges.
enum Wrote {
    /// So many bytes.
    All(usize),
    /// The kernel takes no more.
    Blocked,
}

/// Sends ranges of the pipe.
fn write_ranges(stream: &Stream, pipe: &mut PipeEnd) -> Result<Wrote> {
    let Some(reader) = pipe.egress() else { return Ok(Wrote::All(0)) };
    let mut slices = [IoSlice::new(&[]); SLICES];
    let count = reader.gather(&mut slices, GATHER);
    let slices = &slices[..count];
    let wanted: usize = slices.iter().map(|s| s.len()).sum();
    let sent = match slices {
        [one] => stream.write(one),
        _ => stream.write_vectored(slices),
    };
    let sent = match sent {
        Ok(sent) => sent,
        Err(Errno::EAGAIN) => return Ok(Wrote::Blocked),
        Err(error) => return Err(error),
    };
    if let Some(messages) = reader.consume(sent) {
        pipe.note_passed(messages);
    }
    Ok(if sent == wanted { Wrote::All(sent) } else { Wrote::Blocked })
}

/// Moves frames to `out` until it is well filled, the pipe is empty or `emit` says stop; answers a
/// measure of what was moved. Errors: ENOMEM.
fn transcode(
    pipe: &mut PipeEnd,
    out: &mut Vec<u8>,
    mut emit: impl FnMut(u8, &[u8], &mut Vec<u8>) -> bool,
) -> Result<usize> {
    let mut moved = 0;
    while out.len() < AHEAD
        && let Some(view) = pipe.peek()
    {
        moved += view.body.len() + 1;
        out.make_room(view.body.len() + MOST_ADDED)?;
        let goes_on = view.flags & FLAG_ROUTING_ID != 0 || emit(view.flags, view.body, out);
        pipe.skip();
        if !goes_on {
            break;
        }
    }
    Ok(moved)
}
