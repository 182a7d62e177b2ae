//! Socket addresses as the kernel has them, and names turned into addresses: interfaces, hosts.
//!
//! Only [`lookup`] with [`Names::Dns`] may block on the network.

use std::ffi::{CStr, CString};
use std::mem::{MaybeUninit, offset_of};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};

use super::call::last_errno;
use crate::errno::{Errno, Result};

/// Offset of the name in an AF_UNIX address; its end is given by the length alone.
const UNIX_NAME: usize = offset_of!(libc::sockaddr_un, sun_path);

/// Longest name of an AF_UNIX address in bytes: a terminating NUL for paths, a leading one for abstract names.
pub const UNIX_NAME_MAX: usize = size_of::<libc::sockaddr_un>() - UNIX_NAME - 1;

/// The name in an AF_UNIX address (unix(7)).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UnixName {
    /// Never bound, as most connecting ends.
    Unnamed,
    /// A file.
    Path(Vec<u8>),
    /// A name outside the file system, without its leading NUL.
    Abstract(Vec<u8>),
}

/// An address of any family.
#[derive(Clone, Copy)]
pub struct SockAddr {
    storage: libc::sockaddr_storage,
    len: libc::socklen_t,
}

impl SockAddr {
    /// Has `write` fill an address and its length, as accept(2) and getsockname(2) do.
    pub(super) fn fill(
        write: impl FnOnce(*mut libc::sockaddr, *mut libc::socklen_t) -> libc::c_int,
    ) -> Result<(libc::c_int, Self)> {
        // SAFETY: sockaddr_storage is plain integers; zero (AF_UNSPEC) is a valid value.
        let storage: libc::sockaddr_storage = unsafe { MaybeUninit::zeroed().assume_init() };
        let max = size_of::<libc::sockaddr_storage>() as libc::socklen_t;
        let mut address = Self { storage, len: max };
        let rc = write((&raw mut address.storage).cast(), &raw mut address.len);
        if rc < 0 {
            return Err(last_errno());
        }
        address.len = address.len.min(max);
        Ok((rc, address))
    }

    /// An address with the given bytes of a concrete sockaddr type.
    fn from_raw<T: Copy>(raw: &T, len: usize) -> Self {
        const { assert!(size_of::<T>() <= size_of::<libc::sockaddr_storage>()) };
        // SAFETY: as in `fill`.
        let mut storage: libc::sockaddr_storage = unsafe { MaybeUninit::zeroed().assume_init() };
        // SAFETY: T fits, by the assertion above, and both are live, distinct objects.
        unsafe {
            std::ptr::copy_nonoverlapping(
                std::ptr::from_ref(raw).cast::<u8>(),
                (&raw mut storage).cast::<u8>(),
                size_of::<T>(),
            );
        };
        Self { storage, len: len as libc::socklen_t }
    }

    /// An AF_UNIX address. Errors: ENAMETOOLONG above [`UNIX_NAME_MAX`].
    pub fn from_unix(name: &UnixName) -> Result<Self> {
        // SAFETY: sockaddr_un is plain integers; zero is a valid value.
        let mut raw: libc::sockaddr_un = unsafe { MaybeUninit::zeroed().assume_init() };
        raw.sun_family = libc::AF_UNIX as libc::sa_family_t;
        let (bytes, start) = match name {
            UnixName::Unnamed => (&[][..], 0),
            UnixName::Path(path) => (path.as_slice(), 0),
            UnixName::Abstract(name) => (name.as_slice(), 1),
        };
        if start + bytes.len() > UNIX_NAME_MAX {
            return Err(Errno::ENAMETOOLONG);
        }
        for (to, from) in raw.sun_path.iter_mut().skip(start).zip(bytes) {
            // c_char is signed on x86-64, and unsigned on arm64.
            *to = libc::c_char::from_ne_bytes([*from]);
        }
        let len = match name {
            UnixName::Unnamed => UNIX_NAME,
            UnixName::Path(path) => UNIX_NAME + path.len() + 1,
            UnixName::Abstract(name) => UNIX_NAME + 1 + name.len(),
        };
        Ok(Self::from_raw(&raw, len))
    }

    /// `AF_INET`, `AF_INET6`, `AF_UNIX`, ...
    pub fn family(&self) -> libc::c_int {
        libc::c_int::from(self.storage.ss_family)
    }

    /// Address, port and scope of an internet address.
    pub fn ip(&self) -> Option<SocketAddr> {
        match self.family() {
            libc::AF_INET => {
                // SAFETY: the storage is large and aligned enough for every address type, and initialised.
                let raw = unsafe { *(&raw const self.storage).cast::<libc::sockaddr_in>() };
                let ip = Ipv4Addr::from_bits(u32::from_be(raw.sin_addr.s_addr));
                Some(SocketAddrV4::new(ip, u16::from_be(raw.sin_port)).into())
            }
            libc::AF_INET6 => {
                // SAFETY: as above.
                let raw = unsafe { *(&raw const self.storage).cast::<libc::sockaddr_in6>() };
                let ip = Ipv6Addr::from(raw.sin6_addr.s6_addr);
                let port = u16::from_be(raw.sin6_port);
                Some(SocketAddrV6::new(ip, port, raw.sin6_flowinfo, raw.sin6_scope_id).into())
            }
            _ => None,
        }
    }

