//! PUB and XPUB, by the sentences of RFC 29 and zmq_setsockopt(3).
#![forbid(unsafe_code)]

use crate::errno::Errno;
use crate::message::{FLAG_COMMAND, Inbound, Message, Outbound};
use crate::options::SocketType;
use crate::pattern::Attach;
use crate::pattern::testing::{Peer, Rig, both_kinds, parts};
use crate::pipe::Kind;
use crate::sys::shortage;

fn subscribed(rig: &mut Rig, topics: &[&[u8]]) -> Peer {
    let mut peer = rig.connect();
    for topic in topics {
        assert!(peer.send(&[&[b"\x01", *topic].concat()]));
    }
    rig.settle();
    peer
}

#[test]
fn publishers_shall_send_to_all_peers_with_a_matching_prefix_once() {
    for socket_type in [SocketType::Pub, SocketType::Xpub] {
        both_kinds(socket_type, |mut rig| {
            let mut all = subscribed(&mut rig, &[b""]);
            let mut a = subscribed(&mut rig, &[b"a", b"ab", b"abc"]);
            let mut b = subscribed(&mut rig, &[b"b"]);
            let long: &[u8] = &[b'a'; 100];
            rig.send(&[b"abcd", long]).unwrap();
            rig.send(&[long]).unwrap();
            rig.send(&[b"nobody"]).unwrap();
            assert_eq!(a.recv_all(), [parts(&[b"abcd", long]), parts(&[long])]);
            assert_eq!(all.recv_all().len(), 3);
            assert_eq!(b.recv_all().len(), 0);
            assert_eq!(rig.pattern.topics_count(), 5);
            assert!(rig.has_out());
        });
    }
}

/// Whether an XPUB that gets memory so many times, and then no more, had enough for a subscription; if not, the peer
/// has to come again.
fn is_served(pieces: usize, kind: Kind, is_verbose: bool, is_manual: bool) -> bool {
    let mut rig = Rig::new(SocketType::Xpub, kind);
    rig.options.xpub_verbose = is_verbose;
    rig.options.xpub_manual = is_manual;
    let mut peer = rig.connect();
    let topic = [b'a'; 500];
    let subscription = [b"\x01", &topic[..]].concat();
    assert!(peer.send(&[&subscription]) && peer.send(&[b"part", b"another"]));
    shortage::after(pieces, || rig.hear(peer.id));
    rig.take_out_doomed();
    if rig.terminated.is_empty() {
        assert_eq!(rig.recv(), Ok(vec![subscription]));
        assert_eq!(rig.recv(), Ok(parts(&[b"part", b"another"])));
        return true;
    }
    // What it was told before stays true.
    let mut told = 0;
    while let Ok(message) = rig.recv() {
        assert_eq!(message[0][1..], topic);
        told += if message[0][0] == 1 { 1 } else { -1 };
    }
    assert_eq!((rig.terminated.len(), told, rig.pattern.topics_count()), (1, 0, 0));
    assert!(peer.end.is_peer_gone());
    false
}

#[test]
fn without_memory_for_what_it_sends_a_peer_loses_its_connection() {
    for kind in [Kind::Bytes, Kind::Values] {
        for (is_verbose, is_manual) in [(false, false), (true, false), (false, true)] {
            let needed = (0..).find(|pieces| is_served(*pieces, kind, is_verbose, is_manual));
            assert!(needed.is_some_and(|pieces| pieces > 4), "{needed:?}");
        }
    }
}

#[test]
fn without_memory_to_tell_of_peers_that_left_it_is_told_later() {
    let mut rig = Rig::new(SocketType::Xpub, Kind::Bytes);
    let topics = [[b'a'; 500], [b'b'; 500], [b'c'; 500]];
    let peer = subscribed(&mut rig, &[&topics[0], &topics[1], &topics[2]]);
    while rig.recv().is_ok() {}
    shortage::after(0, || rig.pattern.handle_closed(&mut rig.pipes, &rig.options, peer.id));
    rig.pipes.remove(peer.id);
    assert!(shortage::after(0, || rig.pattern.has_in(&mut rig.pipes, &rig.options)));
    let mut message = Message::new();
    let sink = &mut Inbound::Message(&mut message);
    let received = shortage::after(0, || rig.pattern.recv(&mut rig.pipes, &rig.options, sink));
    assert_eq!(received, Err(Errno::ENOMEM));
    let told: Vec<_> = std::iter::from_fn(|| rig.recv().ok()).map(|m| m[0][1..].to_vec()).collect();
    assert_eq!(told, topics);
}

