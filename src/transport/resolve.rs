//! Names to addresses, by the rules of zmq_tcp(7): an end that is bound is a numeric address or an interface, never looked up
//! in the DNS; a peer is a numeric address or a host, never an interface. The first address counts.
//!
//! With ZMQ_IPV6 every address is IPv6, IPv4 being mapped, unless the system has no IPv6.
#![forbid(unsafe_code)]

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6};

use crate::endpoint::{Host, Interface, IpcPath, TcpEndpoint, parse_number};
use crate::errno::{Errno, Result};
use crate::options::Options;
use crate::sys::addr::{Names, SockAddr, UnixName, interface_address, interface_index, lookup};
use crate::sys::answer::Answer;
use crate::sys::net;

/// Both ends of a tcp connection to be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TcpTarget {
    /// Where to.
    pub peer: SocketAddr,
    /// Where from, if it matters.
    pub source: Option<SocketAddr>,
}

/// What [`super::Connecting::start`] connects to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PeerAddress {
    /// A resolved tcp address.
    Tcp(TcpTarget),
    /// An ipc name; a wildcard means a file of that name here.
    Ipc(IpcPath),
}

/// Resolves the peer of a tcp endpoint, in the DNS if need be: may block for long. Errors: EINVAL if there is no such
/// peer or source; they may exist later.
pub fn resolve(endpoint: &TcpEndpoint, options: &Options) -> Result<TcpTarget> {
    match resolve_numeric(endpoint, options) {
        Some(target) => target,
        None => resolve_peer(endpoint, options, Names::Dns)?.ok_or(Errno::EINVAL),
    }
}

/// As [`resolve`], but never blocks: `None` if the DNS has to be asked.
pub fn resolve_numeric(endpoint: &TcpEndpoint, options: &Options) -> Option<Result<TcpTarget>> {
    resolve_peer(endpoint, options, Names::Numeric).transpose()
}

/// Source and peer; `None` if there is no such host.
fn resolve_peer(
    endpoint: &TcpEndpoint,
    options: &Options,
    names: Names,
) -> Result<Option<TcpTarget>> {
    let is_ipv6 = is_ipv6(options);
    let peer = Interface::parse_peer(endpoint.target())?;
    let scope_id = scope_id(&peer)?;
    let source = endpoint.source().map(|source| resolve_local(source, options)).transpose()?;
    let Host::Name(host) = &peer.host else { return Err(Errno::EINVAL) };
    let ip = lookup(host, is_ipv6, names)?;
    Ok(ip.map(|ip| TcpTarget { peer: socket_address(ip, peer.port, scope_id), source }))
}

/// The address of an end to be bound (`host:port`). Errors: EINVAL for a malformed one, ENODEV if there is no such
/// interface.
pub fn resolve_local(text: &str, options: &Options) -> Result<SocketAddr> {
    let local = Interface::parse_local(text)?;
    let scope_id = scope_id(&local)?;
    let is_ipv6 = is_ipv6(options);
    let ip = match &local.host {
        Host::Any if is_ipv6 => Ipv6Addr::UNSPECIFIED.into(),
        Host::Any => Ipv4Addr::UNSPECIFIED.into(),
        Host::Name(name) => {
            if let Some(mut address) = interface_address(name, is_ipv6)? {
                address.set_port(local.port);
                return Ok(address);
            }
            lookup(name, is_ipv6, Names::Numeric)?.ok_or(Errno::ENODEV)?
        }
    };
    Ok(socket_address(ip, local.port, scope_id))
}

/// The interface's number; 0 without a zone. Errors: EINVAL if the zone is neither a name nor a number.
fn scope_id(interface: &Interface) -> Result<u32> {
    let Some(zone) = &interface.zone else { return Ok(0) };
    if let Some(index) = interface_index(zone) {
        return Ok(index);
    }
    match parse_number(zone).cast_unsigned() & u64::from(u32::MAX) {
        0 => Err(Errno::EINVAL),
        index => u32::try_from(index).map_err(|_| Errno::EINVAL),
    }
}

fn socket_address(ip: IpAddr, port: u16, scope_id: u32) -> SocketAddr {
    match ip {
        IpAddr::V4(_) => SocketAddr::new(ip, port),
        IpAddr::V6(ip) => SocketAddrV6::new(ip, port, 0, scope_id).into(),
    }
}

/// Whether to use IPv6: asked for, and there.
fn is_ipv6(options: &Options) -> bool {
    static HAS_IPV6: Answer = Answer::new();
    options.ipv6
        && HAS_IPV6.is(|| {
            let probe = net::socket(libc::AF_INET6, libc::SOCK_STREAM);
            probe.err() != Some(Errno::EAFNOSUPPORT)
        })
}

