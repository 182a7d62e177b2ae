//! The byte pipe against a plain list of messages.

use std::io::IoSlice;

use super::*;
use crate::message::{Body, BodyBuf, FLAG_MORE, Message};
use crate::sys::blocks::shortage;

fn body(len: usize, seed: u8) -> Vec<u8> {
    (0..len).map(|i| (i as u8).wrapping_mul(31) ^ seed).collect()
}

fn shared_body(bytes: &[u8]) -> Body {
    let mut buf = BodyBuf::new(bytes.len()).unwrap();
    buf.put(bytes);
    buf.finish().unwrap()
}

fn put(writer: &mut ByteWriter, flags: u8, bytes: &[u8]) {
    if bytes.len() >= BY_REFERENCE {
        assert!(writer.write_body(flags, shared_body(bytes)));
    } else {
        assert!(writer.write(flags, bytes));
    }
}

fn drain(reader: &mut ByteReader) -> Vec<(u8, Vec<u8>)> {
    let mut out = Vec::new();
    while let Some(frame) = reader.frame() {
        out.push((frame.flags, frame.body.to_vec()));
        reader.advance();
    }
    out
}

#[test]
fn frames_of_every_size_come_out_as_they_went_in() {
    let (mut writer, mut reader) = bytes(false);
    let sizes = [0, 1, 255, 256, 1000, 1023, 4096, 30_000, 40_000, 70_000, 5, 65_536, 0, 300_000];
    for (i, len) in sizes.into_iter().enumerate() {
        put(&mut writer, 0, &body(len, i as u8));
        writer.end_message();
        writer.commit(i as u32 + 1);
    }
    let out = drain(&mut reader);
    assert_eq!(out.len(), sizes.len());
    for (i, len) in sizes.into_iter().enumerate() {
        assert_eq!(out[i], (0, body(len, i as u8)), "frame {i}");
    }
}

#[test]
fn an_unfinished_multipart_message_is_invisible_and_can_be_taken_back() {
    let (mut writer, mut reader) = bytes(false);
    assert!(writer.write(0, b"first"));
    writer.end_message();
    writer.commit(1);
    for _ in 0..5 {
        put(&mut writer, FLAG_MORE, &body(50_000, 1));
        put(&mut writer, FLAG_MORE, &body(3000, 1));
    }
    assert_eq!(drain(&mut reader).len(), 1);
    writer.rollback();
    assert!(writer.write(FLAG_MORE, b"a"));
    put(&mut writer, 0, &body(70_000, 2));
    writer.end_message();
    assert!(!reader.has_bytes());
    writer.commit(2);
    assert_eq!(drain(&mut reader), [(FLAG_MORE, b"a".to_vec()), (0, body(70_000, 2))]);
}

/// Sends in ranges of `step` bytes and answers the wire image and the messages said to be complete.
fn send_all(reader: &mut ByteReader, step: usize) -> (Vec<u8>, u32) {
    let (mut wire, mut complete) = (Vec::new(), 0);
    loop {
        let mut slices = [IoSlice::new(&[]); 4];
        let count = reader.gather(&mut slices, 1 << 20);
        if count == 0 {
            return (wire, complete);
        }
        let mut n = 0;
        for slice in &slices[..count] {
            let take = slice.len().min(step - n);
            wire.extend_from_slice(&slice[..take]);
            n += take;
        }
        if let Some(messages) = reader.consume(n) {
            complete = messages;
        }
    }
}

#[test]
fn ranges_are_the_wire_image_of_the_frames() {
    for step in [1, 7, 1000, 50_000, 1 << 20] {
        let (mut writer, mut reader) = bytes(false);
        let mut expected = Vec::new();
        for i in 0..40u32 {
            let len = [3, 300, 33_000][i as usize % 3];
            let bytes = body(len, i as u8);
            put(&mut writer, 0, &bytes);
            writer.end_message();
            writer.commit(i + 1);
            match len {
                0..=255 => expected.extend([0, len as u8]),
                _ => {
                    expected.push(2);
                    expected.extend((len as u64).to_be_bytes());
                }
            }
            expected.extend(bytes);
        }
        let (wire, complete) = send_all(&mut reader, step);
        assert!(wire == expected, "step {step}");
        assert_eq!(complete, 40);
        assert!(reader.is_at_boundary());
    }
}

