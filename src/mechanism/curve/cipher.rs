//! Messages and commands of traffic as MESSAGE commands (RFC 26, "The MESSAGE Command").
//!
//! Each is one frame without flags: name, short nonce, and a box of one octet of flags and the body. Short
//! nonces only grow, at both ends: a box that was seen, or is older than one that was seen, is refused, and
//! nobody seals with the last number.
#![forbid(unsafe_code)]

use super::SHORT_NONCE_LEN;
use crate::crypto::{MessageKey, SharedKey, TAG_LEN};
use crate::mechanism::ProtocolError;
use crate::mechanism::cipher::Exhausted;
use crate::mechanism::message::{self, NAME, opened_flags, sealed_flags};
use crate::wire::frame::{MAX_HEADER_LEN, emit_header};

/// Octets of name and nonce.
const HEAD_LEN: usize = NAME.len() + SHORT_NONCE_LEN;

/// Octets of a MESSAGE command before the body that it carries.
pub const OVERHEAD_LEN: usize = HEAD_LEN + TAG_LEN + 1;

/// Most octets of a name before the data of a command.
pub const MAX_HEAD_LEN: usize = 16;

/// Which end this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The one that said HELLO.
    Client,
    /// The one that said WELCOME.
    Server,
}

impl Side {
    const fn prefix(self) -> &'static [u8; 16] {
        match self {
            Self::Client => b"CurveZMQMESSAGEC",
            Self::Server => b"CurveZMQMESSAGES",
        }
    }

    const fn other(self) -> Self {
        match self {
            Self::Client => Self::Server,
            Self::Server => Self::Client,
        }
    }
}

/// Both directions of a connection after its handshake.
#[derive(Debug)]
pub struct Cipher {
    /// What we send.
    pub sealer: Sealer,
    /// What we receive.
    pub opener: Opener,
}

impl Cipher {
    /// The connection of `key`, in which this end is `side` and the last short nonces were `sent` and
    /// `received`.
    pub(super) fn new(key: SharedKey, side: Side, sent: u64, received: u64) -> Self {
        let sealer = Sealer { key: MessageKey::new(key.clone(), side.prefix()), count: sent };
        let opener = Opener { key: MessageKey::new(key, side.other().prefix()), count: received };
        Self { sealer, opener }
    }
}

/// Makes boxes.
#[derive(Debug)]
pub struct Sealer {
    key: MessageKey,
    /// The last nonce that was used.
    count: u64,
}

impl Sealer {
    /// Appends the frame that carries a frame with `flags` (MORE, COMMAND), whose body is `head` (the name of
    /// a command, up to [`MAX_HEAD_LEN`] octets) and then `body`, to `out`.
    pub fn emit(
        &mut self,
        flags: u8,
        head: &[u8],
        body: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), Exhausted> {
        self.count = self.count.checked_add(1).filter(|n| *n < u64::MAX).ok_or(Exhausted)?;
        let mut front = [sealed_flags(flags); 1 + MAX_HEAD_LEN];
        let head = &head[..head.len().min(MAX_HEAD_LEN)];
        front[1..=head.len()].copy_from_slice(head);
        let front = &front[..=head.len()];

        let frame_len = OVERHEAD_LEN + head.len() + body.len();
        let mut header = [0; MAX_HEADER_LEN];
        let header_len = emit_header(&mut header, 0, frame_len);
        out.extend_from_slice(&header[..header_len]);
        out.extend_from_slice(NAME);
        out.extend_from_slice(&self.count.to_be_bytes());
        self.key.seal(self.count, front, body, out);
        Ok(())
    }
}

/// Opens boxes.
#[derive(Debug)]
pub struct Opener {
    key: MessageKey,
    /// The last nonce that was seen.
    count: u64,
}

