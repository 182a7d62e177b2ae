//! Models of a log that pipes join and leave while their readers read.

use loom::sync::Arc;
use loom::thread;

use super::{check, owner, recv, send, wait};
use crate::message::FLAG_MORE;
use crate::pipe::end::{Kind, PipeEnd, pair};
use crate::pipe::log::Log;
use crate::sync::Signal;

fn publish(log: &mut Log, members: &[&PipeEnd], byte: u8, flags: u8) {
    assert!(log.write(flags, &[byte]));
    if flags & FLAG_MORE == 0 {
        let wake = log.commit();
        members.iter().for_each(|end| end.wake_in_log(wake));
    }
}

/// Reads `count` messages, which are 0, 1, and so on; sleeps when there is nothing.
fn read_all(far: &mut PipeEnd, signal: &Arc<Signal>, count: u8) {
    let mut next = 0;
    while next < count {
        if far.is_readable() {
            assert_eq!(recv(far), Some(next));
            next += 1;
        } else {
            wait(signal, far);
        }
    }
}

#[test]
fn a_reader_goes_to_a_log_and_comes_back() {
    check(2, || {
        let (mut near, mut far) = pair([Kind::Bytes; 2], [0, 0]);
        let (signal, target) = owner();
        far.set_target(target, 0);
        let writer = thread::spawn(move || {
            let mut log = Log::new().unwrap();
            assert!(send(&mut near, 0, 0));
            assert!(near.join_log(&log));
            publish(&mut log, &[&near], 1, 0);
            publish(&mut log, &[&near], 2, 0);
            near.leave_log(&log);
            publish(&mut log, &[], 99, 0);
            assert!(send(&mut near, 3, 0));
            near
        });
        read_all(&mut far, &signal, 4);
        drop(writer.join().unwrap());
        assert!(!far.is_readable());
    });
}

#[test]
fn a_pipe_may_join_again_without_a_byte_of_its_own() {
    check(2, || {
        let (mut near, mut far) = pair([Kind::Bytes; 2], [0, 0]);
        let (signal, target) = owner();
        far.set_target(target, 0);
        let writer = thread::spawn(move || {
            let mut log = Log::new().unwrap();
            publish(&mut log, &[], 99, 0);
            assert!(near.join_log(&log));
            publish(&mut log, &[&near], 0, 0);
            near.leave_log(&log);
            assert!(near.join_log(&log));
            publish(&mut log, &[&near], 1, 0);
            // It is dropped as a member.
            (near, log)
        });
        read_all(&mut far, &signal, 2);
        drop(writer.join().unwrap());
        assert!(!far.is_readable());
    });
}

#[test]
fn two_readers_of_a_log_both_sleep_and_are_woken() {
    check(2, || {
        let mut log = Log::new().unwrap();
        let mut nears = Vec::new();
        let mut readers = Vec::new();
        for _ in 0..2 {
            let (mut near, mut far) = pair([Kind::Bytes; 2], [0, 0]);
            assert!(near.join_log(&log));
            nears.push(near);
            readers.push(thread::spawn(move || {
                let (signal, target) = owner();
                far.set_target(target, 0);
                read_all(&mut far, &signal, 2);
            }));
        }
        for byte in 0..2 {
            let members: Vec<&PipeEnd> = nears.iter().collect();
            publish(&mut log, &members, byte, 0);
        }
        readers.into_iter().for_each(|reader| reader.join().unwrap());
    });
}

#[test]
fn parts_taken_back_are_never_seen_and_either_side_may_go_at_any_time() {
    check(2, || {
        let mut log = Log::new().unwrap();
        let (mut near, mut far) = pair([Kind::Bytes; 2], [0, 0]);
        assert!(near.join_log(&log));
        let reader = thread::spawn(move || {
            let first = recv(&mut far);
            assert!(first.is_none_or(|byte| byte == 1));
        });
        publish(&mut log, &[&near], 98, FLAG_MORE);
        publish(&mut log, &[&near], 99, FLAG_MORE);
        log.rollback();
        publish(&mut log, &[&near], 1, 0);
        publish(&mut log, &[&near], 2, 0);
        drop(near);
        drop(log);
        reader.join().unwrap();
    });
}
