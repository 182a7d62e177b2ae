//! The pipe between a socket and a session.
#![forbid(unsafe_code)]

use std::sync::Arc;

use crate::context::Attachment;
use crate::engine::Peer;
use crate::errno::{Errno, Result};
use crate::message::{FLAG_ROUTING_ID, Metadata, Outbound, take_lack};
use crate::options::{Options, SocketType};
use crate::pattern::Pattern;
use crate::pipe::{Kind, PipeEnd, pair};
use crate::reactor::Io;
use crate::transport::Stream;
use crate::wire::metadata::SOCKET_TYPE;

use super::Common;

/// Whether `options` ask for the newest message only, and the socket's type can do that
/// (zmq_setsockopt(3), ZMQ_CONFLATE).
pub fn has_conflate(options: &Options) -> bool {
    options.conflate && options.socket_type.has_conflate()
}

/// A pipe pair: the socket's end, and the session's.
pub fn session_pair(options: &Options) -> (PipeEnd, PipeEnd) {
    let kind = if has_conflate(options) { Kind::Conflate } else { Kind::Bytes };
    pair([kind; 2], [options.sndhwm, options.rcvhwm])
}

impl Common {
    /// Traffic begins with `peer`: makes the pipe if there is none, and puts in front of the traffic
    /// what the socket has to know of the peer. Errors: ENOMEM.
    pub(super) fn begin_traffic(
        &mut self,
        peer: Option<&Peer>,
        stream: &Stream,
        io: &Io<'_>,
    ) -> Result<()> {
        take_lack();
        let mut new_end = None;
        if self.pipe.is_none() {
            let (socket_end, session_end) = session_pair(&self.options);
            session_end.set_target(io.remote.clone(), io.token);
            new_end = Some(socket_end);
            self.pipe = Some(session_end);
        }
        let origin = Arc::new(origin(peer, stream));
        let wants_routing_id = Pattern::wants_routing_id(self.options.socket_type);
        let is_publisher = self.is_publisher();
        if let Some(pipe) = &mut self.pipe {
            if let Some(intake) = pipe.intake() {
                intake.set_origin(Some(origin));
            }
            if let (Some(peer), true) = (peer, wants_routing_id) {
                let routing_id = &peer.metadata.routing_id;
                pipe.write(&mut Outbound::Slice(routing_id), FLAG_ROUTING_ID);
                pipe.commit();
            }
            if peer.is_some_and(|p| p.has_implied_subscription) && is_publisher {
                pipe.write(&mut Outbound::Slice(b"\x01"), 0);
                pipe.commit();
            }
        }
        if take_lack() || (new_end.is_some() && self.shared.expect(1).is_err()) {
            self.pipe.take_if(|_| new_end.is_some());
            return Err(Errno::ENOMEM);
        }
        if let Some(end) = new_end {
            let (endpoint, is_local) = (self.endpoint, self.is_local);
            self.attachment = Some(Box::new(Attachment { end, endpoint, is_local }));
        }
        Ok(())
    }

    fn is_publisher(&self) -> bool {
        matches!(self.options.socket_type, SocketType::Pub | SocketType::Xpub)
    }

    fn is_subscriber(&self) -> bool {
        matches!(self.options.socket_type, SocketType::Sub | SocketType::Xsub)
    }

    /// The connection broke: lets the application read what it wants to read then.
    pub(super) fn tell_of_loss(&mut self) {
        let options = &self.options;
        let message = if self.is_local { options.hiccup() } else { options.farewell() };
        if let (Some(message), Some(pipe)) = (message, &mut self.pipe) {
            pipe.write_last(message);
        }
    }

    /// The connection broke and another will be made: what cannot go on is dropped.
    pub(super) fn prepare_reconnect(&mut self) {
        if self.options.immediate || self.pipe.as_ref().is_some_and(PipeEnd::is_peer_reset) {
            self.pipe = None;
            return;
        }
        let is_subscriber = self.is_subscriber();
        let Some(pipe) = &mut self.pipe else { return };
        if let Some(intake) = pipe.intake() {
            intake.rollback();
        }
        if let Some(egress) = pipe.egress() {
            egress.set_flowing(false);
        }
        if is_subscriber && !pipe.is_peer_gone() {
            // The socket sends all its subscriptions again.
            while pipe.skip().is_some() {}
            pipe.raise_hiccup();
        } else if let Some(messages) = pipe.egress().and_then(|e| e.drop_partial()) {
            pipe.note_passed(messages);
        }
    }
}

/// Whom an authentication handler found: no peer says that of itself.
const USER_ID: &str = "User-Id";

fn origin(peer: Option<&Peer>, stream: &Stream) -> Metadata {
    let address = stream.peer_address();
    let mut properties = vec![("Peer-Address", address.as_bytes())];
    if let Some(peer) = peer {
        if let Some(account) = &peer.account {
            properties.push((USER_ID, &account.user_id));
            properties.extend(account.properties.iter().map(|(name, value)| (&**name, &**value)));
        }
        if let Some(socket_type) = peer.metadata.socket_type {
            properties.push((SOCKET_TYPE, socket_type.name().as_bytes()));
        }
        let theirs = peer.metadata.properties.iter().map(|(name, value)| (&**name, &**value));
        properties.extend(theirs.filter(|(name, _)| !name.eq_ignore_ascii_case(USER_ID)));
    }
    Metadata::of(stream.fd(), &properties)
}
