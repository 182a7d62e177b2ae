//! Listeners and connections against each other, on loopback and in temporary directories.

use std::io::IoSlice;
use std::os::fd::AsRawFd;

use super::resolve::{PeerAddress, resolve, resolve_local};
use super::{AcceptError, Connecting, Listener, Stream};
use crate::endpoint::Endpoint;
use crate::errno::{Errno, Result};
use crate::options::{Options, SocketType, TcpAcceptFilter};
use crate::sys::net::{self, PollFd};

/// A directory that is removed with everything in it.
struct TempDir(String);

impl TempDir {
    fn new() -> Self {
        let random = crate::sys::random::random_u64();
        let path = std::env::temp_dir().join(format!("transport{random:x}"));
        std::fs::create_dir(&path).unwrap();
        Self(path.to_str().unwrap().to_owned())
    }

    fn endpoint(&self, name: &str) -> String {
        format!("ipc://{}/{name}", self.0)
    }
}

impl Drop for TempDir {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn options() -> Options {
    Options::new(SocketType::Dealer, false, true)
}

/// Whether this machine can show anything about IPv6.
fn has_ipv6() -> bool {
    std::net::TcpListener::bind("[::1]:0").is_ok()
}

fn options_ipv6() -> Options {
    Options::new(SocketType::Dealer, true, true)
}

fn bind(text: &str, options: &Options) -> Result<Listener> {
    Listener::bind(&Endpoint::parse(text)?, options).map_err(|error| error.errno)
}

fn start(text: &str, options: &Options) -> Result<Connecting> {
    let address = match Endpoint::parse(text)? {
        Endpoint::Tcp(tcp) => PeerAddress::Tcp(resolve(&tcp, options)?),
        Endpoint::Ipc(path) => PeerAddress::Ipc(path),
        Endpoint::Inproc(_) | Endpoint::Udp(_) => return Err(Errno::EPROTONOSUPPORT),
    };
    Connecting::start(&address, options).map_err(|error| error.errno)
}

/// Waits for a descriptor; fails the test after a while.
fn wait(fd: i32, events: i16) {
    assert_eq!(net::poll(&mut [PollFd::new(fd, events)], 10_000), Ok(1), "nothing happened");
}

fn connect(text: &str, options: &Options) -> Result<Stream> {
    let connecting = start(text, options)?;
    if !connecting.is_connected() {
        wait(connecting.fd(), libc::POLLOUT);
    }
    connecting.finish()
}

fn accept(listener: &Listener) -> Result<Stream, AcceptError> {
    wait(listener.fd(), libc::POLLIN);
    listener.accept()
}

/// Both ends of a connection to `listener`.
fn pair(listener: &Listener, options: &Options) -> (Stream, Stream) {
    let client = connect(listener.local_endpoint(), options).unwrap();
    (client, accept(listener).unwrap())
}

fn assert_talks(client: &Stream, server: &Stream) {
    let mut buffer = [0; 16];
    assert_eq!(server.read(&mut buffer), Err(Errno::EAGAIN));
    assert_eq!(client.write_vectored(&[IoSlice::new(b"he"), IoSlice::new(b"llo")]), Ok(5));
    wait(server.fd(), libc::POLLIN);
    assert_eq!(server.read(&mut buffer), Ok(5));
    assert_eq!(&buffer[..5], b"hello");
    client.shutdown();
    wait(server.fd(), libc::POLLIN);
    assert_eq!(server.read(&mut buffer), Ok(0));
}

fn port_of(endpoint: &str) -> &str {
    endpoint.rsplit_once(':').unwrap().1
}

#[test]
fn tcp_connects_and_tells_who_is_who() {
    let listener = bind("tcp://127.0.0.1:*", &options()).unwrap();
    assert_eq!(listener.accept().err(), Some(AcceptError::WouldBlock));
    let (client, server) = pair(&listener, &options());
    assert_eq!(client.remote_endpoint(), listener.local_endpoint());
    assert_eq!(server.local_endpoint(), listener.local_endpoint());
    assert_eq!(server.remote_endpoint(), client.local_endpoint());
    assert_eq!(client.peer_address(), "127.0.0.1");
    assert_eq!(server.peer_address(), "127.0.0.1");
    for stream in [&client, &server] {
        let fd = std::os::fd::AsFd::as_fd(stream);
        assert_eq!(net::option(fd, libc::IPPROTO_TCP, libc::TCP_NODELAY), Ok(1));
    }
    assert_talks(&client, &server);
}

#[test]
fn last_endpoint_is_numeric() {
    for (text, options, prefix) in [
        ("tcp://*:*", options(), "tcp://0.0.0.0:"),
        ("tcp://*:0", options(), "tcp://0.0.0.0:"),
        ("tcp://lo:*", options(), "tcp://127.0.0.1:"),
        ("tcp://127.0.0.1:*;127.0.0.1:*", options(), "tcp://127.0.0.1:"),
        ("tcp://*:*", options_ipv6(), "tcp://[::]:"),
        ("tcp://lo:*", options_ipv6(), "tcp://[::1]:"),
        ("tcp://[::1%lo]:*", options_ipv6(), "tcp://[::1]:"),
        ("tcp://127.0.0.1:*", options_ipv6(), "tcp://[::ffff:127.0.0.1]:"),
    ] {
        if options.ipv6 && !has_ipv6() {
            continue;
        }
        let listener = bind(text, &options).unwrap();
        let port = listener.local_endpoint().strip_prefix(prefix).unwrap();
        assert!(port.parse::<u16>().unwrap() > 0, "{text}");
    }
}

#[test]
fn dual_stack_takes_both_families() {
    if !has_ipv6() {
        return;
    }
    let listener = bind("tcp://*:*", &options_ipv6()).unwrap();
    let port = port_of(listener.local_endpoint());
    let v4 = connect(&format!("tcp://127.0.0.1:{port}"), &options()).unwrap();
    let server = accept(&listener).unwrap();
    assert_eq!(server.peer_address(), "::ffff:127.0.0.1");
    assert_talks(&v4, &server);
    let v6 = connect(&format!("tcp://[::1]:{port}"), &options_ipv6()).unwrap();
    assert_eq!(accept(&listener).unwrap().peer_address(), "::1");
    assert_eq!(v6.remote_endpoint(), format!("tcp://[::1]:{port}"));
}

#[test]
fn tcp_bind_errors() {
    let listener = bind("tcp://127.0.0.1:*", &options()).unwrap();
    let taken = listener.local_endpoint().to_owned();
    for (text, errno) in [
        (taken.as_str(), Errno::EADDRINUSE),
        ("tcp://8.8.8.8:*", Errno::EADDRNOTAVAIL),
        ("tcp://nosuch:*;127.0.0.1:*", Errno::ENODEV),
        ("tcp://127.0.0.1:x;127.0.0.1:*", Errno::EINVAL),
        ("tcp://127.0.0.1:1;", Errno::EINVAL),
        ("tcp://localhost:*", Errno::ENODEV),
        ("tcp://127.0.0.1", Errno::EINVAL),
        ("inproc://a", Errno::EPROTONOSUPPORT),
    ] {
        assert_eq!(bind(text, &options()).err(), Some(errno), "{text}");
    }
    drop(listener);
    bind(&taken, &options()).unwrap();
}

#[test]
fn source_address_is_used() {
    let listener = bind("tcp://127.0.0.1:*", &options()).unwrap();
    let port = port_of(listener.local_endpoint());
    let target = format!("tcp://127.0.0.2:0;127.0.0.1:{port}");
    let client = connect(&target, &options()).unwrap();
    assert!(client.local_endpoint().starts_with("tcp://127.0.0.2:"));
    assert_eq!(accept(&listener).unwrap().peer_address(), "127.0.0.2");
}

#[test]
fn nobody_there_is_refused() {
    let listener = bind("tcp://127.0.0.1:*", &options()).unwrap();
    let endpoint = listener.local_endpoint().to_owned();
    drop(listener);
    assert_eq!(connect(&endpoint, &options()).err(), Some(Errno::ECONNREFUSED));
    let directory = TempDir::new();
    let nowhere = directory.endpoint("nowhere");
    assert_eq!(connect(&nowhere, &options()).err(), Some(Errno::ENOENT));
}

#[test]
fn a_connection_to_itself_is_none() {
    let free = bind("tcp://127.0.0.1:*", &options()).unwrap();
    let port = port_of(free.local_endpoint()).to_owned();
    drop(free);
    let itself = format!("tcp://127.0.0.1:{port};127.0.0.1:{port}");
    assert_eq!(connect(&itself, &options()).err(), Some(Errno::ECONNREFUSED));
}

#[test]
fn tcp_filters_turn_away() {
    for (filter, is_welcome) in [("127.0.0.0/8", true), ("10.0.0.0/8", false)] {
        let filters = vec![TcpAcceptFilter::parse(filter.as_bytes(), false).unwrap()];
        let filtering = Options { tcp_accept_filters: filters, ..options() };
        let listener = bind("tcp://127.0.0.1:*", &filtering).unwrap();
        let client = connect(listener.local_endpoint(), &options()).unwrap();
        match accept(&listener) {
            Ok(_) => assert!(is_welcome),
            Err(error) => {
                assert!(!is_welcome && error == AcceptError::Filtered);
                wait(client.fd(), libc::POLLIN);
                assert!(matches!(client.read(&mut [0]), Ok(0) | Err(Errno::ECONNRESET)));
            }
        }
    }
}

#[test]
fn ipc_filters_ask_who_it_is() {
    let directory = TempDir::new();
    let endpoint = directory.endpoint("filtered");
    let own = net::peer_credentials(std::os::fd::AsFd::as_fd(
        &std::os::unix::net::UnixStream::pair().unwrap().0,
    ));
    let own = own.unwrap();
    type SetFilter = fn(&mut Options, u32);
    let cases: [(SetFilter, u32); 3] = [
        (|o, id| o.ipc_filter_pid = vec![id], own.pid),
        (|o, id| o.ipc_filter_uid = vec![id], own.uid),
        (|o, id| o.ipc_filter_gid = vec![id], own.gid),
    ];
    for (set, id) in cases {
        let (mut welcome, mut foreign) = (options(), options());
        set(&mut welcome, id);
        set(&mut foreign, id ^ 0x4000_0000);
        let listener = bind(&endpoint, &welcome).unwrap();
        let (client, server) = pair(&listener, &options());
        assert_talks(&client, &server);
        let listener = bind(&endpoint, &foreign).unwrap();
        let _client = connect(&endpoint, &options()).unwrap();
        assert_eq!(accept(&listener).err(), Some(AcceptError::Filtered));
    }
}

#[test]
fn ipc_file_is_overridden_and_stays() {
    let directory = TempDir::new();
    let endpoint = directory.endpoint("named");
    let first = bind(&endpoint, &options()).unwrap();
    assert_eq!(first.local_endpoint(), endpoint);
    let second = bind(&endpoint, &options()).unwrap();
    let (client, server) = pair(&second, &options());
    assert_eq!(first.accept().err(), Some(AcceptError::WouldBlock));
    let unnamed = "ipc://".to_owned();
    assert_eq!(client.local_endpoint(), unnamed);
    assert_eq!(client.remote_endpoint(), endpoint);
    assert_eq!(server.local_endpoint(), endpoint);
    assert_eq!(server.remote_endpoint(), unnamed);
    assert!(server.peer_address().starts_with("localhost:"));
    assert!(server.peer_address().ends_with(&format!(":{}", std::process::id())));
    assert_talks(&client, &server);
    drop(second);
    assert!(std::path::Path::new(endpoint.strip_prefix("ipc://").unwrap()).exists());
}

#[test]
fn ipc_wildcard_leaves_nothing() {
    for wildcard in ["ipc://*", "ipc://**", "ipc://*/a"] {
        let listener = bind(wildcard, &options()).unwrap();
        let path = listener.local_endpoint().strip_prefix("ipc://").unwrap().to_owned();
        assert!(path.ends_with("/socket"));
        let (client, server) = pair(&listener, &options());
        assert_talks(&client, &server);
        drop(listener);
        assert!(!std::path::Path::new(&path).parent().unwrap().exists());
    }
}

#[test]
fn abstract_names_exist_once() {
    let name = format!("ipc://@transport{:x}", crate::sys::random::random_u64());
    let listener = bind(&name, &options()).unwrap();
    assert_eq!(listener.local_endpoint(), name);
    assert_eq!(bind(&name, &options()).err(), Some(Errno::EADDRINUSE));
    let (client, server) = pair(&listener, &options());
    assert_talks(&client, &server);
}

#[test]
fn ipc_bind_errors() {
    let directory = TempDir::new();
    let in_nothing = directory.endpoint("nodir/a");
    assert_eq!(bind(&in_nothing, &options()).err(), Some(Errno::ENOENT));
    let on_directory = format!("ipc://{}", directory.0);
    assert_eq!(bind(&on_directory, &options()).err(), Some(Errno::EADDRINUSE));
}

#[test]
fn a_listening_descriptor_can_be_given() {
    let made = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = made.local_addr().unwrap().port();
    let fd = std::os::fd::IntoRawFd::into_raw_fd(made);
    let given = Options { use_fd: fd, ..options() };
    let listener = bind("tcp://anything", &given).unwrap();
    assert_eq!(listener.local_endpoint(), format!("tcp://127.0.0.1:{port}"));
    assert_eq!(listener.accept().err(), Some(AcceptError::WouldBlock));
    let (client, server) = pair(&listener, &options());
    assert_talks(&client, &server);
    let file = std::fs::File::open("/dev/null").unwrap();
    let wrong = Options { use_fd: file.as_raw_fd(), ..options() };
    assert_eq!(bind("tcp://127.0.0.1:*", &wrong).err(), Some(Errno::ENOTSOCK));
}

#[test]
fn a_full_connection_would_block_and_goes_on() {
    let listener = bind("tcp://127.0.0.1:*", &options()).unwrap();
    let (client, server) = pair(&listener, &options());
    let chunk = vec![7; 1 << 16];
    let mut sent = 0;
    let refusal = loop {
        match client.write(&chunk) {
            Ok(n) => sent += n,
            Err(errno) => break errno,
        }
    };
    assert_eq!(refusal, Errno::EAGAIN);
    let mut buffer = vec![std::mem::MaybeUninit::uninit(); 1 << 16];
    let mut received = 0;
    while received < sent {
        wait(server.fd(), libc::POLLIN);
        received += server.read_uninit(&mut buffer).unwrap().len();
    }
    assert_eq!(received, sent);
    wait(client.fd(), libc::POLLOUT);
    assert!(client.write(&chunk).is_ok());
}

#[test]
fn a_source_cannot_be_looked_up_in_the_dns() {
    assert_eq!(resolve_local("localhost:0", &options()), Err(Errno::ENODEV));
    let refused = start("tcp://localhost:0;127.0.0.1:1", &options());
    assert_eq!(refused.err(), Some(Errno::ENODEV));
}
