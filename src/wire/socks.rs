//! The messages of a SOCKS 5 client (RFC 1928) and of its user name and password (RFC 1929).
//!
//! Only CONNECT is asked for. How far to read is told by lengths: a reply must not be read past its end,
//! because the bytes of the host behind the proxy follow at once.
#![forbid(unsafe_code)]

use std::net::IpAddr;

const VERSION: u8 = 5;
const AUTH_VERSION: u8 = 1;
const CONNECT: u8 = 1;
const RESERVED: u8 = 0;
const SUCCEEDED: u8 = 0;
const ATYP_IPV4: u8 = 1;
const ATYP_DOMAIN: u8 = 3;
const ATYP_IPV6: u8 = 4;

/// Length of the choice of a method, and of the answer to credentials.
pub const CHOICE_LEN: usize = 2;
/// So much of a reply tells how long it is: version, code, a reserved byte, the address type and the first
/// byte of the address.
pub const REPLY_HEAD_LEN: usize = 5;

/// How a client proves who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Method {
    /// Not at all.
    None = 0,
    /// RFC 1929.
    Password = 2,
}

/// The host to be reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Host {
    /// By number.
    Ip(IpAddr),
    /// By a name that the proxy looks up.
    Domain(String),
}

/// Why a message of a proxy is no consent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It is not SOCKS 5.
    Malformed,
    /// It takes no method that was offered.
    NoMethod,
    /// It does not take the credentials.
    Credentials,
    /// It did not connect: its code (RFC 1928 section 6).
    Code(u8),
}

/// A text that does not fit: names, passwords and domains have at most 255 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLong;

/// The greeting, which offers one method.
pub fn emit_greeting(method: Method, out: &mut Vec<u8>) {
    out.extend([VERSION, 1, method as u8]);
}

/// The credentials. Errors: a text that does not fit, and then nothing was emitted.
pub fn emit_credentials(
    username: &[u8],
    password: &[u8],
    out: &mut Vec<u8>,
) -> Result<(), TooLong> {
    let (name_len, password_len) = (text_len(username)?, text_len(password)?);
    out.extend([AUTH_VERSION, name_len]);
    out.extend(username);
    out.push(password_len);
    out.extend(password);
    Ok(())
}

/// The request to connect. Errors: a domain that does not fit, and then nothing was emitted.
pub fn emit_request(host: &Host, port: u16, out: &mut Vec<u8>) -> Result<(), TooLong> {
    let head = [VERSION, CONNECT, RESERVED];
    match host {
        Host::Ip(IpAddr::V4(ip)) => {
            out.extend(head);
            out.push(ATYP_IPV4);
            out.extend(ip.octets());
        }
        Host::Ip(IpAddr::V6(ip)) => {
            out.extend(head);
            out.push(ATYP_IPV6);
            out.extend(ip.octets());
        }
        Host::Domain(name) => {
            let len = text_len(name.as_bytes())?;
            out.extend(head);
            out.extend([ATYP_DOMAIN, len]);
            out.extend(name.as_bytes());
        }
    }
    out.extend(port.to_be_bytes());
    Ok(())
}

fn text_len(text: &[u8]) -> Result<u8, TooLong> {
    u8::try_from(text.len()).map_err(|_| TooLong)
}

/// Which method the proxy takes.
pub fn parse_choice(bytes: [u8; CHOICE_LEN]) -> Result<Method, Refusal> {
    match bytes {
        [VERSION, 0] => Ok(Method::None),
        [VERSION, 2] => Ok(Method::Password),
        [VERSION, _] => Err(Refusal::NoMethod),
        _ => Err(Refusal::Malformed),
    }
}

/// Whether the proxy takes the credentials.
pub fn parse_verdict(bytes: [u8; CHOICE_LEN]) -> Result<(), Refusal> {
    match bytes {
        [AUTH_VERSION, 0] => Ok(()),
        [AUTH_VERSION, _] => Err(Refusal::Credentials),
        _ => Err(Refusal::Malformed),
    }
}

