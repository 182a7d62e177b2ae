//! The properties that the two ends of a handshake exchange, the same for each mechanism (RFC 37,
//! "Connection Metadata").
#![forbid(unsafe_code)]

use crate::mechanism::compatibility::is_compatible;
use crate::options::SocketType;
use crate::wire::metadata::{self, IDENTITY, SOCKET_TYPE, emit_property, is_name};

/// Octets of the longest routing id ("identity = 0*255OCTET").
pub const MAX_ROUTING_ID_LEN: usize = 255;

/// What this end tells.
#[derive(Clone, Debug)]
pub struct Local {
    /// Our type.
    pub socket_type: SocketType,
    /// Our routing id, up to 255 octets.
    pub routing_id: Vec<u8>,
    /// `X-` properties.
    pub properties: Vec<(Vec<u8>, Vec<u8>)>,
}

/// What the peer told, checked against our socket type.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata {
    /// The peer's type, if it told.
    pub socket_type: Option<SocketType>,
    /// The peer's routing id; empty if it told none. The first octet may be zero (see [`parse`]).
    pub routing_id: Vec<u8>,
    /// All properties in the peer's order and spelling, those above included.
    pub properties: Vec<(String, Vec<u8>)>,
}

/// The properties are not a list, or break a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidMetadata;

/// Appends our property list to `out`. Only REQ, DEALER and ROUTER have an identity to tell.
pub fn emit(out: &mut Vec<u8>, local: &Local) {
    emit_property(out, SOCKET_TYPE.as_bytes(), local.socket_type.name().as_bytes());
    if matches!(local.socket_type, SocketType::Req | SocketType::Dealer | SocketType::Router) {
        emit_property(out, IDENTITY.as_bytes(), &local.routing_id);
    }
    for (name, value) in &local.properties {
        emit_property(out, name, value);
    }
}

/// Reads the peer's property list for a socket of type `ours`.
///
/// A list without Socket-Type is fine ("SHOULD specify"). An identity that starts with a zero octet
/// breaks RFC 37, but libzmq's own applications use such (random ids), so it is passed on: a ROUTER
/// must not let it clash with the ids that it hands out.
pub fn parse(bytes: &[u8], ours: SocketType) -> Result<Metadata, InvalidMetadata> {
    let mut found = Metadata::default();
    for property in metadata::parse(bytes) {
        let (name, value) = property.map_err(|_| InvalidMetadata)?;
        if is_name(name, SOCKET_TYPE) {
            let theirs = SocketType::from_name(value).ok_or(InvalidMetadata)?;
            if !is_compatible(ours, theirs) {
                return Err(InvalidMetadata);
            }
            found.socket_type = Some(theirs);
        } else if is_name(name, IDENTITY) {
            if value.len() > MAX_ROUTING_ID_LEN {
                return Err(InvalidMetadata);
            }
            found.routing_id = value.to_vec();
        }
        let name = std::str::from_utf8(name).map_err(|_| InvalidMetadata)?;
        found.properties.push((name.to_owned(), value.to_vec()));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn local(socket_type: SocketType) -> Local {
        Local { socket_type, routing_id: b"me".to_vec(), properties: Vec::new() }
    }

    fn list(properties: &[(&[u8], &[u8])]) -> Vec<u8> {
        let mut out = Vec::new();
        properties.iter().for_each(|(name, value)| assert!(emit_property(&mut out, name, value)));
        out
    }

    #[test]
    fn a_req_dealer_or_router_peer_may_announce_its_identity() {
        for &socket_type in SocketType::ALL {
            let mut out = Vec::new();
            emit(&mut out, &local(socket_type));
            let tells = out.windows(8).any(|window| window == b"Identity");
            let expected =
                matches!(socket_type, SocketType::Req | SocketType::Dealer | SocketType::Router);
            assert_eq!(tells, expected, "{socket_type}");
        }
    }

    #[test]
    fn application_properties_follow() {
        let mut local = local(SocketType::Pull);
        local.properties.push((b"X-key".to_vec(), b"val".to_vec()));
        let mut out = Vec::new();
        emit(&mut out, &local);
        assert_eq!(out, list(&[(b"Socket-Type", b"PULL"), (b"X-key", b"val")]));
    }

    #[test]
    fn each_property_of_the_peer_is_kept() {
        let bytes = list(&[(b"socket-type", b"DEALER"), (b"Identity", b"\0id"), (b"X-a", b"")]);
        let found = parse(&bytes, SocketType::Router).unwrap();
        assert_eq!(found.socket_type, Some(SocketType::Dealer));
        assert_eq!(found.routing_id, b"\0id");
        assert_eq!(found.properties[2], ("X-a".to_owned(), Vec::new()));
        assert_eq!(parse(b"", SocketType::Router), Ok(Metadata::default()));
    }

    #[test]
    fn the_peer_should_enforce_that_the_other_peer_is_using_a_valid_socket_type() {
        let bad: [&[(&[u8], &[u8])]; 5] = [
            &[(b"Socket-Type", b"PUB")],
            &[(b"Socket-Type", b"FOO")],
            &[(b"Socket-Type", b"dealer")],
            &[(b"Socket-Type", b"DEALER"), (b"Socket-Type", b"PUB")],
            &[(b"Socket-Type", b"PUB"), (b"Socket-Type", b"DEALER")],
        ];
        for properties in bad {
            assert_eq!(parse(&list(properties), SocketType::Router), Err(InvalidMetadata));
        }
    }

    #[test]
    fn an_identity_has_at_most_255_octets() {
        assert!(parse(&list(&[(b"Identity", &[b'i'; 255])]), SocketType::Router).is_ok());
        let long = list(&[(b"Identity", &[b'i'; 256])]);
        assert_eq!(parse(&long, SocketType::Router), Err(InvalidMetadata));
    }

    #[test]
    fn a_list_that_is_not_one_is_invalid() {
        let mut bytes = list(&[(b"Socket-Type", b"DEALER")]);
        bytes.push(5);
        assert_eq!(parse(&bytes, SocketType::Router), Err(InvalidMetadata));
        assert_eq!(parse(&list(&[(b"\xff", b"")]), SocketType::Router), Err(InvalidMetadata));
    }
}
