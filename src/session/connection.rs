//! An open stream with its conversation.
//!
//! Readiness is edge-triggered: reading goes on until a short read (to the end after a hang-up), writing
//! until the kernel takes no more. Either is cut off by a budget, after which the actor asks for another
//! turn, so that one busy peer does not starve the others.
#![forbid(unsafe_code)]

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::context::EventKind;
use crate::engine::{self, Engine, Failure};
use crate::errno::Errno;
use crate::mechanism::Cipher;
use crate::pipe::PipeEnd;
use crate::reactor::{Burst, Io, Readiness};
use crate::transport::Stream;

use super::egress::{Cause, Egress};
use super::events::Names;
use super::ingress::Ingress;
use super::raw::RawIngress;
use super::work::Work;
use super::zap::Exchange;
use super::{Common, is_raw};

/// Bytes moved in one direction before others have their turn.
pub const BUDGET: usize = 1 << 17;

/// Turns that an accepted peer has for its first words: the one in which it was accepted, and one more, before which
/// the descriptors are looked at.
const WAITS: u8 = 2;

/// In the middle of a stream of messages, of which a turn has `sent` so many, the pipe is looked at this
/// often rather than at each message: what comes in between leaves in one call. A full segment or a
/// writer without credit does not wait for it.
fn pace(sent: u32) -> Duration {
    Duration::from_micros(match sent {
        0..8 => 20,
        8..256 => 50,
        256..1000 => 200,
        1000.. => 500,
    })
}

/// Why a connection is over.
#[derive(Clone, Copy, Debug)]
pub enum Ended {
    /// The stream ended or failed.
    Stream(#[allow(dead_code)] Errno),
    /// The conversation failed.
    Protocol(Failure),
    /// The socket wants no more of this peer.
    Refused,
    /// The socket or the endpoint is closed.
    Asked,
}

impl From<Failure> for Ended {
    fn from(failure: Failure) -> Self {
        Self::Protocol(failure)
    }
}

/// What is spoken over the stream.
pub enum Protocol {
    /// ZMTP: the handshake, then frames.
    Zmtp { engine: Box<Engine>, ingress: Option<Ingress> },
    /// STREAM: bytes as they come.
    Raw(RawIngress),
}

/// See the module.
pub struct Connection {
    stream: Stream,
    protocol: Protocol,
    egress: Egress,
    /// The peer's endpoint as the application wrote it, if it did.
    remote: Option<Arc<str>>,
    /// The pipe has no room: reading waits for credit.
    is_stalled: bool,
    /// The kernel takes no more: writing waits for readiness.
    is_blocked: bool,
    is_hungup: bool,
    /// Accepted just now: turns to wait for the peer's first words before our own, so that they leave with the
    /// answer.
    waits: u8,
    /// In the middle of a stream of messages: when to look for more of them.
    look_at: Option<Instant>,
    /// What the authentication handler is asked about the peer.
    exchange: Option<Exchange>,
    /// A part of the handshake that is done elsewhere.
    work: Option<Work>,
    /// Bytes that came during the handshake and are not taken yet, by the engine or as messages.
    early: Vec<u8>,
    /// The last read of the handshake found all that there was.
    is_drained: bool,
    burst: Burst,
}

impl Connection {
    /// `remote` is the peer's endpoint as the application wrote it, if it did.
    pub(super) fn new(stream: Stream, remote: Option<Arc<str>>, common: &Common) -> Self {
        let options = &common.options;
        let is_raw = is_raw(options);
        let protocol = match is_raw {
            true => Protocol::Raw(RawIngress::new(options)),
            false => {
                let engine = Engine::new(Arc::clone(&common.config), Instant::now());
                Protocol::Zmtp { engine: Box::new(engine), ingress: None }
            }
        };
        Self {
            stream,
            protocol,
            egress: Egress::new(is_raw),
            remote,
            is_stalled: false,
            is_blocked: false,
            is_hungup: false,
            waits: 0,
            look_at: None,
            exchange: None,
            work: None,
            early: Vec::new(),
            is_drained: false,
            burst: Burst::default(),
        }
    }