#[test]
fn a_body_sent_to_several_peers_is_shared() {
    let mut rig = Rig::new(SocketType::Pub, Kind::Values);
    let mut peers = [subscribed(&mut rig, &[b""]), subscribed(&mut rig, &[b""])];
    for is_slice in [true, false] {
        let mut message = Message::from_slice(&[5; 1000]);
        let mut part = match is_slice {
            true => Outbound::Slice(&[5; 1000]),
            false => Outbound::Message(&mut message),
        };
        rig.pattern.send(&mut rig.pipes, &rig.options, &mut part, false).unwrap();
        let got: Vec<*const u8> =
            peers.iter_mut().map(|p| p.end.peek().unwrap().body.as_ptr()).collect();
        assert_eq!(got[0], got[1]);
        assert!(peers.iter_mut().all(|p| p.recv() == Some(parts(&[&[5; 1000]]))));
        assert!(message.is_empty() || is_slice);
    }
}

#[test]
fn publishers_shall_drop_messages_for_a_full_queue_whole() {
    both_kinds(SocketType::Pub, |mut rig| {
        let mut peer = subscribed(&mut rig, &[b""]);
        for _ in 0..10 {
            rig.send(&[b"1", b"2"]).unwrap();
        }
        rig.send_part(b"first", true).unwrap();
        assert_eq!(peer.recv_all().len(), 10);
        rig.send_part(b"last", false).unwrap();
        assert_eq!(peer.recv(), None);
        rig.send(&[b"next"]).unwrap();
        assert_eq!(peer.recv_all(), [parts(&[b"next"])]);
    });
}

#[test]
fn with_nodrop_a_full_queue_is_eagain_and_nobody_gets_the_message() {
    both_kinds(SocketType::Xpub, |mut rig| {
        rig.options.xpub_nodrop = true;
        let mut slow = subscribed(&mut rig, &[b"a"]);
        let mut fast = subscribed(&mut rig, &[b""]);
        for _ in 0..10 {
            rig.send(&[b"a"]).unwrap();
            assert!(fast.recv().is_some());
        }
        assert_eq!(rig.send(&[b"a"]), Err(Errno::EAGAIN));
        assert_eq!(fast.recv(), None);
        rig.send(&[b"b"]).unwrap();
        assert_eq!(fast.recv_all().len(), 1);
        assert_eq!(slow.recv_all().len(), 10);
        rig.send(&[b"a"]).unwrap();
        assert_eq!((slow.recv_all().len(), fast.recv_all().len()), (1, 1));
    });
}

#[test]
fn with_inverted_matching_those_who_did_not_subscribe_get_the_message() {
    both_kinds(SocketType::Pub, |mut rig| {
        rig.options.invert_matching = true;
        let mut a = subscribed(&mut rig, &[b"a"]);
        let mut none = subscribed(&mut rig, &[]);
        rig.send(&[b"abc"]).unwrap();
        rig.send(&[b"xyz"]).unwrap();
        assert_eq!(a.recv_all(), [parts(&[b"xyz"])]);
        assert_eq!(none.recv_all().len(), 2);
    });
}

#[test]
fn xpub_shall_hand_over_new_and_last_subscriptions() {
    both_kinds(SocketType::Xpub, |mut rig| {
        let mut first = subscribed(&mut rig, &[b"t", b"t"]);
        let mut second = rig.connect();
        second.frame(b"\x09SUBSCRIBEt", FLAG_COMMAND);
        assert_eq!(rig.recv(), Ok(parts(&[b"\x01t"])));
        assert!(!rig.has_in());
        assert!(first.send(&[b"\x00t"]));
        assert!(!rig.has_in());
        second.frame(b"\x06CANCELt", FLAG_COMMAND);
        assert_eq!(rig.recv(), Ok(parts(&[b"\x00t"])));
        assert_eq!(rig.recv(), Err(Errno::EAGAIN));
    });
}

#[test]
fn verbose_passes_repeated_subscriptions_and_verboser_all_cancellations() {
    both_kinds(SocketType::Xpub, |mut rig| {
        rig.options.xpub_verbose = true;
        let mut first = subscribed(&mut rig, &[b"t", b"t"]);
        let second = subscribed(&mut rig, &[b"t"]);
        assert_eq!((0..3).map(|_| rig.recv().unwrap()).filter(|m| m[0] == b"\x01t").count(), 3);
        assert!(first.send(&[b"\x00t"]));
        assert!(!rig.has_in());
        rig.options.xpub_verboser = true;
        assert!(first.send(&[b"\x01t"]) && first.send(&[b"\x00t"]));
        assert_eq!(rig.recv(), Ok(parts(&[b"\x01t"])));
        assert_eq!(rig.recv(), Ok(parts(&[b"\x00t"])));
        drop(second);
        assert_eq!(rig.recv(), Ok(parts(&[b"\x00t"])));
    });
}

