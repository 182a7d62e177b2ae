//! The ZMTP conversation without I/O: greeting, handshake, heartbeats, commands (RFC 37, 23, 15, 13).
//!
//! [`Engine`] knows no stream, pipe or clock: bytes and the time are arguments. `handle_*` tells it what
//! happened, `poll_*` asks what it wants, in this order after each `handle_*`: event, output, timeout.
//! Messages never pass through it; once [`Event::Ready`] is out, the session frames them itself as
//! [`Framing`] says, with [`transcode`] where the wire differs from the canonical ZMTP 2/3 frames.
#![forbid(unsafe_code)]

pub mod config;
mod conversation;
mod failure;
mod greeting;
mod handshake;
mod heartbeat;
pub mod transcode;

pub use config::Config;
pub use conversation::Engine;
pub use failure::{Failure, HandshakeFailed, Reason};

use crate::mechanism::{Account, Metadata, zap};

/// What the session is told by `Engine::poll_event`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Handshake complete: traffic may flow.
    Ready(Peer),
    /// Ask the authentication handler, and give its answer to [`Engine::handle_verdict`]. Until then
    /// input is not taken, so that it need not be read either.
    Ask(zap::Request),
    /// Have what [`Engine::take_task`] gives done where it may block, and give what comes of it to
    /// [`Engine::handle_done`]. Until then input is not taken.
    Work,
    /// The peer was refused and is being told so. A monitor is told now, and not again when the
    /// connection ends.
    Refused(HandshakeFailed),
}

/// Who the peer is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer {
    /// Its protocol: (1, 0), (2, 0), or what its 3.x greeting says.
    pub version: (u8, u8),
    /// Type, routing id (for 1.0 and 2.0 peers from the identity frame) and properties. A 1.0 or 2.0
    /// peer has no properties, and its type is not checked, as in libzmq.
    pub metadata: Metadata,
    /// What our authentication handler said of it, if one was asked.
    pub account: Option<Account>,
    /// Whether the peer may be one that never sends subscriptions (ZMTP 1.0 without a greeting): a PUB or
    /// XPUB then acts as if it had subscribed to everything.
    pub has_implied_subscription: bool,
}

impl Peer {
    /// Whether there was a handshake to announce: `ZMQ_EVENT_HANDSHAKE_SUCCEEDED` is for 3.x peers.
    pub const fn has_handshake(&self) -> bool {
        self.version.0 >= 3
    }
}

/// How messages and subscriptions look on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// ZMTP 1.0 frames; subscriptions are messages `\x01topic` and `\x00topic`.
    V1,
    /// ZMTP 2.0 and 3.0: canonical frames; subscriptions are messages.
    V2,
    /// ZMTP 3.1 and later: canonical frames; subscriptions are SUBSCRIBE and CANCEL commands.
    V3_1,
}

/// What became of a command in traffic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommandUse<'a> {
    /// The engine has dealt with it; there may be output.
    Consumed,
    /// Not known, or not for this socket type. Ignored, as libzmq does: commands are how ZMTP grows,
    /// and RFC 37 asks for no disconnection.
    Ignored,
    /// For PUB and XPUB: a subscription.
    Subscribe(&'a [u8]),
    /// For PUB and XPUB: the end of a subscription.
    Cancel(&'a [u8]),
    /// For RADIO: a group, at most 255 octets.
    Join(&'a [u8]),
    /// For RADIO: a group, at most 255 octets.
    Leave(&'a [u8]),
}

#[cfg(test)]
mod tests;
