//! STREAM: bytes in behind the routing id of the connection they came from, bytes out to the one they
//! begin with (zmq_socket(3), "Native pattern").
//!
//! An empty message says that a connection came or went (`ZMQ_STREAM_NOTIFY`): the I/O side writes it to
//! the pipe, in its place among the bytes. Sending one closes the connection.

use super::fair_queue::FairQueue;
use super::routing_ids::RoutingIds;
use super::{Attach, Policy};
use crate::errno::{Errno, Result};
use crate::message::{Inbound, Outbound};
use crate::options::Options;
use crate::pipe::{PipeId, PipeSet};

/// What the next part to send is.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Outgoing {
    /// A routing id.
    #[default]
    Between,
    /// Bytes for this pipe.
    Within(PipeId),
    /// Bytes for nobody.
    Dropping,
}

/// The STREAM socket type.
#[derive(Default)]
pub struct Stream {
    incoming: FairQueue,
    outgoing: Outgoing,
    routing_ids: RoutingIds,
    /// The routing id that was generated last.
    assigned: Vec<u8>,
}

impl Stream {
    fn route(&mut self, pipes: &mut PipeSet, routing_id: &[u8]) -> Result<Outgoing> {
        let id = self.routing_ids.find(pipes, routing_id).ok_or(Errno::EHOSTUNREACH)?;
        let end = pipes.get(id).ok_or(Errno::EHOSTUNREACH)?;
        if end.is_writable() {
            return Ok(Outgoing::Within(id));
        }
        Err(if end.is_peer_gone() { Errno::EHOSTUNREACH } else { Errno::EAGAIN })
    }
}

impl Policy for Stream {
    fn attach(&mut self, pipes: &mut PipeSet, _: &Options, id: PipeId, how: Attach) {
        let routing_id = match how.connect_routing_id.filter(|_| how.is_local) {
            Some(routing_id) if self.routing_ids.has(&routing_id) => {
                return pipes.terminate(id);
            }
            Some(routing_id) => routing_id,
            None => {
                self.assigned = self.routing_ids.generate();
                self.assigned.clone()
            }
        };
        self.routing_ids.insert(pipes, id, routing_id);
        self.incoming.attach(id);
    }

    fn handle_readable(&mut self, _: &mut PipeSet, _: &Options, id: PipeId) {
        self.incoming.handle_readable(id);
    }

    fn handle_writable(&mut self, _: &mut PipeSet, _: &Options, _: PipeId) {}

    fn handle_closed(&mut self, pipes: &mut PipeSet, _: &Options, id: PipeId) {
        self.incoming.handle_closed(pipes, id);
        self.routing_ids.remove(pipes, id);
        if self.outgoing == Outgoing::Within(id) {
            self.outgoing = Outgoing::Dropping;
        }
    }

    fn send(
        &mut self,
        pipes: &mut PipeSet,
        _: &Options,
        part: &mut Outbound<'_>,
        more: bool,
    ) -> Result<()> {
        match self.outgoing {
            // A routing id alone is dropped, and so is what follows it.
            Outgoing::Between if !more => self.outgoing = Outgoing::Dropping,
            Outgoing::Between => self.outgoing = self.route(pipes, part.body())?,
            Outgoing::Within(id) => {
                self.outgoing = Outgoing::Between;
                if part.body().is_empty() {
                    pipes.terminate(id);
                } else if let Some(end) = pipes.get(id)
                    && end.write(part, 0)
                {
                    end.commit();
                }
            }
            Outgoing::Dropping => self.outgoing = Outgoing::Between,
        }
        Ok(())
    }

    fn recv(&mut self, pipes: &mut PipeSet, _: &Options, sink: &mut Inbound<'_>) -> Result<bool> {
        if self.incoming.is_between() {
            return self.incoming.recv_prefix(pipes, sink);
        }
        self.incoming.recv(pipes, sink)
    }

    fn has_in(&mut self, pipes: &mut PipeSet, _: &Options) -> bool {
        self.incoming.has_in(pipes)
    }

    fn has_out(&mut self, _: &mut PipeSet, _: &Options) -> bool {
        true
    }

    fn has_routing_id(&self, routing_id: &[u8]) -> bool {
        self.routing_ids.has(routing_id)
    }

    fn assigned_routing_id(&self) -> Option<&[u8]> {
        (!self.assigned.is_empty()).then_some(&self.assigned)
    }
}
