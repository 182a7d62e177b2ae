//! Networks in CIDR notation that `ZMQ_TCP_ACCEPT_FILTER` lets in (zmq_setsockopt(3)).
#![forbid(unsafe_code)]

use std::net::IpAddr;

use crate::errno::{Errno, Result};
use crate::sys::addr::{Names, lookup};

/// An address and the number of its leading bits that a peer's address must share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TcpAcceptFilter {
    network: IpAddr,
    prefix_len: u32,
}

impl TcpAcceptFilter {
    /// Parses `address[/bits]` up to a NUL. Names are not looked up; IPv6 only with `ipv6`, where
    /// a zone is ignored and 96 bits and more of an IPv4 address count as those of its IPv6 form.
    /// Else EINVAL.
    pub fn parse(text: &[u8], ipv6: bool) -> Result<Self> {
        let text = text.split(|byte| *byte == 0).next().unwrap_or_default();
        let text = str::from_utf8(text).map_err(|_| Errno::EINVAL)?;
        let (address, bits) = match text.rsplit_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (text, None),
        };
        let network = parse_address(address, ipv6).ok_or(Errno::EINVAL)?;
        let bits = bits.map(parse_bits).transpose()?;
        let width = if network.is_ipv4() { 32 } else { 128 };
        let prefix_len = match bits {
            None => width,
            Some(bits) if bits <= width => bits,
            Some(bits) if ipv6 && (96..=128).contains(&bits) => bits - 96,
            Some(_) => return Err(Errno::EINVAL),
        };
        Ok(Self { network, prefix_len })
    }

    /// Whether a peer at `address` may connect. A mapped IPv4 address counts as IPv4.
    pub fn has(&self, address: IpAddr) -> bool {
        match (self.network, address.to_canonical()) {
            (IpAddr::V4(network), IpAddr::V4(peer)) => {
                let differing = network.to_bits() ^ peer.to_bits();
                differing.leading_zeros() >= self.prefix_len
            }
            (IpAddr::V6(network), IpAddr::V6(peer)) => {
                let differing = network.to_bits() ^ peer.to_bits();
                differing.leading_zeros() >= self.prefix_len
            }
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
        }
    }
}

fn parse_address(text: &str, ipv6: bool) -> Option<IpAddr> {
    let inner = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let address = inner.split_once('%').map_or(inner, |(address, _zone)| address);
    match address.parse::<IpAddr>() {
        Ok(address) => (ipv6 || address.is_ipv4()).then_some(address),
        Err(_) => short_form(address),
    }
}

/// A number as C programs have always got it: blanks before it and anything behind it, but for a 0.
fn parse_bits(text: &str) -> Result<u32> {
    let number = text.trim_ascii_start();
    let number = number.strip_prefix('+').unwrap_or(number);
    let len = number.bytes().take_while(u8::is_ascii_digit).count();
    let bits = number.get(..len).and_then(|digits| digits.parse().ok()).ok_or(Errno::EINVAL)?;
    if bits == 0 && text != "0" { Err(Errno::EINVAL) } else { Ok(bits) }
}

/// IPv4 with fewer numbers than four, or in octal or hexadecimal (inet_aton(3)).
fn short_form(text: &str) -> Option<IpAddr> {
    lookup(text, false, Names::Numeric).ok().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has(filter: &str, address: &str) -> bool {
        let filter = TcpAcceptFilter::parse(filter.as_bytes(), true).unwrap();
        filter.has(address.parse().unwrap())
    }

    #[test]
    fn the_prefix_decides() {
        assert!(has("127.0.0.1/8", "127.9.9.9"));
        assert!(!has("127.0.0.1/8", "128.0.0.1"));
        assert!(has("10.0.0.1", "10.0.0.1"));
        assert!(!has("10.0.0.1", "10.0.0.2"));
        assert!(has("10.0.0.1/0", "1.2.3.4"));
        assert!(has("fe80::/10", "fe80::1"));
        assert!(!has("fe80::/10", "::1"));
    }

    #[test]
    fn a_mapped_address_is_ipv4() {
        assert!(has("127.0.0.0/8", "::ffff:127.0.0.1"));
        assert!(!has("::/0", "127.0.0.1"));
    }

    #[test]
    fn odd_spellings_are_understood() {
        assert!(has("127.0.0.1/8\0", "127.9.9.9"));
        assert!(has("[::1]/64", "::2"));
        assert!(has("fe80::1%lo/10", "fe80::2"));
        assert!(has("127.0.0.1/104", "127.9.9.9"));
        assert!(!has("127.0.0.1/128", "127.9.9.9"));
        assert!(has("127/8", "0.9.9.9") && has("127.1", "127.0.0.1"));
        assert!(has("127.0.0.1%lo/ 8x", "127.9.9.9"));
        assert!(has("0x7f000001/8", "127.9.9.9"));
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for text in [
            "",
            "foo",
            "localhost",
            "127.0.0.1/33",
            "::/129",
            "127.0.0.1/x",
            "1.2.3.4/",
            "1.2.3.4/0x",
            "/8",
        ] {
            assert_eq!(TcpAcceptFilter::parse(text.as_bytes(), true), Err(Errno::EINVAL), "{text}");
        }
        assert_eq!(TcpAcceptFilter::parse(b"::1", false), Err(Errno::EINVAL));
    }
}
