//! DEALER: messages out in turns, messages in in turns (RFC 28, "The DEALER Socket Type").
#![forbid(unsafe_code)]

use crate::options::Options;
use crate::pattern::both_ways::{Admission, BothWays};
use crate::pattern::control;
use crate::pipe::{PipeId, PipeSet};

/// The DEALER socket type.
pub type Dealer = BothWays<Everyone>;

/// Any number of pipes, each told of us if it leads to a ROUTER that is to know.
pub struct Everyone;

impl Admission for Everyone {
    fn admits(pipes: &mut PipeSet, options: &Options, id: PipeId, _: bool) -> bool {
        control::probe_router(pipes, options, id);
        true
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
