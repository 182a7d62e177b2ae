//! Addresses as applications see them: in ZMQ_LAST_ENDPOINT, in monitor events and in a message's `Peer-Address`.
#![forbid(unsafe_code)]

use std::net::{IpAddr, SocketAddr};

use crate::sys::addr::{SockAddr, UnixName, interface_name};

/// The endpoint text of an address: `tcp://1.2.3.4:5`, `tcp://[::1]:5`, `ipc://path`, `ipc://@name`, and `ipc://` for an
/// end without a name.
pub fn endpoint(address: &SockAddr) -> String {
    if let Some(ip) = address.ip() {
        return match ip {
            SocketAddr::V4(_) => format!("tcp://{}:{}", host(&ip), ip.port()),
            SocketAddr::V6(_) => format!("tcp://[{}]:{}", host(&ip), ip.port()),
        };
    }
    match address.unix() {
        Some(UnixName::Path(path)) => format!("ipc://{}", String::from_utf8_lossy(&path)),
        Some(UnixName::Abstract(name)) => format!("ipc://@{}", String::from_utf8_lossy(&name)),
        Some(UnixName::Unnamed) => "ipc://".to_owned(),
        None => String::new(),
    }
}

/// The numeric address without its port; the zone is kept where it matters.
pub fn host(address: &SocketAddr) -> String {
    match address {
        SocketAddr::V4(v4) => v4.ip().to_string(),
        SocketAddr::V6(v6) if v6.scope_id() == 0 => v6.ip().to_string(),
        SocketAddr::V6(v6) => {
            let zone = interface_name(v6.scope_id()).unwrap_or_else(|| v6.scope_id().to_string());
            format!("{}%{zone}", IpAddr::from(*v6.ip()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::addr::interface_index;

    #[test]
    fn ip_texts() {
        let text = |address: &str| endpoint(&address.parse::<SocketAddr>().unwrap().into());
        assert_eq!(text("0.0.0.0:5"), "tcp://0.0.0.0:5");
        assert_eq!(text("[::]:5"), "tcp://[::]:5");
        assert_eq!(text("[::ffff:127.0.0.1]:5"), "tcp://[::ffff:127.0.0.1]:5");
        let lo = interface_index("lo").unwrap();
        assert_eq!(text(&format!("[fe80::1%{lo}]:5")), "tcp://[fe80::1%lo]:5");
        assert_eq!(text("[fe80::1%99999]:5"), "tcp://[fe80::1%99999]:5");
    }

    #[test]
    fn unix_texts() {
        let text = |name| endpoint(&SockAddr::from_unix(&name).unwrap());
        assert_eq!(text(UnixName::Path(b"/a b".to_vec())), "ipc:///a b");
        assert_eq!(text(UnixName::Abstract(b"x".to_vec())), "ipc://@x");
        assert_eq!(text(UnixName::Unnamed), "ipc://");
    }
}