#[test]
fn after_a_break_the_stream_goes_on_at_the_next_whole_message() {
    let sizes = [10, 33_000, 300, 0, 40_000, 2000];
    let total: usize = sizes.iter().map(|s| s + if *s > 255 { 9 } else { 2 }).sum();
    for cut in (0..total).step_by(97).chain(0..64) {
        let (mut writer, mut reader) = bytes(false);
        for (i, len) in sizes.into_iter().enumerate() {
            // Pairs of frames make one message.
            put(&mut writer, if i % 2 == 0 { FLAG_MORE } else { 0 }, &body(len, i as u8));
            if i % 2 == 1 {
                writer.end_message();
                writer.commit(i as u32 / 2 + 1);
            }
        }
        let mut slices = [IoSlice::new(&[]); 16];
        reader.gather(&mut slices, 1 << 20);
        let mut complete = reader.consume(cut).unwrap_or(0);
        complete = reader.drop_partial().unwrap_or(complete);
        let rest = drain(&mut reader);
        let ends = [0, 10 + 2 + 33_009, 10 + 2 + 33_009 + 309 + 2, total];
        let passed = ends.iter().position(|&e| e >= cut).unwrap();
        assert_eq!(rest.len(), sizes.len() - 2 * passed, "cut {cut}");
        for (frame, i) in rest.iter().zip(2 * passed..) {
            assert_eq!(frame.1, body(sizes[i], i as u8), "cut {cut}");
        }
        let _ = complete;
    }
}

#[test]
fn received_bytes_are_passed_frame_by_frame() {
    let (mut writer, mut reader) = bytes(false);
    let mut wire = Vec::new();
    for i in 0..500usize {
        wire.extend([0, (i % 200) as u8]);
        wire.extend(body(i % 200, i as u8));
    }
    let (mut fed, mut messages) = (0, 0);
    while fed < wire.len() {
        let room = writer.room().unwrap();
        let n = room.len().min(wire.len() - fed).min(777);
        room[..n].copy_from_slice(&wire[fed..fed + n]);
        writer.note_received(n);
        fed += n;
        loop {
            let pending = writer.pending();
            let Some(&[_, len]) = pending.first_chunk() else { break };
            if pending.len() < 2 + len as usize {
                break;
            }
            writer.pass(2 + len as usize);
            writer.end_message();
            messages += 1;
        }
        writer.commit(messages);
    }
    let out = drain(&mut reader);
    assert_eq!(out.len(), 500);
    assert!(out.iter().enumerate().all(|(i, f)| f.1 == body(i % 200, i as u8)));
}

#[test]
fn two_threads_keep_order_and_bytes() {
    let (mut writer, mut reader) = bytes(false);
    let sender = std::thread::spawn(move || {
        for i in 0..50_000u32 {
            let len = if i % 1000 == 0 { 40_000 } else { i as usize % 300 };
            let more = if i % 5 == 0 { FLAG_MORE } else { 0 };
            put(&mut writer, more, &body(len, i as u8));
            if more == 0 {
                writer.end_message();
                writer.commit(i);
            }
        }
    });
    let mut next = 0u32;
    while next < 50_000 {
        let Some(frame) = reader.frame() else {
            std::thread::yield_now();
            continue;
        };
        let len = if next.is_multiple_of(1000) { 40_000 } else { next as usize % 300 };
        assert_eq!(frame.body.len(), len);
        assert!(frame.body == body(len, next as u8));
        reader.advance();
        next += 1;
    }
    sender.join().unwrap();
}

#[test]
fn a_message_that_ends_with_a_large_body_is_complete_when_its_bytes_are_sent() {
    let (mut writer, mut reader) = bytes(false);
    for (i, step) in [(1, 1 << 20), (2, 1000)] {
        put(&mut writer, FLAG_MORE, b"head");
        put(&mut writer, 0, &body(100_000, 1));
        writer.end_message();
        writer.commit(i);
        assert_eq!(send_all(&mut reader, step).1, i);
    }
}

