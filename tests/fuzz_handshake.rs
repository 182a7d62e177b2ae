//! Handshakes under damage: whatever a peer sends and whatever a handler answers, no engine panics, nobody
//! comes in whom the handler has not accepted, a failure stays one, and a good peer is served afterwards.
//!
//! Each case is a good handshake whose octets are changed on their way, cut at random, and answered by
//! handlers that are changed as well. A seed makes a case; the failing one is printed.
//!
//!     FUZZ_SECONDS=600 cargo test --release --test fuzz_handshake
//!     FUZZ_SEED=12345 cargo test --test fuzz_handshake
//!
//! GSSAPI takes part with the feature of that name; its good ends meet in a Kerberos realm only, which
//! `capi-tests/gssapi/fuzz` sets up.
#![forbid(unsafe_code)]

mod fuzz;

use std::time::{Duration, Instant};

use zmq::engine::{CommandUse, Config, Engine, Event, Failure};
use zmq::mechanism::{Account, Verdict, zap};
use zmq::options::{self, Options, SocketType};

use fuzz::{Random, TELLING, damage, expected, fuzz, gssapi_service, reply};

/// Octets that a handshake may leave unsent: two large READYs.
const MAX_OUTPUT_LEN: usize = 4096;

/// What is fuzzed: two ends that fit.
struct Target {
    name: &'static str,
    ends: [Config; 2],
    /// Whether nobody may come in without a handler's consent, by end.
    is_guarded: [bool; 2],
    /// Whether the same octets lead to the same answers.
    is_repeatable: bool,
    /// Whether they meet if nobody disturbs them.
    can_meet: bool,
}

const CLIENT_KEYS: [&[u8]; 2] =
    [b"Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID", b"D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs"];
const SERVER_KEYS: [&[u8]; 2] =
    [b"rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7", b"JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh6"];

fn config(socket_type: SocketType, set: &[(i32, &[u8])]) -> Config {
    let mut options = Options::new(socket_type, false, true);
    for (option, value) in set {
        options.set(*option, Some(value)).expect("a good option");
    }
    Config::from_options(&options)
}

fn targets() -> Vec<Target> {
    use options::*;
    let yes = &1_i32.to_ne_bytes()[..];
    let domain = (ZMQ_ZAP_DOMAIN, &b"global"[..]);
    let enforce = (ZMQ_ZAP_ENFORCE_DOMAIN, yes);
    let credentials = [(ZMQ_PLAIN_USERNAME, &b"admin"[..]), (ZMQ_PLAIN_PASSWORD, b"secret")];
    let curve_client = [
        (ZMQ_CURVE_SERVERKEY, SERVER_KEYS[0]),
        (ZMQ_CURVE_PUBLICKEY, CLIENT_KEYS[0]),
        (ZMQ_CURVE_SECRETKEY, CLIENT_KEYS[1]),
    ];
    let curve_server =
        [(ZMQ_CURVE_SERVER, yes), (ZMQ_CURVE_SECRETKEY, SERVER_KEYS[1]), domain, enforce];
    let named = (ZMQ_ROUTING_ID, &b"me"[..]);
    let (router, dealer) = (SocketType::Router, SocketType::Dealer);
    let mut targets = vec![
        Target {
            name: "null",
            ends: [config(router, &[named]), config(dealer, &[])],
            is_guarded: [false, false],
            is_repeatable: true,
            can_meet: true,
        },
        Target {
            name: "null with a domain",
            ends: [config(router, &[domain, enforce]), config(dealer, &[named])],
            is_guarded: [true, false],
            is_repeatable: true,
            can_meet: true,
        },
        Target {
            name: "plain",
            ends: [config(router, &[(ZMQ_PLAIN_SERVER, yes)]), config(dealer, &credentials)],
            is_guarded: [true, false],
            is_repeatable: true,
            can_meet: true,
        },
        Target {
            name: "curve",
            ends: [config(router, &curve_server), config(dealer, &curve_client)],
            is_guarded: [true, false],
            is_repeatable: false,
            can_meet: true,
        },
    ];
    if zmq::sys::gssapi::IS_THERE {
        targets.extend([0, 1].map(gssapi));
    }
    targets
}

