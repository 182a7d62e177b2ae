//! PAIR: one peer, no routing (RFC 31, "The PAIR Socket Type").
//!
//! Invariant: the routings hold at most one pipe; further ones are refused.
#![forbid(unsafe_code)]

use crate::errno::Result;
use crate::message::{Inbound, Outbound};
use crate::options::Options;
use crate::pattern::fair_queue::FairQueue;
use crate::pattern::load_balance::LoadBalance;
use crate::pattern::{Attach, Policy};
use crate::pipe::{PipeId, PipeSet};

/// The PAIR socket type.
#[derive(Default)]
pub struct Pair {
    outgoing: LoadBalance,
    incoming: FairQueue,
}

impl Policy for Pair {
    fn attach(&mut self, pipes: &mut PipeSet, _: &Options, id: PipeId, _: Attach) {
        if self.outgoing.is_empty() {
            self.outgoing.attach(id);
            self.incoming.attach(id);
        } else {
            pipes.terminate(id);
        }
    }

    fn handle_readable(&mut self, _: &mut PipeSet, _: &Options, id: PipeId) {
        self.incoming.handle_readable(id);
    }

    fn handle_writable(&mut self, _: &mut PipeSet, _: &Options, id: PipeId) {
        self.outgoing.handle_writable(id);
    }

    fn handle_closed(&mut self, pipes: &mut PipeSet, _: &Options, id: PipeId) {
        self.outgoing.handle_closed(id);
        self.incoming.handle_closed(pipes, id);
    }

    #[inline]
    fn send(
        &mut self,
        pipes: &mut PipeSet,
        _: &Options,
        part: &mut Outbound<'_>,
        more: bool,
    ) -> Result<()> {
        self.outgoing.send(pipes, part, more)
    }

    #[inline]
    fn recv(&mut self, pipes: &mut PipeSet, _: &Options, sink: &mut Inbound<'_>) -> Result<bool> {
        self.incoming.recv(pipes, sink)
    }

    fn has_in(&mut self, pipes: &mut PipeSet, _: &Options) -> bool {
        self.incoming.has_in(pipes)
    }

    fn has_out(&mut self, pipes: &mut PipeSet, _: &Options) -> bool {
        self.outgoing.has_out(pipes)
    }
}

#[cfg(test)]
mod tests {
    use crate::errno::Errno;
    use crate::options::SocketType;
    use crate::pattern::testing::{both_kinds, parts};

    #[test]
    fn pair_shall_have_at_most_one_connected_peer() {
        both_kinds(SocketType::Pair, |mut rig| {
            let mut first = rig.connect();
            let second = rig.connect();
            assert_eq!(rig.terminated, [second.id]);
            rig.send(&[b"1", b"2"]).unwrap();
            assert_eq!(first.recv_all(), [parts(&[b"1", b"2"])]);
            drop(first);
            rig.settle();
            assert_eq!(rig.send(&[b"x"]), Err(Errno::EAGAIN));
            let mut third = rig.connect();
            assert!(third.send(&[b"hi"]));
            assert_eq!(rig.recv(), Ok(parts(&[b"hi"])));
        });
    }
}
