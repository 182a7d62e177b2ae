//! From the stream to the pipe. Bytes are received straight into the pipe's tail; only headers are
//! looked at, commands are dealt with, and whole messages are published once for each read.
#![forbid(unsafe_code)]

use std::time::Instant;

use crate::engine::transcode::V1Ingress;
use crate::engine::{CommandUse, Engine, Failure, Framing};
use crate::errno::Errno;
use crate::mechanism::cipher::{Opened, Opener};
use crate::message::{BodyBuf, FLAG_COMMAND, FLAG_MORE, FLAG_SKIP, Outbound, take_lack};
use crate::pipe::{ByteWriter, PipeEnd};
use crate::sys::memory::Room;
use crate::transport::Stream;
use crate::wire::frame::{self, Header, Parsed};

use super::Common;
use super::connection::{BUDGET, Ended, Filled};
use super::reply::ReplyCheck;

/// Bodies from this size on that are not here yet are received into memory of their own.
pub(super) const LARGE: usize = 16 * 1024;
/// Bytes to read after a large body.
const AFTER_LARGE: usize = 1024;
/// Longest command: it is received in one piece.
pub(super) const MOST_COMMAND: usize = 16 << 20;
/// Bits of a header's flags that mean something to a reader of the pipe; 2 is the long length.
pub(super) const KNOWN_FLAGS: u8 = FLAG_MORE | 2 | FLAG_COMMAND;

/// See the module.
pub struct Ingress {
    /// A ZMTP 1.0 peer's bytes are written anew.
    v1: Option<Box<V1Ingress>>,
    /// Everything comes in boxes.
    pub(super) opener: Option<Box<Opener>>,
    /// What the frame carries that is first in line, if it was opened already.
    pub(super) opened: Option<Opened>,
    /// A large body on its way, and its frame's flags.
    pub(super) body: Option<(u8, BodyBuf)>,
    /// What came with the end of the handshake was all that there was to read.
    is_early_all: bool,
    /// Received bytes of a pipe that does not take bytes (ZMQ_CONFLATE).
    pub(super) loose: Option<Vec<u8>>,
    pub(super) max_body_len: u64,
    /// Most bytes to read at once. After a large body there is likely another: little is read then,
    /// so that most of it goes where it stays.
    window: usize,
    pub(super) reply: Option<ReplyCheck>,
    is_mid_message: bool,
    /// Commands were stepped over.
    pub(super) has_skipped: bool,
    /// Reading was cut off by the budget.
    pub has_more: bool,
}

/// What became of the pending bytes.
pub(super) enum Scan {
    /// A frame was passed on.
    Passed,
    /// More bytes are needed.
    Partial,
    /// The pipe has no room for another message.
    Stalled,
}

impl Ingress {
    pub(super) fn new(
        framing: Framing,
        opener: Option<Opener>,
        common: &mut Common,
        is_early_all: bool,
    ) -> Self {
        let max = u64::try_from(common.options.maxmsgsize).ok();
        let is_bytes = common.pipe.as_mut().is_some_and(|pipe| pipe.intake().is_some());
        Self {
            v1: (framing == Framing::V1).then(|| Box::new(V1Ingress::new(max))),
            opener: opener.map(Box::new),
            opened: None,
            body: None,
            is_early_all,
            loose: (!is_bytes).then(Vec::new),
            max_body_len: max.unwrap_or(u64::MAX),
            window: usize::MAX,
            reply: ReplyCheck::new(common.options.socket_type),
            is_mid_message: false,
            has_skipped: false,
            has_more: false,
        }
    }