/// Without a realm the client has no ticket, and the server no key to read one with.
fn gssapi(is_plaintext: i32) -> Target {
    use options::*;
    let yes = &1_i32.to_ne_bytes()[..];
    let service = gssapi_service();
    let plaintext = (ZMQ_GSSAPI_PLAINTEXT, &is_plaintext.to_ne_bytes()[..]);
    let to = (ZMQ_GSSAPI_SERVICE_PRINCIPAL, service.as_deref().unwrap_or("nobody").as_bytes());
    let domain = [(ZMQ_ZAP_DOMAIN, &b"global"[..]), (ZMQ_ZAP_ENFORCE_DOMAIN, yes)];
    let server = [domain[0], domain[1], (ZMQ_GSSAPI_SERVER, yes), plaintext];
    Target {
        name: "gssapi",
        ends: [config(SocketType::Router, &server), config(SocketType::Dealer, &[to, plaintext])],
        is_guarded: [true, false],
        is_repeatable: false,
        can_meet: service.is_some(),
    }
}

/// One engine and what has become of it.
struct End {
    engine: Engine,
    is_guarded: bool,
    /// Given to the engine and not taken yet.
    waiting: Vec<u8>,
    consent: Option<Account>,
    is_ready: bool,
    failure: Option<Failure>,
    is_timed_out: bool,
    /// All input and all verdicts, and all output.
    seen: Vec<Input>,
    said: Vec<u8>,
}

#[derive(Clone)]
enum Input {
    Bytes(Vec<u8>),
    Verdict(Verdict),
}

impl End {
    fn new(config: &Config, is_guarded: bool, now: Instant) -> Self {
        Self {
            engine: Engine::new(config.clone(), now),
            is_guarded,
            waiting: Vec::new(),
            consent: None,
            is_ready: false,
            failure: None,
            is_timed_out: false,
            seen: Vec::new(),
            said: Vec::new(),
        }
    }

    fn fail(&mut self, failure: Failure) {
        assert!(self.failure.is_none_or(|known| known == failure), "a failure changes");
        self.failure = Some(failure);
    }

    /// Gives what waits, up to `most` octets; answers the request that came of it.
    fn feed(&mut self, most: usize, now: Instant) -> Option<zap::Request> {
        let len = most.min(self.waiting.len());
        if len == 0 || self.is_waiting() || self.is_ready {
            return None;
        }
        match self.engine.handle_input(&self.waiting[..len], now) {
            Ok(used) => {
                assert!(used <= len, "more used than given");
                let is_stopped = self.is_waiting() || self.engine.is_in_traffic();
                assert!(used == len || is_stopped, "input left without a reason");
                let used: Vec<u8> = self.waiting.drain(..used).collect();
                self.seen.push(Input::Bytes(used));
            }
            Err(failure) => {
                self.seen.push(Input::Bytes(std::mem::take(&mut self.waiting)));
                self.fail(failure);
            }
        }
        self.poll()
    }

    fn judge(&mut self, verdict: Verdict, now: Instant) -> Option<zap::Request> {
        self.seen.push(Input::Verdict(verdict.clone()));
        if let Verdict::Accepted(account) = &verdict {
            self.consent = Some(account.clone());
        }
        if let Err(failure) = self.engine.handle_verdict(verdict, now) {
            self.fail(failure);
        }
        self.poll()
    }

    /// Does what the engine leaves to others.
    fn work(&mut self, now: Instant) -> Option<zap::Request> {
        let done = self.engine.take_task().expect("a task").run();
        assert!(self.engine.take_task().is_none(), "the same task twice");
        if let Err(failure) = self.engine.handle_done(done, now) {
            self.fail(failure);
        }
        self.poll()
    }

    /// Whether it wants something else than octets.
    fn is_waiting(&self) -> bool {
        self.engine.is_awaiting_verdict() || self.engine.is_working()
    }

    fn poll(&mut self) -> Option<zap::Request> {
        match self.engine.poll_event()? {
            Event::Ask(request) => {
                assert!(self.engine.is_awaiting_verdict() && self.failure.is_none());
                Some(request)
            }
            Event::Work => {
                assert!(self.engine.is_working() && self.failure.is_none());
                None
            }
            Event::Refused(_) => {
                assert!(self.engine.is_refused() && self.consent.is_none());
                None
            }
            Event::Ready(peer) => {
                assert!(self.failure.is_none() && self.engine.is_in_traffic());
                assert!(!self.is_guarded || self.consent.is_some(), "somebody came in unasked");
                assert_eq!(peer.account, self.consent, "another account than the handler's");
                self.is_ready = true;
                None
            }
        }
    }

