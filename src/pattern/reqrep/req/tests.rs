//! REQ, by the sentences of RFC 28.
#![forbid(unsafe_code)]

use crate::errno::Errno;
use crate::options::SocketType;
use crate::pattern::testing::{both_kinds, parts};
use crate::pipe::Kind;

#[test]
fn req_shall_prefix_the_outgoing_message_with_an_empty_delimiter_and_remove_it_from_the_reply() {
    both_kinds(SocketType::Req, |mut rig| {
        let mut peer = rig.connect();
        assert_eq!(rig.recv(), Err(Errno::EFSM));
        rig.send(&[b"ask", b"me"]).unwrap();
        assert_eq!(peer.recv_all(), [parts(&[b"", b"ask", b"me"])]);
        assert!(!rig.has_in() && !rig.has_out());
        assert!(peer.send(&[b"", b"re", b"ply"]));
        assert!(rig.has_in());
        assert_eq!(rig.recv(), Ok(parts(&[b"re", b"ply"])));
        assert!(rig.has_out());
    });
}

#[test]
fn req_shall_route_requests_in_turns_and_accept_a_reply_only_from_the_peer_asked() {
    both_kinds(SocketType::Req, |mut rig| {
        let (mut first, mut second) = (rig.connect(), rig.connect());
        rig.send(&[b"1"]).unwrap();
        assert!(first.recv().is_some() && second.recv().is_none());
        assert!(second.send(&[b"", b"bogus"]));
        assert!(!rig.has_in());
        assert_eq!(rig.recv(), Err(Errno::EAGAIN));
        assert!(first.send(&[b"", b"right"]));
        assert_eq!(rig.recv(), Ok(parts(&[b"right"])));
        rig.send(&[b"2"]).unwrap();
        assert!(first.recv().is_none() && second.recv().is_some());
    });
}

#[test]
fn req_shall_block_on_sending_when_it_has_no_connected_peers() {
    both_kinds(SocketType::Req, |mut rig| {
        assert!(!rig.has_out());
        assert_eq!(rig.send(&[b"1"]), Err(Errno::EAGAIN));
        let mut peer = rig.connect();
        rig.send(&[b"1"]).unwrap();
        assert_eq!(rig.send(&[b"2"]), Err(Errno::EFSM));
        assert_eq!(peer.recv_all(), [parts(&[b"", b"1"])]);
    });
}

#[test]
fn what_came_before_the_request_is_no_reply_to_it() {
    both_kinds(SocketType::Req, |mut rig| {
        let mut peer = rig.connect();
        assert!(peer.send(&[b"", b"early"]));
        rig.send(&[b"1"]).unwrap();
        assert_eq!(rig.recv(), Err(Errno::EAGAIN));
    });
}

#[test]
fn a_malformed_reply_is_skipped_and_costs_a_connection() {
    both_kinds(SocketType::Req, |mut rig| {
        let mut peer = rig.connect();
        for malformed in [&[&b"no delimiter"[..]][..], &[b"x", b"", b"y"], &[b""], &[b"four", b"y"]]
        {
            rig.send(&[b"1"]).unwrap();
            assert!(peer.send(malformed));
            assert_eq!(rig.recv(), Err(Errno::EAGAIN));
            rig.settle();
            if rig.kind == Kind::Bytes {
                assert_eq!(rig.terminated, [peer.id]);
                return;
            }
            assert!(peer.send(&[b"", b"good"]));
            assert_eq!(rig.recv(), Ok(parts(&[b"good"])));
        }
        assert!(rig.terminated.is_empty());
    });
}

#[test]
fn with_correlate_only_the_reply_with_the_number_of_the_request_counts() {
    both_kinds(SocketType::Req, |mut rig| {
        rig.options.req_correlate = true;
        let mut peer = rig.connect();
        rig.send(&[b"1"]).unwrap();
        let request = peer.recv().unwrap();
        assert_eq!((request.len(), request[0].len()), (3, 4));
        let id = request[0].clone();
        let other: Vec<u8> = id.iter().map(|b| !b).collect();
        assert!(peer.send(&[&other, b"", b"stale"]));
        assert!(peer.send(&[b"", b"uncorrelated"]));
        assert_eq!(rig.recv(), Err(Errno::EAGAIN));
        assert!(peer.send(&[&id, b"", b"right"]));
        assert_eq!(rig.recv(), Ok(parts(&[b"right"])));
        rig.settle();
        assert!(rig.terminated.is_empty());
    });
}

#[test]
fn with_relaxed_a_new_request_replaces_the_old_one() {
    both_kinds(SocketType::Req, |mut rig| {
        rig.options.req_relaxed = true;
        rig.options.req_correlate = true;
        let mut peer = rig.connect();
        rig.send(&[b"1"]).unwrap();
        let first = peer.recv().unwrap();
        assert!(rig.has_out());
        rig.send(&[b"2"]).unwrap();
        let second = peer.recv().unwrap();
        assert!(peer.send(&[&first[0], b"", b"re 1"]));
        assert!(peer.send(&[&second[0], b"", b"re 2", b"tail"]));
        assert_eq!(rig.recv_part(), Ok((b"re 2".to_vec(), true)));
        rig.send(&[b"3"]).unwrap();
        let third = peer.recv().unwrap();
        assert!(peer.send(&[&third[0], b"", b"re 3"]));
        assert_eq!(rig.recv(), Ok(parts(&[b"re 3"])));
    });
}

#[test]
fn a_request_goes_to_the_next_peer_if_one_is_gone() {
    both_kinds(SocketType::Req, |mut rig| {
        let (first, mut second) = (rig.connect(), rig.connect());
        drop(first);
        rig.send(&[b"1"]).unwrap();
        assert_eq!(second.recv_all(), [parts(&[b"", b"1"])]);
    });
}

#[test]
fn a_reply_begun_is_received_whole_though_its_pipe_is_taken_out() {
    both_kinds(SocketType::Req, |mut rig| {
        let mut peer = rig.connect();
        rig.send(&[b"1"]).unwrap();
        assert!(peer.send(&[b"", b"a", b"b"]));
        assert!(rig.has_in());
        rig.take_out(peer.id);
        assert_eq!(rig.recv(), Ok(parts(&[b"a", b"b"])));
    });
}
