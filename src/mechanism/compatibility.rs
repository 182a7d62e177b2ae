//! Which socket types may talk to each other (RFC 37, "The Socket-Type Property").
//!
//! The table is symmetric: who accepts a type is accepted by it.
#![forbid(unsafe_code)]

use crate::options::SocketType;

/// Whether a socket of type `ours` accepts a peer of type `theirs`.
pub fn is_compatible(ours: SocketType, theirs: SocketType) -> bool {
    use SocketType::*;
    let accepted: &[SocketType] = match ours {
        Req => &[Rep, Router],
        Rep => &[Req, Dealer],
        Dealer => &[Rep, Dealer, Router],
        Router => &[Req, Dealer, Router],
        Pub | Xpub => &[Sub, Xsub],
        Sub | Xsub => &[Pub, Xpub],
        Push => &[Pull],
        Pull => &[Push],
        Pair => &[Pair],
        Client => &[Server],
        Server => &[Client],
        Radio => &[Dish],
        Dish => &[Radio],
        Scatter => &[Gather],
        Gather => &[Scatter],
        Peer => &[Peer],
        Channel => &[Channel],
        // Raw bytes and datagrams: no handshake, no peer to accept.
        Stream | Dgram => &[],
    };
    accepted.contains(&theirs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_legal_combinations_are_symmetric() {
        for &ours in SocketType::ALL {
            for &theirs in SocketType::ALL {
                assert_eq!(is_compatible(ours, theirs), is_compatible(theirs, ours));
            }
        }
    }

    #[test]
    fn rep_accepts_req_and_dealer_only() {
        let accepted: Vec<_> =
            SocketType::ALL.iter().filter(|peer| is_compatible(SocketType::Rep, **peer)).collect();
        assert_eq!(accepted, [&SocketType::Req, &SocketType::Dealer]);
    }

    #[test]
    fn stream_and_dgram_have_no_zmtp_peers() {
        for &theirs in SocketType::ALL {
            assert!(!is_compatible(SocketType::Stream, theirs));
            assert!(!is_compatible(SocketType::Dgram, theirs));
        }
    }
}
