//! One end of a pipe pair: marks, credit, attention, and how it ends.
#![forbid(unsafe_code)]

use super::*;
use crate::message::{FLAG_MORE, Inbound, Outbound};
use crate::pipe::attention::WRITABLE;

fn send(end: &mut PipeEnd, body: &[u8]) -> bool {
    let ok = end.write(&mut Outbound::Slice(body), 0);
    end.commit();
    ok
}

#[test]
fn the_high_water_mark_is_exact_and_credit_comes_in_low_water_steps() {
    for kind in [Kind::Bytes, Kind::Values] {
        let (mut a, mut b) = pair([kind; 2], [10, 10]);
        for _ in 0..10 {
            assert!(send(&mut a, b"x"));
        }
        assert!(!send(&mut a, b"x"));
        for _ in 0..4 {
            b.skip();
        }
        assert!(!a.is_writable(), "{kind:?}");
        assert_eq!(a.take_events(), 0);
        b.skip();
        assert_eq!(a.take_events(), WRITABLE);
        for _ in 0..5 {
            assert!(send(&mut a, b"x"));
        }
        assert!(!send(&mut a, b"x"));
    }
}

#[test]
fn a_higher_mark_counts_from_the_next_credit() {
    let (mut a, mut b) = pair([Kind::Values; 2], [1, 1]);
    assert!(send(&mut a, b"x") && !send(&mut a, b"x"));
    b.join_hwms((1, 1), (3, 1));
    assert_eq!(a.take_events(), WRITABLE);
    while send(&mut a, b"x") {}
    a.set_hwms(11, 1);
    assert_eq!(a.take_events(), 0);
    for _ in 0..4 {
        assert!(b.is_readable());
        b.skip();
    }
    assert!(!b.is_readable());
    assert_eq!(a.take_events(), WRITABLE);
    assert_eq!((0..20).filter(|_| send(&mut a, b"x")).count(), 12);
}

#[test]
fn credit_kept_back_under_a_mark_is_given_when_the_mark_becomes_lower() {
    let (mut a, mut b) = pair([Kind::Values; 2], [100, 100]);
    for _ in 0..40 {
        send(&mut a, b"x");
        b.skip();
    }
    assert!(!b.is_readable());
    b.take_events();
    a.set_hwms(10, 0);
    assert_eq!(b.take_events(), READABLE);
    assert!(!b.is_readable());
    assert!(a.is_writable());
}

/// Messages that are read until the writer, which waits, is told of credit.
fn reads_until_credit(a: &mut PipeEnd, b: &mut PipeEnd) -> usize {
    while send(a, b"x") {}
    a.take_events();
    (1..)
        .find(|_| {
            // As a socket does before it reads.
            b.take_events();
            b.skip().unwrap();
            a.take_events() == WRITABLE
        })
        .unwrap()
}

#[test]
fn credit_comes_in_the_steps_of_a_mark_that_was_lowered_while_there_is_something_to_read() {
    for hwm in [100, 0] {
        let (mut a, mut b) = pair([Kind::Values; 2], [hwm, 100]);
        for _ in 0..20 {
            send(&mut a, b"x");
        }
        b.skip();
        a.set_hwms(10, 100);
        reads_until_credit(&mut a, &mut b);
        for _ in 0..3 {
            assert_eq!(reads_until_credit(&mut a, &mut b), 5, "from {hwm}, by the writer");
        }
        b.set_hwms(100, 2);
        reads_until_credit(&mut a, &mut b);
        assert_eq!(reads_until_credit(&mut a, &mut b), 1, "from {hwm}, by the reader");
    }
}

#[test]
fn a_writer_that_waits_has_credit_with_the_next_message_read_when_the_mark_goes() {
    for reader_has_one in [false, true] {
        let (mut a, mut b) = pair([Kind::Values; 2], [100, 100]);
        if reader_has_one {
            b.join_hwms((100, 50), (50, 100));
        }
        while send(&mut a, b"x") {}
        b.skip();
        match reader_has_one {
            false => a.set_hwms(0, 100),
            true => b.set_hwms(100, 0),
        }
        b.take_events();
        b.skip();
        assert_eq!(a.take_events() & WRITABLE, WRITABLE);
    }
}

#[test]
fn a_reader_is_told_once_for_each_time_it_found_nothing() {
    let (mut a, mut b) = pair([Kind::Values; 2], [0, 0]);
    send(&mut a, b"1");
    assert_eq!(b.take_events(), READABLE);
    send(&mut a, b"2");
    assert_eq!(b.take_events(), 0);
    assert!(b.is_readable());
    b.skip();
    b.skip();
    assert!(!b.is_readable());
    send(&mut a, b"3");
    assert_eq!(b.take_events(), READABLE);
}

