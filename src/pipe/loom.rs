//! Models of the pipe: every order of a writer and a reader, on the queue, and of the hand-overs
//! between them. Segments are so small here that a few messages go through several.
//! `RUSTFLAGS="--cfg loom" cargo test --lib loom`

mod log;

use std::sync::Arc as StdArc;

use loom::sync::Arc;
use loom::thread;

use super::attention::{Attention, CLOSED, READABLE, Target, WRITABLE};
use super::bytes::{ByteReader, ByteWriter, bytes};
use super::conflate::conflate;
use super::end::{Kind, PipeEnd, pair};
use crate::message::{FLAG_MORE, Inbound, Message, Outbound};
use crate::sync::Signal;

/// All orders with at most `preemptions` forced changes of thread.
fn check(preemptions: usize, model: impl Fn() + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(preemptions);
    builder.max_branches = 10_000;
    builder.check(model);
}

/// An owner of pipe ends that sleeps on a signal.
struct Owner(Arc<Signal>);

impl Target for Owner {
    fn attend(&self, _token: u64) {
        self.0.notify();
    }
}

fn owner() -> (Arc<Signal>, StdArc<dyn Target>) {
    let signal = Arc::new(Signal::new());
    (Arc::clone(&signal), StdArc::new(Owner(signal)))
}

/// Waits until `end` has events and takes them.
fn wait(signal: &Signal, end: &mut PipeEnd) -> u8 {
    signal.wait(None).unwrap();
    signal.clear();
    end.take_events()
}

/// By the short way where there is one, as zmq_send(3).
fn send(end: &mut PipeEnd, byte: u8, flags: u8) -> bool {
    let is_posted = match flags {
        0 => end.post(&Outbound::Slice(&[byte])) || end.post_part(&Outbound::Slice(&[byte]), 0),
        flags => end.post_part(&Outbound::Slice(&[byte]), flags),
    };
    if is_posted {
        return true;
    }
    let is_written = end.write(&mut Outbound::Slice(&[byte]), flags);
    if is_written && flags & FLAG_MORE == 0 {
        end.commit();
    }
    is_written
}

fn recv(end: &mut PipeEnd) -> Option<u8> {
    let mut buf = [0];
    let mut sink = Inbound::Slice { buf: &mut buf, size: 0 };
    if !end.take(&mut sink) && end.take_part(&mut sink).is_none() {
        end.read(&mut sink)?;
    }
    Some(buf[0])
}

fn put(writer: &mut ByteWriter, messages: &mut u32, byte: u8, flags: u8) {
    assert!(writer.write(flags, &[byte]));
    if flags & FLAG_MORE == 0 {
        writer.end_message();
        *messages += 1;
        writer.commit(*messages);
    }
}

fn next(reader: &mut ByteReader) -> (u8, Vec<u8>) {
    loop {
        if let Some(frame) = reader.frame() {
            let got = (frame.flags, frame.body.to_vec());
            reader.advance();
            return got;
        }
        thread::yield_now();
    }
}

#[test]
fn byte_messages_come_whole_through_segments_that_come_back() {
    check(3, || {
        let (mut writer, mut reader) = bytes(false);
        let sender = thread::spawn(move || {
            let mut messages = 0;
            for i in 0..6u8 {
                put(&mut writer, &mut messages, i, if i % 3 == 1 { FLAG_MORE } else { 0 });
            }
            // Taken back when the writer goes.
            assert!(writer.write(FLAG_MORE, b"x"));
            assert!(writer.write(FLAG_MORE, b"y"));
        });
        for i in 0..6u8 {
            if i == 2 {
                // The rest of a message is there with its beginning.
                assert!(reader.has_bytes());
            }
            let flags = if i % 3 == 1 { FLAG_MORE } else { 0 };
            assert_eq!(next(&mut reader), (flags, vec![i]));
        }
        sender.join().unwrap();
        assert!(!reader.has_bytes());
    });
}

#[test]
fn byte_ranges_are_sent_while_more_is_written() {
    check(3, || {
        let (mut writer, mut reader) = bytes(false);
        let sender = thread::spawn(move || {
            let mut messages = 0;
            for i in 0..4u8 {
                put(&mut writer, &mut messages, i, 0);
            }
        });
        let (mut wire, mut complete) = (Vec::new(), 0);
        while wire.len() < 12 {
            let mut slices = [std::io::IoSlice::new(&[]); 2];
            let count = reader.gather(&mut slices, 100);
            let bytes: Vec<u8> = slices[..count].iter().flat_map(|s| s.to_vec()).collect();
            wire.extend_from_slice(&bytes);
            complete = reader.consume(bytes.len()).unwrap_or(complete);
            assert!(complete as usize * 3 <= wire.len());
            if count == 0 {
                thread::yield_now();
            }
        }
        assert_eq!(wire, [0, 1, 0, 0, 1, 1, 0, 1, 2, 0, 1, 3]);
        assert_eq!(complete, 4);
        assert!(reader.is_at_boundary());
        sender.join().unwrap();
    });
}

