//! From the first octet to traffic: what each greeting, identity frame, command and verdict leads to.
//!
//! Each `handle_*` here takes one whole unit; that it is whole is `conversation`'s business.
#![forbid(unsafe_code)]

use std::mem;
use std::time::Instant;

use crate::engine::config::MAX_HANDSHAKE_LEN;
use crate::engine::conversation::{BAD_FRAME, Engine, OldPeer, State};
use crate::engine::failure::{Failure, HandshakeFailed, Reason};
use crate::engine::greeting::{Progress, Stage};
use crate::engine::heartbeat::Heartbeat;
use crate::engine::{Event, Framing, Peer};
use crate::mechanism::gssapi::Done;
use crate::mechanism::metadata::MAX_ROUTING_ID_LEN;
use crate::mechanism::{Mechanism, Metadata, ProtocolError, Refusal, Step, Verdict};
use crate::options::SocketType;
use crate::wire::frame::{self, Parsed};
use crate::wire::greeting::{Greeting, Revision};
use crate::wire::v1;

impl Engine {
    /// The authentication handler has answered what [`Event::Ask`] asked. Bytes that were not consumed
    /// before are to be given to [`Self::handle_input`] again.
    pub fn handle_verdict(&mut self, verdict: Verdict, now: Instant) -> Result<(), Failure> {
        let moved = Failure::silent(Reason::Protocol(ProtocolError::ZapUnspecified));
        let (inquiry, version) = match mem::replace(&mut self.state, State::Closed(moved)) {
            State::Verdict(inquiry, version) => (inquiry, version),
            state => {
                self.state = state;
                return Ok(());
            }
        };
        match inquiry.handle_verdict(verdict, &mut self.output) {
            Ok(step) => {
                self.handle_step(step, version, now);
                Ok(())
            }
            Err(Refusal::Refused(status)) if status.reason().is_some() => {
                self.event = Some(Box::new(Event::Refused(HandshakeFailed::Auth(status))));
                self.state = State::Refused(Failure::silent(Reason::Refused(status)));
                Ok(())
            }
            Err(refusal) => self.fail(refusal.into()),
        }
    }

    /// What [`Event::Work`] asked for is done. Bytes that were not consumed before are to be given to
    /// [`Self::handle_input`] again.
    pub fn handle_done(&mut self, done: Done, now: Instant) -> Result<(), Failure> {
        let State::Working(version) = self.state else { return Ok(()) };
        match done.finish(&mut self.output) {
            Ok(step) => {
                self.handle_step(step, version, now);
                Ok(())
            }
            Err(refusal) => self.fail(refusal.into()),
        }
    }

    /// Octets of the frame that the inbox begins, or one more than it has while that is unknown; `None`
    /// if it is no frame or too large.
    pub(super) fn wanted_len(&self, is_v1: bool) -> Option<usize> {
        match parse_header(&self.inbox, is_v1) {
            Parsed::NeedMore => Some(self.inbox.len() + 1),
            Parsed::Malformed => None,
            Parsed::Header(header) => {
                let max_len = self.config.max_body_len.unwrap_or(u64::MAX);
                let is_fine = header.body_len <= max_len.min(MAX_HANDSHAKE_LEN as u64);
                header.frame_len().filter(|_| is_fine)
            }
        }
    }

    /// The inbox holds as much as was wanted.
    pub(super) fn handle_unit(&mut self, now: Instant) -> Result<(), Failure> {
        let moved =
            State::Closed(Failure::silent(Reason::Protocol(ProtocolError::ZmtpUnspecified)));
        match mem::replace(&mut self.state, moved) {
            State::Greeting(stage) => {
                let progress = stage.handle_bytes(&self.inbox, &self.config, &mut self.output);
                self.handle_progress(progress, now)
            }
            State::Identity(peer) => {
                let Some(body) = take_frame(&mut self.inbox, peer.is_v1) else {
                    self.state = State::Identity(peer);
                    return Ok(());
                };
                self.handle_identity(peer, body, now)
            }
            State::Handshake(mechanism, version) => {
                let Some(body) = take_frame(&mut self.inbox, false) else {
                    self.state = State::Handshake(mechanism, version);
                    return Ok(());
                };
                // Every frame of a handshake counts as a command: libzmq does not look at the flag.
                match mechanism.handle_command(&body, &mut self.output) {
                    Ok(step) => {
                        self.handle_step(step, version, now);
                        Ok(())
                    }
                    Err(refusal) => self.fail(refusal.into()),
                }
            }
            state @ (State::Verdict(..)
            | State::Working(_)
            | State::Refused(_)
            | State::Traffic { .. }
            | State::Closed(_)) => {
                self.state = state;
                Ok(())
            }
        }
    }

