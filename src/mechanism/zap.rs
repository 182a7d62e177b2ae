//! ZAP: what an authentication handler is asked, and what it may answer (RFC 27).
//!
//! A request is one message: delimiter, version, request id, domain, address, routing id, mechanism,
//! credentials. Each connection asks once, so that its request id is always "1". A reply has seven
//! frames: delimiter, version, request id, status code, status text, user id, metadata.
#![forbid(unsafe_code)]

use crate::mechanism::ProtocolError;
use crate::wire::metadata;

const VERSION: &[u8] = b"1.0";
const REQUEST_ID: &[u8] = b"1";

/// What a mechanism knows of the peer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The mechanism's name.
    pub mechanism: &'static str,
    /// As the mechanism defines them: none for NULL, user name and password for PLAIN, the client's
    /// public key for CURVE, its principal for GSSAPI.
    pub credentials: Vec<Vec<u8>>,
}

impl Request {
    /// The frames of the request: `domain` and `routing_id` are this socket's, `address` is the peer's.
    pub fn into_frames(self, domain: &[u8], address: &[u8], routing_id: &[u8]) -> Vec<Vec<u8>> {
        let head =
            [b"", VERSION, REQUEST_ID, domain, address, routing_id, self.mechanism.as_bytes()];
        head.into_iter().map(<[u8]>::to_vec).chain(self.credentials).collect()
    }
}

/// Who the peer is, by its handler.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// The property "User-Id" of the peer's messages; may be empty.
    pub user_id: Vec<u8>,
    /// Further properties of its messages.
    pub properties: Vec<(String, Vec<u8>)>,
}

/// A status code other than 200.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u16)]
pub enum Status {
    /// 300: the peer is disconnected without a word and may try again.
    Temporary = 300,
    /// 400: the peer is told.
    Denied = 400,
    /// 500: the peer is told.
    Internal = 500,
}

impl Status {
    /// The number.
    pub const fn code(self) -> u16 {
        self as u16
    }

    /// The status with this text, in a reply or as the reason of an ERROR command.
    pub fn parse(text: &[u8]) -> Option<Self> {
        match text {
            b"300" => Some(Self::Temporary),
            b"400" => Some(Self::Denied),
            b"500" => Some(Self::Internal),
            _ => None,
        }
    }

    /// The reason that the peer's ERROR command carries; `None` if it is not told.
    pub const fn reason(self) -> Option<&'static [u8]> {
        match self {
            Self::Temporary => None,
            Self::Denied => Some(b"400"),
            Self::Internal => Some(b"500"),
        }
    }
}

/// What came of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// 200.
    Accepted(Account),
    /// Another status.
    Refused(Status),
    /// The reply broke the protocol; a monitor is told how.
    Malformed(ProtocolError),
    /// There is no handler to ask.
    NoHandler,
}

/// Reads a reply, checking its frames in their order.
pub fn parse_reply(frames: &[Vec<u8>]) -> Verdict {
    match account_of(frames) {
        Ok(verdict) => verdict,
        Err(error) => Verdict::Malformed(error),
    }
}

fn account_of(frames: &[Vec<u8>]) -> Result<Verdict, ProtocolError> {
    let [delimiter, version, request_id, status, _text, user_id, properties] = frames else {
        return Err(ProtocolError::ZapMalformedReply);
    };
    if !delimiter.is_empty() {
        return Err(ProtocolError::ZapUnspecified);
    }
    if version != VERSION {
        return Err(ProtocolError::ZapBadVersion);
    }
    if request_id != REQUEST_ID {
        return Err(ProtocolError::ZapBadRequestId);
    }
    if status != b"200" {
        return Status::parse(status)
            .map(Verdict::Refused)
            .ok_or(ProtocolError::ZapInvalidStatusCode);
    }
    let mut account = Account { user_id: user_id.clone(), properties: Vec::new() };
    for property in metadata::parse(properties) {
        let (name, value) = property.map_err(|_| ProtocolError::ZapInvalidMetadata)?;
        let name = std::str::from_utf8(name).map_err(|_| ProtocolError::ZapInvalidMetadata)?;
        account.properties.push((name.to_owned(), value.to_vec()));
    }
    Ok(Verdict::Accepted(account))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(frames: [&[u8]; 7]) -> Verdict {
        parse_reply(&frames.map(<[u8]>::to_vec))
    }

    fn status(code: &[u8]) -> Verdict {
        reply([b"", b"1.0", b"1", code, b"text", b"user", b""])
    }

    #[test]
    fn a_request_has_the_frames_of_rfc_27() {
        let credentials = vec![b"admin".to_vec(), b"secret".to_vec()];
        let frames = Request { mechanism: "PLAIN", credentials }.into_frames(b"d", b"::1", b"id");
        let expected: [&[u8]; 9] =
            [b"", b"1.0", b"1", b"d", b"::1", b"id", b"PLAIN", b"admin", b"secret"];
        assert_eq!(frames, expected);
    }

    #[test]
    fn each_status_code_is_a_verdict() {
        let account = Account { user_id: b"user".to_vec(), properties: Vec::new() };
        assert_eq!(status(b"200"), Verdict::Accepted(account));
        assert_eq!(status(b"300"), Verdict::Refused(Status::Temporary));
        assert_eq!(status(b"400"), Verdict::Refused(Status::Denied));
        assert_eq!(status(b"500"), Verdict::Refused(Status::Internal));
        for code in [&b""[..], b"2", b"100", b"201", b"600", b"2000", b"200\0", b"-00"] {
            let invalid = Verdict::Malformed(ProtocolError::ZapInvalidStatusCode);
            assert_eq!(status(code), invalid, "{code:?}");
        }
    }

    #[test]
    fn metadata_becomes_properties() {
        let list = b"\x05Hello\0\0\0\x05World\x01a\0\0\0\0";
        let Verdict::Accepted(account) = reply([b"", b"1.0", b"1", b"200", b"", b"", list]) else {
            panic!("refused");
        };
        let expected = [("Hello".to_owned(), b"World".to_vec()), ("a".to_owned(), Vec::new())];
        assert_eq!(
            (account.user_id.as_slice(), account.properties.as_slice()),
            (&b""[..], &expected[..])
        );
    }

    #[test]
    fn a_malformed_reply_is_told_by_its_first_fault() {
        use ProtocolError::*;
        let cases: [([&[u8]; 7], ProtocolError); 6] = [
            ([b"x", b"", b"", b"", b"", b"", b"x"], ZapUnspecified),
            ([b"", b"1.1", b"", b"", b"", b"", b"x"], ZapBadVersion),
            ([b"", b"1.0", b"2", b"", b"", b"", b"x"], ZapBadRequestId),
            ([b"", b"1.0", b"1", b"404", b"", b"", b"x"], ZapInvalidStatusCode),
            ([b"", b"1.0", b"1", b"200", b"", b"", b"x"], ZapInvalidMetadata),
            ([b"", b"1.0", b"1", b"200", b"", b"", b"\x01\xff\0\0\0\0"], ZapInvalidMetadata),
        ];
        for (frames, error) in cases {
            assert_eq!(reply(frames), Verdict::Malformed(error), "{frames:?}");
        }
    }

    #[test]
    fn a_reply_has_seven_frames() {
        for count in (0..12).filter(|count| *count != 7) {
            let malformed = Verdict::Malformed(ProtocolError::ZapMalformedReply);
            assert_eq!(parse_reply(&vec![Vec::new(); count]), malformed, "{count}");
        }
    }
}
