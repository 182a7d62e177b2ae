//! [`Engine`]: one connection's conversation, from the first octet to the last.
//!
//! `State` is moved by value and never left half way. Until traffic begins the inbox holds the octets of
//! the unit under way (greeting or frame), and takes from the input no octet beyond it; so what
//! `handle_input` leaves belongs to traffic. A closed engine stays closed and repeats its failure.
#![forbid(unsafe_code)]

use std::sync::Arc;
use std::time::Instant;

use crate::engine::config::Config;
use crate::engine::failure::{Failure, Reason};
use crate::engine::greeting::Stage;
use crate::engine::heartbeat::{Heartbeat, after, is_due};
use crate::engine::{CommandUse, Event, Framing};
use crate::mechanism::gssapi::Task;
use crate::mechanism::{Cipher, Inquiry, Mechanism, ProtocolError};
use crate::options::SocketType;
use crate::sys::memory::{self, Room};
use crate::wire::command;
use crate::wire::greeting::{V3_LEN, emit_signature};

/// A PING or PONG is dropped while so many octets of output wait: a peer that asks without reading gets
/// fewer answers, and any traffic is a sign of life.
const MAX_HEARTBEAT_OUTPUT_LEN: usize = 1024;

/// Octets that a handshake seldom has more of at once: the end of a greeting, and READY.
const MOST_USUAL_LEN: usize = 112;
/// Octets of the longest group ("group = 0*255group-char").
const MAX_GROUP_LEN: usize = 255;
/// A longer unit may need memory for so many copies of its octets: they come from the peer.
const MUCH: usize = 1024;
const COPIES: usize = 4;
/// What the peer said is too much for the process.
const NO_MEMORY: Failure = Failure::silent(Reason::NoMemory);
/// A frame that is none.
pub(super) const BAD_FRAME: Failure = Failure::silent(Reason::BadFrame);
/// A command in traffic that breaks the grammar.
const MALFORMED_COMMAND: Failure =
    Failure::silent(Reason::Protocol(ProtocolError::ZmtpMalformedCommandUnspecified));

#[derive(Debug)]
pub(super) enum State {
    /// Greetings are under way.
    Greeting(Stage),
    /// A ZMTP 1.0 or 2.0 peer owes us its identity frame.
    Identity(OldPeer),
    /// A 3.x peer with this version is in the mechanism's handshake.
    Handshake(Box<Mechanism>, (u8, u8)),
    /// An authentication handler is asked about such a peer, from which nothing is taken meanwhile.
    Verdict(Box<Inquiry>, (u8, u8)),
    /// The session has a part of such a peer's handshake done elsewhere; nothing is taken meanwhile.
    Working((u8, u8)),
    /// The peer is refused, an ERROR command is on its way, and it has time to go by itself: to close
    /// before its octets are read could take the ERROR from it. Monitors know.
    Refused(Failure),
    /// Messages flow; commands mean something if `has_commands`.
    Traffic { heartbeat: Heartbeat, has_commands: bool },
    /// It is over.
    Closed(Failure),
}

/// What is known of a peer older than ZMTP 3.0.
#[derive(Debug)]
pub(super) struct OldPeer {
    pub(super) is_v1: bool,
    pub(super) socket_type: Option<SocketType>,
    pub(super) has_greeting: bool,
}

/// One ZMTP conversation (see the module above for the order of calls).
#[derive(Debug)]
pub struct Engine {
    pub(super) config: Arc<Config>,
    pub(super) state: State,
    pub(super) framing: Framing,
    pub(super) inbox: Vec<u8>,
    pub(super) output: Vec<u8>,
    output_done: usize,
    pub(super) event: Option<Box<Event>>,
    pub(super) handshake_at: Option<Instant>,
    pub(super) cipher: Option<Box<Cipher>>,
    pub(super) task: Option<Box<Task>>,
}

impl Engine {
    /// A connection that was made `now`. The signature waits in the output.
    pub fn new(config: impl Into<Arc<Config>>, now: Instant) -> Self {
        let config = config.into();
        let mut output = Vec::with_capacity(MOST_USUAL_LEN);
        output.extend_from_slice(&emit_signature(config.local.routing_id.len()));
        Self {
            state: State::Greeting(Stage::First),
            framing: Framing::V2,
            inbox: Vec::with_capacity(V3_LEN),
            output,
            output_done: 0,
            event: None,
            handshake_at: after(now, config.handshake_ivl),
            cipher: None,
            task: None,
            config,
        }
    }

    /// Whether nothing has come in yet.
    pub fn is_untouched(&self) -> bool {
        matches!(self.state, State::Greeting(Stage::First)) && self.inbox.is_empty()
    }

