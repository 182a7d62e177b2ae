//! What subscribers get is the same whether they share a log or not.
#![forbid(unsafe_code)]

use crate::message::{Message, Outbound, take_lack};
use crate::options::SocketType;
use crate::pattern::testing::{Parts, Peer, Rig, parts};
use crate::pipe::Kind;
use crate::sys::shortage;

fn subscribed(rig: &mut Rig, topic: &[u8]) -> Peer {
    let mut peer = rig.connect();
    assert!(peer.send(&[&[b"\x01", topic].concat()]));
    rig.settle();
    peer
}

/// A publisher with peers that have had so many messages that they share a log.
fn grouped(peers: usize) -> (Rig, Vec<Peer>) {
    let mut rig = Rig::new(SocketType::Pub, Kind::Bytes);
    let mut peers: Vec<Peer> = (0..peers).map(|_| subscribed(&mut rig, b"")).collect();
    for _ in 0..5 {
        rig.send(&[b"first"]).unwrap();
    }
    assert!(peers.iter_mut().all(|peer| peer.recv_all().len() == 5));
    (rig, peers)
}

#[test]
fn the_bytes_of_a_message_are_the_same_for_all_members() {
    let (mut rig, mut peers) = grouped(3);
    rig.send(&[b"x"]).unwrap();
    let at: Vec<*const u8> =
        peers.iter_mut().map(|p| p.end.peek().unwrap().body.as_ptr()).collect();
    assert_eq!((at[0], at[1]), (at[1], at[2]));
}

#[test]
fn a_member_without_credit_misses_whole_messages_and_comes_back() {
    let (mut rig, mut peers) = grouped(3);
    let body = [7; 10_000];
    let mut counts = [0; 3];
    for i in 0..100u8 {
        rig.send(&[&[i], &body]).unwrap();
        for (at, peer) in peers.iter_mut().enumerate() {
            if at > 0 || i == 50 {
                let got = peer.recv_all();
                assert!(got.iter().all(|message| message[1] == body));
                counts[at] += got.len();
            }
        }
    }
    let last = peers[0].recv_all();
    assert_eq!(counts, [10, 100, 100]);
    // After ten were read at 50 there was room for those from 51 on.
    let expected: Vec<Parts> = (51..61).map(|i| parts(&[&[i], &body])).collect();
    assert_eq!(last, expected);
}

#[test]
fn a_message_that_is_being_written_when_the_last_member_goes_is_forgotten() {
    let (mut rig, peers) = grouped(2);
    rig.send_part(b"a", true).unwrap();
    drop(peers);
    rig.settle();
    rig.send_part(b"b", false).unwrap();
    let mut peers = [subscribed(&mut rig, b""), subscribed(&mut rig, b"")];
    for i in 0..10 {
        rig.send(&[&[i]]).unwrap();
    }
    let expected: Vec<Parts> = (0..10).map(|i| parts(&[&[i]])).collect();
    assert!(peers.iter_mut().all(|peer| peer.recv_all() == expected));
}

#[test]
fn without_memory_members_get_nothing_of_a_message() {
    let (mut rig, mut peers) = grouped(2);
    rig.send_part(b"a", true).unwrap();
    rig.settle();
    let part = &mut Outbound::Slice(&[1; 20_000]);
    shortage::after(0, || rig.pattern.send(&mut rig.pipes, &rig.options, part, true)).unwrap();
    assert!(take_lack(), "that is noted");
    rig.send_part(b"c", false).unwrap();
    rig.send(&[b"next"]).unwrap();
    assert!(peers.iter_mut().all(|peer| peer.recv_all() == [parts(&[b"next"])]));
}

/// Sends `body` on a thread that gets memory so many times.
fn send_after(rig: &mut Rig, pieces: usize, body: &[u8]) {
    rig.settle();
    let part = &mut Outbound::Slice(body);
    shortage::after(pieces, || rig.pattern.send(&mut rig.pipes, &rig.options, part, false))
        .unwrap();
}

