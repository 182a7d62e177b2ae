//! STREAM sockets among raw peers: each octet of a peer comes to the application once and in its place, behind the
//! peer's routing id, and what the application sends comes to the peer that it named; comings and goings are told.
//!
//!     FUZZ_SECONDS=600 cargo test --release --test fuzz_stream
#![forbid(unsafe_code)]

mod fuzz;

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use zmq::context::Context;
use zmq::errno::Errno;
use zmq::message::Outbound;
use zmq::options::*;
use zmq::socket::Handle;

use fuzz::{Random, damage, fuzz};

const SNDMORE: i32 = 2;
/// More than one read of the library.
const LARGE: usize = 20_000;
/// What other kinds of peers begin with.
const OPENINGS: [&[u8]; 4] = [
    b"\xff\0\0\0\0\0\0\0\x01\x7f\x03\x01NULL\0\0\0\0",
    b"\x01\0\x06\0hello",
    b"GET / HTTP/1.1\r\n\r\n",
    b"\0\0\0\0\0",
];

fn open(context: &Arc<Context>) -> Handle {
    let socket = Handle::open(context, SocketType::Stream.into_c()).unwrap();
    for (option, value) in
        [(ZMQ_LINGER, 0), (ZMQ_RCVTIMEO, 10_000), (ZMQ_SNDTIMEO, 10_000), (ZMQ_RECONNECT_IVL, -1)]
    {
        socket.with(|s| s.set_option(option, Some(&i32::to_ne_bytes(value)))).unwrap();
    }
    socket
}

fn last_endpoint(socket: Handle) -> String {
    let mut text = [0; 64];
    let len = socket.with(|s| s.get_option(ZMQ_LAST_ENDPOINT, &mut text)).unwrap();
    String::from_utf8(text[..len - 1].to_vec()).unwrap()
}

/// A connection, with what is on its way.
struct Peer {
    tcp: TcpStream,
    routing_id: Vec<u8>,
    to_application: Vec<u8>,
    to_peer: Vec<u8>,
}

/// One socket among its peers.
struct Rig {
    socket: Handle,
    bound: String,
    listener: TcpListener,
    peers: Vec<Peer>,
}

impl Rig {
    fn new(context: &Arc<Context>) -> Self {
        let socket = open(context);
        socket.with(|s| s.bind(b"tcp://127.0.0.1:*")).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        Self { socket, bound: last_endpoint(socket), listener, peers: Vec::new() }
    }

    /// A message is a routing id and octets, always.
    fn recv(&self) -> (Vec<u8>, Vec<u8>) {
        let [routing_id, body] = [true, false].map(|has_more| {
            let mut buf = vec![0; 1 << 17];
            let len = self.socket.recv_slice(&mut buf, 0).expect("a part");
            let mut more = [0; 4];
            self.socket.with(|s| s.get_option(ZMQ_RCVMORE, &mut more)).unwrap();
            assert_eq!(more, i32::from(has_more).to_ne_bytes());
            buf.truncate(len);
            buf
        });
        (routing_id, body)
    }

    fn send(&self, routing_id: &[u8], body: &[u8]) -> Result<(), Errno> {
        self.socket.send(&mut Outbound::Slice(routing_id), SNDMORE)?;
        self.socket.send(&mut Outbound::Slice(body), 0).map(drop)
    }

    /// Reads one message, which is no notice.
    fn take(&mut self) {
        let (routing_id, body) = self.recv();
        assert!(!body.is_empty(), "nobody came or went");
        self.check(&routing_id, &body);
    }

    fn check(&mut self, routing_id: &[u8], body: &[u8]) {
        let peer = self.peers.iter_mut().find(|peer| peer.routing_id == routing_id);
        let expected = &mut peer.expect("a peer").to_application;
        assert!(expected.starts_with(body), "not what the peer sent next");
        expected.drain(..body.len());
    }

    /// Reads until somebody comes or goes, whose routing id this is.
    fn next_notice(&mut self) -> Vec<u8> {
        loop {
            let (routing_id, body) = self.recv();
            if body.is_empty() {
                return routing_id;
            }
            self.check(&routing_id, &body);
        }
    }