impl Opener {
    /// Opens the frame body `bytes` in place: what it carries stands behind the first [`OVERHEAD_LEN`]
    /// octets then, and its flags (MORE, COMMAND) are answered. After an error the connection has to end.
    pub fn open(&mut self, bytes: &mut [u8]) -> Result<u8, ProtocolError> {
        let rest = message::parse(bytes)?;
        let malformed = ProtocolError::ZmtpMalformedCommandMessage;
        let (count, rest) = rest.split_first_chunk_mut::<SHORT_NONCE_LEN>().ok_or(malformed)?;
        let (tag, data) = rest.split_first_chunk_mut::<TAG_LEN>().ok_or(malformed)?;
        if data.is_empty() {
            return Err(malformed);
        }
        let count = u64::from_be_bytes(*count);
        if count <= self.count {
            return Err(ProtocolError::ZmtpInvalidSequence);
        }
        self.key.open(count, tag, data).map_err(|_| ProtocolError::ZmtpCryptographic)?;
        self.count = count;
        Ok(data.first().map_or(0, |sealed| opened_flags(*sealed)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::frame::{FLAG_COMMAND, FLAG_MORE};

    fn ends() -> (Cipher, Cipher) {
        let key = SharedKey::from_bytes([7; 32]);
        (Cipher::new(key.clone(), Side::Client, 2, 1), Cipher::new(key, Side::Server, 1, 2))
    }

    #[test]
    fn what_one_end_seals_the_other_opens() {
        let (mut a, mut b) = ends();
        let long = [9; 1000];
        let cases: [(u8, &[u8]); 5] =
            [(0, b""), (FLAG_MORE, b"x"), (FLAG_COMMAND, b"\x04PING"), (0, &long), (5, &long)];
        for (from, to) in [(&mut a.sealer, &mut b.opener), (&mut b.sealer, &mut a.opener)] {
            for (flags, body) in cases {
                let mut out = Vec::new();
                from.emit(flags, &body[..body.len().min(3)], &body[body.len().min(3)..], &mut out)
                    .unwrap();
                let header_len = if body.len() > 200 { 9 } else { 2 };
                assert_eq!(out[0], if header_len == 9 { 2 } else { 0 });
                let frame = &mut out[header_len..];
                assert_eq!(&frame[..8], b"\x07MESSAGE");
                assert_eq!(frame.len(), OVERHEAD_LEN + body.len());
                assert_eq!(to.open(frame), Ok(flags));
                assert_eq!(&frame[OVERHEAD_LEN..], body);
            }
        }
    }

    #[test]
    fn a_message_that_comes_again_or_late_is_refused() {
        let (mut a, mut b) = ends();
        let mut frames = [vec![], vec![]];
        for out in &mut frames {
            a.sealer.emit(0, b"", b"hi", out).unwrap();
            out.drain(..2);
        }
        let mut again = frames[1].clone();
        assert_eq!(b.opener.open(&mut frames[1]), Ok(0));
        let late = Err(ProtocolError::ZmtpInvalidSequence);
        assert_eq!(b.opener.open(&mut again), late);
        assert_eq!(b.opener.open(&mut frames[0]), late);
    }

    #[test]
    fn a_message_of_another_key_end_or_shape_is_refused() {
        let (mut a, mut b) = ends();
        let mut out = Vec::new();
        a.sealer.emit(0, b"", b"hello", &mut out).unwrap();
        let frame = &out[2..];
        for at in 16..frame.len() {
            let mut wrong = frame.to_vec();
            wrong[at] ^= 1;
            assert_eq!(b.opener.open(&mut wrong), Err(ProtocolError::ZmtpCryptographic));
        }
        assert_eq!(a.opener.open(&mut frame.to_vec()), Err(ProtocolError::ZmtpCryptographic));
        for len in 0..OVERHEAD_LEN {
            let expected = match len {
                0..8 => ProtocolError::ZmtpMalformedCommandUnspecified,
                _ => ProtocolError::ZmtpMalformedCommandMessage,
            };
            assert_eq!(b.opener.open(&mut frame[..len].to_vec()), Err(expected));
        }
        let error = b.opener.open(&mut b"\x05READY0123".to_vec());
        assert_eq!(error, Err(ProtocolError::ZmtpUnexpectedCommand));
        assert_eq!(b.opener.open(&mut frame.to_vec()), Ok(0));
    }

    #[test]
    fn nonces_do_not_wrap() {
        let key = SharedKey::from_bytes([7; 32]);
        let mut sealer = Cipher::new(key, Side::Client, u64::MAX - 2, 0).sealer;
        let mut out = Vec::new();
        assert_eq!(sealer.emit(0, b"", b"", &mut out), Ok(()));
        let len = out.len();
        assert_eq!(sealer.emit(0, b"", b"", &mut out), Err(Exhausted));
        assert_eq!(sealer.emit(0, b"", b"", &mut out), Err(Exhausted));
        assert_eq!(out.len(), len);
    }
}
