//! What a libzmq with draft options (the development version after 4.3.5) answered when every
//! option was set to every one of some values, and read into buffers of some sizes, on a fresh
//! socket of every type.
//!
//! A stable 4.3.4 answers the same on its types, but does not know `ZMQ_ROUTER_NOTIFY`,
//! `ZMQ_IN_BATCH_SIZE`, `ZMQ_OUT_BATCH_SIZE` and 110 to 116.
//!
//! Options of mechanisms and transports that this library has no code for yet are left out, and two in
//! which it departs on purpose: `ZMQ_BUSY_POLL` can be read, and `ZMQ_XSUB_VERBOSE_UNSUBSCRIBE` is an
//! int of 4 bytes.
#![forbid(unsafe_code)]

use super::*;
use crate::errno::Errno;
use crate::sys::gssapi;

const fn int(value: i32) -> [u8; 4] {
    value.to_ne_bytes()
}

const fn long(value: i64) -> [u8; 8] {
    value.to_ne_bytes()
}

/// The values; `None` is a NULL pointer.
#[rustfmt::skip]
const VALUES: &[Option<&[u8]>] = &[
    None, Some(b""), Some(&int(0)), Some(&int(1)), Some(&int(2)), Some(&int(3)), Some(&int(4)),
    Some(&int(-1)), Some(&int(-2)), Some(&int(255)), Some(&int(6553599)), Some(&int(6553600)),
    Some(&int(2147483647)), Some(&int(-2147483648)), Some(&long(0)), Some(&long(-1)),
    Some(&long(-2)), Some(b"a"), Some(b"abc"), Some(b"X-a:bcd"), Some(b"abc:def"),
    Some(b"127.0.0.1/8"), Some(&[b'a'; 15]), Some(&[b'a'; 16]), Some(&[b'a'; 32]),
    Some(&[b'a'; 255]), Some(&[b'a'; 256]),
];

/// The sizes of the buffers.
const SIZES: &[usize] = &[0, 1, 2, 3, 4, 5, 8, 9, 32, 33, 41, 255, 256];

/// Every socket type.
const ALL: u32 = 0x1f_ffff;