    /// A peer comes, or the socket goes to one.
    fn meet(&mut self, random: &mut Random) {
        let tcp = if random.is_one_in(2) {
            TcpStream::connect(self.bound.trim_start_matches("tcp://")).unwrap()
        } else {
            let endpoint = format!("tcp://{}", self.listener.local_addr().unwrap());
            self.socket.with(|s| s.connect(endpoint.as_bytes())).unwrap();
            self.listener.accept().unwrap().0
        };
        tcp.set_nodelay(true).unwrap();
        tcp.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        let routing_id = self.next_notice();
        assert!(self.peers.iter().all(|peer| peer.routing_id != routing_id), "named twice");
        self.peers.push(Peer { tcp, routing_id, to_application: Vec::new(), to_peer: Vec::new() });
    }

    /// The peer says no more, once it has read what it was sent: all of its octets come, and then the notice.
    fn leave(&mut self, at: usize) {
        self.peers[at].read();
        self.peers[at].tcp.shutdown(Shutdown::Write).unwrap();
        let routing_id = self.next_notice();
        let peer = self.peers.remove(at);
        assert!(peer.routing_id == routing_id && peer.to_application.is_empty(), "octets lost");
    }

    /// The application closes the connection: the peer may lose the end of what it was sent.
    fn close(&mut self, at: usize) {
        let mut peer = self.peers.remove(at);
        self.send(&peer.routing_id, b"").unwrap();
        let mut octets = Vec::new();
        // It ends in one way or the other, but not because nothing comes.
        if let Err(error) = peer.tcp.read_to_end(&mut octets) {
            assert_eq!(error.kind(), ErrorKind::ConnectionReset);
        }
        assert!(peer.to_peer.starts_with(&octets), "not what the application sent");
        assert_eq!(self.send(&peer.routing_id, b"late"), Err(Errno::EHOSTUNREACH));
    }

    fn act(&mut self, random: &mut Random) {
        let at = random.below(self.peers.len());
        match random.below(12) {
            0 | 1 => self.meet(random),
            2 => {
                let nobody = self.send(&random.bytes(9), b"to nobody");
                assert_eq!(nobody, Err(Errno::EHOSTUNREACH));
            }
            _ if self.peers.is_empty() => {}
            3 => self.leave(at),
            4 => self.close(at),
            5 if self.peers.iter().any(|peer| !peer.to_application.is_empty()) => self.take(),
            6..9 => {
                let body = octets(random);
                let peer = &mut self.peers[at];
                peer.tcp.write_all(&body).unwrap();
                peer.to_application.extend(body);
            }
            _ => {
                let body = octets(random);
                if !body.is_empty() {
                    self.send(&self.peers[at].routing_id, &body).unwrap();
                    self.peers[at].to_peer.extend(body);
                }
            }
        }
    }

    /// All that is on its way arrives.
    fn settle(&mut self) {
        while self.peers.iter().any(|peer| !peer.to_application.is_empty()) {
            self.take();
        }
        self.peers.iter_mut().for_each(Peer::read);
    }
}

impl Peer {
    fn read(&mut self) {
        let mut octets = vec![0; self.to_peer.len()];
        self.tcp.read_exact(&mut octets).expect("all that was sent");
        assert!(octets == self.to_peer, "not what the application sent");
        self.to_peer.clear();
    }
}

fn octets(random: &mut Random) -> Vec<u8> {
    let mut octets = random.pick(&OPENINGS).to_vec();
    for _ in 0..random.below(4) {
        damage(&mut octets, random);
    }
    if random.is_one_in(6) {
        octets.extend(random.bytes(LARGE));
    }
    octets
}

#[test]
fn a_stream_socket_passes_octets_on() {
    let context = Context::new();
    fuzz("stream", 60, |random| {
        let mut rig = Rig::new(&context);
        for _ in 0..30 {
            rig.act(random);
        }
        rig.settle();
        rig.socket.close().unwrap();
    });
    context.terminate().unwrap();
}
