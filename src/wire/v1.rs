//! Frame headers of ZMTP 1.0 (RFC 13, "The Framing Layer").
//!
//! The length counts the flags octet, so an empty frame has length 1. [`Header::body_len`] here, as
//! everywhere, counts the body alone. Bits 1-7 of the flags are reserved and dropped.
#![forbid(unsafe_code)]

use crate::wire::frame::{FLAG_MORE, Header, MAX_BODY_LEN, Parsed};

/// Octets of the longest header.
pub const MAX_HEADER_LEN: usize = 10;
/// The first octet of a long header.
const LONG: u8 = 0xFF;

/// Reads the header at the start of `bytes`. A length of 0 is invalid: RFC 13 would discard it
/// silently, libzmq closes, and so do we, as such a peer has lost the frame boundaries.
#[inline]
pub fn parse_header(bytes: &[u8]) -> Parsed {
    let Some(&first) = bytes.first() else { return Parsed::NeedMore };
    let (len, flags_at) = if first == LONG {
        let Some(len) = bytes.get(1..).and_then(|rest| rest.first_chunk::<8>()) else {
            return Parsed::NeedMore;
        };
        (u64::from_be_bytes(*len), 9)
    } else {
        (u64::from(first), 1)
    };
    let Some(body_len) = len.checked_sub(1) else { return Parsed::Malformed };
    if body_len > MAX_BODY_LEN {
        return Parsed::Malformed;
    }
    let Some(&flags) = bytes.get(flags_at) else { return Parsed::NeedMore };
    Parsed::Header(Header { flags: flags & FLAG_MORE, header_len: flags_at + 1, body_len })
}

/// Writes the header of a frame with `flags` (only MORE exists here) and a body of `body_len` octets;
/// answers how many octets of `out` it took.
#[inline]
pub fn emit_header(out: &mut [u8; MAX_HEADER_LEN], flags: u8, body_len: usize) -> usize {
    let flags = flags & FLAG_MORE;
    if body_len < 254 {
        out[0] = body_len as u8 + 1;
        out[1] = flags;
        return 2;
    }
    out[0] = LONG;
    out[1..9].copy_from_slice(&(body_len as u64).saturating_add(1).to_be_bytes());
    out[9] = flags;
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
    fn the_length_includes_the_flags_field_so_an_empty_frame_has_a_length_of_1() {
        let mut out = Vec::new();
        emit(&mut out, 0, b"");
        assert_eq!(out, [1, 0]);
        let header = Header { flags: 0, header_len: 2, body_len: 0 };
        assert_eq!(parse_header(&out), Parsed::Header(header));
    }

    #[test]
    fn frames_of_255_and_greater_are_a_single_octet_255_and_a_64_bit_length() {
        let mut out = [0xAA; MAX_HEADER_LEN];
        assert_eq!(emit_header(&mut out, FLAG_MORE, 253), 2);
        assert_eq!(out[..2], [254, 1]);
        assert_eq!(emit_header(&mut out, FLAG_MORE, 254), 10);
        assert_eq!(out, [255, 0, 0, 0, 0, 0, 0, 0, 255, 1]);
        let header = Header { flags: 1, header_len: 10, body_len: 254 };
        assert_eq!(parse_header(&out), Parsed::Header(header));
    }

    #[test]
    fn for_frames_of_1_to_254_octets_the_long_encoding_may_also_be_used() {
        let header = Header { flags: 0, header_len: 10, body_len: 3 };
        assert_eq!(parse_header(&[255, 0, 0, 0, 0, 0, 0, 0, 4, 0]), Parsed::Header(header));
    }

    #[test]
    fn a_length_of_0_is_invalid() {
        assert_eq!(parse_header(&[0]), Parsed::Malformed);
        assert_eq!(parse_header(&[255, 0, 0, 0, 0, 0, 0, 0, 0]), Parsed::Malformed);
        assert_eq!(parse_header(&[255; 9]), Parsed::Malformed);
    }

    #[test]
    fn reserved_bits_are_dropped() {
        let header = Header { flags: 1, header_len: 2, body_len: 2 };
        assert_eq!(parse_header(&[3, 0x81, 0, 0]), Parsed::Header(header));
    }

    #[test]
    fn a_header_cut_anywhere_needs_more() {
        for bytes in [&[4u8, 0][..], &[255, 0, 0, 0, 0, 0, 0, 1, 0, 0]] {
            for cut in 0..bytes.len() {
                assert_eq!(parse_header(&bytes[..cut]), Parsed::NeedMore, "{bytes:?} at {cut}");
            }
        }
    }
}