#[test]
fn without_memory_messages_are_missed_whole_and_with_it_no_more() {
    for pieces in 0..20 {
        let mut rig = Rig::new(SocketType::Pub, Kind::Bytes);
        let mut peers: Vec<Peer> = (0..3).map(|_| subscribed(&mut rig, b"")).collect();
        let mut missed = 0;
        for i in 0..40u8 {
            let has_memory = i == 0 || i >= 30;
            send_after(&mut rig, if has_memory { usize::MAX } else { pieces }, &[i]);
            if i == 15 {
                // After one has left a new log is made.
                peers.pop();
            }
            for peer in &mut peers {
                let got = peer.recv_all();
                missed += usize::from(got.is_empty());
                assert!(got == [parts(&[&[i]])] || (got.is_empty() && !has_memory), "{i}");
            }
        }
        assert!(pieces < 16 || missed == 0, "{pieces}: {missed}");
    }
}

/// A sequence of numbers below a bound.
struct Random(u32);

impl Random {
    fn below(&mut self, bound: u32) -> u32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.0 >> 8) % bound
    }
}

fn topic(random: &mut Random) -> &'static [u8] {
    [&b"a"[..], b"a", b"a", b"b", b"b", b"c", b"ab", b""][random.below(8) as usize]
}

/// Sends mostly what one topic's subscribers get, and then another's.
fn send_something(rig: &mut Rig, random: &mut Random, number: u32) -> bool {
    let usual = [&b"a"[..], b"b", b"c"][(number / 200 % 3) as usize];
    let first = if random.below(20) == 0 { topic(random) } else { usual };
    let size = [0, 10, 300, 5000, 0, 1, 2, 40_000][random.below(8) as usize];
    let count = 1 + random.below(3);
    for part in 0..count {
        let mut bytes = if part == 0 { first.to_vec() } else { Vec::new() };
        bytes.extend_from_slice(&number.to_be_bytes());
        bytes.resize(bytes.len() + size, part as u8);
        let mut message = Message::from_slice(&bytes);
        let mut out = match random.below(2) {
            0 => Outbound::Slice(&bytes),
            _ => Outbound::Message(&mut message),
        };
        rig.settle();
        if rig.pattern.send(&mut rig.pipes, &rig.options, &mut out, part + 1 < count).is_err() {
            return false;
        }
    }
    true
}

/// What each of the peers of a publisher got, and whether each message was sent.
fn run(kind: Kind, seed: u32) -> (Vec<Vec<Parts>>, Vec<bool>) {
    let mut random = Random(seed);
    let mut rig = Rig::new(SocketType::Xpub, kind);
    let (mut peers, mut got, mut sent) = (Vec::new(), Vec::new(), Vec::new());
    let mut calm = 0;
    for number in 0..2000 {
        sent.push(send_something(&mut rig, &mut random, number));
        if calm > 0 {
            calm -= 1;
        } else {
            match random.below(12) {
                0 | 1 if peers.len() < 40 => {
                    peers.push(Some(subscribed(&mut rig, topic(&mut random))));
                    got.push(Vec::new());
                }
                2 if !peers.is_empty() => {
                    let at = random.below(peers.len() as u32) as usize;
                    if random.below(4) == 0 {
                        peers[at] = None;
                    } else if let Some(peer) = &mut peers[at] {
                        let change = [&[random.below(2) as u8], topic(&mut random)].concat();
                        peer.send(&[&change]);
                    }
                }
                3 => rig.options.xpub_nodrop = random.below(4) == 0,
                4 => rig.options.invert_matching = random.below(4) == 0,
                5 => {
                    let hwm = random.below(8) as i32 + 3;
                    for id in rig.pipes.ids() {
                        rig.pipes.get(id).unwrap().set_hwms(hwm, 10);
                    }
                    rig.pipes.note_marks();
                }
                _ => calm = random.below(30),
            }
            while rig.recv().is_ok() {}
        }
        for (peer, got) in peers.iter_mut().zip(&mut got) {
            if let Some(peer) = peer.as_mut().filter(|_| random.below(6) == 0) {
                got.extend(peer.recv_all());
            }
        }
    }
    for (peer, got) in peers.iter_mut().zip(&mut got) {
        got.extend(peer.as_mut().map(Peer::recv_all).unwrap_or_default());
    }
    (got, sent)
}

#[test]
fn subscribers_get_the_same_with_a_log_and_without() {
    for seed in 1..4 {
        let (with, without) = (run(Kind::Bytes, seed), run(Kind::Values, seed));
        assert!(with.0.iter().map(Vec::len).sum::<usize>() > 1000);
        assert!(with == without, "seed {seed}");
    }
}
