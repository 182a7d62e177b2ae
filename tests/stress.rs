//! Two threads and one pipe, at random: sizes, multipart, what is taken back, small high-water marks, a reader
//! that takes frames and one that takes ranges. Everything arrives, in order and whole, no more than the mark
//! allows is on its way, and both threads end.

use std::io::IoSlice;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use zmq::message::{FLAG_MORE, Inbound, Message, Outbound, release_deferred};
use zmq::pipe::{Kind, PipeEnd, Target, pair};
use zmq::sync::Signal;

const MESSAGES: u32 = 20_000;

/// xorshift64*: the same on both sides.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % limit
    }

    fn part(&mut self) -> Vec<u8> {
        let len = match self.below(1000) {
            0 => 30_000 + self.below(50_000),
            1..50 => self.below(5_000),
            _ => self.below(200),
        };
        let first = self.below(256);
        (0..len).map(|i| (first + i) as u8).collect()
    }

    fn message(&mut self) -> Vec<Vec<u8>> {
        (0..=self.below(4).saturating_sub(1)).map(|_| self.part()).collect()
    }
}

#[derive(Default)]
struct Owner(Signal);

impl Target for Owner {
    fn attend(&self, _token: u64) {
        self.0.notify();
    }
}

impl Owner {
    fn of(end: &PipeEnd) -> Arc<Self> {
        let owner = Arc::new(Self::default());
        end.set_target(owner.clone(), 0);
        owner
    }

    fn wait(&self, end: &mut PipeEnd) {
        self.0.wait(None).unwrap();
        self.0.clear();
        end.take_events();
    }
}

/// Writes `parts`, by slice or by message; waits for credit where there is none.
fn send(end: &mut PipeEnd, owner: &Owner, parts: &[Vec<u8>], is_whole: bool, by_message: bool) {
    for (i, part) in parts.iter().enumerate() {
        let more = !is_whole || i + 1 < parts.len();
        let flags = if more { FLAG_MORE } else { 0 };
        loop {
            let is_written = match by_message {
                true => end.write(&mut Outbound::Message(&mut Message::from_slice(part)), flags),
                false => end.write(&mut Outbound::Slice(part), flags),
            };
            if is_written {
                break;
            }
            owner.wait(end);
        }
    }
}

fn writer(mut end: PipeEnd, seed: u64, hwm: u32, begun: &AtomicU32) {
    let owner = Owner::of(&end);
    let (mut content, mut choice) = (Random(seed), Random(seed + 1));
    for sent in 1..=MESSAGES {
        if choice.below(10) == 0 {
            let parts = choice.message();
            send(&mut end, &owner, &parts, false, choice.below(2) == 0);
            end.rollback();
        }
        send(&mut end, &owner, &content.message(), true, choice.below(2) == 0);
        // Before the commit, so that the reader cannot have begun with this one.
        let on_its_way = sent - begun.load(Ordering::SeqCst);
        assert!(hwm == 0 || on_its_way <= hwm, "{on_its_way} of {hwm}");
        end.commit();
    }
    send(&mut end, &owner, &[vec![1]], false, false);
    end.close(-1);
    release_deferred();
}

fn read_frames(mut end: PipeEnd, seed: u64, begun: &AtomicU32) {
    let owner = Owner::of(&end);
    let (mut content, mut choice) = (Random(seed), Random(seed + 2));
    for _ in 0..MESSAGES {
        while !end.is_readable() {
            owner.wait(&mut end);
        }
        begun.fetch_add(1, Ordering::SeqCst);
        let parts = content.message();
        for (i, expected) in parts.iter().enumerate() {
            let flags = if choice.below(2) == 0 {
                let mut message = Message::new();
                let flags = end.read(&mut Inbound::Message(&mut message));
                assert!(message.data() == expected.as_slice());
                flags
            } else {
                let view = end.peek().expect("a message is there whole");
                assert!(view.body == expected.as_slice());
                end.skip()
            };
            assert_eq!(flags.map(|f| f & FLAG_MORE != 0), Some(i + 1 < parts.len()));
        }
    }
    await_end(end, &owner);
}

