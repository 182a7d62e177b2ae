//! REP: a request in, its reply out, in turns (RFC 28, "The REP Socket Type").
//!
//! Invariants: what stands before a request's first empty part, that part included, is its envelope; it
//! is written, unpublished, to the pipe that the request came from, so that the reply follows it. A
//! request without an envelope is stepped over; a reply whose peer has gone is dropped.
#![forbid(unsafe_code)]

use crate::errno::{Errno, Result};
use crate::message::{FLAG_MORE, Inbound, Message, Outbound, defer, take_lack};
use crate::options::Options;
use crate::pattern::fair_queue::FairQueue;
use crate::pattern::{Attach, Policy, control};
use crate::pipe::{PipeEnd, PipeId, PipeSet};

/// Whose turn it is.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum State {
    /// The peers': no request is being dealt with.
    #[default]
    Waiting,
    /// The peers': a request's envelope has been taken off, the rest can be received.
    Receiving,
    /// The application's: the request has been received.
    Replying,
}

/// The REP socket type.
#[derive(Default)]
pub struct Rep {
    incoming: FairQueue,
    state: State,
    /// Where the reply goes, while it can be written.
    reply_to: Option<PipeId>,
}

impl Rep {
    /// Steps over what is no request, and takes the envelope off the one that is.
    fn find_request(&mut self, pipes: &mut PipeSet) -> Result<()> {
        while let Some(id) = self.incoming.next(pipes) {
            let Some(end) = pipes.get(id) else { continue };
            let mut can_reply = true;
            if take_envelope(end, &mut can_reply) {
                self.reply_to = can_reply.then_some(id);
                self.incoming.enter(id);
                self.state = State::Receiving;
                return Ok(());
            }
            end.rollback();
            self.incoming.skip(pipes, id);
        }
        Err(Errno::EAGAIN)
    }
}

/// Moves the envelope in front of `end` to the reply. Answers whether there was one; stops at the part
/// that does not fit.
fn take_envelope(end: &mut PipeEnd, can_reply: &mut bool) -> bool {
    loop {
        match end.peek() {
            Some(view) if view.flags & FLAG_MORE != 0 => {}
            Some(_) | None => return false,
        }
        let mut part = Message::new();
        if end.read(&mut Inbound::Message(&mut part)).is_none() {
            // Without memory for it the request cannot be answered, and is not asked.
            return false;
        }
        let is_delimiter = part.is_empty();
        *can_reply = *can_reply && end.write(&mut Outbound::Message(&mut part), FLAG_MORE);
        if !*can_reply {
            end.rollback();
        }
        defer(part);
        if is_delimiter {
            return true;
        }
    }
}

impl Policy for Rep {
    fn attach(&mut self, _: &mut PipeSet, _: &Options, id: PipeId, _: Attach) {
        self.incoming.attach(id);
    }

    fn handle_readable(&mut self, _: &mut PipeSet, _: &Options, id: PipeId) {
        self.incoming.handle_readable(id);
    }

    fn handle_writable(&mut self, _: &mut PipeSet, _: &Options, _: PipeId) {}

    fn handle_closed(&mut self, pipes: &mut PipeSet, _: &Options, id: PipeId) {
        self.incoming.handle_closed(pipes, id);
        if self.reply_to == Some(id) {
            self.reply_to = None;
        }
        if self.state == State::Receiving && self.incoming.is_between() {
            self.state = State::Waiting;
        }
    }

    fn send(
        &mut self,
        pipes: &mut PipeSet,
        _: &Options,
        part: &mut Outbound<'_>,
        more: bool,
    ) -> Result<()> {
        match self.state {
            State::Waiting | State::Receiving => return Err(Errno::EFSM),
            State::Replying => {}
        }
        if let Some(end) = self.reply_to.and_then(|id| pipes.get(id)) {
            if !end.write(part, control::flags(more)) {
                if take_lack() {
                    return Err(Errno::ENOMEM);
                }
                end.rollback();
                self.reply_to = None;
            } else if !more {
                end.commit();
            }
        }
        if !more {
            self.state = State::Waiting;
            self.reply_to = None;
        }
        Ok(())
    }

