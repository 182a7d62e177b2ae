//! The options of zmq_setsockopt(3) that become options of the system's socket.
//!
//! All but ZMQ_BINDTODEVICE are wishes: what the system refuses (a priority or a busy poll without CAP_NET_ADMIN, say) is left
//! as it was. A device that cannot be had is an error, because traffic would go where it must not.
#![forbid(unsafe_code)]

use std::os::fd::BorrowedFd;

use crate::errno::Result;
use crate::options::Options;
use crate::sys::net;

/// Before bind or connect, on any transport: buffer sizes count only then.
pub fn apply_buffers(fd: BorrowedFd<'_>, options: &Options) {
    for (option, size) in [(libc::SO_SNDBUF, options.sndbuf), (libc::SO_RCVBUF, options.rcvbuf)] {
        if size >= 0 {
            wish(net::set_option(fd, libc::SOL_SOCKET, option, size));
        }
    }
}

/// Before bind or connect over IP. Errors: of SO_BINDTODEVICE (ENODEV, EPERM).
pub fn apply_unconnected(fd: BorrowedFd<'_>, is_ipv6: bool, options: &Options) -> Result<()> {
    if is_ipv6 {
        wish(net::set_option(fd, libc::IPPROTO_IPV6, libc::IPV6_V6ONLY, 0));
    }
    if !options.bindtodevice.is_empty() {
        let device = &options.bindtodevice;
        net::set_bytes(fd, libc::SOL_SOCKET, libc::SO_BINDTODEVICE, device)?;
    }
    apply_buffers(fd, options);
    if options.tos != 0 {
        wish(net::set_option(fd, libc::IPPROTO_IP, libc::IP_TOS, options.tos));
        if is_ipv6 {
            wish(net::set_option(fd, libc::IPPROTO_IPV6, libc::IPV6_TCLASS, options.tos));
        }
    }
    if options.priority != 0 {
        wish(net::set_option(fd, libc::SOL_SOCKET, libc::SO_PRIORITY, options.priority));
    }
    if options.busy_poll != 0 {
        wish(net::set_option(fd, libc::SOL_SOCKET, libc::SO_BUSY_POLL, options.busy_poll));
    }
    Ok(())
}

/// What only a connection has; [`apply`](Self::apply)ed once it is up.
#[derive(Clone, Copy, Debug)]
pub struct ConnectedTuning {
    keepalive: i32,
    keepalive_cnt: i32,
    keepalive_idle_s: i32,
    keepalive_intvl_s: i32,
    maxrt_ms: i32,
}

impl ConnectedTuning {
    /// The part of the options that it needs.
    pub fn new(options: &Options) -> Self {
        Self {
            keepalive: options.tcp_keepalive,
            keepalive_cnt: options.tcp_keepalive_cnt,
            keepalive_idle_s: options.tcp_keepalive_idle,
            keepalive_intvl_s: options.tcp_keepalive_intvl,
            maxrt_ms: options.tcp_maxrt,
        }
    }

    /// Applies it to a tcp connection. Small messages leave at once, always.
    pub fn apply(&self, fd: BorrowedFd<'_>) {
        let tcp = |option, value| wish(net::set_option(fd, libc::IPPROTO_TCP, option, value));
        tcp(libc::TCP_NODELAY, 1);
        if self.keepalive >= 0 {
            let keepalive = self.keepalive;
            wish(net::set_option(fd, libc::SOL_SOCKET, libc::SO_KEEPALIVE, keepalive));
        }
        if self.keepalive > 0 {
            for (option, value) in [
                (libc::TCP_KEEPCNT, self.keepalive_cnt),
                (libc::TCP_KEEPIDLE, self.keepalive_idle_s),
                (libc::TCP_KEEPINTVL, self.keepalive_intvl_s),
            ] {
                if value > 0 {
                    tcp(option, value);
                }
            }
        }
        if self.maxrt_ms > 0 {
            tcp(libc::TCP_USER_TIMEOUT, self.maxrt_ms);
        }
    }
}

/// Drops the refusal of something that was only a wish.
fn wish(_: Result<()>) {}

#[cfg(test)]
mod tests {
    use std::os::fd::AsFd;

    use super::*;
    use crate::options::SocketType;
    use crate::sys::net::{option, socket};

    #[test]
    fn every_option_reaches_the_socket() {
        let options = Options {
            sndbuf: 10_000,
            rcvbuf: 20_000,
            tos: 0x28,
            priority: 5,
            tcp_keepalive: 1,
            tcp_keepalive_cnt: 3,
            tcp_keepalive_idle: 44,
            tcp_keepalive_intvl: 55,
            tcp_maxrt: 7000,
            ..Options::new(SocketType::Dealer, false, true)
        };
        let socket = socket(libc::AF_INET, libc::SOCK_STREAM).unwrap();
        apply_unconnected(socket.as_fd(), false, &options).unwrap();
        ConnectedTuning::new(&options).apply(socket.as_fd());
        let get = |level, name| option(socket.as_fd(), level, name).unwrap();
        // Linux doubles buffer sizes for its own bookkeeping.
        assert_eq!(get(libc::SOL_SOCKET, libc::SO_SNDBUF), 20_000);
        assert_eq!(get(libc::SOL_SOCKET, libc::SO_RCVBUF), 40_000);
        assert_eq!(get(libc::IPPROTO_IP, libc::IP_TOS), 0x28);
        assert_eq!(get(libc::SOL_SOCKET, libc::SO_PRIORITY), 5);
        assert_eq!(get(libc::SOL_SOCKET, libc::SO_KEEPALIVE), 1);
        assert_eq!(get(libc::IPPROTO_TCP, libc::TCP_KEEPCNT), 3);
        assert_eq!(get(libc::IPPROTO_TCP, libc::TCP_KEEPIDLE), 44);
        assert_eq!(get(libc::IPPROTO_TCP, libc::TCP_KEEPINTVL), 55);
        assert_eq!(get(libc::IPPROTO_TCP, libc::TCP_USER_TIMEOUT), 7000);
        assert_eq!(get(libc::IPPROTO_TCP, libc::TCP_NODELAY), 1);
    }

    #[test]
    fn a_device_that_is_not_there_is_an_error() {
        let options = Options {
            bindtodevice: b"nosuchdevice".to_vec(),
            ..Options::new(SocketType::Dealer, false, true)
        };
        let socket = socket(libc::AF_INET, libc::SOCK_STREAM).unwrap();
        assert!(apply_unconnected(socket.as_fd(), false, &options).is_err());
    }
}
