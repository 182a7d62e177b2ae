//! Frame headers of ZMTP 2.0, 3.0 and 3.1 (RFC 37, "Framing").
//!
//! Bits 7-3 of the flags are reserved; they are carried through and mean nothing, as a later protocol
//! may set them. LONG belongs to the encoding: `emit_header` decides it alone.
#![forbid(unsafe_code)]

/// More frames of the same message follow.
pub const FLAG_MORE: u8 = 1;
/// The size takes eight octets.
pub const FLAG_LONG: u8 = 2;
/// The frame is a command.
pub const FLAG_COMMAND: u8 = 4;

/// Octets of the longest header.
pub const MAX_HEADER_LEN: usize = 9;
/// The longest body: 2^63 - 1 octets.
pub const MAX_BODY_LEN: u64 = i64::MAX as u64;

/// What stands before a frame's body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// `FLAG_*`, as read.
    pub flags: u8,
    /// Octets before the body.
    pub header_len: usize,
    /// Octets of the body, at most [`MAX_BODY_LEN`].
    pub body_len: u64,
}

impl Header {
    /// Whether more frames of the same message follow.
    #[inline]
    pub const fn has_more(&self) -> bool {
        self.flags & FLAG_MORE != 0
    }

    /// Whether the frame is a command.
    #[inline]
    pub const fn is_command(&self) -> bool {
        self.flags & FLAG_COMMAND != 0
    }

    /// Octets of header and body, if memory can hold so many.
    #[inline]
    pub fn frame_len(&self) -> Option<usize> {
        usize::try_from(self.body_len).ok()?.checked_add(self.header_len)
    }
}

/// What [`parse_header`] found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parsed {
    /// The header is not complete.
    NeedMore,
    /// A complete header.
    Header(Header),
    /// A size above [`MAX_BODY_LEN`].
    Malformed,
}

/// Reads the header at the start of `bytes`.
#[inline]
pub fn parse_header(bytes: &[u8]) -> Parsed {
    let Some(&flags) = bytes.first() else { return Parsed::NeedMore };
    if flags & FLAG_LONG == 0 {
        let Some(&len) = bytes.get(1) else { return Parsed::NeedMore };
        return Parsed::Header(Header { flags, header_len: 2, body_len: u64::from(len) });
    }
    let Some(len) = bytes.get(1..).and_then(|rest| rest.first_chunk::<8>()) else {
        return Parsed::NeedMore;
    };
    let body_len = u64::from_be_bytes(*len);
    if body_len > MAX_BODY_LEN {
        return Parsed::Malformed;
    }
    Parsed::Header(Header { flags, header_len: MAX_HEADER_LEN, body_len })
}

/// Writes the header of a frame with `flags` (MORE and COMMAND) and a body of `body_len` octets;
/// answers how many octets of `out` it took.
#[inline]
pub fn emit_header(out: &mut [u8; MAX_HEADER_LEN], flags: u8, body_len: usize) -> usize {
    let flags = flags & !FLAG_LONG;
    if let Ok(len) = u8::try_from(body_len) {
        out[0] = flags;
        out[1] = len;
        return 2;
    }
    out[0] = flags | FLAG_LONG;
    out[1..].copy_from_slice(&(body_len as u64).to_be_bytes());
    MAX_HEADER_LEN
}

/// Appends a whole frame to `out`.
#[inline]
pub fn emit(out: &mut Vec<u8>, flags: u8, body: &[u8]) {
    let mut header = [0; MAX_HEADER_LEN];
    let header_len = emit_header(&mut header, flags, body.len());
    out.reserve(header_len + body.len());
    out.extend_from_slice(&header[..header_len]);
    out.extend_from_slice(body);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_frame_has_a_body_of_0_to_255_octets() {
        for len in [0, 1, 255] {
            let mut out = [0xAA; MAX_HEADER_LEN];
            assert_eq!(emit_header(&mut out, FLAG_MORE, len), 2);
            assert_eq!(out[..2], [1, len as u8]);
        }
    }

    #[test]
    fn a_long_frame_encodes_its_size_as_a_64_bit_unsigned_integer_in_network_byte_order() {
        let mut out = [0xAA; MAX_HEADER_LEN];
        assert_eq!(emit_header(&mut out, FLAG_COMMAND, 256), 9);
        assert_eq!(out, [6, 0, 0, 0, 0, 0, 0, 1, 0]);
        let header = Header { flags: 6, header_len: 9, body_len: 256 };
        assert_eq!(parse_header(&out), Parsed::Header(header));
        assert!(header.is_command() && !header.has_more());
        assert_eq!(header.frame_len(), Some(265));
    }

    #[test]
    fn a_long_flag_given_by_the_caller_is_not_believed() {
        let mut out = [0xAA; MAX_HEADER_LEN];
        assert_eq!(emit_header(&mut out, FLAG_LONG | FLAG_MORE, 3), 2);
        assert_eq!(out[..2], [1, 3]);
    }

    #[test]
    fn a_header_cut_anywhere_needs_more() {
        for bytes in [&[0u8, 5][..], &[2, 0, 0, 0, 0, 0, 0, 1, 0]] {
            for cut in 0..bytes.len() {
                assert_eq!(parse_header(&bytes[..cut]), Parsed::NeedMore, "{bytes:?} at {cut}");
            }
            assert!(matches!(parse_header(bytes), Parsed::Header(_)));
        }
    }

    #[test]
    fn a_long_frame_has_a_body_of_0_to_2_63_minus_1_octets() {
        let most = [2, 0x7F, 255, 255, 255, 255, 255, 255, 255];
        let header = Header { flags: 2, header_len: 9, body_len: MAX_BODY_LEN };
        assert_eq!(parse_header(&most), Parsed::Header(header));
        assert_eq!(parse_header(&[2, 0x80, 0, 0, 0, 0, 0, 0, 0]), Parsed::Malformed);
        let none = Header { flags: 2, header_len: 9, body_len: 0 };
        assert_eq!(parse_header(&[2, 0, 0, 0, 0, 0, 0, 0, 0]), Parsed::Header(none));
    }

    #[test]
    fn emit_appends_header_and_body() {
        let mut out = vec![9];
        emit(&mut out, FLAG_MORE, b"hi");
        assert_eq!(out, b"\x09\x01\x02hi");
    }
}
