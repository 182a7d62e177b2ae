//! [`Engine`]: one connection's conversation, from the first octet to the last.
//!
//! `State` is moved by value and never left half way. Until traffic begins the inbox holds the octets of
//! the unit under way (greeting or frame), and takes from the input no octet beyond it; so what
//! `handle_input` leaves belongs to traffic. A closed engine stays closed and repeats its failure.
#![forbid(unsafe_code)]

use std::mem;
use std::time::Instant;

use crate::engine::config::{Config, MAX_HANDSHAKE_LEN};
use crate::engine::failure::{Failure, Reason};
use crate::engine::greeting::{Progress, Stage};
use crate::engine::heartbeat::{Heartbeat, after, is_due};
use crate::engine::{CommandUse, Event, Framing, Peer};
use crate::mechanism::metadata::MAX_ROUTING_ID_LEN;
use crate::mechanism::{self, Mechanism, Metadata, ProtocolError, Step};
use crate::options::SocketType;
use crate::wire::frame::{self, Parsed};
use crate::wire::greeting::{Greeting, Revision, emit_signature};
use crate::wire::{command, v1};

/// A PING or PONG is dropped while so many octets of output wait: a peer that asks without reading gets
/// fewer answers, and any traffic is a sign of life.
const MAX_HEARTBEAT_OUTPUT_LEN: usize = 1024;

/// Octets of the longest group ("group = 0*255group-char").
const MAX_GROUP_LEN: usize = 255;
/// A frame that is none.
const BAD_FRAME: Failure = Failure::silent(Reason::BadFrame);
/// A command in traffic that breaks the grammar.
const MALFORMED_COMMAND: Failure =
    Failure::silent(Reason::Protocol(ProtocolError::ZmtpMalformedCommandUnspecified));

#[derive(Debug)]
enum State {
    /// Greetings are under way.
    Greeting(Stage),
    /// A ZMTP 1.0 or 2.0 peer owes us its identity frame.
    Identity(OldPeer),
    /// A 3.x peer with this version is in the mechanism's handshake.
    Handshake(Mechanism, (u8, u8)),
    /// Messages flow; commands mean something if `has_commands`.
    Traffic { heartbeat: Heartbeat, has_commands: bool },
    /// It is over.
    Closed(Failure),
}

/// What is known of a peer older than ZMTP 3.0.
#[derive(Debug)]
struct OldPeer {
    is_v1: bool,
    socket_type: Option<SocketType>,
    is_unversioned: bool,
}

/// One ZMTP conversation (see the module above for the order of calls).
#[derive(Debug)]
pub struct Engine {
    config: Config,
    state: State,
    framing: Framing,
    inbox: Vec<u8>,
    output: Vec<u8>,
    output_done: usize,
    event: Option<Event>,
    handshake_at: Option<Instant>,
}

impl Engine {
    /// A connection that was made `now`. The signature waits in the output.
    pub fn new(config: Config, now: Instant) -> Self {
        Self {
            state: State::Greeting(Stage::First),
            framing: Framing::V2,
            inbox: Vec::new(),
            output: emit_signature(config.local.routing_id.len()).to_vec(),
            output_done: 0,
            event: None,
            handshake_at: after(now, config.handshake_ivl),
            config,
        }
    }

    /// Bytes came in while [`Self::is_in_traffic`] is false: answers how many of them were consumed. When
    /// fewer than all are, traffic has begun and the rest is its beginning.
    pub fn handle_input(&mut self, bytes: &[u8], now: Instant) -> Result<usize, Failure> {
        let mut rest = bytes;
        loop {
            let wanted_len = match &self.state {
                State::Greeting(stage) => stage.wanted_len(),
                State::Identity(peer) => match self.wanted_len(peer.is_v1) {
                    Some(len) => len,
                    None => return self.fail(BAD_FRAME),
                },
                State::Handshake(..) => match self.wanted_len(false) {
                    Some(len) => len,
                    None => return self.fail(BAD_FRAME),
                },
                State::Traffic { .. } => return Ok(bytes.len() - rest.len()),
                State::Closed(failure) => return Err(*failure),
            };
            let missing_len = wanted_len.saturating_sub(self.inbox.len());
            let (taken, left) = rest.split_at(missing_len.min(rest.len()));
            self.inbox.extend_from_slice(taken);
            rest = left;
            if taken.len() < missing_len {
                return Ok(bytes.len());
            }
            self.handle_unit(now)?;
        }
    }

