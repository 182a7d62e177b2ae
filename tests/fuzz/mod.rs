//! What the fuzzing tests share: seeds, damage, and the replies of authentication handlers.
#![forbid(unsafe_code)]
// Each test uses its part.
#![allow(dead_code)]

use std::time::{Duration, Instant};

use zmq::engine::Config;
use zmq::mechanism::cipher::{Opener, Sealer};
use zmq::mechanism::{Account, ProtocolError, Status, Verdict};
use zmq::options::{Options, SocketType};

/// splitmix64.
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, limit: usize) -> usize {
        (self.next() >> 16) as usize % limit.max(1)
    }

    pub fn is_one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    pub fn bytes(&mut self, max_len: usize) -> Vec<u8> {
        (0..self.below(max_len)).map(|_| self.next() as u8).collect()
    }

    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}

/// Prints the seed of the case that panics.
struct Blame(&'static str, u64);

impl Drop for Blame {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{}: FUZZ_SEED={}", self.0, self.1);
        }
    }
}

/// Runs `case` for as long as the environment asks, otherwise so many times.
pub fn fuzz(name: &'static str, cases: u64, case: impl Fn(&mut Random)) {
    let number = |name| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let run = |seed| {
        let _blame = Blame(name, seed);
        case(&mut Random(seed));
    };
    if let Some(seed) = number("FUZZ_SEED") {
        return run(seed);
    }
    let end = number("FUZZ_SECONDS").map(|seconds| Instant::now() + Duration::from_secs(seconds));
    let first = if end.is_some() { zmq::sys::random::random_u32().into() } else { 1 };
    let mut seed = first;
    while end.map_or(seed <= cases, |end| Instant::now() < end) {
        run(seed);
        seed += 1;
    }
    eprintln!("{name}: {} cases from seed {first}", seed - first);
}

/// Octets that mean something somewhere.
pub const TELLING: [&[u8]; 18] = [
    b"\0",
    b"\x01",
    b"\x04",
    b"\x05",
    b"\x06",
    b"\x7f",
    b"\x80",
    b"\xff",
    b"\xff\xff\xff\xff",
    b"\x7f\xff\xff\xff",
    b"\x06\xff\xff\xff\xff\xff\xff\xff\xff",
    b"\x05HELLO",
    b"\x07WELCOME",
    b"\x08INITIATE",
    b"\x05READY",
    b"\x05ERROR\x03400",
    b"\x0bSocket-Type\0\0\0\x03PUB",
    b"\x08Identity\0\0\x01\0",
];

/// Changes `bytes` in one way.
pub fn damage(bytes: &mut Vec<u8>, random: &mut Random) {
    let at = random.below(bytes.len() + 1);
    let end = at + random.below(bytes.len() + 1 - at);
    match random.below(9) {
        0 => bytes.iter_mut().skip(at).take(1).for_each(|b| *b ^= 1 << random.below(8)),
        1 => bytes.iter_mut().skip(at).take(1).for_each(|b| *b = random.next() as u8),
        2 => bytes.truncate(at),
        3 => drop(bytes.drain(at..end)),
        4 => {
            let copy = bytes[at..end].to_vec();
            bytes.splice(at..at, copy);
        }
        5 => drop(bytes.splice(at..at, random.bytes(64))),
        6 => drop(bytes.splice(at..at, random.pick(&TELLING).to_vec())),
        7 => {
            let with = random.pick(&TELLING);
            let end = bytes.len().min(at + with.len());
            bytes.splice(at..end, with.iter().copied());
        }
        _ => bytes.rotate_left(at),
    }
}

/// A good reply of an authentication handler, changed half of the time.
pub fn reply(random: &mut Random) -> Vec<Vec<u8>> {
    let metadata: &[u8] = b"\x05Hello\0\0\0\x05World\x03Key\0\0\0\0";
    let code = *random.pick(&[&b"200"[..], b"200", b"200", b"300", b"400", b"500"]);
    let good: [&[u8]; 7] = [b"", b"1.0", b"1", code, b"text", b"joe", metadata];
    let mut frames = good.map(<[u8]>::to_vec).to_vec();
    if random.is_one_in(2) {
        return frames;
    }
    for _ in 0..=random.below(3) {
        let at = random.below(frames.len());
        match random.below(6) {
            0 => frames.insert(at, random.bytes(32)),
            1 if frames.len() > 1 => drop(frames.remove(at)),
            2 => frames.rotate_left(at),
            _ => damage(&mut frames[at], random),
        }
    }
    frames
}