    /// Begins the conversation: with the peer's first words, if they are there, so that the answer to
    /// them leaves together with ours. An accepted peer may have a moment for them, a new one that was
    /// dialled has said nothing yet (`is_silent`).
    pub(super) fn start(
        &mut self,
        is_silent: bool,
        common: &mut Common,
        io: &mut Io<'_>,
    ) -> Result<(), Ended> {
        let kind = if common.is_local { EventKind::Connected } else { EventKind::Accepted };
        self.emit(common, kind, self.stream.fd() as u64);
        if let Protocol::Raw(raw) = &mut self.protocol {
            common.begin_traffic(None, &self.stream, io).map_err(Ended::Stream)?;
            raw.notify(common);
        }
        if !is_silent {
            self.fill(common, io)?;
        }
        if !common.is_local && self.is_untouched() {
            self.waits = WAITS;
            io.ask_turn();
            return Ok(());
        }
        self.flush(common, io)
    }

    /// Whether the peer has said nothing.
    fn is_untouched(&self) -> bool {
        match &self.protocol {
            Protocol::Zmtp { engine, .. } => engine.is_untouched(),
            Protocol::Raw(_) => false,
        }
    }

    /// Whether traffic has begun.
    pub(super) fn is_ready(&self) -> bool {
        match &self.protocol {
            Protocol::Zmtp { ingress, .. } => ingress.is_some(),
            Protocol::Raw(_) => true,
        }
    }

    /// Whether it is still open how the handshake ends.
    fn is_in_handshake(&self) -> bool {
        match &self.protocol {
            Protocol::Zmtp { engine, ingress } => ingress.is_none() && !engine.is_refused(),
            Protocol::Raw(_) => false,
        }
    }

    /// Whether bytes wait for the kernel.
    pub(super) fn has_output(&self) -> bool {
        self.egress.has_output()
    }

    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        let engine = match &self.protocol {
            Protocol::Zmtp { engine, .. } => engine.poll_timeout(),
            Protocol::Raw(_) => None,
        };
        engine.into_iter().chain(self.look_at).min()
    }

    pub(super) fn handle_timeout(
        &mut self,
        common: &mut Common,
        io: &mut Io<'_>,
    ) -> Result<(), Ended> {
        if let Protocol::Zmtp { engine, .. } = &mut self.protocol {
            let now = Instant::now();
            if engine.poll_timeout().is_some_and(|at| at <= now) {
                engine.handle_timeout(now)?;
            }
        }
        self.flush(common, io)
    }

    pub(super) fn handle_ready(
        &mut self,
        readiness: Readiness,
        common: &mut Common,
        io: &mut Io<'_>,
    ) -> Result<(), Ended> {
        self.waits = 0;
        self.is_hungup |= readiness.is_hangup;
        if readiness.is_writable {
            self.is_blocked = false;
        }
        if readiness.is_readable {
            self.fill(common, io)?;
        }
        self.flush(common, io)
    }

    pub(super) fn handle_attention(
        &mut self,
        common: &mut Common,
        io: &mut Io<'_>,
    ) -> Result<(), Ended> {
        self.waits = self.waits.saturating_sub(1);
        if self.waits > 0 {
            io.ask_turn();
            return Ok(());
        }
        if self.is_stalled || self.is_waiting() || self.wants_turn() {
            self.fill(common, io)?;
        }
        self.flush(common, io)
    }

    /// Whether the handshake goes on by something other than the peer's bytes.
    fn is_waiting(&self) -> bool {
        self.exchange.is_some() || self.work.is_some()
    }

    fn wants_turn(&self) -> bool {
        match &self.protocol {
            Protocol::Zmtp { ingress, .. } => ingress.as_ref().is_some_and(|i| i.has_more),
            Protocol::Raw(raw) => raw.has_more,
        }
    }

