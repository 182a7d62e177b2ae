//! What the MESSAGE commands of all mechanisms have in common: their name, and the octet of flags before what
//! they carry (RFC 26, "The MESSAGE Command"; RFC 38 leaves it open, and libzmq has the same).
#![forbid(unsafe_code)]

use super::ProtocolError;
use crate::wire::frame::{FLAG_COMMAND, FLAG_MORE};

/// The command's name as it stands on the wire.
pub const NAME: &[u8; 8] = b"\x07MESSAGE";

/// "Bit 0 (MORE)".
const SEALED_MORE: u8 = 1;
/// libzmq's sign that the body is a command.
const SEALED_COMMAND: u8 = 2;

/// What stands behind the name in the body of a command that has to be a MESSAGE.
pub fn parse(body: &mut [u8]) -> Result<&mut [u8], ProtocolError> {
    if body.first().is_none_or(|name_len| body.len() <= usize::from(*name_len)) {
        return Err(ProtocolError::ZmtpMalformedCommandUnspecified);
    }
    body.split_first_chunk_mut()
        .filter(|(name, _)| **name == *NAME)
        .map(|(_, rest)| rest)
        .ok_or(ProtocolError::ZmtpUnexpectedCommand)
}

/// The sealed octet for a frame's `flags`.
pub const fn sealed_flags(flags: u8) -> u8 {
    let more = if flags & FLAG_MORE == 0 { 0 } else { SEALED_MORE };
    let command = if flags & FLAG_COMMAND == 0 { 0 } else { SEALED_COMMAND };
    more | command
}

/// A frame's flags (MORE, COMMAND) by the `sealed` octet.
pub const fn opened_flags(sealed: u8) -> u8 {
    let more = if sealed & SEALED_MORE == 0 { 0 } else { FLAG_MORE };
    let command = if sealed & SEALED_COMMAND == 0 { 0 } else { FLAG_COMMAND };
    more | command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_message_has_something_behind_its_name() {
        assert_eq!(parse(&mut b"\x07MESSAGEx".to_vec()), Ok(&mut b"x".to_vec()[..]));
        let malformed = Err(ProtocolError::ZmtpMalformedCommandUnspecified);
        assert_eq!(parse(&mut []), malformed);
        assert_eq!(parse(&mut b"\x07MESSAG".to_vec()), malformed);
        let unexpected = Err(ProtocolError::ZmtpUnexpectedCommand);
        assert_eq!(parse(&mut b"\x04PINGxxxxx".to_vec()), unexpected);
    }

    #[test]
    fn flags_come_out_as_they_went_in() {
        for flags in [0, FLAG_MORE, FLAG_COMMAND, FLAG_MORE | FLAG_COMMAND] {
            assert_eq!(opened_flags(sealed_flags(flags)), flags);
        }
        assert_eq!(sealed_flags(FLAG_MORE), 1);
        assert_eq!(opened_flags(0xFC), 0);
    }
}
