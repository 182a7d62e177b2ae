//! ROUTER: messages in behind their sender's routing id, messages out to the one they begin with
//! (RFC 28, "The ROUTER Socket Type").
//!
//! Invariants: a pipe is received from once it has a routing id; until its peer's has come it waits in
//! `unnamed`. A peer whose routing id is taken already stays connected and is ignored, unless
//! `ZMQ_ROUTER_HANDOVER` gives it the place of the other.
#![forbid(unsafe_code)]

use std::collections::VecDeque;

use crate::errno::{Errno, Result};
use crate::message::{FLAG_ROUTING_ID, Inbound, Outbound, take_lack};
use crate::options::Options;
use crate::pattern::control::{self, CONTROL};
use crate::pattern::fair_queue::FairQueue;
use crate::pattern::routing_ids::RoutingIds;
use crate::pattern::{Attach, Policy};
use crate::pipe::{PipeEnd, PipeId, PipeSet};

/// Bits of `ZMQ_ROUTER_NOTIFY`.
const NOTIFY_CONNECT: i32 = 1;
const NOTIFY_DISCONNECT: i32 = 2;

/// Where the next part to send goes.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Outgoing {
    /// Nowhere: it is a routing id.
    #[default]
    Between,
    /// To this pipe.
    Within(PipeId),
    /// Nowhere: its message cannot be delivered.
    Dropping,
}

/// The ROUTER socket type.
#[derive(Default)]
pub struct Router {
    incoming: FairQueue,
    outgoing: Outgoing,
    routing_ids: RoutingIds,
    unnamed: Vec<PipeId>,
    notices: Notices,
}

/// Peers that came or went, each an empty message behind its routing id (`ZMQ_ROUTER_NOTIFY`).
#[derive(Default)]
struct Notices {
    waiting: VecDeque<Vec<u8>>,
    /// The routing id has been received, the empty part is next.
    is_within: bool,
}

impl Notices {
    fn recv(&mut self, sink: &mut Inbound<'_>) -> Option<bool> {
        if std::mem::take(&mut self.is_within) {
            sink.put_slice(&[]);
            return Some(false);
        }
        sink.put_slice(&self.waiting.pop_front()?);
        if let Inbound::Message(message) = sink {
            message.set_flags(control::flags(true));
        }
        self.is_within = true;
        Some(true)
    }

    fn has_some(&self) -> bool {
        self.is_within || !self.waiting.is_empty()
    }
}

impl Router {
    /// Names a pipe if its peer's routing id has come; answers whether that is done with.
    fn identify(&mut self, pipes: &mut PipeSet, options: &Options, id: PipeId) -> bool {
        let Some(end) = pipes.get(id) else { return true };
        let claimed = if options.router_raw { Some(Vec::new()) } else { take_routing_id(end) };
        let Some(mut routing_id) = claimed else { return false };
        if routing_id.is_empty() {
            routing_id = self.routing_ids.generate();
        } else if !self.make_room(pipes, options, &routing_id) {
            return true;
        }
        self.name(pipes, options, id, routing_id);
        true
    }

    /// Whether a new peer may have this routing id; takes it from an old one by `ZMQ_ROUTER_HANDOVER`.
    fn make_room(&mut self, pipes: &mut PipeSet, options: &Options, routing_id: &[u8]) -> bool {
        let Some(old) = self.routing_ids.find(pipes, routing_id) else { return true };
        if !options.router_handover || RoutingIds::is_reserved(routing_id) {
            return false;
        }
        self.routing_ids.remove(pipes, old);
        pipes.terminate(old);
        true
    }

    fn name(&mut self, pipes: &mut PipeSet, options: &Options, id: PipeId, routing_id: Vec<u8>) {
        self.notify(pipes, options, id, NOTIFY_CONNECT, &routing_id);
        self.routing_ids.insert(pipes, id, routing_id);
        self.incoming.attach(id);
    }