    fn take_output(&mut self) -> Vec<u8> {
        let output = self.engine.poll_output().unwrap_or_default().to_vec();
        assert!(output.len() <= MAX_OUTPUT_LEN, "much output: {}", output.len());
        self.engine.handle_output(output.len());
        self.said.extend_from_slice(&output);
        output
    }
}

/// A good reply, changed half of the time.
fn verdict(random: &mut Random) -> Verdict {
    if random.is_one_in(8) {
        return Verdict::NoHandler;
    }
    let frames = reply(random);
    let verdict = zap::parse_reply(&frames);
    assert_eq!(verdict, expected(&frames));
    verdict
}

/// Two ends talk; what goes from one to the other is damaged.
fn converse(target: &Target, random: &mut Random) {
    let mut now = Instant::now();
    let mut ends = [0, 1].map(|i| End::new(&target.ends[i], target.is_guarded[i], now));
    let is_good = random.is_one_in(8);
    let victim = random.below(2);
    let mut quiet = 0;
    while quiet < 2 {
        let mut is_moved = false;
        for (from, to) in [(0, 1), (1, 0)] {
            let mut bytes = ends[from].take_output();
            is_moved |= !bytes.is_empty();
            if !is_good && to == victim && random.is_one_in(3) {
                damage(&mut bytes, random);
            }
            ends[to].waiting.extend(bytes);
            is_moved |= listen(&mut ends[to], is_good, random, now);
        }
        if !is_good && random.is_one_in(16) {
            now += Duration::from_secs(random.below(20) as u64);
            for end in &mut ends {
                if !end.is_ready
                    && let Err(failure) = end.engine.handle_timeout(now)
                {
                    end.fail(failure);
                    end.is_timed_out = true;
                }
            }
        }
        quiet = if is_moved { 0 } else { quiet + 1 };
    }
    if is_good {
        let is_met = ends.iter().all(|end| end.is_ready);
        assert_eq!(is_met, target.can_meet, "{}: whether good ends meet", target.name);
    }
    for end in &mut ends {
        check_end(end, target, now);
    }
    if target.is_repeatable && !ends[victim].is_timed_out {
        repeat(&ends[victim], &target.ends[victim], random);
    }
}

/// An end takes what waits for it, in pieces, and hears its handler; whether anything happened.
fn listen(end: &mut End, is_good: bool, random: &mut Random, now: Instant) -> bool {
    let mut is_moved = false;
    while end.failure.is_none() {
        let most_of_piece = *random.pick(&[2, 64, 4096]);
        let most = 1 + random.below(most_of_piece);
        let before = end.waiting.len();
        let request = end.feed(most, now);
        is_moved |= end.waiting.len() < before || request.is_some();
        if end.engine.is_awaiting_verdict() && (is_good || !random.is_one_in(6)) {
            let account = Account { user_id: b"joe".to_vec(), properties: Vec::new() };
            let verdict = if is_good { Verdict::Accepted(account) } else { verdict(random) };
            end.judge(verdict, now);
            is_moved = true;
        } else if end.engine.is_working() && (is_good || !random.is_one_in(6)) {
            end.work(now);
            is_moved = true;
        } else if end.waiting.len() == before {
            break;
        }
    }
    is_moved
}

/// What an end must be like when all is over.
fn check_end(end: &mut End, target: &Target, now: Instant) {
    end.take_output();
    if let Some(failure) = end.failure {
        assert_eq!(end.engine.handle_input(b"more", now), Err(failure), "{}", target.name);
        assert_eq!(end.engine.handle_timeout(now), Err(failure));
        assert_eq!(end.engine.poll_timeout(), None);
        assert_eq!(end.engine.poll_event(), None);
        assert!(!end.engine.is_in_traffic());
    } else if !end.is_ready {
        // Nobody stays for ever.
        let at = end.engine.poll_timeout().expect("a handshake has a time limit");
        assert!(end.engine.handle_timeout(at).is_err(), "{}", target.name);
    }
}

