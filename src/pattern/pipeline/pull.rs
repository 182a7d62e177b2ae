//! PULL: messages in, in turns, nothing out (RFC 30, "The PULL Socket Type").
#![forbid(unsafe_code)]

use crate::errno::Result;
use crate::message::Inbound;
use crate::options::Options;
use crate::pattern::fair_queue::FairQueue;
use crate::pattern::{Attach, Policy};
use crate::pipe::{PipeId, PipeSet};

/// The PULL socket type.
#[derive(Default)]
pub struct Pull {
    incoming: FairQueue,
}

impl Policy for Pull {
    fn attach(&mut self, _: &mut PipeSet, _: &Options, id: PipeId, _: Attach) {
        self.incoming.attach(id);
    }

    fn handle_readable(&mut self, _: &mut PipeSet, _: &Options, id: PipeId) {
        self.incoming.handle_readable(id);
    }

    fn handle_writable(&mut self, _: &mut PipeSet, _: &Options, _: PipeId) {}

    fn handle_closed(&mut self, pipes: &mut PipeSet, _: &Options, id: PipeId) {
        self.incoming.handle_closed(pipes, id);
    }

    #[inline(always)]
    fn recv(&mut self, pipes: &mut PipeSet, _: &Options, sink: &mut Inbound<'_>) -> Result<bool> {
        self.incoming.recv(pipes, sink)
    }

    #[inline(always)]
    fn take(&mut self, pipes: &mut PipeSet, _: &Options, sink: &mut Inbound<'_>) -> bool {
        self.incoming.take(pipes, sink)
    }

    #[inline(always)]
    fn take_part(
        &mut self,
        pipes: &mut PipeSet,
        _: &Options,
        sink: &mut Inbound<'_>,
    ) -> Option<bool> {
        self.incoming.take_part(pipes, sink)
    }

    fn has_in(&mut self, pipes: &mut PipeSet, _: &Options) -> bool {
        self.incoming.has_in(pipes)
    }
}

#[cfg(test)]
mod tests {
    use crate::errno::Errno;
    use crate::message::{FLAG_COMMAND, FLAG_ROUTING_ID};
    use crate::options::SocketType;
    use crate::pattern::testing::{both_kinds, parts};

    #[test]
    fn pull_shall_receive_incoming_messages_from_its_peers_in_turns() {
        both_kinds(SocketType::Pull, |mut rig| {
            let mut peers = [rig.connect(), rig.connect()];
            for (i, peer) in peers.iter_mut().enumerate() {
                for _ in 0..3 {
                    assert!(peer.send(&[&[i as u8], b"tail"]));
                }
            }
            let got: Vec<u8> = (0..6).map(|_| rig.recv().unwrap()[0][0]).collect();
            assert!(got == [0, 1, 0, 1, 0, 1] || got == [1, 0, 1, 0, 1, 0], "{got:?}");
            assert_eq!(rig.recv(), Err(Errno::EAGAIN));
            assert!(peers[1].send(&[b"later"]));
            assert_eq!(rig.recv(), Ok(parts(&[b"later"])));
            assert_eq!(rig.send(&[b"x"]), Err(Errno::ENOTSUP));
        });
    }

    #[test]
    fn frames_that_are_no_messages_are_stepped_over() {
        both_kinds(SocketType::Pull, |mut rig| {
            let mut peer = rig.connect();
            peer.frame(b"me", FLAG_ROUTING_ID);
            peer.frame(b"\x04JOINx", FLAG_COMMAND);
            assert!(!rig.has_in());
            peer.frame(b"me", FLAG_ROUTING_ID);
            assert!(peer.send(&[b"1"]));
            assert_eq!(rig.recv(), Ok(parts(&[b"1"])));
        });
    }

    #[test]
    fn a_message_begun_is_received_whole_though_its_pipe_is_taken_out() {
        both_kinds(SocketType::Pull, |mut rig| {
            let (mut first, mut second) = (rig.connect(), rig.connect());
            assert!(first.send(&[b"1", b"2", b"3"]));
            assert_eq!(rig.recv_part(), Ok((b"1".to_vec(), true)));
            assert!(second.send(&[b"4"]));
            rig.take_out(first.id);
            assert!(rig.has_in());
            assert_eq!(rig.recv(), Ok(parts(&[b"2", b"3"])));
            assert_eq!(rig.recv(), Ok(parts(&[b"4"])));
        });
    }

    #[test]
    fn what_a_peer_sent_before_it_went_is_received() {
        both_kinds(SocketType::Pull, |mut rig| {
            let mut peer = rig.connect();
            assert!(peer.send(&[b"1"]) && peer.send(&[b"2"]));
            drop(peer);
            assert_eq!(rig.recv(), Ok(parts(&[b"1"])));
            assert_eq!(rig.recv(), Ok(parts(&[b"2"])));
            rig.settle();
            assert!(rig.pipes.is_empty());
        });
    }
}
