//! What a message tells of its origin (zmq_msg_gets(3)): shared by all messages of one connection.
#![forbid(unsafe_code)]

use std::ffi::{CStr, CString};

/// Properties of the connection that a message came from, and the group of a RADIO message.
#[derive(Clone, Debug, Default)]
pub struct Metadata {
    properties: Vec<(String, CString)>,
    /// Descriptor of the connection, -1 if none (ZMQ_SRCFD).
    pub fd: i32,
    /// Group of the message (zmq_msg_group(3)).
    pub group: CString,
}

impl Metadata {
    /// No properties; `fd` is the connection's descriptor or -1.
    pub fn new(fd: i32) -> Self {
        Self { properties: Vec::new(), fd, group: CString::default() }
    }

    /// Adds a property. The first of one name wins; a value ends at its first NUL, as in C.
    pub fn add(&mut self, name: &str, value: &[u8]) {
        if self.find(name).is_none() {
            let end = value.iter().position(|&b| b == 0).unwrap_or(value.len());
            let value = CString::new(&value[..end]).unwrap_or_default();
            self.properties.reserve_exact(1);
            self.properties.push((name.to_owned(), value));
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
        self.properties.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_c_str())
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
        assert_eq!(m.get("X-a").unwrap().to_bytes(), b"one");
    }
}