    /// The name of an AF_UNIX address.
    pub fn unix(&self) -> Option<UnixName> {
        if self.family() != libc::AF_UNIX {
            return None;
        }
        // SAFETY: the storage is larger than sockaddr_un, aligned, and initialised.
        let raw = unsafe { *(&raw const self.storage).cast::<libc::sockaddr_un>() };
        let len = (self.len as usize).saturating_sub(UNIX_NAME).min(raw.sun_path.len());
        let bytes = raw.sun_path.iter().take(len).flat_map(|c| c.to_ne_bytes());
        Some(match raw.sun_path.first() {
            Some(0) if len > 0 => UnixName::Abstract(bytes.skip(1).collect()),
            Some(_) if len > 0 => UnixName::Path(bytes.take_while(|b| *b != 0).collect()),
            Some(_) | None => UnixName::Unnamed,
        })
    }

    /// What bind(2) and connect(2) take; valid while `self` is.
    pub(super) fn as_raw(&self) -> (*const libc::sockaddr, libc::socklen_t) {
        ((&raw const self.storage).cast(), self.len)
    }
}

impl From<SocketAddr> for SockAddr {
    fn from(address: SocketAddr) -> Self {
        match address {
            SocketAddr::V4(v4) => {
                let raw = libc::sockaddr_in {
                    sin_family: libc::AF_INET as libc::sa_family_t,
                    sin_port: v4.port().to_be(),
                    sin_addr: libc::in_addr { s_addr: v4.ip().to_bits().to_be() },
                    sin_zero: [0; 8],
                };
                Self::from_raw(&raw, size_of_val(&raw))
            }
            SocketAddr::V6(v6) => {
                let raw = libc::sockaddr_in6 {
                    sin6_family: libc::AF_INET6 as libc::sa_family_t,
                    sin6_port: v6.port().to_be(),
                    sin6_flowinfo: v6.flowinfo(),
                    sin6_addr: libc::in6_addr { s6_addr: v6.ip().octets() },
                    sin6_scope_id: v6.scope_id(),
                };
                Self::from_raw(&raw, size_of_val(&raw))
            }
        }
    }
}

/// The index of a network interface.
pub fn interface_index(name: &str) -> Option<u32> {
    let name = CString::new(name).ok()?;
    // SAFETY: `name` is NUL-terminated and outlives the call.
    let index = unsafe { libc::if_nametoindex(name.as_ptr()) };
    (index != 0).then_some(index)
}

/// The name of a network interface.
pub fn interface_name(index: u32) -> Option<String> {
    let mut name = [0 as libc::c_char; libc::IF_NAMESIZE];
    // SAFETY: `name` has the IF_NAMESIZE bytes that the call may write.
    if unsafe { libc::if_indextoname(index, name.as_mut_ptr()) }.is_null() {
        return None;
    }
    // SAFETY: the call succeeded, so it wrote a NUL-terminated name.
    Some(unsafe { CStr::from_ptr(name.as_ptr()) }.to_string_lossy().into_owned())
}

/// The first address (port 0) of the interface `name` in the wanted family. Errors: of getifaddrs(3).
pub fn interface_address(name: &str, is_ipv6: bool) -> Result<Option<SocketAddr>> {
    let mut list = std::ptr::null_mut();
    // SAFETY: `list` outlives the call.
    if unsafe { libc::getifaddrs(&raw mut list) } < 0 {
        return Err(last_errno());
    }
    let (mut entry, mut found) = (list, None);
    while !entry.is_null() && found.is_none() {
        // SAFETY: a non-null entry of the list is valid until freeifaddrs.
        let item = unsafe { &*entry };
        // SAFETY: ifa_name is a NUL-terminated string of the list.
        let item_name = unsafe { CStr::from_ptr(item.ifa_name) };
        if item_name.to_bytes() == name.as_bytes() {
            // SAFETY: ifa_addr is null or a complete address of its family.
            found = unsafe { read_ip(item.ifa_addr) }.filter(|ip| ip.is_ipv6() == is_ipv6);
        }
        entry = item.ifa_next;
    }
    // SAFETY: the list came from getifaddrs and nothing borrowed from it is left.
    unsafe { libc::freeifaddrs(list) };
    Ok(found)
}

/// # Safety
/// `raw` is null or points to a complete socket address of the family that it says.
unsafe fn read_ip(raw: *const libc::sockaddr) -> Option<SocketAddr> {
    // SAFETY: by the contract above; null answers None.
    let family = libc::c_int::from(unsafe { raw.as_ref() }?.sa_family);
    let address = match family {
        libc::AF_INET => {
            // SAFETY: by the contract above, of this family.
            let v4 = unsafe { raw.cast::<libc::sockaddr_in>().read_unaligned() };
            SockAddr::from_raw(&v4, size_of_val(&v4))
        }
        libc::AF_INET6 => {
            // SAFETY: by the contract above, of this family.
            let v6 = unsafe { raw.cast::<libc::sockaddr_in6>().read_unaligned() };
            SockAddr::from_raw(&v6, size_of_val(&v6))
        }
        _ => return None,
    };
    address.ip()
}

