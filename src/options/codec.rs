//! Option values as bytes: the length rules of zmq_setsockopt(3) and zmq_getsockopt(3).
//!
//! Integers are in native byte order. What is read with a longer buffer than it needs leaves the
//! rest of the buffer zero. Each `emit_*` answers the new `*optvallen`, or EINVAL with the buffer
//! as it was.
#![forbid(unsafe_code)]

use crate::errno::{Errno, Result};

/// An `int`: exactly 4 bytes.
pub fn parse_int(value: &[u8]) -> Result<i32> {
    value.try_into().map(i32::from_ne_bytes).map_err(|_| Errno::EINVAL)
}

/// A `uint64_t`: exactly 8 bytes.
pub fn parse_u64(value: &[u8]) -> Result<u64> {
    value.try_into().map(u64::from_ne_bytes).map_err(|_| Errno::EINVAL)
}

/// An `int64_t`: exactly 8 bytes.
pub fn parse_i64(value: &[u8]) -> Result<i64> {
    value.try_into().map(i64::from_ne_bytes).map_err(|_| Errno::EINVAL)
}

/// A value that fits only a buffer of its own size: the integers of most options.
pub fn emit_exact<const N: usize>(out: &mut [u8], value: [u8; N]) -> Result<usize> {
    if out.len() != N {
        return Err(Errno::EINVAL);
    }
    emit_bytes(out, &value)
}

/// An `int` into a buffer of exactly 4 bytes.
pub fn emit_int(out: &mut [u8], value: i32) -> Result<usize> {
    emit_exact(out, value.to_ne_bytes())
}

/// An `int` into a buffer of 4 bytes or more: RCVMORE, FD, EVENTS, THREAD_SAFE, TOPICS_COUNT.
pub fn emit_int_padded(out: &mut [u8], value: i32) -> Result<usize> {
    emit_bytes(out, &value.to_ne_bytes())
}

/// Bytes without a terminator: ROUTING_ID.
pub fn emit_bytes(out: &mut [u8], value: &[u8]) -> Result<usize> {
    let (head, rest) = out.split_at_mut_checked(value.len()).ok_or(Errno::EINVAL)?;
    head.copy_from_slice(value);
    rest.fill(0);
    Ok(value.len())
}

/// A string with its NUL, which the length counts.
pub fn emit_text(out: &mut [u8], value: &[u8]) -> Result<usize> {
    if out.len() <= value.len() {
        return Err(Errno::EINVAL);
    }
    emit_bytes(out, value).map(|len| len + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_int_has_exactly_four_bytes() {
        assert_eq!(parse_int(&7_i32.to_ne_bytes()), Ok(7));
        assert_eq!(parse_int(&[0; 3]), Err(Errno::EINVAL));
        assert_eq!(parse_int(&[0; 8]), Err(Errno::EINVAL));
        let mut out = [0xaa; 8];
        assert_eq!(emit_int(&mut out, 7), Err(Errno::EINVAL));
        assert_eq!(out, [0xaa; 8]);
        assert_eq!(emit_int(&mut out[..4], 7), Ok(4));
        assert_eq!(out[..4], 7_i32.to_ne_bytes());
    }

    #[test]
    fn a_padded_int_clears_the_rest_of_the_buffer() {
        let mut out = [0xaa; 8];
        assert_eq!(emit_int_padded(&mut out, -1), Ok(4));
        assert_eq!(out, [0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]);
        assert_eq!(emit_int_padded(&mut out[..3], 0), Err(Errno::EINVAL));
    }

    #[test]
    fn a_string_counts_its_terminator() {
        let mut out = [0xaa; 5];
        assert_eq!(emit_text(&mut out, b"abc"), Ok(4));
        assert_eq!(out, *b"abc\0\0");
        assert_eq!(emit_text(&mut out[..3], b"abc"), Err(Errno::EINVAL));
        assert_eq!(emit_text(&mut [], b""), Err(Errno::EINVAL));
        assert_eq!(emit_bytes(&mut [], b""), Ok(0));
    }
}