    /// Reads what has come.
    fn fill(&mut self, common: &mut Common, io: &mut Io<'_>) -> Result<(), Ended> {
        if !self.is_ready() {
            self.shake_hands(common, io)?;
        }
        let (stream, to_end) = (&self.stream, self.is_hungup);
        let filled = match &mut self.protocol {
            Protocol::Zmtp { engine, ingress: Some(ingress) } => {
                ingress.fill(&mut self.early, stream, engine, common, to_end)?
            }
            Protocol::Raw(raw) => raw.fill(stream, common, to_end)?,
            Protocol::Zmtp { ingress: None, .. } => return Ok(()),
        };
        if self.is_hungup && common.pipe.is_none() {
            // Nobody reads what an ignored peer sends, so that its end is not found by reading.
            return Err(Ended::Stream(Errno::EPIPE));
        }
        self.is_stalled = filled == Filled::Stalled;
        if filled == Filled::OutOfBudget {
            io.ask_turn();
        }
        Ok(())
    }

    /// Reads and answers until traffic begins, or until there is nothing more to read or an
    /// authentication handler has to be waited for.
    #[inline(never)]
    fn shake_hands(&mut self, common: &mut Common, io: &Io<'_>) -> Result<(), Ended> {
        // Little, as an application's stack may be small.
        let mut buffer = [0; 1024];
        self.is_drained = false;
        loop {
            let Protocol::Zmtp { engine, .. } = &mut self.protocol else { return Ok(()) };
            match engine.poll_event() {
                Some(engine::Event::Ready(peer)) => {
                    return self.begin_traffic(&peer, common, io).map_err(Ended::Stream);
                }
                Some(engine::Event::Ask(request)) => {
                    self.exchange = Some(Exchange::begin(request, &self.stream, common, io));
                }
                Some(engine::Event::Work) => {
                    let begun = engine.take_task().map(|task| Work::begin(task, common, io));
                    self.work = begun.transpose().map_err(Ended::Stream)?;
                }
                Some(engine::Event::Refused(failed)) => {
                    self.emit_failed(common, failed);
                    continue;
                }
                None => {}
            }
            if engine.is_awaiting_verdict() {
                let Some(verdict) = self.exchange.as_mut().and_then(Exchange::poll) else {
                    let is_left = self.is_hungup;
                    return if is_left { Err(Ended::Stream(Errno::EPIPE)) } else { Ok(()) };
                };
                self.exchange = None;
                engine.handle_verdict(verdict, Instant::now())?;
                continue;
            }
            if engine.is_working() {
                let Some(done) = self.work.as_ref().and_then(Work::poll) else {
                    let is_left = self.is_hungup;
                    return if is_left { Err(Ended::Stream(Errno::EPIPE)) } else { Ok(()) };
                };
                self.work = None;
                engine.handle_done(done, Instant::now())?;
                continue;
            }
            if !self.early.is_empty() {
                let used = engine.handle_input(&self.early, Instant::now())?;
                self.early.drain(..used.min(self.early.len()));
                continue;
            }
            if self.is_drained {
                return Ok(());
            }
            let n = match self.stream.read(&mut buffer) {
                Ok(0) => return Err(Ended::Stream(Errno::EPIPE)),
                Ok(n) => n,
                Err(Errno::EAGAIN) => return Ok(()),
                Err(error) => return Err(Ended::Stream(error)),
            };
            self.is_drained = n < buffer.len() && !self.is_hungup;
            let used = engine.handle_input(&buffer[..n], Instant::now())?;
            self.early.extend_from_slice(buffer.get(used..n).unwrap_or(&[]));
        }
    }