    /// The session has the time `now`, at or after what [`Self::poll_timeout`] said.
    pub fn handle_timeout(&mut self, now: Instant) -> Result<(), Failure> {
        let ttl_ds = self.config.heartbeat_ttl_ds;
        match &mut self.state {
            State::Greeting(_) | State::Identity(_) | State::Handshake(..) => {
                if is_due(self.handshake_at, now) {
                    return self.fail(Failure::handshake_timeout());
                }
                Ok(())
            }
            State::Traffic { heartbeat, .. } => match heartbeat.handle_timeout(now) {
                Ok(wants_ping) => {
                    if wants_ping && self.has_room() {
                        command::emit_ping(&mut self.output, ttl_ds);
                    }
                    Ok(())
                }
                Err(reason) => self.fail(Failure::silent(reason)),
            },
            State::Closed(failure) => Err(*failure),
        }
    }

    /// Bytes of any kind came in during traffic. To be called before their commands are handled, as a
    /// PING among them starts its TTL anew.
    #[inline]
    pub fn handle_traffic(&mut self) {
        match &mut self.state {
            State::Traffic { heartbeat, .. } => heartbeat.handle_traffic(),
            State::Greeting(_) | State::Identity(_) | State::Handshake(..) | State::Closed(_) => {}
        }
    }