#[test]
fn what_was_committed_can_be_read_after_the_writer_is_gone() {
    for kind in [Kind::Bytes, Kind::Values, Kind::Conflate] {
        let (mut a, mut b) = pair([kind; 2], [0, 0]);
        send(&mut a, b"last");
        a.write(&mut Outbound::Slice(b"unfinished"), FLAG_MORE);
        if kind == Kind::Conflate {
            send(&mut a, b"last");
        }
        a.close(100);
        assert!(b.is_peer_gone() && b.is_readable());
        assert_eq!(b.peer_linger_ms(), 100);
        assert_eq!(b.peek().unwrap().body, b"last");
        b.skip();
        assert!(!b.is_readable());
        assert!(!b.is_writable());
    }
}

#[test]
fn the_newest_message_can_always_be_written() {
    let (mut a, mut b) = pair([Kind::Conflate; 2], [2, 2]);
    a.join_hwms((1, 1), (1, 1));
    b.set_hwms(3, 3);
    for _ in 0..10 {
        assert!(send(&mut a, b"old"));
    }
    assert!(send(&mut a, b"new"));
    assert_eq!(b.peek().unwrap().body, b"new");
}

#[test]
fn multipart_counts_once_and_a_message_begun_can_be_finished() {
    let (mut a, mut b) = pair([Kind::Values; 2], [2, 2]);
    for _ in 0..2 {
        assert!(a.write(&mut Outbound::Slice(b"a"), FLAG_MORE));
        assert!(a.write(&mut Outbound::Slice(b"b"), FLAG_MORE));
        assert!(a.write(&mut Outbound::Slice(b"c"), 0));
        a.commit();
    }
    assert!(!a.is_writable());
    b.skip_message();
    assert!(a.is_writable());
}

/// What [`PipeEnd::take`] answers, and what it had room for of the message.
fn take(end: &mut PipeEnd, room: usize) -> Option<(usize, Vec<u8>)> {
    let mut buf = vec![0; room];
    let mut sink = Inbound::Slice { buf: &mut buf, size: 0 };
    let size = end.take(&mut sink).then(|| sink.size())?;
    buf.truncate(size);
    Some((size, buf))
}

#[test]
fn what_is_not_known_to_be_there_is_not_taken() {
    let (mut a, mut b) = pair([Kind::Bytes; 2], [0; 2]);
    let large = vec![7; 2 * bytes::BY_REFERENCE];
    let mut buf = [0; 8];
    assert_eq!(take(&mut b, 8), None);
    for round in 0..3u8 {
        let mut message = crate::message::Message::copy_of(&large).unwrap();
        assert!(a.write(&mut Outbound::Message(&mut message), 0));
        a.commit();
        assert_eq!(take(&mut b, 8), None, "a body that lies elsewhere");
        assert_eq!(b.read(&mut Inbound::Slice { buf: &mut buf, size: 0 }), Some(0));
        assert_eq!((buf, take(&mut b, 8)), ([7; 8], None), "behind it");
        assert!(a.post(&Outbound::Slice(&[round])));
        assert!(a.post(&Outbound::Slice(b"longer than that")) && a.post(&Outbound::Slice(b"")));
        assert!(b.is_readable());
        assert_eq!(take(&mut b, 8), Some((1, vec![round])));
        assert_eq!(take(&mut b, 8), Some((16, b"longer t".to_vec())));
        assert_eq!((take(&mut b, 0), take(&mut b, 8)), (Some((0, vec![])), None));
    }
}

#[test]
fn nothing_is_posted_without_credit_nor_into_an_unfinished_message() {
    let (mut a, mut b) = pair([Kind::Bytes; 2], [2; 2]);
    assert!(!a.post(&Outbound::Slice(b"1")), "there is no segment yet");
    assert!(a.write(&mut Outbound::Slice(b"1"), 0));
    a.commit();
    assert!(a.write(&mut Outbound::Slice(b"begun"), FLAG_MORE));
    assert!(!a.post(&Outbound::Slice(b"2")));
    a.rollback();
    assert!(a.post(&Outbound::Slice(b"2")));
    assert!(!a.post(&Outbound::Slice(b"3")), "the mark is reached");
    for sent in [b'1', b'2'] {
        assert!(b.is_readable());
        assert_eq!(take(&mut b, 8), Some((1, vec![sent])));
    }
    assert!(!a.post(&Outbound::Slice(b"3")) && a.is_writable() && a.post(&Outbound::Slice(b"3")));
    drop(b);
    assert!(!a.post(&Outbound::Slice(b"4")), "nobody is there");
}