/// How far [`lookup`] may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Names {
    /// Numeric addresses only; does not block.
    Numeric,
    /// Host names too; may block for many seconds.
    Dns,
}

/// The first address (port 0) of `host`; with `is_ipv6` an IPv6 one, IPv4 being mapped. `None`: no such host.
/// Errors: ENOMEM, and the system's own.
pub fn lookup(host: &str, is_ipv6: bool, names: Names) -> Result<Option<IpAddr>> {
    // The usual spelling needs neither memory nor the system.
    match (host.parse(), is_ipv6) {
        (Ok(IpAddr::V4(ip)), true) => return Ok(Some(ip.to_ipv6_mapped().into())),
        (Ok(ip @ IpAddr::V4(_)), false) | (Ok(ip @ IpAddr::V6(_)), true) => return Ok(Some(ip)),
        _ => {}
    }
    let Ok(host) = CString::new(host) else { return Ok(None) };
    // SAFETY: addrinfo is integers and pointers; zero is what hints have to be.
    let mut hints: libc::addrinfo = unsafe { MaybeUninit::zeroed().assume_init() };
    hints.ai_socktype = libc::SOCK_STREAM;
    hints.ai_family = if is_ipv6 { libc::AF_INET6 } else { libc::AF_INET };
    hints.ai_flags = if is_ipv6 { libc::AI_V4MAPPED } else { 0 };
    hints.ai_flags |= if names == Names::Numeric { libc::AI_NUMERICHOST } else { 0 };
    let mut list = std::ptr::null_mut();
    // SAFETY: `host` is NUL-terminated; hints and result outlive the call; a null service is allowed.
    let rc = unsafe {
        libc::getaddrinfo(host.as_ptr(), std::ptr::null(), &raw const hints, &raw mut list)
    };
    match rc {
        0 => {}
        libc::EAI_MEMORY => return Err(Errno::ENOMEM),
        libc::EAI_SYSTEM => return Err(last_errno()),
        _ => return Ok(None),
    }
    // SAFETY: on success the list is null or its first entry is valid until freeaddrinfo.
    let first = unsafe { list.as_ref() };
    // SAFETY: ai_addr is null or a complete address of its family.
    let found = first.and_then(|info| unsafe { read_ip(info.ai_addr) });
    // SAFETY: the list came from getaddrinfo and nothing borrowed from it is left.
    unsafe { libc::freeaddrinfo(list) };
    Ok(found.map(|address| address.ip()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ip_round_trip() {
        for text in ["1.2.3.4:5", "[::1]:65535", "[fe80::1%7]:80"] {
            let address: SocketAddr = text.parse().unwrap();
            assert_eq!(SockAddr::from(address).ip(), Some(address));
            assert_eq!(SockAddr::from(address).unix(), None);
        }
    }

    #[test]
    fn unix_round_trip_and_limit() {
        let names = [
            UnixName::Unnamed,
            UnixName::Path(b"/tmp/x".to_vec()),
            UnixName::Abstract(b"x\0y".to_vec()),
            UnixName::Path(vec![b'p'; UNIX_NAME_MAX]),
            UnixName::Abstract(vec![b'p'; UNIX_NAME_MAX - 1]),
        ];
        for name in names {
            let address = SockAddr::from_unix(&name).unwrap();
            assert_eq!(address.unix(), Some(name));
            assert_eq!(address.ip(), None);
        }
        let long = UnixName::Path(vec![b'p'; UNIX_NAME_MAX + 1]);
        assert_eq!(SockAddr::from_unix(&long).err(), Some(Errno::ENAMETOOLONG));
    }

    #[test]
    fn loopback_interface_is_found() {
        let index = interface_index("lo").unwrap();
        assert_eq!(interface_name(index).as_deref(), Some("lo"));
        assert_eq!(interface_index("no such"), None);
        let v4 = interface_address("lo", false).unwrap().unwrap();
        assert!(v4.ip().is_loopback() && v4.is_ipv4());
        assert_eq!(interface_address("no such", false), Ok(None));
    }

    #[test]
    fn numeric_lookup_takes_every_spelling() {
        let numeric = |host, is_ipv6| lookup(host, is_ipv6, Names::Numeric).unwrap();
        assert_eq!(numeric("127.1", false), Some([127, 0, 0, 1].into()));
        assert_eq!(numeric("0x7f.1", false), Some([127, 0, 0, 1].into()));
        assert_eq!(numeric("::1", false), None);
        assert_eq!(numeric("::1", true), Some(Ipv6Addr::LOCALHOST.into()));
        let mapped: IpAddr = "::ffff:127.0.0.1".parse().unwrap();
        assert_eq!(numeric("127.0.0.1", true), Some(mapped));
        assert_eq!(numeric("localhost", false), None);
        assert_eq!(numeric("a\0b", false), None);
    }
}