/// The unfinished message after the last one is never seen.
fn await_end(mut end: PipeEnd, owner: &Owner) {
    while !end.is_peer_gone() {
        owner.wait(&mut end);
    }
    assert!(!end.is_readable());
    release_deferred();
}

/// Reads ranges, a random part of them at a time, and sometimes dozes as in the middle of a stream.
fn read_ranges(mut end: PipeEnd, seed: u64, begun: &AtomicU32) {
    let owner = Owner::of(&end);
    let (mut content, mut choice) = (Random(seed), Random(seed + 2));
    let mut expected = Vec::new();
    let mut complete = 0;
    while complete < MESSAGES {
        let dozes = choice.below(4) == 0;
        let has_bytes = if dozes { end.doze() } else { end.is_readable() };
        if !has_bytes {
            if dozes {
                thread::sleep(Duration::from_micros(50));
            } else {
                owner.wait(&mut end);
            }
            continue;
        }
        let egress = end.egress().expect("bytes are sent by ranges");
        let mut slices = [IoSlice::new(&[]); 4];
        let count = egress.gather(&mut slices, 100_000);
        let bytes: Vec<u8> = slices[..count].iter().flat_map(|s| s.iter().copied()).collect();
        let n = 1 + choice.below(bytes.len() as u64) as usize;
        while expected.len() < n {
            let parts = content.message();
            for (i, part) in parts.iter().enumerate() {
                let more = u8::from(i + 1 < parts.len());
                match u8::try_from(part.len()) {
                    Ok(len) => expected.extend([more, len]),
                    Err(_) => {
                        expected.push(more | 2);
                        expected.extend((part.len() as u64).to_be_bytes());
                    }
                }
                expected.extend(part);
            }
        }
        assert!(bytes[..n] == expected[..n]);
        expected.drain(..n);
        if let Some(messages) = egress.consume(n) {
            complete = messages;
            begun.store(messages, Ordering::SeqCst);
            end.note_passed(messages);
        }
    }
    assert!(expected.is_empty());
    await_end(end, &owner);
}

/// Runs both sides; they end within a minute.
fn run(kind: Kind, hwm: u32, seed: u64, read: fn(PipeEnd, u64, &AtomicU32)) {
    let (near, far) = pair([kind; 2], [hwm as i32; 2]);
    let begun = Arc::new(AtomicU32::new(0));
    let (ended, ends) = mpsc::channel();
    let (seen, other) = (Arc::clone(&begun), ended.clone());
    let reader = thread::spawn(move || {
        read(far, seed, &begun);
        let _ = ended.send(());
    });
    let writer = thread::spawn(move || {
        writer(near, seed, hwm, &seen);
        let _ = other.send(());
    });
    for _ in 0..2 {
        if let Err(mpsc::RecvTimeoutError::Timeout) = ends.recv_timeout(Duration::from_secs(60)) {
            panic!("{kind:?} with a mark of {hwm}: a side sleeps for ever");
        }
    }
    reader.join().unwrap();
    writer.join().unwrap();
}

#[test]
fn frames_through_a_pipe_of_bytes() {
    for (seed, hwm) in [1, 2, 7, 1000, 0].into_iter().enumerate() {
        run(Kind::Bytes, hwm, seed as u64 + 100, read_frames);
    }
}

#[test]
fn messages_through_a_pipe_of_values() {
    for (seed, hwm) in [1, 2, 7, 1000, 0].into_iter().enumerate() {
        run(Kind::Values, hwm, seed as u64 + 200, read_frames);
    }
}

#[test]
fn ranges_out_of_a_pipe_of_bytes() {
    for (seed, hwm) in [1, 2, 7, 1000, 0].into_iter().enumerate() {
        run(Kind::Bytes, hwm, seed as u64 + 300, read_ranges);
    }
}