/// An option, socket types by their number's bit, the values that these types took by their index
/// in [`VALUES`], and the buffers that could be read into by their index in [`SIZES`]. What has no
/// line was EINVAL.
#[rustfmt::skip]
const SEEN: &[(i32, u32, u32, u32)] = &[
    (ZMQ_AFFINITY, ALL, 0x001c000, 0x0040),
    (ZMQ_ROUTING_ID, ALL, 0x3fffffc, 0x1fff),
    (ZMQ_SUBSCRIBE, 0x000004, 0x7ffffff, 0x0000),
    (ZMQ_UNSUBSCRIBE, 0x000004, 0x7ffffff, 0x0000),
    (ZMQ_RATE, ALL, 0x0001e78, 0x0010),
    (ZMQ_RECOVERY_IVL, ALL, 0x0001e7c, 0x0010),
    (ZMQ_SNDBUF, ALL, 0x0001efc, 0x0010),
    (ZMQ_RCVBUF, ALL, 0x0001efc, 0x0010),
    (ZMQ_RCVMORE, ALL, 0x0000000, 0x1ff0),
    (ZMQ_FD, 0x040fff, 0x0000000, 0x1ff0),
    (ZMQ_EVENTS, ALL, 0x0000000, 0x1ff0),
    (ZMQ_TYPE, ALL, 0x0000000, 0x0010),
    (ZMQ_LINGER, ALL, 0x0001efc, 0x0010),
    (ZMQ_RECONNECT_IVL, ALL, 0x0001efc, 0x0010),
    (ZMQ_BACKLOG, ALL, 0x0001e7c, 0x0010),
    (ZMQ_RECONNECT_IVL_MAX, ALL, 0x0001e7c, 0x0010),
    (ZMQ_MAXMSGSIZE, ALL, 0x001c000, 0x0040),
    (ZMQ_SNDHWM, ALL, 0x0001e7c, 0x0010),
    (ZMQ_RCVHWM, ALL, 0x0001e7c, 0x0010),
    (ZMQ_MULTICAST_HOPS, ALL, 0x0001e78, 0x0010),
    (ZMQ_RCVTIMEO, ALL, 0x0001efc, 0x0010),
    (ZMQ_SNDTIMEO, ALL, 0x0001efc, 0x0010),
    (ZMQ_IPV4ONLY, ALL, 0x000000c, 0x0010),
    (ZMQ_LAST_ENDPOINT, ALL, 0x0000000, 0x1ffe),
    (ZMQ_ROUTER_MANDATORY, 0x000050, 0x0001e7c, 0x0000),
    (ZMQ_TCP_KEEPALIVE, ALL, 0x000008c, 0x0010),
    (ZMQ_TCP_KEEPALIVE_CNT, ALL, 0x0001efc, 0x0010),
    (ZMQ_TCP_KEEPALIVE_IDLE, ALL, 0x0001efc, 0x0010),
    (ZMQ_TCP_KEEPALIVE_INTVL, ALL, 0x0001efc, 0x0010),
    (ZMQ_TCP_ACCEPT_FILTER, ALL, 0x0200001, 0x0000),
    (ZMQ_IMMEDIATE, ALL, 0x000000c, 0x0010),
    (ZMQ_XPUB_VERBOSE, 0x000202, 0x0001e7c, 0x0000),
    (ZMQ_ROUTER_RAW, 0x000050, 0x0001e7c, 0x0000),
    (ZMQ_IPV6, ALL, 0x000000c, 0x0010),
    (ZMQ_MECHANISM, ALL, 0x0000000, 0x0010),
    (ZMQ_PLAIN_SERVER, ALL, 0x000000c, 0x0010),
    (ZMQ_PLAIN_USERNAME, ALL, 0x3fffffd, 0x1ffe),
    (ZMQ_PLAIN_PASSWORD, ALL, 0x3fffffd, 0x1ffe),
    (ZMQ_CURVE_SERVER, ALL, 0x000000c, 0x0010),
    (ZMQ_CURVE_PUBLICKEY, ALL, 0x1000000, 0x0500),
    (ZMQ_CURVE_SECRETKEY, ALL, 0x1000000, 0x0500),
    (ZMQ_CURVE_SERVERKEY, ALL, 0x1000000, 0x0500),
    (ZMQ_PROBE_ROUTER, 0x000078, 0x0001e7c, 0x0000),
    (ZMQ_REQ_CORRELATE, 0x000008, 0x0001e7c, 0x0000),
    (ZMQ_REQ_RELAXED, 0x000008, 0x0001e7c, 0x0000),
    (ZMQ_CONFLATE, ALL, 0x000000c, 0x0010),
    (ZMQ_ZAP_DOMAIN, ALL, 0x3fffffc, 0x1ffe),
    (ZMQ_ROUTER_HANDOVER, 0x000050, 0x0001e7c, 0x0000),
    (ZMQ_TOS, ALL, 0x0001e7c, 0x0010),
    (ZMQ_IPC_FILTER_PID, ALL, 0x0003ffd, 0x0000),
    (ZMQ_IPC_FILTER_UID, ALL, 0x0003ffd, 0x0000),
    (ZMQ_IPC_FILTER_GID, ALL, 0x0003ffd, 0x0000),
    (ZMQ_CONNECT_ROUTING_ID, 0x000850, 0x7fffffc, 0x0000),
    (ZMQ_HANDSHAKE_IVL, ALL, 0x0001e7c, 0x0010),
    (ZMQ_SOCKS_PROXY, ALL, 0x7fffffd, 0x1ffe),
    (ZMQ_XPUB_NODROP, 0x004202, 0x0001e7c, 0x0000),
    (ZMQ_XPUB_MANUAL, 0x000202, 0x0001e7c, 0x0000),
    (ZMQ_XPUB_WELCOME_MSG, 0x000202, 0x7ffffff, 0x0000),
    (ZMQ_STREAM_NOTIFY, 0x000800, 0x000000c, 0x0000),
    (ZMQ_INVERT_MATCHING, ALL, 0x0003ffc, 0x0010),
    (ZMQ_HEARTBEAT_IVL, ALL, 0x0001e7c, 0x0010),
    (ZMQ_HEARTBEAT_TTL, ALL, 0x00007fc, 0x0010),
    (ZMQ_HEARTBEAT_TIMEOUT, ALL, 0x0001e7c, 0x0010),
    (ZMQ_XPUB_VERBOSER, 0x000202, 0x0001e7c, 0x0000),
    (ZMQ_CONNECT_TIMEOUT, ALL, 0x0001e7c, 0x0010),
    (ZMQ_TCP_MAXRT, ALL, 0x0001e7c, 0x0010),
    (ZMQ_THREAD_SAFE, ALL, 0x0000000, 0x1ff0),
    (ZMQ_MULTICAST_MAXTPDU, ALL, 0x0001e78, 0x0010),
    (ZMQ_USE_FD, ALL, 0x0001efc, 0x0010),
    (ZMQ_BINDTODEVICE, ALL, 0x0fffffd, 0x1ffe),
    (ZMQ_ZAP_ENFORCE_DOMAIN, ALL, 0x0003ffc, 0x0010),
    (ZMQ_LOOPBACK_FASTPATH, ALL, 0x0003ffc, 0x0010),
    (ZMQ_METADATA, ALL, 0x0080000, 0x0000),
    (ZMQ_MULTICAST_LOOP, ALL, 0x0003ffc, 0x0010),
    (ZMQ_ROUTER_NOTIFY, 0x1fffaf, 0x0000000, 0x0010),
    (ZMQ_ROUTER_NOTIFY, 0x000050, 0x000003c, 0x0010),
    (ZMQ_XPUB_MANUAL_LAST_VALUE, 0x000202, 0x0001e7c, 0x0000),
    (ZMQ_SOCKS_USERNAME, ALL, 0x3ffffff, 0x1ffe),
    (ZMQ_SOCKS_PASSWORD, ALL, 0x3ffffff, 0x1ffe),
    (ZMQ_IN_BATCH_SIZE, ALL, 0x0001e78, 0x0010),
    (ZMQ_OUT_BATCH_SIZE, ALL, 0x0001e78, 0x0010),
    (ZMQ_ONLY_FIRST_SUBSCRIBE, 0x000602, 0x0001e7c, 0x0000),
    (ZMQ_RECONNECT_STOP, ALL, 0x0003ffc, 0x0010),
    (ZMQ_HELLO_MSG, ALL, 0x7ffffff, 0x0000),
    (ZMQ_DISCONNECT_MSG, ALL, 0x7ffffff, 0x0000),
    (ZMQ_PRIORITY, ALL, 0x0001e7c, 0x0010),
    (ZMQ_HICCUP_MSG, ALL, 0x7ffffff, 0x0000),
    (ZMQ_TOPICS_COUNT, 0x000606, 0x0000000, 0x1ff0),
];