#[test]
fn bodies_by_reference_come_with_their_headers_and_are_let_go() {
    check(3, || {
        let (mut writer, mut reader) = bytes(false);
        let message = Message::from_slice(&[7; 100]);
        let large = message.body().unwrap();
        let sender = thread::spawn(move || {
            assert!(writer.write_body(FLAG_MORE, large));
            put(&mut writer, &mut 0, 1, 0);
        });
        assert_eq!(next(&mut reader), (FLAG_MORE, vec![7; 100]));
        assert_eq!(next(&mut reader), (0, vec![1]));
        sender.join().unwrap();
        assert!(!reader.has_bytes());
        drop(reader);
        assert!(!message.is_shared());
    });
}

#[test]
fn byte_halves_may_go_in_any_order() {
    check(3, || {
        let (mut writer, mut reader) = bytes(false);
        let sender = thread::spawn(move || {
            let mut messages = 0;
            for i in 0..3u8 {
                put(&mut writer, &mut messages, i, 0);
            }
            assert!(writer.write(FLAG_MORE, b"x"));
        });
        if reader.frame().is_some() {
            reader.advance();
        }
        drop(reader);
        sender.join().unwrap();
    });
}

#[test]
fn messages_by_value_are_let_go_whichever_half_goes_first() {
    check(3, || {
        let (mut writer, mut reader) = bytes(true);
        let mut message = Message::from_slice(&[1; 100]);
        let ours = message.clone();
        let sender = thread::spawn(move || {
            for i in 1..3 {
                assert!(writer.write_value(0, &mut message.clone()));
                writer.end_message();
                writer.commit(i);
            }
            assert!(writer.write_value(FLAG_MORE, &mut message));
        });
        if reader.frame().is_some() {
            reader.advance();
        }
        drop(reader);
        sender.join().unwrap();
        assert!(!ours.is_shared());
    });
}

#[test]
fn the_newest_message_is_there_when_it_is_announced() {
    check(3, || {
        let (writer, mut reader) = conflate();
        let sender = thread::spawn(move || {
            for i in 0..3u8 {
                drop(writer.put(Message::from_slice(&[i])));
            }
        });
        let mut last = None;
        while last != Some(2) {
            if reader.has_part() {
                let part = reader.pop().expect("what was announced is there");
                assert!(last < Some(part.data()[0]));
                last = Some(part.data()[0]);
            } else {
                thread::yield_now();
            }
        }
        sender.join().unwrap();
        assert!(!reader.has_part());
    });
}

/// A reader that sleeps whenever it finds nothing gets every message.
fn sleeping_reader(kind: Kind) {
    check(3, move || {
        let (mut near, mut far) = pair([kind; 2], [0, 0]);
        let (signal, target) = owner();
        far.set_target(target, 0);
        let sender = thread::spawn(move || {
            for i in 0..3 {
                assert!(send(&mut near, i, 0));
            }
            near
        });
        let mut last = None;
        while last != Some(2) {
            if far.is_readable() {
                last = Some(recv(&mut far).expect("what is readable can be read"));
            } else {
                wait(&signal, &mut far);
            }
        }
        drop(sender.join().unwrap());
    });
}

#[test]
fn a_sleeping_reader_of_bytes_is_woken() {
    sleeping_reader(Kind::Bytes);
}

#[test]
fn a_sleeping_reader_of_messages_is_woken() {
    sleeping_reader(Kind::Values);
}

#[test]
fn a_sleeping_reader_of_the_newest_message_is_woken() {
    sleeping_reader(Kind::Conflate);
}

#[test]
fn a_writer_that_waits_for_credit_is_woken() {
    check(3, || {
        let (mut near, mut far) = pair([Kind::Values; 2], [1, 1]);
        let (signal, target) = owner();
        near.set_target(target, 0);
        let reader = thread::spawn(move || {
            let mut sum = 0;
            while sum < 3 {
                match recv(&mut far) {
                    Some(byte) => sum += byte,
                    None => thread::yield_now(),
                }
            }
            far
        });
        for byte in [1, 2] {
            while !send(&mut near, byte, 0) {
                wait(&signal, &mut near);
            }
        }
        drop(reader.join().unwrap());
    });
}

