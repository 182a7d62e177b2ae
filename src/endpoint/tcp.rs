//! The address part of a tcp endpoint (zmq_tcp(7)): `[source;]host:port`.
//!
//! The text is kept as typed: zmq_disconnect(3) and monitors name the endpoint by it, and what is wrong with a source
//! or a host is told at different times for binding and connecting.
#![forbid(unsafe_code)]

use std::fmt;

use crate::errno::{Errno, Result};

/// A tcp address that is not parsed further yet.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TcpEndpoint {
    address: String,
}

impl TcpEndpoint {
    /// Of what follows `tcp://`.
    pub fn new(address: &str) -> Self {
        Self { address: address.to_owned() }
    }

    /// The part before the last `;`: the local end of a connection.
    pub fn source(&self) -> Option<&str> {
        self.address.rsplit_once(';').map(|(source, _)| source)
    }

    /// The part after the last `;`: the interface to bind or the peer to connect to.
    pub fn target(&self) -> &str {
        self.address.rsplit_once(';').map_or(&*self.address, |(_, target)| target)
    }

    /// The syntax that zmq_connect asks for: host-name characters, and a last colon before a digit. Errors: EINVAL.
    pub fn check_connect(&self) -> Result<()> {
        let has_start =
            self.address.starts_with(|c: char| c.is_ascii_alphanumeric() || c == ':' || c == '[');
        let is_plain =
            self.address.bytes().all(|b| b.is_ascii_alphanumeric() || b".-:%;[]_*".contains(&b));
        let port = self.address.rsplit_once(':').map(|(_, port)| port);
        let has_port = port.is_some_and(|port| port.starts_with(|c: char| c.is_ascii_digit()));
        if has_start && is_plain && has_port { Ok(()) } else { Err(Errno::EINVAL) }
    }
}

impl fmt::Display for TcpEndpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.address)
    }
}

/// The host in a `host:port`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Host {
    /// `*`: every interface. Only where one can bind.
    Any,
    /// A numeric address, an interface or a host; brackets are taken off.
    Name(String),
}

/// A `host[%zone]:port`, split but not looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interface {
    /// Where.
    pub host: Host,
    /// An interface by name or number, for link-local IPv6 addresses.
    pub zone: Option<String>,
    /// 0 if the system shall choose.
    pub port: u16,
}

impl Interface {
    /// Parses an end that can be bound: `*` is any host, `*` or `0` any port. Errors: EINVAL without a usable port.
    pub fn parse_local(text: &str) -> Result<Self> {
        let (host, zone, port) = split(text)?;
        let port = if port == "*" || port == "0" { 0 } else { parse_port(port)? };
        let host = if host == "*" { Host::Any } else { Host::Name(host.to_owned()) };
        Ok(Self { host, zone, port })
    }

    /// Parses an end to connect to. Errors: EINVAL without a usable port.
    pub fn parse_peer(text: &str) -> Result<Self> {
        let (host, zone, port) = split(text)?;
        Ok(Self { host: Host::Name(host.to_owned()), zone, port: parse_port(port)? })
    }
}

/// Host, zone and port of a text.
fn split(text: &str) -> Result<(&str, Option<String>, &str)> {
    let (host, port) = text.rsplit_once(':').ok_or(Errno::EINVAL)?;
    let host = host.strip_prefix('[').and_then(|h| h.strip_suffix(']')).unwrap_or(host);
    Ok(match host.rsplit_once('%') {
        Some((host, zone)) => (host, Some(zone.to_owned()), port),
        None => (host, None, port),
    })
}

/// A port as C programs have always got it: leading blanks, a sign, digits, anything after them; taken modulo 65536.
/// Errors: EINVAL for 0.
fn parse_port(text: &str) -> Result<u16> {
    match parse_number(text).cast_unsigned() & 0xffff {
        0 => Err(Errno::EINVAL),
        port => u16::try_from(port).map_err(|_| Errno::EINVAL),
    }
}