    /// Reads until nothing more is there (`to_end`: until the end of the stream), the pipe is full or
    /// the budget is used up. `early` bytes came with the end of the handshake.
    pub(super) fn fill(
        &mut self,
        early: &mut Vec<u8>,
        stream: &Stream,
        engine: &mut Engine,
        common: &mut Common,
        to_end: bool,
    ) -> Result<Filled, Ended> {
        self.has_more = false;
        let is_early_all = std::mem::take(&mut self.is_early_all);
        let Some(pipe) = &mut common.pipe else { return Ok(Filled::All) };
        if !early.is_empty() {
            self.put(&std::mem::take(early), pipe)?;
        }
        let mut budget = BUDGET;
        loop {
            if !self.pass_on(engine, pipe)? {
                return Ok(Filled::Stalled);
            }
            if is_early_all {
                return Ok(Filled::All);
            }
            if budget == 0 {
                self.has_more = true;
                return Ok(Filled::OutOfBudget);
            }
            let Some((n, room)) = self.read(stream, pipe)? else { return Ok(Filled::All) };
            engine.handle_traffic();
            budget = budget.saturating_sub(n);
            if n < room && !to_end {
                let has_room = self.pass_on(engine, pipe)?;
                return Ok(if has_room { Filled::All } else { Filled::Stalled });
            }
        }
    }

    /// Reads once; the number of bytes and the room there was, `None` if nothing is there.
    fn read(
        &mut self,
        stream: &Stream,
        pipe: &mut PipeEnd,
    ) -> Result<Option<(usize, usize)>, Ended> {
        let (result, room) = if let Some((_, body)) = &mut self.body {
            let room = body.spare_len();
            let result = body.fill(|spare| stream.read_uninit(spare));
            if let (Some(v1), Ok(n)) = (&mut self.v1, result) {
                v1.handle_body(n);
            }
            (result, room)
        } else if let (None, None, Some(intake)) = (&self.v1, &self.loose, pipe.intake()) {
            let buffer = intake.room().ok_or(Ended::Stream(Errno::ENOMEM))?;
            let room = buffer.len().min(self.window);
            let buffer = &mut buffer[..room];
            let result = stream.read(buffer);
            if let Ok(n) = result {
                intake.note_received(n);
                if n == room {
                    self.window = self.window.saturating_mul(8);
                }
            }
            (result, room)
        } else {
            // Not on the stack: an application's may be small.
            let mut buffer = vec![0; 8192];
            let result = stream.read(&mut buffer);
            if let Ok(n) = result {
                self.put(&buffer[..n], pipe)?;
            }
            (result, buffer.len())
        };
        match result {
            Ok(0) => Err(Ended::Stream(Errno::EPIPE)),
            Ok(n) => Ok(Some((n, room))),
            Err(Errno::EAGAIN) => Ok(None),
            Err(error) => Err(Ended::Stream(error)),
        }
    }

    /// Takes bytes that were received elsewhere.
    fn put(&mut self, bytes: &[u8], pipe: &mut PipeEnd) -> Result<(), Ended> {
        let mut canonical = Vec::new();
        let bytes = match &mut self.v1 {
            Some(v1) => {
                v1.transcode(bytes, &mut canonical)?;
                &canonical
            }
            None => bytes,
        };
        let mut rest = bytes;
        if let Some((_, body)) = &mut self.body {
            rest = &rest[body.put(rest)..];
        }
        if let Some(loose) = &mut self.loose {
            loose.make_room(rest.len()).map_err(Ended::Stream)?;
            loose.extend_from_slice(rest);
        } else if let Some(intake) = pipe.intake() {
            while !rest.is_empty() {
                let room = intake.room().ok_or(Ended::Stream(Errno::ENOMEM))?;
                let n = room.len().min(rest.len());
                room[..n].copy_from_slice(&rest[..n]);
                intake.note_received(n);
                rest = &rest[n..];
            }
        }
        Ok(())
    }

