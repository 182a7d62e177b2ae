//! STREAM: bytes in behind the routing id of the connection they came from, bytes out to the one they
//! begin with (zmq_socket(3), "Native pattern").
//!
//! An empty message says that a connection came or went (`ZMQ_STREAM_NOTIFY`): the I/O side writes it to
//! the pipe, in its place among the bytes. Sending one closes the connection.
#![forbid(unsafe_code)]

use super::fair_queue::FairQueue;
use super::routing_ids::RoutingIds;
use super::{Attach, Policy};
use crate::errno::{Errno, Result};
use crate::message::{Inbound, Outbound, take_lack};
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
                } else if let Some(end) = pipes.get(id) {
                    if end.write(part, 0) {
                        end.commit();
                    } else if take_lack() {
                        self.outgoing = Outgoing::Within(id);
                        return Err(Errno::ENOMEM);
                    }
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

#[cfg(test)]
mod tests {
    use crate::errno::Errno;
    use crate::options::SocketType;
    use crate::pattern::Attach;
    use crate::pattern::testing::{Rig, parts};
    use crate::pipe::Kind;

    #[test]
    fn bytes_come_and_go_behind_a_routing_id_of_five_bytes() {
        let mut rig = Rig::new(SocketType::Stream, Kind::Bytes);
        let mut peer = rig.connect();
        let assigned = rig.pattern.assigned_routing_id().unwrap().to_vec();
        assert_eq!((assigned.len(), assigned[0]), (5, 0));
        assert!(peer.send(&[b""]) && peer.send(&[b"GET"]));
        assert_eq!(rig.recv(), Ok(parts(&[&assigned, b""])));
        assert_eq!(rig.recv(), Ok(parts(&[&assigned, b"GET"])));
        rig.send_part(&assigned, true).unwrap();
        rig.send_part(b"200", true).unwrap();
        assert_eq!(peer.recv_all(), [parts(&[b"200"])]);
        assert_eq!(rig.send(&[b"nobody", b"x"]), Err(Errno::EHOSTUNREACH));
        assert!(rig.has_out());
    }

    #[test]
    fn an_empty_part_closes_the_connection() {
        let mut rig = Rig::new(SocketType::Stream, Kind::Bytes);
        let how = Attach {
            is_local: true,
            connect_routing_id: Some(b"there".to_vec()),
            ..Attach::default()
        };
        let peer = rig.connect_as(how, |_| {});
        rig.send(&[b"there", b""]).unwrap();
        rig.settle();
        assert_eq!(rig.terminated, [peer.id]);
        assert_eq!(rig.send(&[b"there", b"x"]), Err(Errno::EHOSTUNREACH));
    }

    #[test]
    fn a_routing_id_alone_is_dropped_with_what_follows() {
        let mut rig = Rig::new(SocketType::Stream, Kind::Bytes);
        let mut peer = rig.connect();
        let assigned = rig.pattern.assigned_routing_id().unwrap().to_vec();
        rig.send_part(&assigned, false).unwrap();
        rig.send_part(b"x", false).unwrap();
        rig.send(&[&assigned, b"y"]).unwrap();
        assert_eq!(peer.recv_all(), [parts(&[b"y"])]);
    }
}
