//! What may come to a REQ: replies, each an empty delimiter and a body of one or more frames, with the
//! four bytes of a request's number in front where requests have one (RFC 28, "The REQ Socket Type";
//! zmq_setsockopt(3), ZMQ_REQ_CORRELATE). Who sends anything else is no REP, and its connection ends.
#![forbid(unsafe_code)]

use crate::engine::Failure;
use crate::options::SocketType;
use crate::wire::frame::Header;

/// Bytes of a request's number.
const NUMBER_LEN: u64 = 4;

/// What the next frame has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReplyCheck {
    /// A number or the delimiter.
    Envelope,
    /// The delimiter.
    Delimiter,
    /// A frame of the body.
    Body,
}

impl ReplyCheck {
    /// A check for sockets of `socket_type`, if theirs are checked.
    pub fn new(socket_type: SocketType) -> Option<Self> {
        (socket_type == SocketType::Req).then_some(Self::Envelope)
    }

    /// Takes the header of the next frame that is no command. Errors: it cannot stand there.
    pub fn handle_frame(&mut self, header: &Header) -> Result<(), Failure> {
        *self = match (*self, header.has_more(), header.body_len) {
            (Self::Envelope, true, NUMBER_LEN) => Self::Delimiter,
            (Self::Envelope | Self::Delimiter, true, 0) | (Self::Body, true, _) => Self::Body,
            (Self::Body, false, _) => Self::Envelope,
            (Self::Envelope | Self::Delimiter, _, _) => return Err(Failure::bad_frame()),
        };
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether frames, each its length and whether more follow, may come to a REQ.
    fn is_fine(frames: &[(u64, bool)]) -> bool {
        let mut check = ReplyCheck::new(SocketType::Req).unwrap();
        frames.iter().all(|&(body_len, more)| {
            let header = Header { flags: u8::from(more), header_len: 2, body_len };
            check.handle_frame(&header).is_ok()
        })
    }

    #[test]
    fn replies_have_a_delimiter_and_a_body() {
        assert!(is_fine(&[(0, true), (5, true), (0, false), (0, true), (0, false)]));
        assert!(is_fine(&[(4, true), (0, true), (4, false), (0, true), (1, false)]));
        assert!(!is_fine(&[(0, false)]));
        assert!(!is_fine(&[(4, false)]));
        assert!(!is_fine(&[(1, true), (0, true), (1, false)]));
        assert!(!is_fine(&[(4, true), (4, true), (0, true)]));
        assert!(!is_fine(&[(4, true), (0, false)]));
        assert!(ReplyCheck::new(SocketType::Dealer).is_none());
    }
}
