//! Options with any number and any value, and Z85 of any octets, at the C face: an errno of the manual pages and
//! nothing changed, or the value that was given is the one that is read; no octet is written beside a buffer.
//!
//!     FUZZ_SECONDS=600 cargo test --release --test fuzz_options

#[path = "fuzz/face.rs"]
mod face;
mod fuzz;

use std::ffi::CString;

use zmq::capi::constants::{ZMQ_MORE, ZMQ_SHARED};
use zmq::errno::Errno;
use zmq::options::*;

use face::{Handle, Message, new_context, z85_decode, z85_encode};
use fuzz::{Random, damage, fuzz};

/// Greater than any option's number.
const NUMBERS: usize = 130;
/// Buffers that every value fits in.
const ROOM: usize = 2 << 20;
const INTS: [i32; 18] = [
    0,
    1,
    -1,
    2,
    -2,
    3,
    4,
    99,
    100,
    255,
    256,
    6_553_599,
    6_553_600,
    65_535,
    65_536,
    i32::MAX,
    i32::MIN,
    i32::MIN + 1,
];
const TEXTS: [&[u8]; 10] = [
    b"127.0.0.1",
    b"10.0.0.0/8",
    b"::1/128",
    b"127.0.0.1/33",
    b"127.0.0.1:1080",
    b"X-key:value",
    b"rq:tPiHV0dB#N=rO1:hqwBgo%K0HX[fBXl?S!bM%",
    b"Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID",
    b"lo",
    b"a\0b",
];

fn option(random: &mut Random) -> i32 {
    match random.below(20) {
        0 => *random.pick(&INTS),
        1 => random.next() as i32,
        _ => random.below(NUMBERS) as i32,
    }
}

fn value(random: &mut Random) -> Vec<u8> {
    let int = *random.pick(&INTS);
    match random.below(12) {
        0 => i64::from(int).to_ne_bytes().to_vec(),
        1 => random.next().to_ne_bytes().to_vec(),
        2 => (random.next() as i32).to_ne_bytes().to_vec(),
        3 => random.pick(&TEXTS).to_vec(),
        4 => {
            let mut text = random.pick(&TEXTS).to_vec();
            damage(&mut text, random);
            text
        }
        5 => random.bytes(300),
        6 => vec![b'l'; *random.pick(&[15, 16, 17, 31, 32, 40, 41, 254, 255, 256, 257, 511])],
        7 if random.is_one_in(10) => vec![b'h'; 1 << 20],
        _ => int.to_ne_bytes().to_vec(),
    }
}

/// All that can be read: the value, or why there is none. What the library makes itself is left out.
fn get(socket: Handle, option: i32) -> Result<Vec<u8>, Errno> {
    // Keys are read as octets, or as text with a NUL, by the size of the buffer; numbers into their own size only.
    let is_key = [ZMQ_CURVE_PUBLICKEY, ZMQ_CURVE_SECRETKEY, ZMQ_CURVE_SERVERKEY].contains(&option);
    let sizes: &[usize] = if is_key { &[32] } else { &[600, 4, 8, ROOM] };
    for size in sizes {
        match socket.get(option, *size) {
            Err(Errno::EINVAL) => {}
            Ok(_) if option == ZMQ_FD => return Ok(Vec::new()),
            answer => return answer,
        }
    }
    Err(Errno::EINVAL)
}

fn int(value: &[u8]) -> Option<i32> {
    value.try_into().ok().map(i32::from_ne_bytes)
}

/// Whether `read` is what an option is after `set` was accepted.
fn is_same(option: i32, set: &[u8], read: &[u8]) -> bool {
    let is_text_of = |text: &[u8]| read.strip_suffix(b"\0") == Some(text);
    match (option, int(set), int(read)) {
        (ZMQ_HEARTBEAT_TTL, Some(set), Some(read)) => read == set / 100 * 100,
        // A server has no credentials, and who has credentials is none.
        (ZMQ_PLAIN_USERNAME | ZMQ_PLAIN_PASSWORD, ..) => {
            is_text_of(set.split(|c| *c == 0).next().unwrap_or_default()) || is_text_of(set)
        }
        (ZMQ_CURVE_PUBLICKEY | ZMQ_CURVE_SECRETKEY | ZMQ_CURVE_SERVERKEY, ..) => {
            let text =
                CString::new(set.split(|c| *c == 0).next().unwrap_or_default()).expect("no NUL");
            set == read || z85_decode(&text).as_deref() == Ok(read)
        }
        (_, Some(set), Some(read)) if set == read => true,
        (_, Some(set), Some(read @ (0 | 1))) if (set != 0) == (read != 0) => true,
        _ => set == read || is_text_of(set),
    }
}

/// One call; what it changed and what it answered.
fn set_and_get(socket: Handle, random: &mut Random) {
    let option = option(random);
    let value = (!random.is_one_in(12)).then(|| value(random));
    let null_len = *random.pick(&[0, 0, 1, 4, 255, 1 << 40, usize::MAX]);
    let before = get(socket, option);
    let answer = socket.set(option, value.as_deref(), null_len);
    let after = get(socket, option);
    match answer {
        Err(error) => {
            assert_eq!(error, Errno::EINVAL, "{option} = {value:?}");
            assert_eq!(before, after, "{option} = {value:?} was refused");
        }
        // NULL turns the mechanism off, and no more.
        Ok(()) if value.is_none() && [ZMQ_PLAIN_USERNAME, ZMQ_PLAIN_PASSWORD].contains(&option) => {
            assert_eq!(before, after);
        }
        Ok(()) => {
            let given = value.unwrap_or_default();
            if let Ok(read) = &after {
                assert!(is_same(option, &given, read), "{option} = {given:?}, but reads {read:?}");
            }
        }
    }
    if let Err(error) = after {
        assert_eq!(error, Errno::EINVAL, "{option}");
    }
}