    /// Passes on every whole frame; `false` if the pipe is full.
    fn pass_on(&mut self, engine: &mut Engine, pipe: &mut PipeEnd) -> Result<bool, Ended> {
        if self.loose.is_some() {
            return self.pass_loose(engine, pipe);
        }
        loop {
            let mut credit = pipe.credit().max(u32::from(self.is_begun()));
            let most = credit;
            let outcome = self.scan(engine, pipe, &mut credit);
            let passed = most - credit;
            if passed > 0 {
                pipe.note_received(passed);
                pipe.commit();
            }
            match outcome? {
                Scan::Passed | Scan::Partial => return Ok(true),
                // Asking anew finds credit given since, or lets the reader tell of it.
                Scan::Stalled if passed > 0 => {}
                Scan::Stalled => return Ok(false),
            }
        }
    }

    /// Whether a message has begun, which is then finished whatever the credit has become.
    fn is_begun(&self) -> bool {
        self.is_mid_message || self.body.is_some()
    }

    fn scan(
        &mut self,
        engine: &mut Engine,
        pipe: &mut PipeEnd,
        credit: &mut u32,
    ) -> Result<Scan, Ended> {
        let Some(intake) = pipe.intake() else { return Ok(Scan::Partial) };
        self.finish_body(engine, intake, credit)?;
        if self.body.is_some() {
            return Ok(Scan::Partial);
        }
        if self.opener.is_none() && self.reply.is_none() {
            self.pass_plain(intake, credit);
        }
        let stop = loop {
            let header = match frame::parse_header(intake.pending()) {
                Parsed::NeedMore => break Scan::Partial,
                Parsed::Malformed => return Err(Failure::bad_frame().into()),
                Parsed::Header(header) => header,
            };
            let scanned = match self.opener {
                None => self.scan_frame(header, engine, intake, credit)?,
                Some(_) => self.scan_sealed(header, engine, intake, credit)?,
            };
            match scanned {
                Scan::Passed => {}
                stop @ (Scan::Partial | Scan::Stalled) => break stop,
            }
        };
        if self.has_skipped && !self.is_mid_message && self.body.is_none() {
            // Commands that no message follows are not kept: there may be no end of them.
            self.has_skipped = false;
            intake.drop_passed();
        }
        Ok(stop)
    }

    /// Passes on the whole messages in front, as long as there is nothing else to do for their frames: most have
    /// nothing else.
    fn pass_plain(&mut self, intake: &mut ByteWriter, credit: &mut u32) {
        let pending = intake.pending();
        let (mut at, mut end, mut messages) = (0, 0, 0);
        while messages < *credit
            && let Some(rest) = pending.get_mut(at..)
            && let Parsed::Header(header) = frame::parse_header(rest)
            && !header.is_command()
            && header.body_len <= self.max_body_len
            && let Some(len) = header.frame_len().filter(|len| *len <= rest.len())
        {
            rest[0] &= KNOWN_FLAGS;
            at += len;
            if !header.has_more() {
                end = at;
                messages += 1;
            }
        }
        if messages > 0 {
            intake.pass(end);
            intake.end_message();
            self.is_mid_message = false;
            *credit -= messages;
        }
    }

    fn scan_frame(
        &mut self,
        header: Header,
        engine: &mut Engine,
        intake: &mut ByteWriter,
        credit: &mut u32,
    ) -> Result<Scan, Ended> {
        if header.body_len > self.max_body_len {
            return Err(Failure::bad_frame().into());
        }
        let len = header.frame_len().ok_or(Failure::bad_frame())?;
        if header.is_command() && len > MOST_COMMAND {
            return Err(Failure::bad_frame().into());
        }
        if *credit == 0 && !header.is_command() {
            return Ok(Scan::Stalled);
        }
        let pending = intake.pending();
        if pending.len() < len {
            if header.is_command() || len < LARGE {
                if !intake.reserve(len) {
                    return Err(Ended::Stream(Errno::ENOMEM));
                }
            } else {
                self.begin_body(header, intake)?;
            }
            return Ok(Scan::Partial);
        }
        let mut flags = header.flags;
        if header.is_command() {
            if is_for_application(engine, &pending[header.header_len..len])? {
                if *credit == 0 {
                    return Ok(Scan::Stalled);
                }
                flags &= !FLAG_MORE;
            } else {
                // Reserved bits mean things of our own in a pipe.
                pending[0] = pending[0] & KNOWN_FLAGS | FLAG_SKIP;
                intake.pass(len);
                self.has_skipped = true;
                return Ok(Scan::Passed);
            }
        }
        if let Some(reply) = self.reply.as_mut().filter(|_| !header.is_command()) {
            reply.handle_frame(&header)?;
        }
        pending[0] = pending[0] & KNOWN_FLAGS & !(header.flags ^ flags);
        intake.pass(len);
        self.end_frame(flags, intake, credit);
        Ok(Scan::Passed)
    }