    fn recv(&mut self, pipes: &mut PipeSet, _: &Options, sink: &mut Inbound<'_>) -> Result<bool> {
        match self.state {
            State::Waiting => self.find_request(pipes)?,
            State::Receiving => {}
            State::Replying => return Err(Errno::EFSM),
        }
        let more = self.incoming.recv(pipes, sink)?;
        if !more {
            self.state = State::Replying;
        }
        Ok(more)
    }

    fn has_in(&mut self, pipes: &mut PipeSet, _: &Options) -> bool {
        match self.state {
            State::Waiting => self.find_request(pipes).is_ok(),
            State::Receiving => true,
            State::Replying => false,
        }
    }

    fn has_out(&mut self, _: &mut PipeSet, _: &Options) -> bool {
        self.state == State::Replying
    }
}

#[cfg(test)]
mod tests {
    use crate::errno::Errno;
    use crate::options::SocketType;
    use crate::pattern::testing::{both_kinds, parts};

    #[test]
    fn rep_shall_remove_the_address_envelope_and_route_the_reply_back_with_it() {
        both_kinds(SocketType::Rep, |mut rig| {
            let (mut first, mut second) = (rig.connect(), rig.connect());
            let far: &[u8] = &[7; 100];
            assert!(second.send(&[far, b"hop", b"", b"body", b"", b"tail"]));
            assert!(!rig.has_out());
            assert_eq!(rig.send(&[b"x"]), Err(Errno::EFSM));
            assert_eq!(rig.recv(), Ok(parts(&[b"body", b"", b"tail"])));
            assert!(rig.has_out());
            assert_eq!(rig.recv(), Err(Errno::EFSM));
            rig.send(&[b"re", b"ply"]).unwrap();
            assert_eq!(second.recv_all(), [parts(&[far, b"hop", b"", b"re", b"ply"])]);
            assert!(first.recv().is_none());
        });
    }

    #[test]
    fn rep_shall_receive_from_its_peers_in_turns() {
        both_kinds(SocketType::Rep, |mut rig| {
            let mut peers = [rig.connect(), rig.connect()];
            for (i, peer) in peers.iter_mut().enumerate() {
                assert!(peer.send(&[b"", &[i as u8]]) && peer.send(&[b"", &[i as u8]]));
            }
            let mut turns = Vec::new();
            for _ in 0..4 {
                turns.push(rig.recv().unwrap()[0][0]);
                rig.send(&[b"ok"]).unwrap();
            }
            assert_ne!(turns[0], turns[1]);
            assert_ne!(turns[2], turns[3]);
        });
    }

    #[test]
    fn rep_shall_silently_discard_the_reply_if_the_peer_is_gone() {
        both_kinds(SocketType::Rep, |mut rig| {
            let mut peer = rig.connect();
            assert!(peer.send(&[b"", b"1"]));
            assert_eq!(rig.recv(), Ok(parts(&[b"1"])));
            drop(peer);
            rig.send(&[b"re", b"ply"]).unwrap();
            let mut next = rig.connect();
            assert!(next.send(&[b"", b"2"]));
            assert_eq!(rig.recv(), Ok(parts(&[b"2"])));
            rig.send(&[b"ok"]).unwrap();
            assert_eq!(next.recv_all(), [parts(&[b"", b"ok"])]);
        });
    }

    #[test]
    fn a_request_without_an_envelope_is_discarded() {
        both_kinds(SocketType::Rep, |mut rig| {
            let mut peer = rig.connect();
            assert!(peer.send(&[b"no", b"delimiter"]) && peer.send(&[b""]));
            assert!(!rig.has_in());
            assert!(peer.send(&[b"", b"good"]));
            assert_eq!(rig.recv(), Ok(parts(&[b"good"])));
            rig.send(&[b"ok"]).unwrap();
            assert_eq!(peer.recv_all(), [parts(&[b"", b"ok"])]);
        });
    }

    #[test]
    fn a_reply_that_does_not_fit_is_dropped() {
        both_kinds(SocketType::Rep, |mut rig| {
            rig.hwm = 1;
            let mut peer = rig.connect();
            for _ in 0..2 {
                assert!(peer.send(&[b"a", b"", b"ask"]));
                assert_eq!(rig.recv(), Ok(parts(&[b"ask"])));
                rig.send(&[b"ok"]).unwrap();
            }
            assert_eq!(peer.recv_all(), [parts(&[b"a", b"", b"ok"])]);
        });
    }
}