    fn notify(
        &mut self,
        pipes: &mut PipeSet,
        options: &Options,
        id: PipeId,
        what: i32,
        routing_id: &[u8],
    ) {
        let is_connection = pipes.get(id).is_some_and(|end| end.egress().is_some());
        if options.router_notify & what != 0 && is_connection {
            self.notices.waiting.push_back(routing_id.to_vec());
        }
    }

    /// Looks up where a message goes. Errors with `ZMQ_ROUTER_MANDATORY`: EHOSTUNREACH, EAGAIN.
    fn route(
        &mut self,
        pipes: &mut PipeSet,
        options: &Options,
        routing_id: &[u8],
    ) -> Result<Outgoing> {
        let Some(id) = self.routing_ids.find(pipes, routing_id) else {
            return unroutable(options, Errno::EHOSTUNREACH);
        };
        let Some(end) = pipes.get(id) else {
            return unroutable(options, Errno::EHOSTUNREACH);
        };
        // A caller that does not wait learns where the mark is, however fast the connection takes what is sent,
        // as from libzmq, which looks for credit only now and then.
        let is_writable = match options.router_mandatory {
            true => end.is_writable_as_known(),
            false => end.is_writable(),
        };
        if is_writable {
            return Ok(Outgoing::Within(id));
        }
        let is_gone = end.is_peer_gone();
        unroutable(options, if is_gone { Errno::EHOSTUNREACH } else { Errno::EAGAIN })
    }

    fn send_next(
        &mut self,
        pipes: &mut PipeSet,
        options: &Options,
        part: &mut Outbound<'_>,
        more: bool,
    ) -> Result<()> {
        let Outgoing::Within(id) = self.outgoing else {
            if !more {
                self.outgoing = Outgoing::Between;
            }
            return Ok(());
        };
        if options.router_raw && part.body().is_empty() {
            pipes.terminate(id);
            self.outgoing = Outgoing::Between;
            return Ok(());
        }
        let mut next = if more { self.outgoing } else { Outgoing::Between };
        if let Some(end) = pipes.get(id) {
            if !end.write(part, control::flags(more)) {
                if take_lack() {
                    return Err(Errno::ENOMEM);
                }
                end.rollback();
                next = if more { Outgoing::Dropping } else { Outgoing::Between };
            } else if !more {
                end.commit();
                note_credit(pipes, options, id);
            }
        }
        self.outgoing = next;
        Ok(())
    }
}

/// The peer's routing id, if it has come; empty if the peer has none.
fn take_routing_id(end: &mut PipeEnd) -> Option<Vec<u8>> {
    while end.is_readable() {
        let view = end.peek()?;
        if view.flags & CONTROL == 0 {
            return Some(Vec::new());
        }
        let routing_id = (view.flags & FLAG_ROUTING_ID != 0).then(|| view.body.to_vec());
        end.skip();
        if routing_id.is_some() {
            return routing_id;
        }
    }
    None
}

/// A message was sent to the pipe. Where the next one would be dropped for want of credit, its connection is served before.
#[inline(always)]
fn note_credit(pipes: &mut PipeSet, options: &Options, id: PipeId) {
    if !options.router_mandatory && pipes.get(id).is_some_and(PipeEnd::is_short) {
        pipes.note_shortage();
    }
}

fn unroutable(options: &Options, error: Errno) -> Result<Outgoing> {
    if options.router_mandatory { Err(error) } else { Ok(Outgoing::Dropping) }
}

impl Policy for Router {
    fn attach(&mut self, pipes: &mut PipeSet, options: &Options, id: PipeId, how: Attach) {
        control::probe_router(pipes, options, id);
        match how.connect_routing_id.filter(|_| how.is_local) {
            Some(routing_id) if self.routing_ids.has(&routing_id) => pipes.terminate(id),
            Some(routing_id) => self.name(pipes, options, id, routing_id),
            None if self.identify(pipes, options, id) => {}
            None => self.unnamed.push(id),
        }
    }