/// The same of options that need GSSAPI.
#[rustfmt::skip]
const SEEN_WITH_GSSAPI: &[(i32, u32, u32, u32)] = &[
    (ZMQ_GSSAPI_SERVER, ALL, 0x000000c, 0x0010),
    (ZMQ_GSSAPI_PRINCIPAL, ALL, 0x3fffffc, 0x1ffe),
    (ZMQ_GSSAPI_SERVICE_PRINCIPAL, ALL, 0x3fffffc, 0x1ffe),
    (ZMQ_GSSAPI_PLAINTEXT, ALL, 0x000000c, 0x0010),
    (ZMQ_GSSAPI_PRINCIPAL_NAMETYPE, ALL, 0x000001c, 0x0010),
    (ZMQ_GSSAPI_SERVICE_PRINCIPAL_NAMETYPE, ALL, 0x000001c, 0x0010),
];

const LEFT_OUT: &[i32] = &[ZMQ_BUSY_POLL, ZMQ_XSUB_VERBOSE_UNSUBSCRIBE];

/// The two masks that were seen.
fn seen(option: i32, socket_type: SocketType) -> (u32, u32) {
    let line = |line: &&(i32, u32, u32, u32)| {
        line.0 == option && line.1 & (1 << socket_type.into_c()) != 0
    };
    let with_gssapi = if gssapi::IS_THERE { SEEN_WITH_GSSAPI } else { &[] };
    SEEN.iter().chain(with_gssapi).find(line).map_or((0, 0), |line| (line.2, line.3))
}

#[test]
fn the_same_values_are_taken() {
    for socket_type in SocketType::ALL {
        for option in (-1..130).filter(|option| !LEFT_OUT.contains(option)) {
            let (taken, _) = seen(option, *socket_type);
            for (index, value) in VALUES.iter().enumerate() {
                let mut options = Options::new(*socket_type, false, true);
                let answer = options.set(option, *value);
                let context = format!("{socket_type} {option} {value:?} {answer:?}");
                assert_eq!(answer.is_ok(), taken & (1 << index) != 0, "{context}");
                assert!(answer.is_ok() || answer == Err(Errno::EINVAL), "{context}");
            }
        }
    }
}

