//! ROUTER, by the sentences of RFC 28 and zmq_setsockopt(3).
#![forbid(unsafe_code)]

use crate::errno::Errno;
use crate::message::FLAG_ROUTING_ID;
use crate::options::SocketType;
use crate::pattern::Attach;
use crate::pattern::testing::{Peer, Rig, both_kinds, parts, write_frame};
use crate::pipe::Kind;
use crate::pipe::WRITABLE;

fn named(rig: &mut Rig, routing_id: &[u8]) -> Peer {
    rig.connect_as(Attach::default(), |end| write_frame(end, routing_id, FLAG_ROUTING_ID))
}

#[test]
fn router_shall_prefix_each_incoming_message_with_the_routing_id_and_send_by_it() {
    both_kinds(SocketType::Router, |mut rig| {
        let (mut a, mut b) = (named(&mut rig, b"A"), named(&mut rig, b"B"));
        assert!(b.send(&[b"1", b"2"]));
        assert!(rig.has_in());
        assert_eq!(rig.recv(), Ok(parts(&[b"B", b"1", b"2"])));
        rig.send(&[b"A", b"to", b"a"]).unwrap();
        rig.send(&[b"B", b""]).unwrap();
        assert_eq!(a.recv_all(), [parts(&[b"to", b"a"])]);
        assert_eq!(b.recv_all(), [parts(&[b""])]);
    });
}

#[test]
fn a_peer_without_a_routing_id_gets_a_zero_byte_and_a_counter() {
    both_kinds(SocketType::Router, |mut rig| {
        let (mut a, mut b) = (named(&mut rig, b""), named(&mut rig, b""));
        assert!(a.send(&[b"1"]) && b.send(&[b"2"]));
        let (first, second) = (rig.recv().unwrap(), rig.recv().unwrap());
        let counter = |id: &[u8]| {
            assert_eq!((id.len(), id[0]), (5, 0));
            u32::from_be_bytes([id[1], id[2], id[3], id[4]])
        };
        let (x, y) = (counter(&first[0]), counter(&second[0]));
        assert!(x.wrapping_sub(y) == 1 || y.wrapping_sub(x) == 1);
        rig.send(&[&first[0], b"re 1"]).unwrap();
        assert_eq!(a.recv_all(), [parts(&[b"re 1"])]);
    });
}

#[test]
fn a_peer_is_nobody_until_its_routing_id_comes() {
    both_kinds(SocketType::Router, |mut rig| {
        let mut peer = rig.connect();
        assert!(!rig.has_in());
        peer.frame(b"late", FLAG_ROUTING_ID);
        assert!(peer.send(&[b"1"]));
        assert_eq!(rig.recv(), Ok(parts(&[b"late", b"1"])));
        // The peer has reconnected.
        peer.frame(b"other", FLAG_ROUTING_ID);
        assert!(peer.send(&[b"2"]));
        assert_eq!(rig.recv(), Ok(parts(&[b"late", b"2"])));
    });
}

#[test]
fn router_shall_silently_drop_what_cannot_be_routed() {
    both_kinds(SocketType::Router, |mut rig| {
        let mut peer = named(&mut rig, b"A");
        assert!(rig.has_out());
        rig.send(&[b"nobody", b"1", b"2"]).unwrap();
        rig.send(&[b"A"]).unwrap();
        for i in 0..12u8 {
            rig.send(&[b"A", &[i]]).unwrap();
        }
        let got: Vec<u8> = peer.recv_all().iter().map(|m| m[0][0]).collect();
        assert_eq!(got, (0..10).collect::<Vec<u8>>());
    });
}

#[test]
fn a_connection_without_credit_is_served_before_the_next_message_would_be_dropped() {
    for is_mandatory in [false, true] {
        both_kinds(SocketType::Router, |mut rig| {
            rig.options.router_mandatory = is_mandatory;
            let _peer = named(&mut rig, b"A");
            for i in 1..=10 {
                rig.send(&[b"A", b"1", b"2"]).unwrap();
                assert_eq!(rig.pipes.take_shortage(), !is_mandatory && i == 10);
            }
        });
    }
}

#[test]
fn with_mandatory_what_cannot_be_routed_is_an_error() {
    both_kinds(SocketType::Router, |mut rig| {
        rig.options.router_mandatory = true;
        assert!(!rig.has_out());
        assert_eq!(rig.send(&[b"nobody", b"1"]), Err(Errno::EHOSTUNREACH));
        let mut peer = named(&mut rig, b"A");
        for i in 0..10u8 {
            rig.send(&[b"A", &[i]]).unwrap();
        }
        assert!(!rig.has_out());
        assert_eq!(rig.pattern.can_send_to(&mut rig.pipes, b"A"), Ok(false));
        assert_eq!(rig.pattern.can_send_to(&mut rig.pipes, b"B"), Err(Errno::EHOSTUNREACH));
        assert_eq!(rig.send(&[b"A", b"x"]), Err(Errno::EAGAIN));
        assert_eq!(peer.recv_all().len(), 10);
        assert!(rig.has_out());
        rig.send(&[b"A", b"again"]).unwrap();
        assert!(peer.send(&[b"unread"]));
        drop(peer);
        assert_eq!(rig.send(&[b"A", b"x"]), Err(Errno::EHOSTUNREACH));
    });
}