#[test]
fn the_subscriptions_of_a_peer_that_goes_are_cancelled() {
    both_kinds(SocketType::Xpub, |mut rig| {
        let leaver = subscribed(&mut rig, &[b"shared", b"own"]);
        let _stayer = subscribed(&mut rig, &[b"shared"]);
        assert!(rig.recv().is_ok() && rig.recv().is_ok());
        drop(leaver);
        assert_eq!(rig.recv(), Ok(parts(&[b"\x00own"])));
        assert_eq!(rig.recv(), Err(Errno::EAGAIN));
        assert_eq!(rig.pattern.topics_count(), 1);
    });
}

#[test]
fn other_messages_of_subscribers_reach_xpub_and_not_pub() {
    for socket_type in [SocketType::Pub, SocketType::Xpub] {
        both_kinds(socket_type, |mut rig| {
            let mut peer = rig.connect();
            assert!(peer.send(&[b"hello", b"\x01t"]));
            rig.settle();
            assert_eq!(rig.pattern.topics_count(), 1);
            rig.options.only_first_subscribe = true;
            assert!(peer.send(&[b"hello", b"\x01u"]));
            rig.settle();
            assert_eq!(rig.pattern.topics_count(), 1);
            if socket_type == SocketType::Pub {
                assert_eq!(rig.recv(), Err(Errno::ENOTSUP));
                return;
            }
            assert_eq!(rig.recv_part(), Ok((b"hello".to_vec(), true)));
            assert_eq!(rig.recv(), Ok(parts(&[b"\x01t"])));
            assert_eq!(rig.recv(), Ok(parts(&[b"hello", b"\x01u"])));
        });
    }
}

#[test]
fn with_manual_the_application_subscribes_for_the_peer_heard_last() {
    both_kinds(SocketType::Xpub, |mut rig| {
        rig.options.xpub_manual = true;
        let mut a = subscribed(&mut rig, &[b"A"]);
        let mut b = subscribed(&mut rig, &[b"B"]);
        rig.subscribe(b"too early").unwrap();
        assert_eq!(rig.recv(), Ok(parts(&[b"\x01A"])));
        rig.subscribe(b"XA").unwrap();
        assert_eq!(rig.recv(), Ok(parts(&[b"\x01B"])));
        rig.subscribe(b"XB").unwrap();
        for topic in [&b"A"[..], b"XA", b"XB", b"too early"] {
            rig.send(&[topic]).unwrap();
        }
        assert_eq!(a.recv_all(), [parts(&[b"XA"])]);
        assert_eq!(b.recv_all(), [parts(&[b"XB"])]);
        assert!(a.send(&[b"\x00A"]));
        assert_eq!(rig.recv(), Ok(parts(&[b"\x00A"])));
        rig.unsubscribe(b"XA").unwrap();
        rig.send(&[b"XA"]).unwrap();
        assert_eq!(a.recv(), None);
        drop(b);
        assert_eq!(rig.recv(), Ok(parts(&[b"\x00B"])));
        rig.subscribe(b"for nobody").unwrap();
        assert_eq!(rig.pattern.topics_count(), 0);
    });
}

#[test]
fn with_manual_last_value_the_next_message_goes_to_the_peer_heard_last() {
    both_kinds(SocketType::Xpub, |mut rig| {
        rig.options.xpub_manual = true;
        rig.options.xpub_manual_last_value = true;
        let mut a = subscribed(&mut rig, &[b"t"]);
        let mut b = subscribed(&mut rig, &[b"t"]);
        for _ in 0..2 {
            rig.recv().unwrap();
            rig.subscribe(b"t").unwrap();
        }
        rig.send(&[b"t", b"last value"]).unwrap();
        rig.send(&[b"t", b"news"]).unwrap();
        assert_eq!(a.recv_all(), [parts(&[b"t", b"news"])]);
        assert_eq!(b.recv_all().len(), 2);
    });
}

#[test]
fn a_new_peer_is_welcomed_and_may_get_everything() {
    both_kinds(SocketType::Xpub, |mut rig| {
        rig.options.xpub_welcome_msg = Some(b"hi".to_vec());
        let how = Attach { subscribe_to_all: true, ..Attach::default() };
        let mut peer = rig.connect_as(how, |_| {});
        rig.send(&[b"news"]).unwrap();
        assert_eq!(peer.recv_all(), [parts(&[b"hi"]), parts(&[b"news"])]);
    });
}
