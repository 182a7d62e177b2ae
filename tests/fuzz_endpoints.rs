//! Endpoints made of any octets, given to zmq_bind, zmq_connect, zmq_unbind and zmq_disconnect: each is an errno
//! of the manual pages or an endpoint that can be let go of again, and nothing of it stays behind.
//!
//!     FUZZ_SECONDS=600 cargo test --release --test fuzz_endpoints

#[path = "fuzz/face.rs"]
mod face;
mod fuzz;

use std::cell::Cell;
use std::ffi::{CStr, CString};
use std::fs;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use zmq::errno::Errno;
use zmq::options::*;

use face::{Handle, new_context};
use fuzz::{Random, damage, fuzz};

const TYPES: [SocketType; 6] = [
    SocketType::Pub,
    SocketType::Dealer,
    SocketType::Router,
    SocketType::Stream,
    SocketType::Rep,
    SocketType::Xsub,
];
const TRANSPORTS: [&str; 12] =
    ["tcp", "tcp", "tcp", "tcp", "ipc", "inproc", "udp", "ws", "wss", "tipc", "vmci", ""];
/// No host that would have to be looked up, and none but this one.
const HOSTS: [&str; 22] = [
    "127.0.0.1",
    "127.0.0.1",
    "*",
    "lo",
    "lo%lo",
    "[::1]",
    "::1",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::1%lo]",
    "[fe80::1%lo]",
    "[fe80::1%1]",
    "[fe80::1%nosuch]",
    "fe80::1%4294967296",
    "[",
    "]",
    "[[::1]]",
    "[]",
    "",
    "%",
    "127.0.0.1%lo",
    "239.255.0.1",
];
const PORTS: [&str; 17] = [
    "*",
    "*",
    "0",
    "1",
    "!",
    "-1",
    "65535",
    "65536",
    "99999999999999999999",
    "1x",
    "",
    " 1",
    "+1",
    "*x",
    ":",
    "]",
    "**",
];
/// What stands in a name.
const NAMES: [&str; 9] = ["a", "@a", "@", "*", "@*", ".", "..", " ", "\u{e9}"];

/// Pages that this process may grow by: pools, but not a leak at each case.
const GROWTH: usize = (64 << 20) / 4096;

/// What the manual pages of zmq_bind, zmq_connect and zmq_ipc name, and what the system says of an address
/// that it does not give.
const REFUSED: [Errno; 9] = [
    Errno::EINVAL,
    Errno::EPROTONOSUPPORT,
    Errno::ENOCOMPATPROTO,
    Errno::EADDRINUSE,
    Errno::EADDRNOTAVAIL,
    Errno::ENODEV,
    Errno::ENAMETOOLONG,
    Errno::EAFNOSUPPORT,
    Errno::ECONNREFUSED,
];

fn host_and_port(random: &mut Random) -> String {
    format!("{}:{}", random.pick(&HOSTS), random.pick(&PORTS))
}

fn name(random: &mut Random) -> String {
    let name = *random.pick(&NAMES);
    match random.below(6) {
        0 => format!("{name}{}", "n".repeat(random.below(200))),
        1 => name.repeat(random.below(60)),
        _ => name.into(),
    }
}

/// An endpoint that is good at times; what follows `ipc://` has no slash, so that it stays in the scratch folder.
fn endpoint(random: &mut Random) -> Vec<u8> {
    let transport = *random.pick(&TRANSPORTS);
    let address = match transport {
        "ipc" | "inproc" => name(random),
        _ if random.is_one_in(4) => format!("{};{}", host_and_port(random), host_and_port(random)),
        _ => host_and_port(random),
    };
    let mut text = format!("{transport}://{address}").into_bytes();
    if random.is_one_in(2) {
        for _ in 0..=random.below(3) {
            damage(&mut text, random);
        }
    }
    if random.is_one_in(50) {
        text.extend(random.bytes(70_000));
    }
    text.retain(|octet| *octet != 0);
    if let Some(address) = text.strip_prefix(b"ipc://") {
        let is_apart = |octet: &&u8| **octet != b'/';
        text =
            [b"ipc://", &address.iter().filter(is_apart).copied().collect::<Vec<_>>()[..]].concat();
    }
    text
}

/// Whether nothing leaves this machine when it is connected to: no host to look up, and no other one.
fn is_local(endpoint: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(endpoint) else { return true };
    let Some((transport, address)) = text.split_once("://") else { return true };
    let target = address.rsplit(';').next().unwrap_or_default();
    let host = target.rsplit_once(':').map_or("", |(host, _)| host);
    let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    let host = host.split('%').next().unwrap_or_default();
    match host.parse::<IpAddr>() {
        Ok(IpAddr::V6(_)) => true,
        Ok(IpAddr::V4(ip)) => ip.is_loopback() || ip.is_multicast(),
        Err(_) => host.is_empty() || transport == "ipc" || transport == "inproc",
    }
}

fn last_endpoint(socket: Handle) -> CString {
    let text = socket.get(ZMQ_LAST_ENDPOINT, 100_000).expect("it fits");
    CString::from_vec_with_nul(text).expect("a string")
}