#[test]
fn a_reader_that_dozes_is_woken_by_a_writer_without_credit_and_otherwise_looks_again() {
    check(3, || {
        let (mut near, mut far) = pair([Kind::Bytes; 2], [1, 1]);
        let (near_signal, near_target) = owner();
        let (far_signal, far_target) = owner();
        near.set_target(near_target, 0);
        far.set_target(far_target, 0);
        let sender = thread::spawn(move || {
            for byte in 0..3 {
                while !send(&mut near, byte, 0) {
                    wait(&near_signal, &mut near);
                }
            }
            near
        });
        for byte in 0..3 {
            // The last message leaves credit to nobody who would ask for it: that one is looked for.
            let mut is_last = byte == 2;
            while !(if is_last { far.is_readable() } else { far.doze() }) {
                wait(&far_signal, &mut far);
                is_last = true;
            }
            assert_eq!(recv(&mut far), Some(byte));
        }
        drop(sender.join().unwrap());
    });
}

#[test]
fn a_writer_that_waits_learns_that_the_mark_was_raised() {
    check(3, || {
        let (mut near, mut far) = pair([Kind::Values; 2], [1, 1]);
        let (signal, target) = owner();
        near.set_target(target, 0);
        let binder = thread::spawn(move || {
            far.join_hwms((1, 1), (1, 1));
            far
        });
        for byte in [1, 2] {
            while !send(&mut near, byte, 0) {
                wait(&signal, &mut near);
            }
        }
        drop(binder.join().unwrap());
    });
}

#[test]
fn a_writer_that_waits_while_the_mark_is_raised_gets_the_next_credit() {
    check(3, || {
        let (mut near, mut far) = pair([Kind::Values; 2], [1, 1]);
        let (signal, target) = owner();
        near.set_target(target, 0);
        let (far_signal, far_target) = owner();
        far.set_target(far_target, 0);
        let reader = thread::spawn(move || {
            // One message is less than a step of the new mark.
            far.set_hwms(4, 4);
            let mut sum = 0;
            while sum < 3 {
                match recv(&mut far) {
                    Some(byte) => sum += byte,
                    None if far.is_readable() => {}
                    None => {
                        wait(&far_signal, &mut far);
                    }
                }
            }
            far
        });
        for byte in [1, 2] {
            while !send(&mut near, byte, 0) {
                wait(&signal, &mut near);
            }
        }
        drop(reader.join().unwrap());
    });
}

#[test]
fn the_end_of_the_other_side_wakes_and_what_it_sent_can_be_read() {
    check(3, || {
        let (mut near, mut far) = pair([Kind::Values; 2], [0, 0]);
        let (signal, target) = owner();
        let sender = thread::spawn(move || {
            send(&mut near, 1, 0);
            near.close(5);
        });
        far.set_target(target, 0);
        let mut events = 0;
        while events & CLOSED == 0 {
            assert!(!far.is_readable() || recv(&mut far) == Some(1));
            events = wait(&signal, &mut far);
        }
        assert!(far.is_peer_gone() && far.peer_linger_ms() == 5);
        while far.is_readable() {
            assert_eq!(recv(&mut far), Some(1));
        }
        sender.join().unwrap();
    });
}

#[test]
fn events_are_told_whenever_the_owner_is_named() {
    check(3, || {
        let attention = Arc::new(Attention::default());
        let (signal, target) = owner();
        let others = [READABLE, WRITABLE].map(|event| {
            let attention = Arc::clone(&attention);
            thread::spawn(move || attention.raise(event))
        });
        attention.set_target(target, 0);
        let mut events = 0;
        while events != READABLE | WRITABLE {
            signal.wait(None).unwrap();
            signal.clear();
            events |= attention.take();
        }
        let [a, b] = others;
        a.join().unwrap();
        b.join().unwrap();
    });
}

#[test]
fn a_reader_and_a_writer_that_both_sleep_end() {
    check(2, || {
        let (mut near, mut far) = pair([Kind::Bytes; 2], [1, 1]);
        let (near_signal, near_target) = owner();
        let (far_signal, far_target) = owner();
        near.set_target(near_target, 0);
        far.set_target(far_target, 0);
        let sender = thread::spawn(move || {
            for byte in 0..3 {
                while !send(&mut near, byte, 0) {
                    wait(&near_signal, &mut near);
                }
            }
            near
        });
        for byte in 0..3 {
            while !far.is_readable() {
                wait(&far_signal, &mut far);
            }
            assert_eq!(recv(&mut far), Some(byte));
        }
        drop(sender.join().unwrap());
    });
}