    /// A command frame with this `body` came in during traffic.
    ///
    /// One that breaks the grammar ends the connection, where libzmq goes on: RFC 37 gives a command a
    /// name of 1 to 255 octets and a PING a TTL, so such a peer cannot be understood. So does an ERROR,
    /// which "SHALL" be fatal: a peer may find fault with our properties after its own READY.
    pub fn handle_command<'a>(
        &mut self,
        body: &'a [u8],
        now: Instant,
    ) -> Result<CommandUse<'a>, Failure> {
        let has_room = self.has_room();
        let heartbeat = match &mut self.state {
            State::Traffic { heartbeat, has_commands: true } => heartbeat,
            State::Traffic { has_commands: false, .. } => return Ok(CommandUse::Ignored),
            State::Closed(failure) => return Err(*failure),
            State::Greeting(_) | State::Identity(_) | State::Handshake(..) => {
                return self.fail(MALFORMED_COMMAND);
            }
        };
        let Ok(command) = command::parse(body) else { return self.fail(MALFORMED_COMMAND) };
        match command.name {
            command::PING => {
                let Ok(ping) = command::parse_ping(command.data) else {
                    return self.fail(MALFORMED_COMMAND);
                };
                heartbeat.handle_ttl(ping.ttl_ds, now);
                if has_room {
                    command::emit_pong(&mut self.output, ping.context);
                }
                Ok(CommandUse::Consumed)
            }
            command::PONG => Ok(CommandUse::Consumed),
            command::ERROR => self.fail(Failure::silent(Reason::Error)),
            command::SUBSCRIBE if self.is_publisher() => Ok(CommandUse::Subscribe(command.data)),
            command::CANCEL if self.is_publisher() => Ok(CommandUse::Cancel(command.data)),
            command::JOIN | command::LEAVE if self.is_radio() => {
                if command.data.len() > MAX_GROUP_LEN {
                    return self.fail(MALFORMED_COMMAND);
                }
                Ok(match command.name {
                    command::JOIN => CommandUse::Join(command.data),
                    _ => CommandUse::Leave(command.data),
                })
            }
            _ => Ok(CommandUse::Ignored),
        }
    }

    /// The next thing to know, once.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.event.take()
    }

    /// Bytes to write: all of them, before anything else, and between two messages only. After a failure
    /// they may still be written, once, or dropped.
    #[inline]
    pub fn poll_output(&self) -> Option<&[u8]> {
        self.output.get(self.output_done..).filter(|output| !output.is_empty())
    }

    /// The first `len` octets of [`Self::poll_output`] are written.
    pub fn handle_output(&mut self, len: usize) {
        self.output_done = self.output_done.saturating_add(len);
        if self.output_done >= self.output.len() {
            self.output.clear();
            self.output_done = 0;
        }
    }

    /// When [`Self::handle_timeout`] wants to be called.
    #[inline]
    pub fn poll_timeout(&self) -> Option<Instant> {
        match &self.state {
            State::Greeting(_) | State::Identity(_) | State::Handshake(..) => self.handshake_at,
            State::Traffic { heartbeat, .. } => heartbeat.poll_timeout(),
            State::Closed(_) => None,
        }
    }

    /// How the peer frames messages; meaningful once in traffic.
    #[inline]
    pub const fn framing(&self) -> Framing {
        self.framing
    }

    /// Whether the handshake is complete and the connection alive.
    #[inline]
    pub const fn is_in_traffic(&self) -> bool {
        match self.state {
            State::Traffic { .. } => true,
            State::Greeting(_) | State::Identity(_) | State::Handshake(..) | State::Closed(_) => {
                false
            }
        }
    }

    fn has_room(&self) -> bool {
        self.output.len() - self.output_done.min(self.output.len()) < MAX_HEARTBEAT_OUTPUT_LEN
    }

    fn is_publisher(&self) -> bool {
        matches!(self.config.local.socket_type, SocketType::Pub | SocketType::Xpub)
    }

    fn is_radio(&self) -> bool {
        self.config.local.socket_type == SocketType::Radio
    }

    fn fail<T>(&mut self, failure: Failure) -> Result<T, Failure> {
        self.state = State::Closed(failure);
        self.inbox = Vec::new();
        Err(failure)
    }

    /// Octets of the frame that the inbox begins, or one more than it has while that is unknown; `None`
    /// if it is no frame or too large.
    fn wanted_len(&self, is_v1: bool) -> Option<usize> {
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
    fn handle_unit(&mut self, now: Instant) -> Result<(), Failure> {
        let moved =
            State::Closed(Failure::silent(Reason::Protocol(ProtocolError::ZmtpUnspecified)));
        match mem::replace(&mut self.state, moved) {
            State::Greeting(stage) => {
                let progress = stage.handle_bytes(&self.inbox, &self.config, &mut self.output);
                self.handle_progress(progress)
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
                match mechanism.handle_command(&body) {
                    Err(refusal) => self.fail(refusal.into()),
                    Ok(Step::Wait(mechanism)) => {
                        self.state = State::Handshake(mechanism, version);
                        Ok(())
                    }
                    Ok(Step::Ready(metadata)) => {
                        let framing = if version == (3, 0) { Framing::V2 } else { Framing::V3_1 };
                        let peer = Peer { version, metadata, has_implied_subscription: false };
                        self.begin_traffic(peer, framing, now);
                        Ok(())
                    }
                }
            }
            state @ (State::Traffic { .. } | State::Closed(_)) => {
                self.state = state;
                Ok(())
            }
        }
    }

    fn handle_progress(&mut self, progress: Progress) -> Result<(), Failure> {
        match progress {
            Progress::Wait(stage) => {
                let is_old = matches!(stage, Stage::SocketType(_));
                if is_old && !self.config.allows_downgrade() {
                    return self.fail(Failure::silent(Reason::Downgrade));
                }
                self.state = State::Greeting(stage);
            }
            Progress::Unversioned => {
                if !self.config.allows_downgrade() {
                    return self.fail(Failure::silent(Reason::Downgrade));
                }
                // The signature was the header of our identity frame; the inbox begins the peer's.
                self.output.extend_from_slice(&self.config.local.routing_id);
                let peer = OldPeer { is_v1: true, socket_type: None, is_unversioned: true };
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
                self.state = State::Identity(OldPeer { is_v1, socket_type, is_unversioned: false });
            }
            Progress::V3(greeting) => return self.handle_greeting(greeting),
        }
        Ok(())
    }

    fn handle_greeting(&mut self, greeting: Greeting) -> Result<(), Failure> {
        self.inbox.clear();
        // "If the mechanism that the peer received does not exactly match the mechanism it sent, it MUST
        // close the connection."
        if greeting.mechanism != mechanism::name(self.config.mechanism) {
            return self.fail(Failure::handshake(ProtocolError::ZmtpMechanismMismatch));
        }
        let mechanism =
            Mechanism::start(self.config.mechanism, &self.config.local, &mut self.output);
        self.state = State::Handshake(mechanism, greeting.version);
        Ok(())
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
        let peer = Peer { version, metadata, has_implied_subscription: old.is_unversioned };
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
        self.event = Some(Event::Ready(peer));
    }
}

fn parse_header(bytes: &[u8], is_v1: bool) -> Parsed {
    if is_v1 { v1::parse_header(bytes) } else { frame::parse_header(bytes) }
}

/// Takes the body of the one frame that `inbox` holds, if it is complete.
fn take_frame(inbox: &mut Vec<u8>, is_v1: bool) -> Option<Vec<u8>> {
    let Parsed::Header(header) = parse_header(inbox, is_v1) else { return None };
    let body = inbox.get(header.header_len..header.frame_len()?)?.to_vec();
    inbox.clear();
    Some(body)
}