/// The same input in other pieces leads to the same output and the same end.
fn repeat(end: &End, config: &Config, random: &mut Random) {
    let now = Instant::now();
    let mut again = End::new(config, end.is_guarded, now);
    again.take_output();
    for input in &end.seen {
        match input {
            Input::Verdict(verdict) => drop(again.judge(verdict.clone(), now)),
            Input::Bytes(bytes) => {
                again.waiting = bytes.clone();
                while !again.waiting.is_empty() && again.failure.is_none() && !again.is_ready {
                    let before = again.waiting.len();
                    again.feed(1 + random.below(8), now);
                    assert!(again.waiting.len() < before, "input is not taken again");
                    again.take_output();
                }
            }
        }
        again.take_output();
    }
    assert_eq!((again.is_ready, again.failure), (end.is_ready, end.failure));
    assert_eq!(again.said, end.said);
}

#[test]
fn handshakes() {
    let targets = targets();
    fuzz("handshakes", 1000, |random| {
        for target in &targets {
            // Without optimisation its arithmetic takes most of the time.
            if !["curve", "gssapi"].contains(&target.name) || random.is_one_in(8) {
                converse(target, random);
            }
        }
    });
}

/// Octets that no engine has said, to every kind of end.
#[test]
fn noise() {
    let targets = targets();
    fuzz("noise", 3000, |random| {
        let now = Instant::now();
        let target = random.pick(&targets);
        let side = random.below(2);
        let mut end = End::new(&target.ends[side], target.is_guarded[side], now);
        for _ in 0..random.below(6) {
            let noise = random.bytes(200);
            let telling = random.pick(&TELLING).to_vec();
            let mut greeting = Engine::new(random.pick(&targets).ends[1 - side].clone(), now);
            let signature = greeting.poll_output().unwrap_or_default().to_vec();
            greeting.handle_output(signature.len());
            end.waiting.extend(random.pick(&[noise, telling, signature]));
            listen(&mut end, false, random, now);
            end.take_output();
        }
        check_end(&mut end, target, now);
    });
}

#[test]
fn zap_replies() {
    fuzz("zap replies", 3000, |random| {
        for _ in 0..16 {
            let frames = reply(random);
            assert_eq!(zap::parse_reply(&frames), expected(&frames), "{frames:?}");
        }
    });
}

/// Commands of a peer that was let in: a PONG holds the octets of its PING and no others.
#[test]
fn commands() {
    fuzz("commands", 1000, |random| {
        let now = Instant::now();
        let socket_type = *random.pick(&[SocketType::Pub, SocketType::Router, SocketType::Pair]);
        let mut end = in_traffic(socket_type, now);
        for _ in 0..8 {
            let good: [&[u8]; 8] = [
                b"\x04PING\0\x64context",
                b"\x04PING\0\0",
                b"\x04PONGcontext",
                b"\x09SUBSCRIBEtopic",
                b"\x06CANCELtopic",
                b"\x04JOINgroup",
                b"\x05LEAVEgroup",
                b"\x05ERROR\x03400",
            ];
            let mut body = random.pick(&good).to_vec();
            if random.is_one_in(2) {
                damage(&mut body, random);
            }
            let answer = end.handle_command(&body, || now);
            let output = end.poll_output().unwrap_or_default().to_vec();
            end.handle_output(output.len());
            if !output.is_empty() {
                let context = body.get(7..).unwrap_or_default();
                let context = &context[..context.len().min(16)];
                assert_eq!(answer, Ok(CommandUse::Consumed));
                assert_eq!(
                    output,
                    [&[4, 5 + context.len() as u8], &b"\x04PONG"[..], context].concat()
                );
            }
            if answer.is_err() {
                break;
            }
        }
    });
}

/// An engine whose handshake with a fitting peer is complete.
fn in_traffic(socket_type: SocketType, now: Instant) -> Engine {
    let theirs = match socket_type {
        SocketType::Pub => SocketType::Sub,
        SocketType::Router => SocketType::Dealer,
        other => other,
    };
    let mut ends = [socket_type, theirs].map(|t| End::new(&config(t, &[]), false, now));
    while !ends[0].is_ready || !ends[1].is_ready {
        for (from, to) in [(0, 1), (1, 0)] {
            let bytes = ends[from].take_output();
            ends[to].waiting.extend(bytes);
            ends[to].feed(usize::MAX, now);
        }
    }
    let [mut end, _] = ends;
    end.take_output();
    end.engine
}
