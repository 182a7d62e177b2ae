//! A panic within a call costs the socket that it happened in, and nothing else.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::mpsc;
use std::thread;

use super::*;
use crate::socket::IN;
use crate::sys::blocks::shortage;

impl<R, F: FnMut(&mut Socket) -> Result<R>> Attempt<R> for F {
    fn run(&mut self, socket: &mut Socket) -> Result<R> {
        self(socket)
    }
}

const PAIR: i32 = 0;
const DEALER: i32 = 5;
const ROUTER: i32 = 6;
const RCVTIMEO: i32 = 27;
const CONNECT_ROUTING_ID: i32 = 61;

fn pair(context: &Arc<Context>, endpoint: &str) -> [Handle; 2] {
    let ends = [PAIR; 2].map(|socket_type| Handle::open(context, socket_type).unwrap());
    ends[0].with(|socket| socket.bind(endpoint.as_bytes())).unwrap();
    ends[1].with(|socket| socket.connect(endpoint.as_bytes())).unwrap();
    ends
}

fn broken(_: &mut Socket) -> Result<()> {
    resume_unwind(Box::new("broken invariant"))
}

/// Whether a call panics, as it is meant to, with the socket in its hands.
fn panics(call: impl FnOnce() -> Result<()>) -> bool {
    catch_unwind(AssertUnwindSafe(call)).is_err()
}

fn sends(handle: Handle) -> Result<()> {
    handle.send(&mut Outbound::Slice(b"x"), DONTWAIT)
}

#[test]
fn only_the_socket_of_the_call_is_poisoned() {
    let context = Context::new();
    let ends = pair(&context, "inproc://broken");
    let sound = pair(&context, "inproc://sound");
    sends(ends[0]).unwrap();
    assert!(panics(|| ends[0].with(broken)));

    let [poisoned, peer] = ends;
    assert_eq!(sends(poisoned), Err(Errno::EFAULT));
    assert_eq!(poisoned.recv_slice(&mut [0; 8], 0), Err(Errno::EFAULT));
    assert_eq!(poisoned.with(|socket| socket.set_option(17, Some(&[0; 4]))), Err(Errno::EFAULT));
    assert_eq!(poisoned.with(|socket| socket.bind(b"inproc://again")), Err(Errno::EFAULT));
    assert_eq!(poisoned.shared().err(), Some(Errno::EFAULT));

    assert_eq!(peer.recv_slice(&mut [0; 8], 0), Ok(1), "what was sent before is there");
    assert_eq!(sends(sound[0]), Ok(()));
    assert_eq!(sound[1].recv_slice(&mut [0; 8], 0), Ok(1));
    let later = pair(&context, "inproc://later");

    assert_eq!(poisoned.close(), Ok(()));
    assert_eq!(sends(poisoned), Err(Errno::ENOTSOCK));
    for handle in [peer, sound[0], sound[1], later[0], later[1]] {
        assert_eq!(handle.close(), Ok(()));
    }
    assert_eq!(context.terminate(), Ok(()));
}

#[test]
fn a_panic_of_send_and_recv_poisons_too() {
    let context = Context::new();
    let attempts = [Direction::In, Direction::Out { is_large: false, may_wait: true }];
    let handles = attempts.map(|_| Handle::open(&context, DEALER).unwrap());
    for (direction, handle) in attempts.into_iter().zip(handles) {
        assert!(panics(|| handle.retry(handle.lock().unwrap(), 0, direction, broken)));
        assert_eq!(sends(handle), Err(Errno::EFAULT));
        assert_eq!(handle.close(), Ok(()));
    }
    assert_eq!(context.terminate(), Ok(()));
}