    fn handle_readable(&mut self, pipes: &mut PipeSet, options: &Options, id: PipeId) {
        if let Some(place) = self.unnamed.iter().position(|unnamed| *unnamed == id) {
            if self.identify(pipes, options, id) {
                self.unnamed.swap_remove(place);
            }
            return;
        }
        self.incoming.handle_readable(id);
        // Nobody will read what an ignored peer left behind.
        if let Some(end) = pipes.get(id)
            && end.routing_id.is_empty()
            && end.is_peer_gone()
        {
            control::skip_all(end);
        }
    }

    fn handle_writable(&mut self, _: &mut PipeSet, _: &Options, _: PipeId) {}

    fn handle_closed(&mut self, pipes: &mut PipeSet, options: &Options, id: PipeId) {
        self.unnamed.retain(|unnamed| *unnamed != id);
        self.incoming.handle_closed(pipes, id);
        if self.outgoing == Outgoing::Within(id) {
            self.outgoing = Outgoing::Dropping;
        }
        if let Some(routing_id) = self.routing_ids.remove(pipes, id) {
            self.notify(pipes, options, id, NOTIFY_DISCONNECT, &routing_id);
        }
    }

    #[inline]
    fn send(
        &mut self,
        pipes: &mut PipeSet,
        options: &Options,
        part: &mut Outbound<'_>,
        more: bool,
    ) -> Result<()> {
        if self.outgoing != Outgoing::Between {
            return self.send_next(pipes, options, part, more && !options.router_raw);
        }
        if more {
            self.outgoing = self.route(pipes, options, part.body())?;
        }
        Ok(())
    }

    #[inline(always)]
    fn post_part(
        &mut self,
        pipes: &mut PipeSet,
        options: &Options,
        part: &Outbound<'_>,
        more: bool,
    ) -> bool {
        if options.router_mandatory || options.router_raw {
            return false;
        }
        match self.outgoing {
            Outgoing::Between if more => match self.route(pipes, options, part.body()) {
                Ok(next) => {
                    self.outgoing = next;
                    true
                }
                Err(_) => false,
            },
            Outgoing::Within(id) => {
                let is_sent =
                    pipes.get(id).is_some_and(|end| end.post_part(part, control::flags(more)));
                if is_sent && !more {
                    self.outgoing = Outgoing::Between;
                    note_credit(pipes, options, id);
                }
                is_sent
            }
            Outgoing::Between | Outgoing::Dropping => false,
        }
    }

    #[inline(always)]
    fn take_part(
        &mut self,
        pipes: &mut PipeSet,
        _: &Options,
        sink: &mut Inbound<'_>,
    ) -> Option<bool> {
        if !self.incoming.is_between() {
            return self.incoming.take_part(pipes, sink);
        }
        if self.notices.has_some() {
            return None;
        }
        self.incoming.recv_prefix(pipes, sink).ok()
    }

    #[inline]
    fn recv(&mut self, pipes: &mut PipeSet, _: &Options, sink: &mut Inbound<'_>) -> Result<bool> {
        if !self.incoming.is_between() {
            return self.incoming.recv(pipes, sink);
        }
        if self.notices.has_some()
            && let Some(more) = self.notices.recv(sink)
        {
            return Ok(more);
        }
        self.incoming.recv_prefix(pipes, sink)
    }

    fn has_in(&mut self, pipes: &mut PipeSet, _: &Options) -> bool {
        self.notices.has_some() || self.incoming.has_in(pipes)
    }

    fn has_out(&mut self, pipes: &mut PipeSet, options: &Options) -> bool {
        if !options.router_mandatory || self.outgoing != Outgoing::Between {
            return true;
        }
        self.routing_ids.pipes().any(|id| pipes.get(id).is_some_and(|end| end.is_writable()))
    }

    fn has_routing_id(&self, routing_id: &[u8]) -> bool {
        self.routing_ids.has(routing_id)
    }

    fn can_send_to(&mut self, pipes: &mut PipeSet, routing_id: &[u8]) -> Result<bool> {
        let id = self.routing_ids.find(pipes, routing_id).ok_or(Errno::EHOSTUNREACH)?;
        pipes.get(id).map(PipeEnd::is_writable).ok_or(Errno::EHOSTUNREACH)
    }
}

#[cfg(test)]
mod tests;