/// What RFC 27 makes of a reply, said in another way than the library does.
pub fn expected(frames: &[Vec<u8>]) -> Verdict {
    let is = |at: usize, text: &[u8]| frames[at] == text;
    if frames.len() != 7 {
        return Verdict::Malformed(ProtocolError::ZapMalformedReply);
    }
    let checks = [
        (is(0, b""), ProtocolError::ZapUnspecified),
        (is(1, b"1.0"), ProtocolError::ZapBadVersion),
        (is(2, b"1"), ProtocolError::ZapBadRequestId),
        (
            is(3, b"200") || is(3, b"300") || is(3, b"400") || is(3, b"500"),
            ProtocolError::ZapInvalidStatusCode,
        ),
    ];
    if let Some((_, error)) = checks.into_iter().find(|(is_fine, _)| !is_fine) {
        return Verdict::Malformed(error);
    }
    match frames[3][0] {
        b'3' => return Verdict::Refused(Status::Temporary),
        b'4' => return Verdict::Refused(Status::Denied),
        b'5' => return Verdict::Refused(Status::Internal),
        _ => {}
    }
    let mut account = Account { user_id: frames[5].clone(), properties: Vec::new() };
    let list = &frames[6];
    let mut at = 0;
    while at < list.len() {
        let Some((name, value, next)) = property(list, at) else {
            return Verdict::Malformed(ProtocolError::ZapInvalidMetadata);
        };
        account.properties.push((name, value));
        at = next;
    }
    Verdict::Accepted(account)
}

fn property(list: &[u8], at: usize) -> Option<(String, Vec<u8>, usize)> {
    let value_len_at = at + 1 + usize::from(list[at]);
    let name = list.get(at + 1..value_len_at)?;
    let value_len = list.get(value_len_at..value_len_at + 4)?;
    let value_len = value_len.iter().fold(0, |len, octet| len << 8 | usize::from(*octet));
    let value = list.get(value_len_at + 4..value_len_at + 4 + value_len)?;
    let name = String::from_utf8(name.to_vec()).ok()?;
    Some((name, value.to_vec(), value_len_at + 4 + value_len))
}

/// The GSSAPI service that this process is and may talk to, if it lives in a Kerberos realm.
pub fn gssapi_service() -> Option<String> {
    std::env::var("FUZZ_GSSAPI_SERVICE").ok()
}

/// What the engine of a DEALER with these options is made with.
pub fn config(set: &[(i32, &[u8])]) -> Config {
    let mut options = Options::new(SocketType::Dealer, false, true);
    for (option, value) in set {
        options.set(*option, Some(value)).expect("a good option");
    }
    Config::from_options(&options)
}

/// Messages of a connection's two ends are damaged, repeated, reordered (which is allowed, or not) or cut:
/// none comes out that was not put in, and none twice.
pub fn traffic(ends: [(Sealer, Opener); 2], may_reorder: bool, random: &mut Random) {
    let [mut a, mut b] = ends;
    for _ in 0..20 {
        let sent: Vec<(u8, Vec<u8>)> = (0..1 + random.below(6))
            .map(|_| {
                let most = *random.pick(&[2, 100, 300, 9000]);
                ([0, 1, 4][random.below(3)], random.bytes(most))
            })
            .collect();
        let mut bodies = Vec::new();
        for (flags, body) in &sent {
            let mut frame = Vec::new();
            a.0.emit(*flags, b"", body, &mut frame).expect("numbers are left");
            bodies.push(frame.split_off(if frame[0] & 2 == 0 { 2 } else { 9 }));
        }
        let mut order: Vec<usize> = (0..bodies.len()).collect();
        match random.below(6) {
            0 => order.rotate_left(1),
            1 => order.insert(0, order[order.len() - 1]),
            _ => {}
        }
        let mut seen: Vec<usize> = Vec::new();
        for at in order {
            let mut body = bodies[at].clone();
            if random.is_one_in(8) {
                damage(&mut body, random);
            }
            let is_whole = body == bodies[at];
            let is_new = match may_reorder {
                true => !seen.contains(&at),
                false => seen.iter().all(|last| at > *last),
            };
            match b.1.open(&mut body) {
                Ok(opened) => {
                    // Kerberos leaves how far a token is rotated (RFC 4121) to whoever is in between.
                    assert!((is_whole || may_reorder) && is_new, "opened what was not sent next");
                    let content = body[opened.content_at..].to_vec();
                    assert_eq!((opened.flags, content), sent[at]);
                    seen.push(at);
                }
                Err(_) => assert!(!is_whole || !is_new, "refused what was sent"),
            }
        }
        std::mem::swap(&mut a, &mut b);
    }
}