#[test]
fn who_waits_in_a_poisoned_socket_is_told() {
    let context = Context::new();
    let [end, other] = pair(&context, "inproc://waited");
    let (tell, told) = mpsc::channel();
    let waiter = thread::spawn(move || {
        let mut has_told = false;
        end.retry(end.lock().unwrap(), 0, Direction::In, |socket: &mut Socket| {
            if !std::mem::replace(&mut has_told, true) {
                tell.send(()).unwrap();
            }
            // Announced with the socket still locked, so that the panic comes after.
            assert_eq!(socket.ready().map(|found| found & IN), Ok(0));
            Err::<(), _>(Errno::EAGAIN)
        })
    });
    told.recv().unwrap();
    assert!(panics(|| end.with(broken)));
    assert_eq!(waiter.join().unwrap(), Err(Errno::EFAULT));
    assert_eq!(end.close(), Ok(()));
    assert_eq!(other.close(), Ok(()));
    assert_eq!(context.terminate(), Ok(()));
}

#[test]
fn a_poisoned_socket_with_connections_lets_its_context_end() {
    let context = Context::new();
    let server = Handle::open(&context, PAIR).unwrap();
    server.with(|socket| socket.bind(b"tcp://127.0.0.1:*")).unwrap();
    let endpoint = server.with(|socket| Ok(socket.last_endpoint.clone())).unwrap();
    let clients = [0; 2].map(|_| Handle::open(&context, DEALER).unwrap());
    for client in clients {
        client.with(|socket| socket.connect(&endpoint)).unwrap();
        // Nobody is there: this would linger for ever.
        client.with(|socket| socket.connect(b"ipc:///nonexistent/peer")).unwrap();
        sends(client).unwrap();
        sends(client).unwrap();
        assert!(panics(|| client.with(broken)));
    }
    assert!(panics(|| server.with(broken)));
    for handle in [server, clients[0], clients[1]] {
        assert_eq!(handle.close(), Ok(()));
    }
    assert_eq!(context.terminate(), Ok(()));
}

#[test]
fn without_memory_a_call_answers_enomem_and_nothing_is_lost() {
    let context = Context::new();
    let [a, b] = pair(&context, "inproc://poor");
    let (small, large) = ([1; 500], [2; 2000]);
    let send = |body: &[u8]| a.send(&mut Outbound::Slice(body), 0);
    assert_eq!(send(&small), Ok(()));
    assert_eq!(shortage::during(|| send(&large)), Err(Errno::ENOMEM));
    assert_eq!(a.send(&mut Outbound::Slice(&large), SNDMORE), Ok(()));
    assert_eq!(shortage::during(|| send(&large)), Err(Errno::ENOMEM), "within a message");
    assert_eq!(send(&large), Ok(()));

    let mut part = Message::new();
    assert_eq!(shortage::during(|| b.recv_message(&mut part, 0)), Err(Errno::ENOMEM));
    for (body, more) in [(&small[..], false), (&large, true), (&large, false)] {
        assert_eq!(b.recv_message(&mut part, 0), Ok(body.len()));
        assert_eq!((part.data(), part.has_more()), (body, more));
    }
    assert_eq!((a.close(), b.close()), (Ok(()), Ok(())));
    assert_eq!(context.terminate(), Ok(()));
}

#[test]
fn without_memory_to_say_where_messages_are_they_are_found() {
    let context = Context::new();
    let binder = Handle::open(&context, DEALER).unwrap();
    binder.with(|socket| socket.bind(b"inproc://found")).unwrap();
    let peers = [0; 40].map(|_| Handle::open(&context, DEALER).unwrap());
    for peer in peers {
        peer.with(|socket| socket.connect(b"inproc://found")).unwrap();
        // Room for a few commands is enough so far.
        assert_eq!(binder.recv_slice(&mut [0; 8], DONTWAIT), Err(Errno::EAGAIN));
    }
    let lost = crate::sys::shortage::after(0, || {
        peers.map(sends).iter().filter(|sent| sent.is_err()).count()
    });
    for _ in lost..peers.len() {
        assert_eq!(binder.recv_slice(&mut [0; 8], DONTWAIT), Ok(1));
    }
    assert_eq!(binder.recv_slice(&mut [0; 8], DONTWAIT), Err(Errno::EAGAIN));
    for handle in peers.into_iter().chain([binder]) {
        assert_eq!(handle.close(), Ok(()));
    }
    assert_eq!(context.terminate(), Ok(()));
}