#[test]
fn the_same_buffers_are_read_into() {
    for socket_type in SocketType::ALL {
        let options = Options::new(*socket_type, false, true);
        for option in (-1..130).filter(|option| !LEFT_OUT.contains(option)) {
            let (_, read) = seen(option, *socket_type);
            for (index, size) in SIZES.iter().enumerate() {
                let mut out = vec![0xaa; *size];
                let wanted = read & (1 << index) != 0;
                let context = format!("{socket_type} {option} {size}");
                match options.get(option, &mut out) {
                    Ok(Readout::Stored(len)) => assert!(wanted && len <= *size, "{context}"),
                    Ok(Readout::Computed(_)) => assert_ne!(read, 0, "{context}"),
                    Err(Errno::EINVAL) => assert!(!wanted && out == vec![0xaa; *size], "{context}"),
                    Err(other) => panic!("{context} {other:?}"),
                }
            }
        }
    }
}

/// The ints that the options answered before any was set, but for those that differ by type.
#[rustfmt::skip]
const DEFAULTS: &[(i32, i32)] = &[
    (ZMQ_RATE, 100), (ZMQ_RECOVERY_IVL, 10000), (ZMQ_SNDBUF, -1), (ZMQ_RCVBUF, -1),
    (ZMQ_RECONNECT_IVL, 100), (ZMQ_BACKLOG, 100), (ZMQ_RECONNECT_IVL_MAX, 0), (ZMQ_SNDHWM, 1000),
    (ZMQ_RCVHWM, 1000), (ZMQ_MULTICAST_HOPS, 1), (ZMQ_RCVTIMEO, -1), (ZMQ_SNDTIMEO, -1),
    (ZMQ_IPV4ONLY, 1), (ZMQ_TCP_KEEPALIVE, -1), (ZMQ_TCP_KEEPALIVE_CNT, -1),
    (ZMQ_TCP_KEEPALIVE_IDLE, -1), (ZMQ_TCP_KEEPALIVE_INTVL, -1), (ZMQ_IMMEDIATE, 0), (ZMQ_IPV6, 0),
    (ZMQ_MECHANISM, 0), (ZMQ_PLAIN_SERVER, 0), (ZMQ_CURVE_SERVER, 0), (ZMQ_CONFLATE, 0), (ZMQ_TOS, 0), (ZMQ_HANDSHAKE_IVL, 30000),
    (ZMQ_INVERT_MATCHING, 0), (ZMQ_HEARTBEAT_IVL, 0), (ZMQ_HEARTBEAT_TTL, 0),
    (ZMQ_HEARTBEAT_TIMEOUT, -1), (ZMQ_CONNECT_TIMEOUT, 0), (ZMQ_TCP_MAXRT, 0),
    (ZMQ_MULTICAST_MAXTPDU, 1500), (ZMQ_USE_FD, -1), (ZMQ_ZAP_ENFORCE_DOMAIN, 0),
    (ZMQ_LOOPBACK_FASTPATH, 0), (ZMQ_MULTICAST_LOOP, 1), (ZMQ_ROUTER_NOTIFY, 0),
    (ZMQ_IN_BATCH_SIZE, 8192), (ZMQ_OUT_BATCH_SIZE, 8192), (ZMQ_RECONNECT_STOP, 0),
    (ZMQ_PRIORITY, 0),
];

#[test]
fn the_defaults_are_the_same() {
    for socket_type in SocketType::ALL {
        let options = Options::new(*socket_type, false, true);
        let get_int = |option| {
            let mut out = [0; 4];
            assert_eq!(options.get(option, &mut out), Ok(Readout::Stored(4)), "{option}");
            i32::from_ne_bytes(out)
        };
        for (option, value) in DEFAULTS {
            assert_eq!(get_int(*option), *value, "{socket_type} {option}");
        }
        assert_eq!(get_int(ZMQ_TYPE), socket_type.into_c());
        let subscribes = [SocketType::Sub, SocketType::Xsub, SocketType::Dish];
        assert_eq!(get_int(ZMQ_LINGER), if subscribes.contains(socket_type) { 0 } else { -1 });
    }
}
