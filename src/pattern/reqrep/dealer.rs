//! DEALER: messages out in turns, messages in in turns (RFC 28, "The DEALER Socket Type").
#![forbid(unsafe_code)]

use crate::errno::Result;
use crate::message::{Inbound, Outbound};
use crate::options::Options;
use crate::pattern::fair_queue::FairQueue;
use crate::pattern::load_balance::LoadBalance;
use crate::pattern::{Attach, Policy, control};
use crate::pipe::{PipeId, PipeSet};

/// The DEALER socket type.
#[derive(Default)]
pub struct Dealer {
    outgoing: LoadBalance,
    incoming: FairQueue,
}

impl Policy for Dealer {
    fn attach(&mut self, pipes: &mut PipeSet, options: &Options, id: PipeId, _: Attach) {
        control::probe_router(pipes, options, id);
        self.outgoing.attach(id);
        self.incoming.attach(id);
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
    fn dealer_shall_not_discard_messages_that_it_cannot_queue() {
        both_kinds(SocketType::Dealer, |mut rig| {
            let (mut first, mut second) = (rig.connect(), rig.connect());
            for i in 0..20u8 {
                rig.send(&[&[i]]).unwrap();
            }
            assert!(!rig.has_out());
            assert_eq!(rig.send(&[b"x"]), Err(Errno::EAGAIN));
            let mut got: Vec<u8> = first.recv_all().iter().map(|m| m[0][0]).collect();
            got.extend(second.recv_all().iter().map(|m| m[0][0]));
            got.sort_unstable();
            assert_eq!(got, (0..20).collect::<Vec<u8>>());
        });
    }

    #[test]
    fn a_dealer_makes_itself_known_to_a_router_if_asked_to() {
        both_kinds(SocketType::Dealer, |mut rig| {
            rig.options.probe_router = true;
            let mut peer = rig.connect();
            assert_eq!(peer.recv_all(), [parts(&[b""])]);
        });
    }
}
