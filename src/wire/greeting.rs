//! The greeting: 64 octets in ZMTP 3.x, a 12-octet prefix of it in 2.0, absent in 1.0 (RFC 37,
//! "Version Negotiation" and "Backwards Interoperability"; RFC 15).
//!
//! The padding of our signature holds the length of our routing id plus one, which a 1.0 peer reads
//! as the length of our identity frame. The padding of a peer's signature is never interpreted.
#![forbid(unsafe_code)]

/// Octets of the signature.
pub const SIGNATURE_LEN: usize = 10;
/// Octets that reveal the revision: the signature and the major version.
pub const REVISION_LEN: usize = 11;
/// Octets of a ZMTP 2.0 greeting without the identity: signature, revision, socket type.
pub const V2_LEN: usize = 12;
/// Octets of a ZMTP 3.x greeting.
pub const V3_LEN: usize = 64;
/// The major version that we announce.
pub const MAJOR: u8 = 3;
/// The minor version that we announce.
pub const MINOR: u8 = 1;

/// A mechanism's name as the greeting carries it, padded with NUL.
pub type MechanismName = [u8; 20];

/// What a peer's first octets say about its protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signature {
    /// The first octets do not decide it; at most ten do.
    NeedMore,
    /// ZMTP 1.0: these octets are the start of its identity frame.
    Absent,
    /// ZMTP 2.0 or later: a revision follows.
    Present,
}

/// Tells a signature from the identity frame of a ZMTP 1.0 peer.
pub fn parse_signature(bytes: &[u8]) -> Signature {
    match (bytes.first(), bytes.get(SIGNATURE_LEN - 1)) {
        (None, _) | (Some(0xFF), None) => Signature::NeedMore,
        // The tenth octet of a long identity frame is its flags, where bit 0 (MORE) is never set.
        (Some(0xFF), Some(tenth)) if tenth & 1 == 1 => Signature::Present,
        (Some(_), _) => Signature::Absent,
    }
}

/// The protocol that an eleventh octet announces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revision {
    /// A greeting, then ZMTP 1.0 framing (0MQ 3.0 and 3.1 did this).
    V1,
    /// ZMTP 2.0.
    V2,
    /// ZMTP 3.0 or anything later.
    V3,
}

impl Revision {
    /// Reads the eleventh octet. RFC 37 counts 2 as ZMTP 2.0, too; nothing ever announced it, and libzmq
    /// answers it as it does 3.
    pub const fn parse(octet: u8) -> Self {
        match octet {
            0 => Self::V1,
            1 => Self::V2,
            2.. => Self::V3,
        }
    }
}

/// The signature of a peer whose routing id has `routing_id_len` octets.
pub fn emit_signature(routing_id_len: usize) -> [u8; SIGNATURE_LEN] {
    let mut out = [0; SIGNATURE_LEN];
    out[0] = 0xFF;
    out[1..9].copy_from_slice(&(routing_id_len as u64).saturating_add(1).to_be_bytes());
    out[9] = 0x7F;
    out
}

/// The greeting from its twelfth octet on: minor version, mechanism, as-server, filler.
pub fn emit_rest(mechanism: &MechanismName, as_server: bool) -> [u8; V3_LEN - REVISION_LEN] {
    let mut out = [0; V3_LEN - REVISION_LEN];
    out[0] = MINOR;
    out[1..21].copy_from_slice(mechanism);
    out[21] = u8::from(as_server);
    out
}

/// A peer's complete ZMTP 3.x greeting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Greeting {
    /// Major and minor version; the major one is 2 or higher.
    pub version: (u8, u8),
    /// The mechanism's name.
    pub mechanism: MechanismName,
    /// Whether the peer is the server of the security handshake; without meaning for NULL.
    pub is_server: bool,
}

/// Reads a complete greeting; padding and filler are not looked at.
pub fn parse(bytes: &[u8; V3_LEN]) -> Greeting {
    let mut mechanism = [0; 20];
    mechanism.copy_from_slice(&bytes[V2_LEN..V2_LEN + 20]);
    Greeting { version: (bytes[10], bytes[11]), mechanism, is_server: bytes[32] == 1 }
}

/// `name` padded with NUL; what does not fit is cut.
pub const fn mechanism_name(name: &str) -> MechanismName {
    let name = name.as_bytes();
    let mut out = [0; 20];
    let mut at = 0;
    while at < name.len() && at < out.len() {
        out[at] = name[at];
        at += 1;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_padding_is_the_number_of_octets_in_the_senders_identity_plus_1() {
        assert_eq!(emit_signature(0), [0xFF, 0, 0, 0, 0, 0, 0, 0, 1, 0x7F]);
        assert_eq!(emit_signature(2), [0xFF, 0, 0, 0, 0, 0, 0, 0, 3, 0x7F]);
        assert_eq!(emit_signature(255), [0xFF, 0, 0, 0, 0, 0, 0, 1, 0, 0x7F]);
    }

    #[test]
    fn if_the_first_octet_is_not_ff_the_peer_is_using_zmtp_1_0() {
        assert_eq!(parse_signature(&[]), Signature::NeedMore);
        assert_eq!(parse_signature(&[4]), Signature::Absent);
        assert_eq!(parse_signature(&[0]), Signature::Absent);
    }

    #[test]
    fn if_the_least_significant_bit_of_the_tenth_octet_is_0_the_peer_is_using_zmtp_1_0() {
        let mut bytes = emit_signature(0);
        for len in 1..SIGNATURE_LEN {
            assert_eq!(parse_signature(&bytes[..len]), Signature::NeedMore);
        }
        assert_eq!(parse_signature(&bytes), Signature::Present);
        bytes[9] = 0x01;
        assert_eq!(parse_signature(&bytes), Signature::Present);
        bytes[9] = 0;
        assert_eq!(parse_signature(&bytes), Signature::Absent);
    }

    #[test]
    fn if_the_peer_version_number_is_1_the_peer_is_using_zmtp_2_0() {
        assert_eq!(Revision::parse(0), Revision::V1);
        assert_eq!(Revision::parse(1), Revision::V2);
        assert_eq!(Revision::parse(2), Revision::V3);
        assert_eq!(Revision::parse(3), Revision::V3);
        assert_eq!(Revision::parse(255), Revision::V3);
    }

    #[test]
    fn the_greeting_has_64_octets_and_reads_back() {
        let null = mechanism_name("NULL");
        let mut bytes = emit_signature(0).to_vec();
        bytes.push(MAJOR);
        bytes.extend(emit_rest(&null, false));
        let expected: Vec<u8> =
            [b"\xff\0\0\0\0\0\0\0\x01\x7f\x03\x01NULL".as_slice(), &[0; 48]].concat();
        assert_eq!(bytes, expected);
        let greeting = parse(bytes.first_chunk().unwrap());
        assert_eq!(greeting, Greeting { version: (3, 1), mechanism: null, is_server: false });
    }

    #[test]
    fn as_server_is_the_33rd_octet() {
        let rest = emit_rest(&mechanism_name("CURVE"), true);
        assert_eq!(rest[32 - REVISION_LEN], 1);
        assert_eq!(rest.iter().filter(|octet| **octet == 1).count(), 2);
    }
}
