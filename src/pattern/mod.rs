//! What a socket type does with its pipes: pure policy over a [`PipeSet`].
//!
//! | file | duty |
//! | --- | --- |
//! | `pipeline` | PUSH, PULL (RFC 30) |
//! | `pubsub` | PUB, SUB, XPUB, XSUB (RFC 29) |
//! | `reqrep` | REQ, REP, DEALER, ROUTER (RFC 28) |
//! | `expair` | PAIR (RFC 31) |
//! | `stream` | STREAM (zmq_socket(3), "Native pattern") |
//! | `load_balance`, `fair_queue`, `fan_out` | the routings |
//! | `rotation`, `routing_ids`, `control` | what the routings and types share |
//!
//! Invariants: nothing here blocks, sees a clock, a descriptor, a thread or a byte stream. A socket type
//! *has* routings and a state enum. Parts that are dropped are deferred or stay with the caller, so that
//! free functions run where no lock is held. A new socket type is a new
//! variant of [`Pattern`] and an implementation of `Policy`.
#![forbid(unsafe_code)]

mod both_ways;
mod control;
mod expair;
mod fair_queue;
mod fan_out;
mod load_balance;
mod pipeline;
mod pubsub;
mod reqrep;
mod rotation;
mod routing_ids;
mod stream;
#[cfg(test)]
mod testing;

use crate::errno::{Errno, Result};
use crate::message::{Inbound, Outbound};
use crate::options::{Options, SocketType};
use crate::pipe::{PipeId, PipeSet};

/// What a send answers when the pipe of a message died between its parts. With `ZMQ_DONTWAIT` (or a send
/// timeout of 0) the application sees EAGAIN; otherwise the part counts as sent. Either way the parts
/// that follow are dropped, up to the end of the message.
pub const MESSAGE_LOST: Errno = Errno::EPIPE;

/// How a pipe came to the socket.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attach {
    /// XPUB, PUB: the peer cannot subscribe, so it gets everything.
    pub subscribe_to_all: bool,
    /// This end connected; the other one bound.
    pub is_local: bool,
    /// ROUTER, STREAM: `ZMQ_CONNECT_ROUTING_ID`, taken out of the options by the connect that made the
    /// pipe. One that is in use already has the pipe terminated.
    pub connect_routing_id: Option<Vec<u8>>,
}

/// What each socket type has to say. Methods left out say that the type cannot.
trait Policy {
    fn attach(&mut self, pipes: &mut PipeSet, options: &Options, id: PipeId, how: Attach);

    fn handle_readable(&mut self, pipes: &mut PipeSet, options: &Options, id: PipeId);

    fn handle_writable(&mut self, pipes: &mut PipeSet, options: &Options, id: PipeId);

    fn handle_hiccup(&mut self, _: &mut PipeSet, _: &Options, _: PipeId) {}

    fn handle_closed(&mut self, pipes: &mut PipeSet, options: &Options, id: PipeId);

    fn send(
        &mut self,
        _: &mut PipeSet,
        _: &Options,
        _: &mut Outbound<'_>,
        _more: bool,
    ) -> Result<()> {
        Err(Errno::ENOTSUP)
    }

    fn recv(&mut self, _: &mut PipeSet, _: &Options, _: &mut Inbound<'_>) -> Result<bool> {
        Err(Errno::ENOTSUP)
    }

    /// See [`Pattern::post`].
    #[inline(always)]
    fn post(&mut self, _: &mut PipeSet, _: &Outbound<'_>) -> bool {
        false
    }

    /// See [`Pattern::post_part`].
    #[inline(always)]
    fn post_part(&mut self, _: &mut PipeSet, _: &Options, _: &Outbound<'_>, _more: bool) -> bool {
        false
    }

    /// See [`Pattern::take`].
    #[inline(always)]
    fn take(&mut self, _: &mut PipeSet, _: &Options, _: &mut Inbound<'_>) -> bool {
        false
    }

    /// See [`Pattern::take_part`].
    #[inline(always)]
    fn take_part(&mut self, _: &mut PipeSet, _: &Options, _: &mut Inbound<'_>) -> Option<bool> {
        None
    }

    fn has_in(&mut self, _: &mut PipeSet, _: &Options) -> bool {
        false
    }

    fn has_out(&mut self, _: &mut PipeSet, _: &Options) -> bool {
        false
    }

    fn subscribe(&mut self, _: &mut PipeSet, _: &Options, _topic: &[u8]) -> Result<()> {
        Err(Errno::EINVAL)
    }