/// The number at the start of `text`; 0 if there is none, the nearest i64 if it is too large.
pub fn parse_number(text: &str) -> i64 {
    let text = text.trim_start_matches([' ', '\t', '\n', '\r', '\x0b', '\x0c']);
    let (is_negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let magnitude = digits
        .bytes()
        .take_while(u8::is_ascii_digit)
        .fold(0i64, |n, digit| n.saturating_mul(10).saturating_add(i64::from(digit - b'0')));
    if is_negative && magnitude == i64::MAX {
        i64::MIN
    } else if is_negative {
        -magnitude
    } else {
        magnitude
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Seen with the original library, zmq_connect.
    #[test]
    fn connect_syntax_accepts() {
        for text in [
            "127.0.0.1:0",
            "127.0.0.1:65536",
            "127.0.0.1:99999999999",
            "127.0.0.1:1x",
            ":5555",
            "127.0.0.1:0x10",
            "lo:0",
            "localhost:42348",
            "[::1]",
            "8.8.8.8:1",
            "a:b:1",
            "1:1",
            "127.0.0.1:*;127.0.0.1:1",
            "nosuch:*;127.0.0.1:1",
            "lo;127.0.0.1:1",
            "a:1;*:5",
            ":0;127.0.0.1:1",
            "127.0.0.1:1;",
            "127.0.0.1:1;2;3",
            "a_b:5",
            "a%b:5",
            "a*b:5",
            "a::1",
            "[a]:1",
            "::5",
            "[::1]:5;x",
            "a:5;b",
            "a:1;:5",
            "a;b:1",
        ] {
            assert_eq!(TcpEndpoint::new(text).check_connect(), Ok(()), "{text:?}");
        }
    }

    /// Seen with the original library, zmq_connect.
    #[test]
    fn connect_syntax_refuses() {
        for text in [
            "/",
            "127.0.0.1",
            "*",
            "*:",
            "*:*",
            "*:0",
            ":*",
            "127.0.0.1:",
            "127.0.0.1:*",
            "127.0.0.1:-1",
            "127.0.0.1:x",
            "127.0.0.1: 5",
            "127.0.0.1:+5",
            "127.0.0.1:!",
            "in val id:1234",
            "localhost:invalid",
            "localhost",
            "::1]:*",
            "[::1]:*",
            ";127.0.0.1:1",
            "127.0.0.1:0;lo:x",
            "*:0;127.0.0.1:1",
            "a b:0;127.0.0.1:1",
            "a/b:5",
            "*a:5",
            "-:5",
            "@:5",
            "a,b:5",
            "a#b:5",
            "ü:5",
            "x?:5",
            "a+b:1",
            "a~b:1",
            "a\tb:1",
            "a:1 ",
            " a:1",
            "a",
            "5",
            "a:1:b",
            "a;b",
            "a:b;5",
            "_a:5",
            ".a:5",
            "%a:5",
            "]a:5",
        ] {
            assert_eq!(TcpEndpoint::new(text).check_connect(), Err(Errno::EINVAL), "{text:?}");
        }
    }

    #[test]
    fn last_semicolon_ends_the_source() {
        let split = |text| {
            let tcp = TcpEndpoint::new(text);
            (tcp.source().map(str::to_owned), tcp.target().to_owned())
        };
        assert_eq!(split("a:1"), (None, "a:1".to_owned()));
        assert_eq!(split("a:1;b:2"), (Some("a:1".to_owned()), "b:2".to_owned()));
        assert_eq!(split("a;b:1;c:2"), (Some("a;b:1".to_owned()), "c:2".to_owned()));
    }

    #[test]
    fn local_forms() {
        let parse = |text| {
            Interface::parse_local(text).map(|i| (i.host, i.zone.unwrap_or_default(), i.port))
        };
        let name = |host: &str, zone: &str, port| Ok((Host::Name(host.into()), zone.into(), port));
        assert_eq!(parse("*:5555"), Ok((Host::Any, String::new(), 5555)));
        assert_eq!(parse("[*]:*"), Ok((Host::Any, String::new(), 0)));
        assert_eq!(parse("*%lo:*"), Ok((Host::Any, "lo".to_owned(), 0)));
        assert_eq!(parse("eth0:0"), name("eth0", "", 0));
        assert_eq!(parse("[::1]:5"), name("::1", "", 5));
        assert_eq!(parse("::1:5"), name("::1", "", 5));
        assert_eq!(parse("[fe80::1%eth0]:*"), name("fe80::1", "eth0", 0));
        assert_eq!(parse("[::1]"), name("[:", "", 1));
        assert_eq!(parse("[::1:5"), name("[::1", "", 5));
        assert_eq!(parse(":5"), name("", "", 5));
        assert_eq!(parse("a%:5"), name("a", "", 5));
    }

    /// Seen with the original library, zmq_bind.
    #[test]
    fn port_is_read_as_c_reads_numbers() {
        for (text, port) in [
            ("65535", 65535),
            ("-1", 65535),
            ("70000", 4464),
            ("99999999999", 59391),
            ("1x", 1),
            (" 42346", 42346),
            ("+42346", 42346),
            ("042347", 42347),
            ("\t45000", 45000),
            ("-70000", 61072),
            ("99999999999999999999999999", 65535),
        ] {
            assert_eq!(Interface::parse_local(&format!("a:{text}")).map(|i| i.port), Ok(port));
        }
        for text in ["", "65536", "x", "!", "0x10", "00", "--1", "*x", "0 "] {
            let local = Interface::parse_local(&format!("a:{text}"));
            assert_eq!(local, Err(Errno::EINVAL), "{text:?}");
        }
        assert_eq!(Interface::parse_local("a"), Err(Errno::EINVAL));
        for text in ["a:0", "a:*", "a"] {
            assert_eq!(Interface::parse_peer(text), Err(Errno::EINVAL), "{text:?}");
        }
        let star = Interface::parse_peer("*:1").map(|i| i.host);
        assert_eq!(star, Ok(Host::Name("*".to_owned())));
    }
}