/// Uses the endpoint, and lets go of it if that worked.
fn open_and_close(socket: Handle, endpoint: &CStr, is_bound: bool, random: &mut Random) {
    let opened = if is_bound { socket.bind(endpoint) } else { socket.connect(endpoint) };
    match opened {
        Ok(()) if random.is_one_in(2) => {
            let name = if is_bound { &last_endpoint(socket)[..] } else { endpoint };
            let closed = if is_bound { socket.unbind(name) } else { socket.disconnect(name) };
            assert_eq!(closed, Ok(()), "{endpoint:?} {name:?}");
        }
        Ok(()) => {}
        Err(error) => assert!(REFUSED.contains(&error), "{endpoint:?}: {error:?}"),
    }
}

/// A message goes through a new endpoint of this transport; the endpoint, as bound.
fn serve_good(context: Handle, endpoint: &CStr) -> CString {
    let pair = [(); 2].map(|()| context.socket(SocketType::Pair.into_c()).expect("a socket"));
    pair[0].set_int(ZMQ_RCVTIMEO, 10_000).expect("a good option");
    pair[0].bind(endpoint).expect("a good endpoint");
    let bound = last_endpoint(pair[0]);
    pair[1].connect(&bound).expect("a good endpoint");
    pair[1].send(b"good").expect("room");
    assert_eq!(pair[0].recv(8), Ok(b"good".to_vec()));
    pair.into_iter().for_each(|socket| socket.close().expect("a socket"));
    bound
}

/// How many descriptors and how many pages in memory this process has.
fn held() -> (usize, usize) {
    let pages = fs::read_to_string("/proc/self/statm").expect("Linux");
    let pages =
        pages.split(' ').nth(1).and_then(|resident| resident.parse().ok()).expect("a number");
    (fs::read_dir("/proc/self/fd").expect("Linux").count(), pages)
}

/// What the descriptors are, to look for one that is left.
fn links() -> Vec<PathBuf> {
    let fds = fs::read_dir("/proc/self/fd").expect("Linux");
    fds.filter_map(|fd| fs::read_link(fd.ok()?.path()).ok()).collect()
}

/// A folder of our own to bind ipc in, which goes with its owner.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Self {
        let path = std::env::temp_dir().join(format!("fuzz-endpoints-{}", std::process::id()));
        fs::create_dir(&path).expect("room for a folder");
        std::env::set_current_dir(&path).expect("a folder");
        Self(path)
    }

    /// Bound files stay when they are named by the application.
    fn clean(&self) {
        for file in fs::read_dir(&self.0).expect("a folder") {
            fs::remove_file(file.expect("a file").path()).expect("it is ours");
        }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::env::set_current_dir(Path::new("/"));
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn open(context: Handle, random: &mut Random) -> Handle {
    let socket_type = *random.pick(&TYPES);
    let socket = context.socket(socket_type.into_c()).expect("a socket");
    socket.set_int(ZMQ_LINGER, 0).expect("a good option");
    socket.set_int(ZMQ_IPV6, random.below(2) as i32).expect("a good option");
    socket
}

fn attack(sockets: &[Handle], random: &mut Random) {
    let octets = endpoint(random);
    if !is_local(&octets) {
        return;
    }
    let endpoint = CString::new(octets).expect("no NUL");
    let socket = *random.pick(sockets);
    match random.below(6) {
        close @ (0 | 1) => {
            let closed =
                if close == 0 { socket.unbind(&endpoint) } else { socket.disconnect(&endpoint) };
            let is_known = closed.is_ok()
                || closed.is_err_and(|error| error == Errno::ENOENT || REFUSED.contains(&error));
            assert!(is_known, "{endpoint:?}: {closed:?}");
        }
        2 | 3 => open_and_close(socket, &endpoint, true, random),
        _ => open_and_close(socket, &endpoint, false, random),
    }
}

#[test]
fn endpoints() {
    let scratch = Scratch::new();
    let at_first = Cell::new(None);
    let cases = Cell::new(0);
    fuzz("endpoints", 150, |random| {
        let context = new_context();
        let sockets = [(); 3].map(|()| open(context, random));
        for _ in 0..20 {
            attack(&sockets, random);
        }
        serve_good(context, c"tcp://127.0.0.1:*");
        let made_up = serve_good(context, c"ipc://*").into_string().expect("text");
        let made_up = made_up.strip_prefix("ipc://").expect("an ipc endpoint");
        serve_good(context, c"inproc://good one");
        sockets.into_iter().for_each(|socket| socket.close().expect("a socket"));
        context.term().expect("nothing lingers");
        assert!(!Path::new(made_up).exists(), "{made_up} is left");
        scratch.clean();
        cases.set(cases.get() + 1);
        // What is kept for later (pools, descriptors of the process) has come into being by then.
        if cases.get() >= 100 {
            let (fds, pages) = at_first.get().unwrap_or_else(held);
            at_first.set(Some((fds, pages)));
            // Who looks a name up that nobody waits for any more has descriptors of its own.
            let end = Instant::now() + Duration::from_secs(20);
            while held().0 > fds && Instant::now() < end {
                thread::sleep(Duration::from_millis(10));
            }
            let now = held();
            assert!(
                now.0 <= fds && now.1 < pages + GROWTH,
                "{:?} grew to {now:?}: {:?}",
                (fds, pages),
                links()
            );
        }
    });
}