    /// Bytes came in while [`Self::is_in_traffic`] is false: answers how many of them were consumed. When
    /// fewer than all are, either traffic has begun and the rest is its beginning, or the engine awaits a
    /// verdict and wants the rest again after it.
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
                State::Verdict(..) | State::Working(_) | State::Traffic { .. } => {
                    return Ok(bytes.len() - rest.len());
                }
                State::Refused(_) => return Ok(bytes.len()),
                State::Closed(failure) => return Err(*failure),
            };
            let missing_len = wanted_len.saturating_sub(self.inbox.len());
            let (taken, left) = rest.split_at(missing_len.min(rest.len()));
            if self.inbox.make_room(taken.len()).is_err() {
                return self.fail(NO_MEMORY);
            }
            self.inbox.extend_from_slice(taken);
            rest = left;
            if taken.len() < missing_len {
                return Ok(bytes.len());
            }
            // Its parts are kept, and answered.
            if wanted_len > MUCH && memory::check_room(COPIES * wanted_len).is_err() {
                return self.fail(NO_MEMORY);
            }
            self.handle_unit(now)?;
        }
    }

    /// The session has the time `now`, at or after what [`Self::poll_timeout`] said.
    pub fn handle_timeout(&mut self, now: Instant) -> Result<(), Failure> {
        let ttl_ds = self.config.heartbeat_ttl_ds;
        match &mut self.state {
            State::Greeting(_)
            | State::Identity(_)
            | State::Handshake(..)
            | State::Verdict(..)
            | State::Working(_) => {
                if is_due(self.handshake_at, now) {
                    return self.fail(Failure::handshake_timeout());
                }
                Ok(())
            }
            State::Refused(failure) => {
                let failure = *failure;
                if is_due(self.handshake_at, now) { self.fail(failure) } else { Ok(()) }
            }
            State::Traffic { heartbeat, .. } => match heartbeat.handle_timeout(&self.config, now) {
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
            State::Greeting(_) | State::Identity(_) | State::Handshake(..) => {}
            State::Verdict(..) | State::Working(_) | State::Refused(_) | State::Closed(_) => {}
        }
    }

    /// A command frame with this `body` came in during traffic. Few ask for the time.
    ///
    /// One that breaks the grammar ends the connection, where libzmq goes on: RFC 37 gives a command a
    /// name of 1 to 255 octets and a PING a TTL, so such a peer cannot be understood. So does an ERROR,
    /// which "SHALL" be fatal: a peer may find fault with our properties after its own READY.
    pub fn handle_command<'a>(
        &mut self,
        body: &'a [u8],
        now: impl FnOnce() -> Instant,
    ) -> Result<CommandUse<'a>, Failure> {
        let has_room = self.has_room();
        let heartbeat = match &mut self.state {
            State::Traffic { heartbeat, has_commands: true } => heartbeat,
            State::Traffic { has_commands: false, .. } => return Ok(CommandUse::Ignored),
            State::Closed(failure) => return Err(*failure),
            State::Greeting(_)
            | State::Identity(_)
            | State::Handshake(..)
            | State::Verdict(..)
            | State::Working(_)
            | State::Refused(_) => return self.fail(MALFORMED_COMMAND),
        };
        let Ok(command) = command::parse(body) else { return self.fail(MALFORMED_COMMAND) };
        match command.name {
            command::PING => {
                let Ok(ping) = command::parse_ping(command.data) else {
                    return self.fail(MALFORMED_COMMAND);
                };
                heartbeat.handle_ttl(ping.ttl_ds, now());
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

    /// What seals and opens each frame of traffic, if the mechanism encrypts; to be asked once, with
    /// [`Event::Ready`]. What is in the output then goes as it is.
    pub fn take_cipher(&mut self) -> Option<Cipher> {
        self.cipher.take().map(|cipher| *cipher)
    }

    /// The next thing to know, once.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.event.take().map(|event| *event)
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
            if self.is_in_traffic() {
                // Seldom needed from now on.
                self.output = Vec::new();
            }
            self.output.clear();
            self.output_done = 0;
        }
    }

    /// When [`Self::handle_timeout`] wants to be called.
    #[inline]
    pub fn poll_timeout(&self) -> Option<Instant> {
        match &self.state {
            State::Greeting(_)
            | State::Identity(_)
            | State::Handshake(..)
            | State::Verdict(..)
            | State::Working(_)
            | State::Refused(_) => self.handshake_at,
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
        matches!(self.state, State::Traffic { .. })
    }

    /// Whether [`Self::handle_verdict`] is what the conversation waits for.
    pub const fn is_awaiting_verdict(&self) -> bool {
        matches!(self.state, State::Verdict(..))
    }

    /// What [`Event::Work`] asks for, once.
    pub fn take_task(&mut self) -> Option<Task> {
        self.task.take().map(|task| *task)
    }

    /// Whether [`Self::handle_done`] is what the conversation waits for.
    pub const fn is_working(&self) -> bool {
        matches!(self.state, State::Working(_))
    }

    /// Whether the peer was refused by [`Event::Refused`].
    pub const fn is_refused(&self) -> bool {
        matches!(self.state, State::Refused(_))
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

    pub(super) fn fail<T>(&mut self, failure: Failure) -> Result<T, Failure> {
        self.state = State::Closed(failure);
        self.inbox = Vec::new();
        self.event = None;
        Err(failure)
    }
}
