//! Networks in CIDR notation that `ZMQ_TCP_ACCEPT_FILTER` lets in (zmq_setsockopt(3)).
#![forbid(unsafe_code)]

use std::net::IpAddr;

use crate::errno::{Errno, Result};
use crate::sys::addr::{Names, lookup};

/// The bits of an IPv6 address that an IPv4 address is mapped to come first.
const MAPPED_BITS: u32 = 96;

/// An address, in its IPv6 form, and the number of its leading bits that a peer's address must share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TcpAcceptFilter {
    network: u128,
    prefix_len: u32,
}

impl TcpAcceptFilter {
    /// Parses `address[/bits]` up to a NUL. Names are not looked up; IPv6 only with `ipv6`, where a zone is
    /// ignored. With `ipv6` the bits of an IPv4 address may be those of its IPv6 form: 33 to 128 are, as with the
    /// original library; 1 to 32 are not, as they would let in every IPv4 peer. Else EINVAL.
    pub fn parse(text: &[u8], ipv6: bool) -> Result<Self> {
        let text = text.split(|byte| *byte == 0).next().unwrap_or_default();
        let text = str::from_utf8(text).map_err(|_| Errno::EINVAL)?;
        let (address, bits) = match text.rsplit_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (text, None),
        };
        let network = parse_address(address, ipv6).ok_or(Errno::EINVAL)?;
        let bits = bits.map(parse_bits).transpose()?;
        let prefix_len = match bits {
            None => 128,
            Some(bits) if network.is_ipv6() && bits <= 128 => bits,
            Some(0) if ipv6 => 0,
            Some(bits) if network.is_ipv4() && bits <= 32 => MAPPED_BITS + bits,
            Some(bits) if ipv6 && bits <= 128 => bits,
            Some(_) => return Err(Errno::EINVAL),
        };
        Ok(Self { network: bits_of(network), prefix_len })
    }

    /// Whether a peer at `address` may connect.
    pub fn has(&self, address: IpAddr) -> bool {
        (self.network ^ bits_of(address)).leading_zeros() >= self.prefix_len
    }
}

fn bits_of(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().to_bits(),
        IpAddr::V6(v6) => v6.to_bits(),
    }
}

fn parse_address(text: &str, ipv6: bool) -> Option<IpAddr> {
    let inner = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let address = inner.split_once('%').map_or(inner, |(address, _zone)| address);
    match address.parse::<IpAddr>() {
        Ok(address) if ipv6 => Some(address),
        Ok(address) => Some(address.to_canonical()).filter(IpAddr::is_ipv4),
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
        assert!(has("10.0.0.1/0", "1.2.3.4") && has("10.0.0.1/0", "::1"));
        assert!(has("fe80::/10", "fe80::1"));
        assert!(!has("fe80::/10", "::1"));
    }

    #[test]
    fn a_mapped_address_is_ipv4() {
        assert!(has("127.0.0.0/8", "::ffff:127.0.0.1"));
        assert!(has("::ffff:127.0.0.1", "127.0.0.1") && !has("::ffff:127.0.0.1", "127.0.0.2"));
        assert!(has("::/0", "127.0.0.1") && !has("::/96", "127.0.0.1"));
        let mapped = TcpAcceptFilter::parse(b"::ffff:127.0.0.1/8", false).unwrap();
        assert!(mapped.has("127.9.9.9".parse().unwrap()));
        assert!(!mapped.has("126.9.9.9".parse().unwrap()));
    }

    #[test]
    fn bits_that_ipv4_does_not_have_are_those_of_the_ipv6_form() {
        assert!(has("127.0.0.1/33", "10.0.0.1") && has("127.0.0.1/80", "::1"));
        assert!(has("127.0.0.1/96", "10.0.0.1") && !has("127.0.0.1/95", "::1"));
        assert!(!has("10.0.0.1/32", "127.0.0.1") && !has("10.0.0.1/1", "::1"));
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
            "127.0.0.1/129",
            "::/129",
            "127.0.0.1/x",
            "1.2.3.4/",
            "1.2.3.4/0x",
            "/8",
        ] {
            assert_eq!(TcpAcceptFilter::parse(text.as_bytes(), true), Err(Errno::EINVAL), "{text}");
        }
        for text in ["::1", "127.0.0.1/33", "::ffff:127.0.0.1/33"] {
            let parsed = TcpAcceptFilter::parse(text.as_bytes(), false);
            assert_eq!(parsed, Err(Errno::EINVAL), "{text}");
        }
    }
}