    fn handle_step(&mut self, step: Step, version: (u8, u8), now: Instant) {
        match step {
            Step::Wait(mechanism) => self.state = State::Handshake(Box::new(mechanism), version),
            Step::Ask(inquiry, request) => {
                self.state = State::Verdict(Box::new(inquiry), version);
                self.event = Some(Box::new(Event::Ask(request)));
            }
            Step::Work(task) => {
                self.state = State::Working(version);
                self.task = Some(Box::new(task));
                self.event = Some(Box::new(Event::Work));
            }
            Step::Ready(ready) => {
                let framing = if version == (3, 0) { Framing::V2 } else { Framing::V3_1 };
                self.cipher = ready.cipher.map(Box::new);
                let peer = Peer {
                    version,
                    metadata: ready.metadata,
                    account: ready.account,
                    has_implied_subscription: false,
                };
                self.begin_traffic(peer, framing, now);
            }
        }
    }

    fn handle_progress(&mut self, progress: Progress, now: Instant) -> Result<(), Failure> {
        match progress {
            Progress::Wait(stage) => {
                let is_old = matches!(stage, Stage::SocketType(_));
                if is_old && !self.config.security.allows_downgrade() {
                    return self.fail(Failure::silent(Reason::Downgrade));
                }
                self.state = State::Greeting(stage);
            }
            Progress::NoGreeting => {
                if !self.config.security.allows_downgrade() {
                    return self.fail(Failure::silent(Reason::Downgrade));
                }
                // The signature was the header of our identity frame; the inbox begins the peer's.
                self.output.extend_from_slice(&self.config.local.routing_id);
                let peer = OldPeer { is_v1: true, socket_type: None, has_greeting: false };
                self.state = State::Identity(peer);
            }
            Progress::Old(revision, socket_type) => {
                self.inbox.clear();
                let is_v1 = revision == Revision::V1;
                let routing_id = &self.config.local.routing_id;
                if is_v1 {
                    v1::emit(&mut self.output, 0, routing_id);
                } else {
                    frame::emit(&mut self.output, 0, routing_id);
                }
                let socket_type = SocketType::from_c(i32::from(socket_type));
                self.state = State::Identity(OldPeer { is_v1, socket_type, has_greeting: true });
            }
            Progress::V3(greeting) => return self.handle_greeting(greeting, now),
        }
        Ok(())
    }

    fn handle_greeting(&mut self, greeting: Greeting, now: Instant) -> Result<(), Failure> {
        self.inbox.clear();
        // "If the mechanism that the peer received does not exactly match the mechanism it sent, it MUST
        // close the connection."
        if greeting.mechanism != self.config.security.name() {
            return self.fail(Failure::handshake(ProtocolError::ZmtpMechanismMismatch));
        }
        let (security, local) = (&self.config.security, &self.config.local);
        match Mechanism::start(security, local, &mut self.output) {
            Ok(step) => {
                self.handle_step(step, greeting.version, now);
                Ok(())
            }
            Err(refusal) => self.fail(refusal.into()),
        }
    }

    fn handle_identity(
        &mut self,
        old: OldPeer,
        routing_id: Vec<u8>,
        now: Instant,
    ) -> Result<(), Failure> {
        if routing_id.len() > MAX_ROUTING_ID_LEN {
            return self.fail(BAD_FRAME);
        }
        let (version, framing) =
            if old.is_v1 { ((1, 0), Framing::V1) } else { ((2, 0), Framing::V2) };
        let metadata =
            Metadata { socket_type: old.socket_type, routing_id, properties: Vec::new() };
        let has_implied_subscription = !old.has_greeting;
        let peer = Peer { version, metadata, account: None, has_implied_subscription };
        self.begin_traffic(peer, framing, now);
        Ok(())
    }

    fn begin_traffic(&mut self, peer: Peer, framing: Framing, now: Instant) {
        let has_commands = peer.version.0 >= 3;
        let heartbeat = Heartbeat::new(&self.config, has_commands, now);
        self.state = State::Traffic { heartbeat, has_commands };
        self.framing = framing;
        self.handshake_at = None;
        self.inbox = Vec::new();
        self.output.shrink_to_fit();
        self.event = Some(Box::new(Event::Ready(peer)));
    }
}

fn parse_header(bytes: &[u8], is_v1: bool) -> Parsed {
    if is_v1 { v1::parse_header(bytes) } else { frame::parse_header(bytes) }
}

/// Takes the body of the one frame that `inbox` holds, if it is complete.
fn take_frame(inbox: &mut Vec<u8>, is_v1: bool) -> Option<Vec<u8>> {
    let Parsed::Header(header) = parse_header(inbox, is_v1) else { return None };
    let len = header.frame_len().filter(|len| *len <= inbox.len())?;
    let mut body = mem::take(inbox);
    body.truncate(len);
    body.drain(..header.header_len);
    Some(body)
}