/// Reads into buffers that are too small, empty or none.
fn get_into(socket: Handle, random: &mut Random) {
    let option = option(random);
    let size = random.below(300);
    match (get(socket, option), socket.get(option, size)) {
        (_, Err(error)) => assert_eq!(error, Errno::EINVAL),
        (Err(error), Ok(_)) => panic!("{option} in {size} octets, {error:?} in more"),
        (Ok(_), Ok(_)) => {}
    }
    for size in [None, Some(0), Some(8), Some(usize::MAX)] {
        let answer = socket.get_null(option, size);
        assert!(matches!(answer, Ok(0) | Err(Errno::EINVAL)), "{option} {size:?}: {answer:?}");
    }
}

#[test]
fn socket_options() {
    fuzz("socket_options", 150, |random| {
        let context = new_context();
        let socket = context.socket(random.below(12) as i32).expect("a socket");
        for _ in 0..40 {
            if random.is_one_in(4) {
                get_into(socket, random);
            } else {
                set_and_get(socket, random);
            }
        }
        socket.close().expect("a socket");
        context.term().expect("nothing lingers");
    });
}

/// Those that a thread or its attributes are made of; some are none on this system.
fn can_start(context: Handle) -> bool {
    context.ctx_get(ZMQ_IO_THREADS).is_ok_and(|threads| (0..8).contains(&threads))
}

#[test]
fn context_options() {
    fuzz("context_options", 100, |random| {
        let context = new_context();
        for _ in 0..20 {
            let option = match random.below(8) {
                0 => random.next() as i32,
                1 => *random.pick(&[ZMQ_IPV6, ZMQ_BLOCKY]),
                _ => random.below(16) as i32,
            };
            let value =
                if random.is_one_in(3) { random.next() as i32 } else { *random.pick(&INTS) };
            let before = context.ctx_get(option);
            match (context.ctx_set(option, value), context.ctx_get(option)) {
                (Err(error), after) => {
                    assert_eq!(error, Errno::EINVAL);
                    assert_eq!(before, after, "{option} = {value} was refused");
                }
                // One number, two options.
                (Ok(()), Ok(_)) if option == ZMQ_THREAD_PRIORITY => {}
                (Ok(()), Ok(read)) => {
                    let is_same = read == value || (read == 1 && value != 0);
                    assert!(is_same, "{option} = {value}, but reads {read}");
                }
                (Ok(()), Err(error)) => assert_eq!(error, Errno::EINVAL, "{option}"),
            }
        }
        if can_start(context) {
            let most = context.ctx_get(ZMQ_MAX_SOCKETS).expect("an option");
            match context.socket(SocketType::Pair.into_c()) {
                Ok(socket) => socket.close().expect("a socket"),
                Err(error) => assert!(error == Errno::EMFILE, "{error:?} of {most}"),
            }
        }
        context.term().expect("nothing is open");
    });
}

#[test]
fn message_properties() {
    fuzz("message_properties", 200, |random| {
        let body = random.bytes(200);
        let mut message = Message::new(&body);
        let property =
            if random.is_one_in(2) { random.below(8) as i32 } else { random.next() as i32 };
        assert_eq!(message.set(property, *random.pick(&INTS)), Err(Errno::EINVAL));
        // It has not been received, shared or given more parts.
        match (property, message.get(property)) {
            (ZMQ_MORE | ZMQ_SHARED, answer) => assert_eq!(answer, Ok(0)),
            (_, answer) => assert_eq!(answer, Err(Errno::EINVAL), "{property}"),
        }
        let name = random.bytes(40).into_iter().filter(|octet| *octet != 0).collect::<Vec<_>>();
        let name = CString::new(name).expect("no NUL");
        assert_eq!(message.gets(&name), Err(Errno::EINVAL));
    });
}

const DIGITS: &[u8] =
    b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";

/// What RFC 32 makes of a text: numbers of base 85 that fit in four octets.
fn decoded(text: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    for group in text.chunks(5) {
        let digit = |octet| DIGITS.iter().position(|digit| *digit == octet);
        let number =
            group.iter().try_fold(0_u64, |n, octet| Some(n * 85 + digit(*octet)? as u64))?;
        out.extend(u32::try_from(number).ok()?.to_be_bytes());
    }
    (!text.is_empty() && text.len().is_multiple_of(5)).then_some(out)
}

#[test]
fn z85() {
    fuzz("z85", 500, |random| {
        let data = random.bytes(400);
        match z85_encode(&data) {
            Ok(text) => {
                assert_eq!((data.len() % 4, text.len()), (0, data.len() / 4 * 5));
                let text = CString::new(text).expect("no NUL");
                assert_eq!(z85_decode(&text).ok(), (!data.is_empty()).then_some(data));
            }
            Err(error) => assert!(error == Errno::EINVAL && !data.len().is_multiple_of(4)),
        }
        let mut text: Vec<u8> = (0..random.below(40) * 5).map(|_| *random.pick(DIGITS)).collect();
        for _ in 0..random.below(3) {
            damage(&mut text, random);
        }
        text.retain(|octet| *octet != 0);
        let expected = decoded(&text).ok_or(Errno::EINVAL);
        assert_eq!(z85_decode(&CString::new(text).expect("no NUL")), expected);
    });
}