    pub(super) fn end_frame(&mut self, flags: u8, intake: &mut ByteWriter, credit: &mut u32) {
        self.is_mid_message = flags & FLAG_MORE != 0;
        if !self.is_mid_message {
            intake.end_message();
            *credit = credit.saturating_sub(1);
        }
    }

    /// Goes on receiving into memory of the body's own.
    fn begin_body(&mut self, header: Header, intake: &mut ByteWriter) -> Result<(), Ended> {
        let len = usize::try_from(header.body_len).map_err(|_| Failure::bad_frame())?;
        let mut body = BodyBuf::new(len).ok_or(Ended::Stream(Errno::ENOMEM))?;
        if let Some(reply) = &mut self.reply {
            reply.handle_frame(&header)?;
        }
        let flags = header.flags & FLAG_MORE;
        let pending = intake.pending();
        pending[0] &= KNOWN_FLAGS;
        body.put(&pending[header.header_len..]);
        intake.pass(header.header_len);
        intake.forget_pending();
        self.body = Some((flags, body));
        Ok(())
    }

    /// Passes a large body on if all of it is here.
    fn finish_body(
        &mut self,
        engine: &mut Engine,
        intake: &mut ByteWriter,
        credit: &mut u32,
    ) -> Result<(), Ended> {
        let Some((flags, body)) = self.body.take_if(|(_, body)| body.is_full()) else {
            return Ok(());
        };
        self.window = AFTER_LARGE;
        if self.opener.is_some() {
            return self.finish_sealed_body(body, engine, intake, credit);
        }
        if let Some(body) = body.finish() {
            if !intake.pass_body(flags, body) {
                return Err(Ended::Stream(Errno::ENOMEM));
            }
            self.end_frame(flags, intake, credit);
        }
        Ok(())
    }

    /// The same for a pipe that takes messages.
    fn pass_loose(&mut self, engine: &mut Engine, pipe: &mut PipeEnd) -> Result<bool, Ended> {
        if self.opener.is_some() {
            return self.pass_loose_sealed(engine, pipe);
        }
        let Some(loose) = &mut self.loose else { return Ok(true) };
        let mut done = 0;
        while let Parsed::Header(header) = frame::parse_header(&loose[done..]) {
            if header.body_len > self.max_body_len {
                return Err(Failure::bad_frame().into());
            }
            let len = header.frame_len().ok_or(Failure::bad_frame())?;
            let Some(bytes) = loose.get(done..done + len) else { break };
            let body = &bytes[header.header_len..];
            if !header.is_command() || is_for_application(engine, body)? {
                let flags = header.flags & (FLAG_MORE | FLAG_COMMAND);
                if !pipe.write(&mut Outbound::Slice(body), flags) && take_lack() {
                    return Err(Ended::Stream(Errno::ENOMEM));
                }
                pipe.commit();
            }
            done += len;
        }
        loose.drain(..done);
        Ok(true)
    }
}

/// Lets the engine deal with a command; whether the application has to see it.
pub(super) fn is_for_application(engine: &mut Engine, body: &[u8]) -> Result<bool, Failure> {
    Ok(match engine.handle_command(body, Instant::now)? {
        CommandUse::Subscribe(_) | CommandUse::Cancel(_) => true,
        CommandUse::Consumed | CommandUse::Ignored => false,
        CommandUse::Join(_) | CommandUse::Leave(_) => false,
    })
}