/// A socket that does not wait for ever for what does not come.
fn open(context: &Arc<Context>, kind: i32) -> Handle {
    let handle = Handle::open(context, kind).unwrap();
    let patience = 5_000_i32.to_ne_bytes();
    handle.with(|socket| socket.set_option(RCVTIMEO, Some(&patience))).unwrap();
    handle
}

#[test]
fn without_memory_to_be_told_of_a_peer_an_endpoint_is_not_there_and_may_be_again() {
    let context = Context::new();
    let answers = |end: Handle| end.send(&mut Outbound::Slice(b"y"), 0);
    for transport in ["inproc://later", "tcp://127.0.0.1:*"] {
        let [binder, peer] = [DEALER; 2].map(|kind| open(&context, kind));
        let is_inproc = transport.starts_with("inproc");
        let bind = || binder.with(|socket| socket.bind(transport.as_bytes()));
        assert_eq!(shortage::during(bind), if is_inproc { Ok(()) } else { Err(Errno::ENOMEM) });
        if !is_inproc {
            bind().unwrap();
        }
        let endpoint = binder.with(|socket| Ok(socket.last_endpoint.clone())).unwrap();
        let connect = || peer.with(|socket| socket.connect(&endpoint));
        assert_eq!(shortage::during(connect), Err(Errno::ENOMEM), "{transport}");
        assert_eq!(peer.with(|socket| socket.term_endpoint(&endpoint)), Err(Errno::ENOENT));
        connect().unwrap();
        answers(peer).unwrap();
        assert_eq!(binder.recv_slice(&mut [0; 8], 0), Ok(1));
        answers(binder).unwrap();
        assert_eq!(peer.recv_slice(&mut [0; 8], 0), Ok(1));
        assert_eq!((binder.close(), peer.close()), (Ok(()), Ok(())));
    }
    assert_eq!(context.terminate(), Ok(()));
}

#[test]
fn connects_that_wait_go_on_waiting_for_a_bind_that_had_memory() {
    let context = Context::new();
    let [binder, first, second] = [DEALER; 3].map(|kind| open(&context, kind));
    for peer in [first, second] {
        peer.with(|socket| socket.connect(b"inproc://late")).unwrap();
        sends(peer).unwrap();
    }
    let bind = || binder.with(|socket| socket.bind(b"inproc://late"));
    assert_eq!(shortage::during(bind), Err(Errno::ENOMEM));
    bind().unwrap();
    for _ in [first, second] {
        assert_eq!(binder.recv_slice(&mut [0; 8], 0), Ok(1));
        sends(binder).unwrap();
    }
    for peer in [first, second] {
        assert_eq!(peer.recv_slice(&mut [0; 8], 0), Ok(1));
    }
    for handle in [binder, first, second] {
        assert_eq!(handle.close(), Ok(()));
    }
    assert_eq!(context.terminate(), Ok(()));
}

#[test]
fn a_connect_without_memory_leaves_the_routing_id_to_the_next() {
    let context = Context::new();
    let [binder, router] = [DEALER, ROUTER].map(|kind| open(&context, kind));
    binder.with(|socket| socket.bind(b"tcp://127.0.0.1:*")).unwrap();
    let endpoint = binder.with(|socket| Ok(socket.last_endpoint.clone())).unwrap();
    router.with(|socket| socket.set_option(CONNECT_ROUTING_ID, Some(b"X"))).unwrap();
    let connect = || router.with(|socket| socket.connect(&endpoint));
    assert_eq!(shortage::during(connect), Err(Errno::ENOMEM));
    connect().unwrap();
    router.send(&mut Outbound::Slice(b"X"), SNDMORE).unwrap();
    sends(router).unwrap();
    assert_eq!(binder.recv_slice(&mut [0; 8], 0), Ok(1));
    assert_eq!((binder.close(), router.close()), (Ok(()), Ok(())));
    assert_eq!(context.terminate(), Ok(()));
}