#[test]
fn messages_by_value_come_out_or_are_released() {
    use crate::message::{Inbound, Message, release_deferred};
    let part = Message::from_slice(&[1; 1000]);
    for read in [0, 1, 7, 300, 500] {
        let (mut writer, mut reader) = bytes(true);
        for i in 0..500u32 {
            assert!(writer.write(FLAG_MORE, &[i as u8; 5]));
            assert!(writer.write_value(0, &mut part.clone()));
            writer.end_message();
            writer.commit(i + 1);
        }
        assert!(writer.write_value(FLAG_MORE, &mut part.clone()));
        for i in 0..read {
            assert_eq!(reader.frame().unwrap().body, [i as u8; 5]);
            reader.advance();
            assert_eq!(reader.frame().unwrap().body, part.data());
            let mut out = Message::new();
            assert_eq!(reader.read(&mut Inbound::Message(&mut out)), Some(0));
            assert_eq!(out.pointer(), part.pointer());
        }
        if read == 7 {
            reader.advance();
            reader.advance();
        }
        if read == 300 {
            drop(reader);
            drop(writer);
        } else {
            drop(writer);
            drop(reader);
        }
        release_deferred();
        assert!(!part.is_shared(), "read {read}");
    }
}

#[test]
fn frames_that_nobody_will_read_are_taken_back_and_the_rest_stays() {
    let (mut writer, mut reader) = bytes(false);
    let receive = |writer: &mut ByteWriter, received: &[u8]| {
        let mut rest = received;
        while !rest.is_empty() {
            let room = writer.room().unwrap();
            let n = room.len().min(rest.len());
            room[..n].copy_from_slice(&rest[..n]);
            writer.note_received(n);
            rest = &rest[n..];
        }
    };
    for round in 0..200u32 {
        // A message every now and then, a frame to be dropped, part of the next header.
        if round % 50 == 0 {
            receive(&mut writer, b"\0\x03abc");
            writer.pass(5);
            writer.end_message();
            writer.commit(round / 50 + 1);
        }
        let skipped = vec![7; 300 + round as usize % 7 * 1000];
        receive(&mut writer, &skipped);
        assert!(writer.reserve(skipped.len()));
        writer.pass(skipped.len());
        receive(&mut writer, b"\x86\0\0");
        writer.drop_passed();
        assert_eq!(writer.pending(), b"\x86\0\0");
        writer.forget_pending();
    }
    assert_eq!(drain(&mut reader), vec![(0, b"abc".to_vec()); 4]);
}

#[test]
fn without_memory_a_frame_is_not_written_and_the_stream_goes_on() {
    let (mut writer, mut reader) = bytes(true);
    let mut message = Message::copy_of(&body(3000, 2)).unwrap();
    assert!(writer.write(0, b"first"));
    writer.end_message();
    let large = shared_body(&body(BY_REFERENCE, 1));
    shortage::during(|| {
        assert!(!writer.write(0, &body(2000, 1)));
        assert!(!writer.write_body(0, large.clone()));
        while writer.write_value(0, &mut message) {
            writer.end_message();
            message = Message::copy_of(b"small").unwrap();
        }
        assert_eq!(message.data(), b"small", "it is left to the caller");
        assert!(!writer.reserve(5000));
    });
    assert!(writer.write(0, b"last"));
    writer.end_message();
    writer.commit(1);
    let out = drain(&mut reader);
    assert_eq!(out[0].1, b"first");
    assert_eq!(out[1].1, body(3000, 2));
    assert!(out[2..out.len() - 1].iter().all(|frame| frame.1 == b"small"));
    assert_eq!(out[out.len() - 1].1, b"last");
}

#[test]
fn a_pipe_that_begins_without_memory_works_once_there_is_some() {
    let (mut writer, mut reader) = shortage::during(|| bytes(false));
    assert!(!shortage::during(|| writer.write(0, b"x")));
    assert!(shortage::during(|| writer.room().is_none()));
    assert!(writer.write(0, b"x"));
    writer.end_message();
    writer.commit(1);
    assert_eq!(drain(&mut reader), [(0, b"x".to_vec())]);
}

#[test]
fn a_break_right_after_a_large_message_costs_nothing_of_the_next() {
    let (mut writer, mut reader) = bytes(false);
    for (i, len) in [BY_REFERENCE, 3].into_iter().enumerate() {
        put(&mut writer, 0, &body(len, 0));
        writer.end_message();
        writer.commit(i as u32 + 1);
    }
    let mut slices = [IoSlice::new(&[]); 2];
    let count = reader.gather(&mut slices, BY_REFERENCE);
    let len = slices[..count].iter().map(|slice| slice.len()).sum();
    reader.consume(len);
    reader.drop_partial();
    assert_eq!(drain(&mut reader), [(0, body(3, 0))]);
}