#[test]
fn with_mandatory_the_mark_is_told_once_even_if_the_peer_has_read_meanwhile() {
    both_kinds(SocketType::Router, |mut rig| {
        rig.options.router_mandatory = true;
        let mut peer = named(&mut rig, b"A");
        for i in 0..10u8 {
            rig.send(&[b"A", &[i]]).unwrap();
        }
        assert_eq!(peer.recv_all().len(), 10);
        assert_eq!(rig.send(&[b"A", b"x"]), Err(Errno::EAGAIN));
        let ids = rig.pipes.ids();
        let told = ids.iter().map(|id| rig.pipes.get(*id).unwrap().take_events());
        assert!(told.eq([WRITABLE]), "who waits is woken");
        rig.send(&[b"A", b"x"]).unwrap();
    });
}

#[test]
fn the_second_peer_of_a_routing_id_is_ignored() {
    both_kinds(SocketType::Router, |mut rig| {
        let (mut first, mut second) = (named(&mut rig, b"X"), named(&mut rig, b"X"));
        assert!(second.send(&[b"ignored"]));
        assert!(!rig.has_in());
        assert!(first.send(&[b"heard"]));
        assert_eq!(rig.recv(), Ok(parts(&[b"X", b"heard"])));
        rig.send(&[b"X", b"1"]).unwrap();
        assert!(first.recv().is_some() && second.recv().is_none());
        assert!(rig.terminated.is_empty());
        drop(second);
        rig.settle();
        assert_eq!(rig.pipes.len(), 1);
    });
}

#[test]
fn with_handover_the_second_peer_takes_the_place_of_the_first() {
    both_kinds(SocketType::Router, |mut rig| {
        rig.options.router_handover = true;
        let (first, mut second) = (named(&mut rig, b"X"), named(&mut rig, b"X"));
        assert_eq!(rig.terminated, [first.id]);
        rig.send(&[b"X", b"1"]).unwrap();
        assert_eq!(second.recv_all(), [parts(&[b"1"])]);
    });
}

#[test]
fn nobody_takes_over_a_routing_id_that_was_generated() {
    both_kinds(SocketType::Router, |mut rig| {
        rig.options.router_handover = true;
        let mut first = named(&mut rig, b"");
        assert!(first.send(&[b"1"]));
        let generated = rig.recv().unwrap()[0].clone();
        let mut second = named(&mut rig, &generated);
        assert!(second.send(&[b"hijack"]));
        assert!(rig.terminated.is_empty() && !rig.has_in());
    });
}

#[test]
fn connect_routing_id_names_the_peer_and_cannot_be_given_twice() {
    both_kinds(SocketType::Router, |mut rig| {
        let how = || Attach {
            is_local: true,
            connect_routing_id: Some(b"there".to_vec()),
            ..Attach::default()
        };
        let mut peer = rig.connect_as(how(), |_| {});
        assert!(rig.pattern.has_routing_id(b"there"));
        rig.send(&[b"there", b"1"]).unwrap();
        assert_eq!(peer.recv_all(), [parts(&[b"1"])]);
        peer.frame(b"its own", FLAG_ROUTING_ID);
        assert!(peer.send(&[b"2"]));
        assert_eq!(rig.recv(), Ok(parts(&[b"there", b"2"])));
        let refused = rig.connect_as(how(), |_| {});
        assert_eq!(rig.terminated, [refused.id]);
    });
}

#[test]
fn the_rest_of_a_message_is_dropped_or_kept_with_its_pipe() {
    both_kinds(SocketType::Router, |mut rig| {
        let (mut a, mut b) = (named(&mut rig, b"A"), named(&mut rig, b"B"));
        assert!(a.send(&[b"1", b"2"]));
        assert_eq!(rig.recv_part(), Ok((b"A".to_vec(), true)));
        rig.send_part(b"A", true).unwrap();
        rig.send_part(b"x", true).unwrap();
        rig.take_out(a.id);
        rig.send_part(b"y", false).unwrap();
        rig.send(&[b"B", b"z"]).unwrap();
        assert_eq!(b.recv_all(), [parts(&[b"z"])]);
        assert_eq!(rig.recv(), Ok(parts(&[b"1", b"2"])));
    });
}

#[test]
fn router_notify_tells_of_connections_that_come_and_go() {
    let mut rig = Rig::new(SocketType::Router, Kind::Bytes);
    rig.options.router_notify = 3;
    let mut peer = named(&mut rig, b"A");
    assert!(rig.has_in());
    assert_eq!(rig.recv(), Ok(parts(&[b"A", b""])));
    assert!(peer.send(&[b"1"]));
    drop(peer);
    assert_eq!(rig.recv(), Ok(parts(&[b"A", b"1"])));
    assert_eq!(rig.recv(), Ok(parts(&[b"A", b""])));
    assert!(!rig.has_in());
}