    fn begin_traffic(
        &mut self,
        peer: &engine::Peer,
        common: &mut Common,
        io: &Io<'_>,
    ) -> Result<(), Errno> {
        let Protocol::Zmtp { engine, ingress } = &mut self.protocol else { return Ok(()) };
        common.begin_traffic(Some(peer), &self.stream, io)?;
        let (sealer, opener) = engine.take_cipher().map(Cipher::split).unzip();
        self.egress.begin_traffic(engine, sealer, common);
        *ingress = Some(Ingress::new(engine.framing(), opener, common, self.is_drained));
        if peer.has_handshake() {
            self.emit(common, EventKind::HandshakeSucceeded, 0);
        }
        Ok(())
    }

    fn names(&self, common: &Common) -> Names {
        let remote = match &self.remote {
            Some(remote) => remote.to_string(),
            None => self.stream.remote_endpoint(),
        };
        Names { local: self.stream.local_endpoint(), remote, is_local: common.is_local }
    }

    fn emit(&self, common: &Common, kind: EventKind, value: u64) {
        if common.shared.monitor.wants(kind) {
            self.names(common).emit(&common.shared, kind, value);
        }
    }

    fn emit_failed(&self, common: &Common, failed: engine::HandshakeFailed) {
        self.names(common).emit_failed(&common.shared, failed);
    }

    /// Writes what there is.
    fn flush(&mut self, common: &mut Common, io: &mut Io<'_>) -> Result<(), Ended> {
        let look_at = self.look_at.take();
        if self.is_blocked {
            return Ok(());
        }
        let engine = match &mut self.protocol {
            Protocol::Zmtp { engine, .. } => Some(engine.as_mut()),
            Protocol::Raw(_) => None,
        };
        let write = self.burst.begin();
        let cause = match look_at {
            _ if write.is_in_stream => Cause::Stream,
            Some(at) if at <= write.at => Cause::Look,
            _ => Cause::Event,
        };
        let messages = |common: &Common| common.pipe.as_ref().map_or(0, PipeEnd::messages_read);
        let before = messages(common);
        let flushed = self.egress.flush(&self.stream, engine, common, cause);
        if messages(common) != before {
            io.remote.note_passed();
        }
        match flushed.map_err(Ended::Stream)? {
            Flushed::All(0) => {}
            Flushed::All(_) => self.burst.note_single(write),
            Flushed::Streaming(sent) => {
                self.burst.interrupt();
                self.look_at = Some(Instant::now() + pace(sent));
            }
            Flushed::Blocked => self.is_blocked = true,
            Flushed::OutOfBudget => io.ask_turn(),
            Flushed::Shut => return Err(Ended::Refused),
        }
        Ok(())
    }

    /// The connection is over: tells the monitor. The stream is watched until it is dropped.
    pub(super) fn close(&mut self, common: &mut Common, ended: &Ended) {
        if let Ended::Protocol(failure) = ended {
            // An ERROR command may be waiting for the peer; it is sent if the kernel takes it.
            if let Protocol::Zmtp { engine, .. } = &self.protocol {
                let _ = engine.poll_output().map(|output| self.stream.write(output));
            }
            if let Some(event) = failure.event {
                self.emit_failed(common, event);
            }
        } else if self.is_in_handshake() && !matches!(ended, Ended::Asked) {
            let failed = engine::HandshakeFailed::NoDetail(Errno::EPIPE);
            self.emit_failed(common, failed);
        }
        if let Protocol::Raw(raw) = &mut self.protocol {
            raw.notify(common);
        }
        if !matches!(ended, Ended::Asked) {
            let fd = self.stream.fd() as u64;
            self.emit(common, EventKind::Disconnected, fd);
        }
    }
}

/// How reading came to a stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filled {
    /// Nothing more is there.
    All,
    /// The pipe has no room.
    Stalled,
    /// Others have their turn.
    OutOfBudget,
}

/// How writing came to a stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flushed {
    /// Everything was written: so many messages.
    All(u32),
    /// Everything was written, so many messages at once that more are to be expected.
    Streaming(u32),
    /// The kernel takes no more.
    Blocked,
    /// Others have their turn.
    OutOfBudget,
    /// The application closed the connection (STREAM).
    Shut,
}
