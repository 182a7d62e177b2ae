//! Property lists, the metadata of READY and INITIATE (RFC 37, "The NULL Security Mechanism").
//!
//! A name has 1 to 255 octets, a value up to 2^31 - 1. A property without a name is read all the same, as
//! libzmq does. The characters of a name are not checked here; names compare without regard to case
//! ([`is_name`]).
#![forbid(unsafe_code)]

use crate::wire::Malformed;

/// Names the sender's socket type.
pub const SOCKET_TYPE: &str = "Socket-Type";
/// Gives the sender's routing id.
pub const IDENTITY: &str = "Identity";

/// The properties in a list, in order. After an error nothing follows.
#[derive(Clone, Debug)]
pub struct Properties<'a> {
    rest: &'a [u8],
}

/// Reads `bytes` as a property list.
pub fn parse(bytes: &[u8]) -> Properties<'_> {
    Properties { rest: bytes }
}

/// A property's name and value.
type Property<'a> = (&'a [u8], &'a [u8]);

/// The first property and what follows it.
fn parse_property(bytes: &[u8]) -> Option<(Property<'_>, &[u8])> {
    let (&name_len, rest) = bytes.split_first()?;
    let (name, rest) = rest.split_at_checked(usize::from(name_len))?;
    let (value_len, rest) = rest.split_first_chunk::<4>()?;
    let value_len = i32::try_from(u32::from_be_bytes(*value_len)).ok()?;
    let (value, rest) = rest.split_at_checked(usize::try_from(value_len).ok()?)?;
    Some(((name, value), rest))
}

impl<'a> Iterator for Properties<'a> {
    type Item = Result<Property<'a>, Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let Some((property, rest)) = parse_property(self.rest) else {
            self.rest = &[];
            return Some(Err(Malformed));
        };
        self.rest = rest;
        Some(Ok(property))
    }
}

/// Whether a property's name is `expected`: "The case (upper or lower) of names SHALL NOT be
/// significant."
pub fn is_name(name: &[u8], expected: &str) -> bool {
    name.eq_ignore_ascii_case(expected.as_bytes())
}

/// Appends one property to `out`; false, and nothing appended, if name or value have no encoding.
pub fn emit_property(out: &mut Vec<u8>, name: &[u8], value: &[u8]) -> bool {
    let (Ok(name_len), Ok(value_len)) = (u8::try_from(name.len()), i32::try_from(value.len()))
    else {
        return false;
    };
    if name_len == 0 {
        return false;
    }
    out.push(name_len);
    out.extend_from_slice(name);
    out.extend_from_slice(&value_len.to_be_bytes());
    out.extend_from_slice(value);
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &[u8] = b"\x0bSocket-Type\0\0\0\x03REQ\x08Identity\0\0\0\0";

    #[test]
    fn properties_are_size_specified_names_and_values() {
        let mut out = Vec::new();
        assert!(emit_property(&mut out, SOCKET_TYPE.as_bytes(), b"REQ"));
        assert!(emit_property(&mut out, IDENTITY.as_bytes(), b""));
        assert_eq!(out, LIST);
        let read: Result<Vec<_>, _> = parse(LIST).collect();
        assert_eq!(read, Ok(vec![(&b"Socket-Type"[..], &b"REQ"[..]), (b"Identity", b"")]));
    }

    #[test]
    fn a_list_cut_within_a_property_is_malformed() {
        let boundaries = [0, 19];
        for cut in 0..LIST.len() {
            let is_whole = parse(&LIST[..cut]).all(|property| property.is_ok());
            assert_eq!(is_whole, boundaries.contains(&cut), "at {cut}");
        }
    }

    #[test]
    fn a_property_without_a_name_is_read_but_not_written() {
        assert_eq!(parse(b"\0\0\0\0\x01x").next(), Some(Ok((&b""[..], &b"x"[..]))));
        assert!(!emit_property(&mut Vec::new(), b"", b"x"));
        assert!(!emit_property(&mut Vec::new(), &[b'n'; 256], b"x"));
    }

    #[test]
    fn a_value_larger_than_what_is_there_is_malformed() {
        let mut list = parse(b"\x01a\xff\xff\xff\xffb");
        assert_eq!(list.next(), Some(Err(Malformed)));
        assert_eq!(list.next(), None);
        assert_eq!(parse(b"\x01a\0\0\0\x02b").next(), Some(Err(Malformed)));
    }

    #[test]
    fn the_case_of_names_shall_not_be_significant() {
        assert!(is_name(b"sOCKET-tYPE", SOCKET_TYPE));
        assert!(!is_name(b"Socket-Typ", SOCKET_TYPE));
    }
}
