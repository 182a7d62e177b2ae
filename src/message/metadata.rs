//! What a message tells of its origin (zmq_msg_gets(3)): shared by all messages of one connection.
#![forbid(unsafe_code)]

use std::ffi::{CStr, CString};

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

    /// Makes room for properties whose names and values have so many bytes.
    pub fn reserve(&mut self, properties: usize, bytes: usize) {
        self.properties.reserve_exact(bytes + 2 * properties);
    }

    /// Adds a property. The first of one name wins; a value ends at its first NUL, as in C. A name that is longer
    /// than a name can be on the wire is left out.
    pub fn add(&mut self, name: &str, value: &[u8]) {
        let Ok(name_len) = u8::try_from(name.len()) else { return };
        if self.find(name).is_none() {
            let end = value.iter().position(|&b| b == 0).unwrap_or(value.len());
            self.properties.push(name_len);
            self.properties.extend_from_slice(name.as_bytes());
            self.properties.extend_from_slice(&value[..end]);
            self.properties.push(0);
        }
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
        let mut m = Metadata::new(-1);
        m.add("Routing-Id", b"a");
        m.add("Routing-Id", b"b");
        assert_eq!(m.get("Identity").unwrap().to_bytes(), b"a");
        assert!(m.get("User-Id").is_none());
    }

    #[test]
    fn a_value_ends_at_its_first_nul() {
        let mut m = Metadata::new(-1);
        m.add("X-a", b"one\0two");
        m.add("X-b", b"");
        m.add("X-c", b"three");
        assert_eq!(m.get("X-a").unwrap().to_bytes(), b"one");
        assert_eq!(m.get("X-b").unwrap().to_bytes(), b"");
        assert_eq!(m.get("X-c").unwrap().to_bytes(), b"three");
    }

    #[test]
    fn names_of_any_bytes_do_not_hide_others() {
        let mut m = Metadata::new(-1);
        m.add("X\0a", b"one");
        m.add("", b"none");
        m.add(&"n".repeat(255), b"longest");
        m.add(&"n".repeat(256), b"too long");
        m.add("X-b", b"two");
        assert_eq!(m.get("X\0a").unwrap().to_bytes(), b"one");
        assert_eq!(m.get("").unwrap().to_bytes(), b"none");
        assert_eq!(m.get(&"n".repeat(255)).unwrap().to_bytes(), b"longest");
        assert!(m.get(&"n".repeat(256)).is_none());
        assert_eq!(m.get("X-b").unwrap().to_bytes(), b"two");
    }
}
