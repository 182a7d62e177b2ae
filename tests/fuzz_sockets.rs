//! Sockets that authenticate, among peers made of damaged octets and beside a handler that answers nonsense:
//! nothing of theirs is delivered, and a good peer is served whenever one comes.
//!
//!     FUZZ_SECONDS=600 cargo test --release --test fuzz_sockets
#![forbid(unsafe_code)]

mod fuzz;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use zmq::context::Context;
use zmq::crypto::{KEY_LEN, SecretKey};
use zmq::engine::{Config, Engine};
use zmq::errno::Errno;
use zmq::mechanism::Verdict;
use zmq::message::Outbound;
use zmq::options::*;
use zmq::socket::Handle;

use fuzz::{Random, damage, expected, fuzz, reply};

type Setting<'a> = (i32, &'a [u8]);

const DONTWAIT: i32 = 1;
const SNDMORE: i32 = 2;
/// Where good peers come from, and the frame of a request that says so.
const GOOD: &str = "127.0.0.2";
const ADDRESS: usize = 4;
const YES: [u8; 4] = 1_i32.to_ne_bytes();

fn open(context: &Arc<Context>, socket_type: SocketType, options: &[Setting<'_>]) -> Handle {
    let socket = Handle::open(context, socket_type.into_c()).unwrap();
    let soon_ms = 10_000_i32.to_ne_bytes();
    let common = [
        (ZMQ_LINGER, &[0; 4][..]),
        (ZMQ_RCVTIMEO, &soon_ms),
        (ZMQ_SNDTIMEO, &soon_ms),
        (ZMQ_HANDSHAKE_IVL, &2_000_i32.to_ne_bytes()),
    ];
    for (option, value) in common.iter().chain(options) {
        socket.with(|s| s.set_option(*option, Some(value))).unwrap();
    }
    socket
}

fn bind(socket: Handle) -> String {
    socket.with(|s| s.bind(b"tcp://127.0.0.1:*")).unwrap();
    let mut text = [0; 64];
    let len = socket.with(|s| s.get_option(ZMQ_LAST_ENDPOINT, &mut text)).unwrap();
    String::from_utf8(text[..len - 1].to_vec()).unwrap()
}

fn recv(socket: Handle, flags: i32) -> Result<Vec<u8>, Errno> {
    let mut buf = [0; 1024];
    socket.recv_slice(&mut buf, flags).map(|len| buf[..len].to_vec())
}

fn recv_more(socket: Handle) -> bool {
    let mut more = [0; 4];
    socket.with(|s| s.get_option(ZMQ_RCVMORE, &mut more)).is_ok() && more != [0; 4]
}

/// Lets good peers in, and answers about others anything that does not, or nothing.
fn handle(handler: Handle) {
    let mut random = Random(7);
    while let Ok(peer) = recv(handler, 0) {
        let mut request = Vec::new();
        while recv_more(handler) {
            request.push(recv(handler, 0).unwrap());
        }
        let frames = if request[ADDRESS] == GOOD.as_bytes() {
            let good: [&[u8]; 7] = [b"", b"1.0", b"1", b"200", b"OK", b"joe", b""];
            good.map(<[u8]>::to_vec).to_vec()
        } else {
            let frames = reply(&mut random);
            let accepts = matches!(expected(&frames), Verdict::Accepted(_));
            if accepts || random.is_one_in(8) {
                continue;
            }
            frames
        };
        handler.send(&mut Outbound::Slice(&peer), SNDMORE).unwrap();
        for (at, frame) in frames.iter().enumerate() {
            let more = if at + 1 < frames.len() { SNDMORE } else { 0 };
            handler.send(&mut Outbound::Slice(frame), more).unwrap();
        }
    }
}

/// All that a client says, whatever it hears, with messages behind it.
fn recorded(client: &[Setting<'_>], server: &[Setting<'_>]) -> Vec<u8> {
    let now = Instant::now();
    let ends = [(SocketType::Push, client), (SocketType::Pull, server)];
    let mut ends = ends.map(|(socket_type, settings)| {
        let mut options = Options::new(socket_type, false, true);
        for (option, value) in settings {
            options.set(*option, Some(value)).unwrap();
        }
        Engine::new(Config::from_options(&options), now)
    });
    let mut said = Vec::new();
    for round in 0..40 {
        let from = round % 2;
        let bytes = ends[from].poll_output().unwrap_or_default().to_vec();
        ends[from].handle_output(bytes.len());
        if from == 0 {
            said.extend_from_slice(&bytes);
        }
        let to = &mut ends[1 - from];
        let _ = to.handle_input(&bytes, now);
        if to.is_awaiting_verdict() {
            to.handle_verdict(Verdict::Accepted(Default::default()), now).unwrap();
        }
    }
    said.extend(b"\0\x03bad\0\x03bad".iter());
    said
}

/// A peer says `bytes`, damaged and in pieces, and goes, or stays for a while.
fn attack(endpoint: &str, bytes: &[u8], random: &mut Random) -> Option<TcpStream> {
    let mut bytes = bytes.to_vec();
    for _ in 0..random.below(4) {
        damage(&mut bytes, random);
    }
    let mut stream = TcpStream::connect(endpoint.trim_start_matches("tcp://")).unwrap();
    stream.set_nodelay(true).unwrap();
    stream.set_read_timeout(Some(Duration::from_millis(1))).unwrap();
    let mut rest = &bytes[..];
    while !rest.is_empty() {
        let (piece, left) = rest.split_at(rest.len().min(1 + random.below(bytes.len())));
        rest = left;
        // The other end may have gone.
        if stream.write_all(piece).is_err() {
            return None;
        }
        if random.is_one_in(2) {
            let _ = stream.read(&mut [0; 256]);
        }
    }
    random.is_one_in(4).then_some(stream)
}

#[test]
fn a_good_peer_is_served_among_bad_ones() {
    let context = Context::new();
    let handler = open(&context, SocketType::Router, &[(ZMQ_RCVTIMEO, &(-1_i32).to_ne_bytes())]);
    handler.with(|s| s.bind(b"inproc://zeromq.zap.01")).unwrap();
    let judging = thread::spawn(move || handle(handler));
    let credentials = [(ZMQ_PLAIN_USERNAME, &b"admin"[..]), (ZMQ_PLAIN_PASSWORD, b"secret")];
    let keys = [[1; KEY_LEN], [2; KEY_LEN]];
    let public = keys.map(|secret| SecretKey::from_bytes(secret).public());
    let curve = [
        (ZMQ_CURVE_SERVERKEY, &public[0][..]),
        (ZMQ_CURVE_PUBLICKEY, &public[1]),
        (ZMQ_CURVE_SECRETKEY, &keys[1]),
    ];
    let servers: [(&[Setting<'_>], &[Setting<'_>]); 3] = [
        (&[(ZMQ_ZAP_DOMAIN, b"global")], &[]),
        (&[(ZMQ_PLAIN_SERVER, &YES)], &credentials),
        (&[(ZMQ_CURVE_SERVER, &YES), (ZMQ_CURVE_SECRETKEY, &keys[0])], &curve),
    ];
    let servers = servers.map(|(server, client)| {
        let socket = open(&context, SocketType::Pull, server);
        (socket, bind(socket), client, recorded(client, server))
    });
    fuzz("sockets", 20, |random| {
        let mut staying = Vec::new();
        for _ in 0..10 {
            let (_, endpoint, _, bytes) = random.pick(&servers);
            staying.extend(attack(endpoint, bytes, random));
        }
        for (server, endpoint, options, _) in &servers {
            let client = open(&context, SocketType::Push, options);
            let endpoint = endpoint.replace("tcp://", &format!("tcp://{GOOD}:0;"));
            client.with(|s| s.connect(endpoint.as_bytes())).unwrap();
            client.send(&mut Outbound::Slice(b"good"), 0).unwrap();
            assert_eq!(recv(*server, 0).unwrap(), b"good");
            client.close().unwrap();
            assert_eq!(recv(*server, DONTWAIT), Err(Errno::EAGAIN), "somebody came in");
        }
    });
    for (server, ..) in servers {
        server.close().unwrap();
    }
    context.shutdown();
    judging.join().unwrap();
    handler.close().unwrap();
    context.terminate().unwrap();
}
