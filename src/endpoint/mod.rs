//! Endpoints: the `transport://address` texts given to zmq_bind(3) and zmq_connect(3), as values.
//!
//! Parsing does no I/O: whether a host, interface or directory exists is found out in `transport`. What an address may look
//! like differs between binding (checked when resolved) and connecting ([`Endpoint::check_connect`]).
#![forbid(unsafe_code)]

mod ipc;
mod tcp;

use std::fmt;

pub use ipc::{IPC_NAME_MAX, IpcPath};
pub use tcp::{Host, Interface, TcpEndpoint, parse_number};

use crate::errno::{Errno, Result};

/// A parsed endpoint; `Display` gives back the text it came from.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Endpoint {
    /// zmq_inproc(7): the name after `inproc://`, any bytes.
    Inproc(Vec<u8>),
    /// zmq_ipc(7).
    Ipc(IpcPath),
    /// zmq_tcp(7).
    Tcp(TcpEndpoint),
    /// zmq_udp(7): the address after `udp://`, unparsed. Only RADIO, DISH and DGRAM may use it.
    Udp(String),
}

impl Endpoint {
    /// Parses an endpoint. EINVAL: no `://`, an empty transport or address, `ipc://@`; EPROTONOSUPPORT: a transport
    /// that is not known or not built; ENAMETOOLONG: an ipc name above [`IPC_NAME_MAX`].
    ///
    /// A tcp or udp address with bytes that are no text names nothing that there could be.
    pub fn parse(text: impl AsRef<[u8]>) -> Result<Self> {
        let (transport, address) = split(text.as_ref()).ok_or(Errno::EINVAL)?;
        if transport.is_empty() || address.is_empty() {
            return Err(Errno::EINVAL);
        }
        match transport {
            b"inproc" => Ok(Self::Inproc(address.to_owned())),
            b"ipc" => IpcPath::parse(address).map(Self::Ipc),
            b"tcp" => Ok(Self::Tcp(TcpEndpoint::new(&String::from_utf8_lossy(address)))),
            b"udp" => Ok(Self::Udp(String::from_utf8_lossy(address).into_owned())),
            _ => Err(Errno::EPROTONOSUPPORT),
        }
    }

    /// What zmq_connect checks before it returns: the syntax of a tcp address. Everything else is found out later and
    /// retried. Errors: EINVAL.
    pub fn check_connect(&self) -> Result<()> {
        match self {
            Self::Tcp(tcp) => tcp.check_connect(),
            Self::Inproc(_) | Self::Ipc(_) | Self::Udp(_) => Ok(()),
        }
    }

    /// The transport's name: `tcp`, ...
    pub fn transport(&self) -> &'static str {
        match self {
            Self::Inproc(_) => "inproc",
            Self::Ipc(_) => "ipc",
            Self::Tcp(_) => "tcp",
            Self::Udp(_) => "udp",
        }
    }
}

/// Transport and address.
fn split(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = text.windows(3).position(|window| window == b"://")?;
    Some((text.get(..at)?, text.get(at + 3..)?))
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://", self.transport())?;
        match self {
            Self::Inproc(name) => f.write_str(&String::from_utf8_lossy(name)),
            Self::Udp(address) => f.write_str(address),
            Self::Ipc(path) => path.fmt(f),
            Self::Tcp(tcp) => tcp.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_kept() {
        for text in [
            "inproc://a",
            "inproc://a://b",
            "inproc://a b",
            "ipc:///tmp/a",
            "ipc://a://b",
            "ipc://@abstract",
            "ipc://*",
            "ipc:// ",
            "tcp://*:5555",
            "tcp://eth0:0;[::1]:5",
            "tcp:///",
            "udp://239.0.0.1:5",
        ] {
            assert_eq!(Endpoint::parse(text).map(|e| e.to_string()), Ok(text.to_owned()));
        }
    }

    #[test]
    fn malformed_is_einval_and_foreign_is_eprotonosupport() {
        let malformed = [
            "",
            "tcp",
            "tcp:",
            "tcp:/",
            "tcp://",
            "://x",
            "foo://",
            "ipc://",
            "ipc://@",
            "udp://",
            "inproc",
            "inproc:a",
            "inproc://",
        ];
        for text in malformed {
            assert_eq!(Endpoint::parse(text), Err(Errno::EINVAL), "{text:?}");
        }
        for text in
            ["foo://x", "TCP://127.0.0.1:*", " tcp://127.0.0.1:*", "wss://x:1", "vmci://1:2"]
        {
            assert_eq!(Endpoint::parse(text), Err(Errno::EPROTONOSUPPORT), "{text:?}");
        }
    }

    #[test]
    fn only_tcp_is_checked_before_connecting() {
        for text in ["inproc://a b", "ipc://*", "ipc://a b", "ipc:///no/such", "tcp://a:1"] {
            assert_eq!(Endpoint::parse(text).unwrap().check_connect(), Ok(()), "{text:?}");
        }
        let spaces = Endpoint::parse("tcp://in val id:1234").unwrap();
        assert_eq!(spaces.check_connect(), Err(Errno::EINVAL));
    }
}
