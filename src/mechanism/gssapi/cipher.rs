//! READY and traffic as MESSAGE commands: name, length, and a token that holds one octet of flags and the
//! body, as libzmq has them (RFC 38 leaves it open).
#![forbid(unsafe_code)]

use std::sync::Arc;

use crate::sys::lock::Mutex;

use crate::mechanism::ProtocolError;
use crate::mechanism::cipher::{Exhausted, MOST_OVERHEAD_LEN, Opened};
use crate::mechanism::message::{self, NAME, opened_flags, sealed_flags};
use crate::sys::gssapi::Context;
use crate::wire::frame::{MAX_HEADER_LEN, emit_header};

/// Octets of the token's length.
const LEN_LEN: usize = 4;

/// The body is the topic of a subscription, in libzmq from 4.3.6 on.
const SEALED_SUBSCRIBE: u8 = 4;
/// The body is the topic of a subscription that ends.
const SEALED_CANCEL: u8 = 8;

/// A complete security context, which both directions of a connection use.
#[derive(Clone, Debug)]
pub struct Cipher {
    context: Arc<Mutex<Context>>,
}

impl Cipher {
    pub(super) fn new(context: Context) -> Self {
        Self { context: Arc::new(Mutex::new(context)) }
    }

    /// Appends a MESSAGE frame; see [`crate::mechanism::cipher::Sealer::emit`]. Errors: the context has
    /// ended.
    pub fn emit(
        &self,
        flags: u8,
        head: &[u8],
        body: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), Exhausted> {
        self.seal(0, flags, head, body, out)
    }

    /// The same in a frame with flags of its own.
    pub(super) fn seal(
        &self,
        outer_flags: u8,
        flags: u8,
        head: &[u8],
        body: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), Exhausted> {
        let plain = [&[sealed_flags(flags)], head, body].concat();
        let mut token = Vec::new();
        self.context.lock().seal(&plain, &mut token).map_err(|_| Exhausted)?;
        let token_len = u32::try_from(token.len()).map_err(|_| Exhausted)?;
        let mut header = [0; MAX_HEADER_LEN];
        let frame_len = NAME.len() + LEN_LEN + token.len();
        let header_len = emit_header(&mut header, outer_flags, frame_len);
        out.reserve(header_len + frame_len);
        out.extend_from_slice(&header[..header_len]);
        out.extend_from_slice(NAME);
        out.extend_from_slice(&token_len.to_be_bytes());
        out.extend_from_slice(&token);
        Ok(())
    }

    /// Opens the body of a MESSAGE frame in place; see [`crate::mechanism::cipher::Opener::open`]. A
    /// subscription becomes the message `\x01topic` or `\x00topic`.
    pub fn open(&self, bytes: &mut [u8]) -> Result<Opened, ProtocolError> {
        let len = bytes.len();
        let token = parse(bytes)?;
        let plain_len =
            self.context.lock().open(token).map_err(|_| ProtocolError::ZmtpCryptographic)?;
        let flags_at = len.checked_sub(plain_len).ok_or(ProtocolError::ZmtpCryptographic)?;
        if plain_len == 0 || flags_at >= MOST_OVERHEAD_LEN {
            return Err(ProtocolError::ZmtpMalformedCommandMessage);
        }
        let Some(sealed) = bytes.get_mut(flags_at) else {
            return Err(ProtocolError::ZmtpMalformedCommandMessage);
        };
        if *sealed & (SEALED_SUBSCRIBE | SEALED_CANCEL) != 0 {
            *sealed = u8::from(*sealed & SEALED_SUBSCRIBE != 0);
            return Ok(Opened { flags: 0, content_at: flags_at });
        }
        Ok(Opened { flags: opened_flags(*sealed), content_at: flags_at + 1 })
    }
}

/// The token of a MESSAGE command.
fn parse(bytes: &mut [u8]) -> Result<&mut [u8], ProtocolError> {
    let rest = message::parse(bytes)?;
    let malformed = ProtocolError::ZmtpMalformedCommandMessage;
    let (token_len, token) = rest.split_first_chunk_mut::<LEN_LEN>().ok_or(malformed)?;
    let is_whole = usize::try_from(u32::from_be_bytes(*token_len)) == Ok(token.len());
    if is_whole { Ok(token) } else { Err(malformed) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(bytes: &[u8]) -> Option<ProtocolError> {
        parse(&mut bytes.to_vec()).err()
    }

    #[test]
    fn a_message_is_its_name_a_length_and_as_many_octets() {
        assert_eq!(parse(&mut b"\x07MESSAGE\0\0\0\x02ab".to_vec()), Ok(&mut b"ab".to_vec()[..]));
        assert_eq!(parse(&mut b"\x07MESSAGE\0\0\0\0".to_vec()), Ok(&mut [][..]));
        let malformed = Some(ProtocolError::ZmtpMalformedCommandMessage);
        for cut in [&b""[..], b"\0\0\0", b"\0\0\0\x01", b"\0\0\0\x02abc", b"\xff\xff\xff\xffab"] {
            assert_eq!(refused(&[b"\x07MESSAGE", cut].concat()), malformed, "{cut:?}");
        }
        let unexpected = Some(ProtocolError::ZmtpUnexpectedCommand);
        for other in [&b"\x05READY"[..], b"\x07message\0\0\0\0", b"\0xx"] {
            assert_eq!(refused(other), unexpected, "{other:?}");
        }
        let none = Some(ProtocolError::ZmtpMalformedCommandUnspecified);
        for cut in [&b""[..], b"\0"[..0].as_ref(), b"\x07MESSAG", b"\x05"] {
            assert_eq!(refused(cut), none, "{cut:?}");
        }
    }
}
