//! What a message tells of its origin (zmq_msg_gets(3)): shared by all messages of one connection.
#![forbid(unsafe_code)]

use std::collections::HashSet;
use std::ffi::{CStr, CString};

/// As many properties as are compared with each other.
const FEW: usize = 16;

/// Properties of the connection that a message came from, and the group of a RADIO message.
#[derive(Clone, Debug, Default)]
pub struct Metadata {
    /// Each property: the length of its name in one byte, the name, the value, a NUL. One piece of memory, as
    /// there may be many connections.
    properties: Vec<u8>,
    /// Descriptor of the connection, -1 if none (ZMQ_SRCFD).
    pub fd: i32,
    /// Group of the message (zmq_msg_group(3)).
    pub group: Option<CString>,
}

impl Metadata {
    /// No properties; `fd` is the connection's descriptor or -1.
    pub fn new(fd: i32) -> Self {
        Self { properties: Vec::new(), fd, group: None }
    }

    /// These properties. The first of one name wins; a value ends at its first NUL, as in C. A name that is longer
    /// than a name can be on the wire is left out.
    pub fn of(fd: i32, properties: &[(&str, &[u8])]) -> Self {
        let mut metadata = Self::new(fd);
        let bytes = properties.iter().map(|(name, value)| name.len() + value.len() + 2).sum();
        metadata.properties.reserve_exact(bytes);
        // A peer may send so many that to look each up among those before takes its time.
        let mut seen = HashSet::new();
        for (at, (name, value)) in properties.iter().enumerate() {
            let is_new = match properties.len() {
                0..=FEW => properties.iter().take(at).all(|(before, _)| before != name),
                _ => seen.insert(*name),
            };
            if is_new {
                metadata.push(name, value);
            }
        }
        metadata
    }

    fn push(&mut self, name: &str, value: &[u8]) {
        let Ok(name_len) = u8::try_from(name.len()) else { return };
        let end = value.iter().position(|&b| b == 0).unwrap_or(value.len());
        self.properties.push(name_len);
        self.properties.extend_from_slice(name.as_bytes());
        self.properties.extend_from_slice(&value[..end]);
        self.properties.push(0);
    }

    /// Value of the property `name`; "Identity" is the old name of "Routing-Id".
    pub fn get(&self, name: &str) -> Option<&CStr> {
        self.find(name).or_else(|| match name {
            "Identity" => self.find("Routing-Id"),
            "Routing-Id" => self.find("Identity"),
            _ => None,
        })
    }

    fn find(&self, name: &str) -> Option<&CStr> {
        let mut rest = self.properties.as_slice();
        while let Some((&name_len, left)) = rest.split_first() {
            let (known, left) = left.split_at_checked(usize::from(name_len))?;
            let value = CStr::from_bytes_until_nul(left).ok()?;
            if known == name.as_bytes() {
                return Some(value);
            }
            rest = left.get(value.count_bytes() + 1..)?;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_property_wins_and_identity_is_an_alias() {
        let names: Vec<String> = (0..FEW).map(|i| i.to_string()).collect();
        let more: Vec<(&str, &[u8])> = names.iter().map(|name| (&**name, &b"x"[..])).collect();
        for more in [&[][..], &more] {
            let twice: [(&str, &[u8]); 2] = [("Routing-Id", b"a"), ("Routing-Id", b"b")];
            let m = Metadata::of(-1, &[&twice, more].concat());
            assert_eq!(m.get("Identity").unwrap().to_bytes(), b"a");
            assert!(m.get("User-Id").is_none());
            assert!(more.iter().all(|(name, _)| m.get(name).is_some()));
        }
    }

    #[test]
    fn a_value_ends_at_its_first_nul() {
        let m = Metadata::of(-1, &[("X-a", b"one\0two"), ("X-b", b""), ("X-c", b"three")]);
        assert_eq!(m.get("X-a").unwrap().to_bytes(), b"one");
        assert_eq!(m.get("X-b").unwrap().to_bytes(), b"");
        assert_eq!(m.get("X-c").unwrap().to_bytes(), b"three");
    }

    #[test]
    fn names_of_any_bytes_do_not_hide_others() {
        let (longest, longer) = ("n".repeat(255), "n".repeat(256));
        let m = Metadata::of(
            -1,
            &[
                ("X\0a", b"one"),
                ("", b"none"),
                (&longest, b"longest"),
                (&longer, b"too long"),
                ("X-b", b"two"),
            ],
        );
        assert_eq!(m.get("X\0a").unwrap().to_bytes(), b"one");
        assert_eq!(m.get("").unwrap().to_bytes(), b"none");
        assert_eq!(m.get(&longest).unwrap().to_bytes(), b"longest");
        assert!(m.get(&longer).is_none());
        assert_eq!(m.get("X-b").unwrap().to_bytes(), b"two");
    }

    #[test]
    fn as_many_properties_as_a_handshake_holds_take_no_time() {
        let names: Vec<String> = (0..9000).map(|i| format!("{i:02x}")).collect();
        let properties: Vec<(&str, &[u8])> = names.iter().map(|name| (&**name, &b""[..])).collect();
        let start = std::time::Instant::now();
        for _ in 0..10 {
            let m = Metadata::of(-1, &properties);
            assert!(m.get("00").is_some() && m.get("2327").is_some());
        }
        // Compared each with each they took some seconds.
        assert!(start.elapsed().as_secs() < 2);
    }
}