/// The system's form of an ipc name. Errors: ENAMETOOLONG.
pub(super) fn unix_address(path: &IpcPath) -> Result<SockAddr> {
    SockAddr::from_unix(&match path {
        IpcPath::Path(path) => UnixName::Path(path.clone().into_bytes()),
        IpcPath::Abstract(name) => UnixName::Abstract(name.clone().into_bytes()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::SocketType;

    fn options(ipv6: bool) -> Options {
        Options::new(SocketType::Dealer, ipv6, true)
    }

    fn local(text: &str, ipv6: bool) -> Result<String> {
        resolve_local(text, &options(ipv6)).map(|address| address.to_string())
    }

    /// Seen with the original library, zmq_bind.
    #[test]
    fn local_ends() {
        for (text, v4, v6) in [
            ("*:5", Ok("0.0.0.0:5"), Ok("[::]:5")),
            ("[*]:5", Ok("0.0.0.0:5"), Ok("[::]:5")),
            ("lo:5", Ok("127.0.0.1:5"), Ok("[::1]:5")),
            ("[lo]:5", Ok("127.0.0.1:5"), Ok("[::1]:5")),
            ("127.0.0.1:*", Ok("127.0.0.1:0"), Ok("[::ffff:127.0.0.1]:0")),
            ("[127.0.0.1]:5", Ok("127.0.0.1:5"), Ok("[::ffff:127.0.0.1]:5")),
            ("127.1:5", Ok("127.0.0.1:5"), Ok("[::ffff:127.0.0.1]:5")),
            ("0:5", Ok("0.0.0.0:5"), Ok("[::ffff:0.0.0.0]:5")),
            ("[::1]:5", Err(Errno::ENODEV), Ok("[::1]:5")),
            ("::1:5", Err(Errno::ENODEV), Ok("[::1]:5")),
            ("[::]:5", Err(Errno::ENODEV), Ok("[::]:5")),
            ("[fe80::1%77]:5", Err(Errno::ENODEV), Ok("[fe80::1%77]:5")),
            ("127.0.0.1%lo:5", Ok("127.0.0.1:5"), Ok("[::ffff:127.0.0.1%1]:5")),
            ("[::1%nosuch]:5", Err(Errno::EINVAL), Err(Errno::EINVAL)),
            ("[::1%0]:5", Err(Errno::EINVAL), Err(Errno::EINVAL)),
            ("[::1%]:5", Err(Errno::EINVAL), Err(Errno::EINVAL)),
            ("localhost:5", Err(Errno::ENODEV), Err(Errno::ENODEV)),
            ("no such:5", Err(Errno::ENODEV), Err(Errno::ENODEV)),
            (":5", Err(Errno::ENODEV), Err(Errno::ENODEV)),
            ("[]:5", Err(Errno::ENODEV), Err(Errno::ENODEV)),
            ("[::1", Err(Errno::ENODEV), Err(Errno::ENODEV)),
            ("256.0.0.1:5", Err(Errno::ENODEV), Err(Errno::ENODEV)),
            ("localhost:x", Err(Errno::EINVAL), Err(Errno::EINVAL)),
            ("lo", Err(Errno::EINVAL), Err(Errno::EINVAL)),
        ] {
            assert_eq!(local(text, false), v4.map(str::to_owned), "{text:?}");
            if std::net::TcpListener::bind("[::1]:0").is_err() {
                continue;
            }
            assert_eq!(local(text, true), v6.map(str::to_owned), "{text:?} with IPv6");
        }
    }

    #[test]
    fn numeric_peers_need_no_dns() {
        let numeric = |text| resolve_numeric(&TcpEndpoint::new(text), &options(false));
        let peer: SocketAddr = "127.0.0.1:5".parse().unwrap();
        assert_eq!(numeric("127.0.0.1:5"), Some(Ok(TcpTarget { peer, source: None })));
        let source = Some("127.0.0.1:6".parse().unwrap());
        assert_eq!(numeric("lo:6;127.0.0.1:5"), Some(Ok(TcpTarget { peer, source })));
        assert_eq!(numeric("localhost:5"), None);
        assert_eq!(numeric("lo:5"), None);
        assert_eq!(numeric("127.0.0.1:0"), Some(Err(Errno::EINVAL)));
        assert_eq!(numeric("nosuch:0;localhost:5"), Some(Err(Errno::ENODEV)));
    }

    #[test]
    fn hosts_are_looked_up() {
        let resolved = resolve(&TcpEndpoint::new("localhost:5"), &options(false)).unwrap();
        assert_eq!(resolved.peer, "127.0.0.1:5".parse().unwrap());
        let failed = resolve(&TcpEndpoint::new("a b:5"), &options(false));
        assert_eq!(failed, Err(Errno::EINVAL));
    }
}
