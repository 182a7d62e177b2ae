//! PAIR: one peer, no routing (RFC 31, "The PAIR Socket Type").
//!
//! Invariant: the routings hold at most one pipe; further ones are refused.
#![forbid(unsafe_code)]

use crate::options::Options;
use crate::pattern::both_ways::{Admission, BothWays};
use crate::pipe::{PipeId, PipeSet};

/// The PAIR socket type.
pub type Pair = BothWays<OnlyOne>;

/// One pipe at a time.
pub struct OnlyOne;

impl Admission for OnlyOne {
    fn admits(_: &mut PipeSet, _: &Options, _: PipeId, has_others: bool) -> bool {
        !has_others
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