    fn unsubscribe(&mut self, _: &mut PipeSet, _: &Options, _topic: &[u8]) -> Result<()> {
        Err(Errno::EINVAL)
    }

    fn topics_count(&self) -> usize {
        0
    }

    fn has_routing_id(&self, _: &[u8]) -> bool {
        false
    }

    fn assigned_routing_id(&self) -> Option<&[u8]> {
        None
    }

    fn can_send_to(&mut self, _: &mut PipeSet, _routing_id: &[u8]) -> Result<bool> {
        Err(Errno::ENOTSUP)
    }
}

macro_rules! patterns { ($($variant:ident($policy:ty),)*) => {
    /// The policy of one socket, by its type.
    // There is one for each socket, in the socket's own memory.
    #[allow(clippy::large_enum_variant)]
    pub enum Pattern {
        $(#[allow(missing_docs)] $variant($policy),)*
    }

    /// Calls a method of the policy, whichever it is.
    macro_rules! each {
        ($self:ident, $p:ident => $call:expr) => {
            match $self { $(Pattern::$variant($p) => $call,)* }
        };
    }
} }

patterns! {
    Dealer(reqrep::Dealer),
    Pair(expair::Pair),
    Pub(pubsub::Pub),
    Pull(pipeline::Pull),
    Push(pipeline::Push),
    Rep(reqrep::Rep),
    Req(reqrep::Req),
    Router(reqrep::Router),
    Stream(stream::Stream),
    Sub(pubsub::Sub),
    Xpub(pubsub::Xpub),
    Xsub(pubsub::Xsub),
}

impl Pattern {
    /// The policy of a socket type; `None` if the type is not offered.
    pub fn new(socket_type: SocketType) -> Option<Self> {
        match socket_type {
            SocketType::Dealer => Some(Self::Dealer(reqrep::Dealer::default())),
            SocketType::Pair => Some(Self::Pair(expair::Pair::default())),
            SocketType::Pub => Some(Self::Pub(pubsub::Pub::default())),
            SocketType::Pull => Some(Self::Pull(pipeline::Pull::default())),
            SocketType::Push => Some(Self::Push(pipeline::Push::default())),
            SocketType::Rep => Some(Self::Rep(reqrep::Rep::default())),
            SocketType::Req => Some(Self::Req(reqrep::Req::default())),
            SocketType::Router => Some(Self::Router(reqrep::Router::default())),
            SocketType::Stream => Some(Self::Stream(stream::Stream::default())),
            SocketType::Sub => Some(Self::Sub(pubsub::Sub::default())),
            SocketType::Xpub => Some(Self::Xpub(pubsub::Xpub::default())),
            SocketType::Xsub => Some(Self::Xsub(pubsub::Xsub::default())),
            SocketType::Server
            | SocketType::Client
            | SocketType::Radio
            | SocketType::Dish
            | SocketType::Gather
            | SocketType::Scatter
            | SocketType::Dgram
            | SocketType::Peer
            | SocketType::Channel => None,
        }
    }

    /// Whether sockets of this type want to know their peers' routing ids: each pipe then begins with a
    /// frame flagged `FLAG_ROUTING_ID`, empty if the peer has none.
    pub const fn wants_routing_id(socket_type: SocketType) -> bool {
        matches!(socket_type, SocketType::Router)
    }

    /// Takes on the pipe `id` of the set.
    pub fn attach(&mut self, pipes: &mut PipeSet, options: &Options, id: PipeId, how: Attach) {
        each!(self, p => p.attach(pipes, options, id, how));
    }

    /// The pipe can be read again.
    pub fn handle_readable(&mut self, pipes: &mut PipeSet, options: &Options, id: PipeId) {
        each!(self, p => p.handle_readable(pipes, options, id));
    }

    /// The pipe can be written again.
    pub fn handle_writable(&mut self, pipes: &mut PipeSet, options: &Options, id: PipeId) {
        each!(self, p => p.handle_writable(pipes, options, id));
    }

    /// The peer behind the pipe was replaced: it knows nothing of what the old one was told.
    pub fn handle_hiccup(&mut self, pipes: &mut PipeSet, options: &Options, id: PipeId) {
        each!(self, p => p.handle_hiccup(pipes, options, id));
    }

    /// The pipe is about to be taken out of the set: forget it.
    pub fn handle_closed(&mut self, pipes: &mut PipeSet, options: &Options, id: PipeId) {
        each!(self, p => p.handle_closed(pipes, options, id));
    }

    /// Sends a part; `more` says that others of the same message follow. After `Ok` what is left in
    /// `part` is for the caller to drop; after an error nothing was taken. Errors: EAGAIN (would block),
    /// EFSM, EHOSTUNREACH, ENOTSUP, [`MESSAGE_LOST`].
    #[inline(always)]
    pub fn send(
        &mut self,
        pipes: &mut PipeSet,
        options: &Options,
        part: &mut Outbound<'_>,
        more: bool,
    ) -> Result<()> {
        each!(self, p => p.send(pipes, options, part, more))
    }

    /// Receives a part; answers whether others of the same message follow. Errors: EAGAIN (would block),
    /// EFSM, ENOTSUP.
    #[inline(always)]
    pub fn recv(
        &mut self,
        pipes: &mut PipeSet,
        options: &Options,
        sink: &mut Inbound<'_>,
    ) -> Result<bool> {
        each!(self, p => p.recv(pipes, options, sink))
    }

    /// Sends a message of one part, if that is no more than copying it to where the last one ended; `false`: nothing has
    /// happened, and [`Self::send`] may say more.
    // All of it is inlined, and `part` seen by nobody else, so that it need not be in memory.
    #[inline(always)]
    pub fn post(&mut self, pipes: &mut PipeSet, part: &Outbound<'_>) -> bool {
        each!(self, p => p.post(pipes, part))
    }

    /// As [`Self::post`], of a part, or of a routing id. What has happened after `false`, [`Self::send`] does as well.
    #[inline(always)]
    pub fn post_part(
        &mut self,
        pipes: &mut PipeSet,
        options: &Options,
        part: &Outbound<'_>,
        more: bool,
    ) -> bool {
        each!(self, p => p.post_part(pipes, options, part, more))
    }

    /// Receives a message of one part, if that is no more than copying it; `false`: nothing has happened, and [`Self::recv`]
    /// may say more.
    // As `post`.
    #[inline(always)]
    pub fn take(&mut self, pipes: &mut PipeSet, options: &Options, sink: &mut Inbound<'_>) -> bool {
        each!(self, p => p.take(pipes, options, sink))
    }

    /// As [`Self::take`], of a part, or of a routing id; answers whether others of its message follow. What has happened after
    /// `None`, [`Self::recv`] does as well.
    #[inline(always)]
    pub fn take_part(
        &mut self,
        pipes: &mut PipeSet,
        options: &Options,
        sink: &mut Inbound<'_>,
    ) -> Option<bool> {
        each!(self, p => p.take_part(pipes, options, sink))
    }

    /// Whether a receive would succeed now (`ZMQ_POLLIN`).
    pub fn has_in(&mut self, pipes: &mut PipeSet, options: &Options) -> bool {
        each!(self, p => p.has_in(pipes, options))
    }

    /// Whether a send would succeed now (`ZMQ_POLLOUT`).
    pub fn has_out(&mut self, pipes: &mut PipeSet, options: &Options) -> bool {
        each!(self, p => p.has_out(pipes, options))
    }

    /// SUB: subscribes. XPUB with `ZMQ_XPUB_MANUAL`: subscribes for the peer whose message was received
    /// last. Errors: EINVAL on other types.
    pub fn subscribe(
        &mut self,
        pipes: &mut PipeSet,
        options: &Options,
        topic: &[u8],
    ) -> Result<()> {
        each!(self, p => p.subscribe(pipes, options, topic))
    }

    /// Takes back one [`Self::subscribe`].
    pub fn unsubscribe(
        &mut self,
        pipes: &mut PipeSet,
        options: &Options,
        topic: &[u8],
    ) -> Result<()> {
        each!(self, p => p.unsubscribe(pipes, options, topic))
    }

    /// Number of distinct topics subscribed to (`ZMQ_TOPICS_COUNT`).
    pub fn topics_count(&self) -> usize {
        each!(self, p => p.topics_count())
    }

    /// Whether a peer is known by this routing id.
    pub fn has_routing_id(&self, routing_id: &[u8]) -> bool {
        each!(self, p => p.has_routing_id(routing_id))
    }

    /// STREAM: the routing id given to the newest peer, which `ZMQ_ROUTING_ID` then gives.
    pub fn assigned_routing_id(&self) -> Option<&[u8]> {
        each!(self, p => p.assigned_routing_id())
    }

    /// ROUTER: whether the peer with this routing id has room for a message
    /// (zmq_socket_get_peer_state(3)). Errors: EHOSTUNREACH, and ENOTSUP on other types.
    pub fn can_send_to(&mut self, pipes: &mut PipeSet, routing_id: &[u8]) -> Result<bool> {
        each!(self, p => p.can_send_to(pipes, routing_id))
    }
}