/// Whether the proxy has connected, and how many bytes of the reply follow its head: they say where from,
/// which nobody needs.
pub fn parse_reply_head(bytes: [u8; REPLY_HEAD_LEN]) -> Result<usize, Refusal> {
    const PORT_LEN: usize = 2;
    let [version, code, reserved, kind, first] = bytes;
    if version != VERSION {
        return Err(Refusal::Malformed);
    }
    if code != SUCCEEDED {
        return Err(Refusal::Code(code));
    }
    match (reserved, kind) {
        (RESERVED, ATYP_IPV4) => Ok(4 - 1 + PORT_LEN),
        (RESERVED, ATYP_IPV6) => Ok(16 - 1 + PORT_LEN),
        (RESERVED, ATYP_DOMAIN) => Ok(usize::from(first) + PORT_LEN),
        _ => Err(Refusal::Malformed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn emitted(emit: impl FnOnce(&mut Vec<u8>) -> Result<(), TooLong>) -> Result<Vec<u8>, TooLong> {
        let mut out = Vec::new();
        emit(&mut out).map(|()| out)
    }

    #[test]
    fn messages_of_the_client() {
        let mut out = Vec::new();
        emit_greeting(Method::None, &mut out);
        emit_greeting(Method::Password, &mut out);
        assert_eq!(out, [5, 1, 0, 5, 1, 2]);
        let credentials = emitted(|out| emit_credentials(b"me", b"", out));
        assert_eq!(credentials, Ok(vec![1, 2, b'm', b'e', 0]));
        let request = |host: Host| emitted(|out| emit_request(&host, 0x1234, out));
        let v4 = request(Host::Ip([127, 0, 0, 1].into()));
        assert_eq!(v4, Ok(vec![5, 1, 0, 1, 127, 0, 0, 1, 0x12, 0x34]));
        let v6 = request(Host::Ip("::1".parse().unwrap())).unwrap();
        assert_eq!(
            (v6.len(), &v6[..5], &v6[19..]),
            (22, &[5, 1, 0, 4, 0][..], &[1, 0x12, 0x34][..])
        );
        let domain = request(Host::Domain("a.b".into()));
        assert_eq!(domain, Ok(vec![5, 1, 0, 3, 3, b'a', b'.', b'b', 0x12, 0x34]));
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let long = [b'x'; 256];
        assert!(emitted(|out| emit_credentials(&long[..255], &long[..255], out)).is_ok());
        assert_eq!(emitted(|out| emit_credentials(&long, b"", out)), Err(TooLong));
        assert_eq!(emitted(|out| emit_credentials(b"", &long, out)), Err(TooLong));
        let domain = |n| Host::Domain("x".repeat(n));
        assert!(emitted(|out| emit_request(&domain(255), 1, out)).is_ok());
        assert_eq!(emitted(|out| emit_request(&domain(256), 1, out)), Err(TooLong));
    }

    #[test]
    fn choices_and_verdicts() {
        assert_eq!(parse_choice([5, 0]), Ok(Method::None));
        assert_eq!(parse_choice([5, 2]), Ok(Method::Password));
        assert_eq!(parse_choice([5, 1]), Err(Refusal::NoMethod));
        assert_eq!(parse_choice([5, 0xff]), Err(Refusal::NoMethod));
        assert_eq!(parse_choice([4, 0]), Err(Refusal::Malformed));
        assert_eq!(parse_verdict([1, 0]), Ok(()));
        assert_eq!(parse_verdict([1, 1]), Err(Refusal::Credentials));
        assert_eq!(parse_verdict([5, 0]), Err(Refusal::Malformed));
    }

    #[test]
    fn replies() {
        assert_eq!(parse_reply_head([5, 0, 0, 1, 9]), Ok(5));
        assert_eq!(parse_reply_head([5, 0, 0, 4, 9]), Ok(17));
        assert_eq!(parse_reply_head([5, 0, 0, 3, 0]), Ok(2));
        assert_eq!(parse_reply_head([5, 0, 0, 3, 255]), Ok(257));
        for code in 1..=255 {
            assert_eq!(parse_reply_head([5, code, 0, 1, 0]), Err(Refusal::Code(code)));
        }
        for wrong in [[4, 0, 0, 1, 0], [5, 0, 1, 1, 0], [5, 0, 0, 0, 0], [5, 0, 0, 2, 0]] {
            assert_eq!(parse_reply_head(wrong), Err(Refusal::Malformed), "{wrong:?}");
        }
    }
}
