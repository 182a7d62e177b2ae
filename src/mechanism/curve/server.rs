//! The end whose key everybody knows: WELCOME, then a verdict on the client's key, then READY (RFC 26).
//!
//! Between HELLO and INITIATE the server keeps the key of its cookie and the client's nonce; its transient
//! key pair is in the cookie, which only the client has. A cookie key is made for each HELLO and forgotten
//! with the first INITIATE, whatever that is worth.
#![forbid(unsafe_code)]

use zeroize::Zeroizing;

use super::cipher::{Cipher, Side};
use super::{
    CRYPTOGRAPHIC, HELLO_LEN, MIN_INITIATE_LEN, SEALED_KEYS_LEN, SHORT_NONCE_LEN, TWO_KEYS_LEN,
    UNEXPECTED, long_nonce, random_nonce, short_nonce, take, two_keys,
};
use crate::crypto::{KeyPair, PublicKey, SecretKey, SharedKey, TAG_LEN};
use crate::mechanism::metadata::{self, Local, Metadata};
use crate::mechanism::zap::{Account, Request};
use crate::mechanism::{self, Inquiry, Mechanism, ProtocolError, Ready, Refusal, Security, Step};
use crate::wire::command::{self, Command, HELLO, INITIATE, READY, WELCOME};

/// The short nonce of READY; messages go on from there.
const READY_COUNT: u64 = 1;

const MALFORMED_HELLO: Refusal = Refusal::Protocol(ProtocolError::ZmtpMalformedCommandHello);
const MALFORMED_INITIATE: Refusal = Refusal::Protocol(ProtocolError::ZmtpMalformedCommandInitiate);

/// What an authentication handler has to do with this connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Policy {
    wants_verdict: bool,
    allows_no_handler: bool,
}

/// A command of the client is awaited.
#[derive(Debug)]
pub struct Server {
    local: Local,
    permanent: SecretKey,
    policy: Policy,
    state: State,
}

#[derive(Debug)]
enum State {
    Hello,
    /// WELCOME is on its way; the client's nonce was `count`.
    Initiate {
        cookie_key: SharedKey,
        count: u64,
    },
}

/// The client has shown its key, and a verdict on it is awaited.
#[derive(Debug)]
pub struct Asking {
    local: Local,
    allows_no_handler: bool,
    metadata: Metadata,
    key: SharedKey,
    count: u64,
}

/// What INITIATE says.
struct Initiate {
    client: PublicKey,
    metadata: Metadata,
    key: SharedKey,
    count: u64,
}

impl Server {
    /// Waits for HELLO.
    pub fn start(security: &Security, local: &Local) -> Self {
        let policy = Policy {
            // A handler is asked without a domain too, unless RFC 27 is followed to the letter.
            wants_verdict: security.has_zap_domain || !security.is_zap_enforced,
            allows_no_handler: !security.is_zap_enforced,
        };
        let permanent = security.curve_secret_key.clone();
        Self { local: local.clone(), permanent, policy, state: State::Hello }
    }

    /// The client sent a command with this `body`.
    pub fn handle_command(self, body: &[u8], out: &mut Vec<u8>) -> Result<Step, Refusal> {
        let malformed = Refusal::Protocol(ProtocolError::ZmtpMalformedCommandUnspecified);
        let command = command::parse(body).map_err(|_| malformed)?;
        match &self.state {
            State::Hello => {
                let state = self.handle_hello(&command, body.len(), out)?;
                Ok(Step::Wait(Mechanism::CurveServer(Self { state, ..self })))
            }
            State::Initiate { cookie_key, count } => {
                let initiate = self.open_initiate(&command, body.len(), cookie_key, *count)?;
                let Initiate { client, metadata, key, count } = initiate;
                let allows_no_handler = self.policy.allows_no_handler;
                let asking = Asking { local: self.local, allows_no_handler, metadata, key, count };
                if !self.policy.wants_verdict {
                    return Ok(asking.accept(None, out));
                }
                let request = Request { mechanism: "CURVE", credentials: vec![client.to_vec()] };
                Ok(Step::Ask(Inquiry::CurveServer(asking), request))
            }
        }
    }

    /// Answers HELLO with WELCOME.
    fn handle_hello(
        &self,
        command: &Command<'_>,
        len: usize,
        out: &mut Vec<u8>,
    ) -> Result<State, Refusal> {
        if command.name != HELLO {
            return Err(UNEXPECTED);
        }
        if len != HELLO_LEN {
            return Err(MALFORMED_HELLO);
        }
        let mut data = command.data;
        let version: &[u8; 2] = take(&mut data).ok_or(MALFORMED_HELLO)?;
        if *version != [1, 0] {
            return Err(MALFORMED_HELLO);
        }
        // What the padding holds does not matter, as in libzmq.
        let _padding: &[u8; 72] = take(&mut data).ok_or(MALFORMED_HELLO)?;
        let theirs: &PublicKey = take(&mut data).ok_or(MALFORMED_HELLO)?;
        let count: &[u8; SHORT_NONCE_LEN] = take(&mut data).ok_or(MALFORMED_HELLO)?;
        let count = u64::from_be_bytes(*count);
        let key = self.permanent.join(theirs).ok_or(CRYPTOGRAPHIC)?;
        let nonce = short_nonce(b"CurveZMQHELLO---", count);
        key.open(&nonce, data, &mut [0; 64]).map_err(|_| CRYPTOGRAPHIC)?;
        let transient = KeyPair::generate().map_err(|_| CRYPTOGRAPHIC)?;
        let cookie_key = emit_welcome(theirs, &transient, &key, out)?;
        Ok(State::Initiate { cookie_key, count })
    }

    fn open_initiate(
        &self,
        command: &Command<'_>,
        len: usize,
        cookie_key: &SharedKey,
        last_count: u64,
    ) -> Result<Initiate, Refusal> {
        if command.name != INITIATE {
            return Err(UNEXPECTED);
        }
        if len < MIN_INITIATE_LEN {
            return Err(MALFORMED_INITIATE);
        }
        let mut data = command.data;
        let cookie: &[u8; SEALED_KEYS_LEN] = take(&mut data).ok_or(MALFORMED_INITIATE)?;
        let count: &[u8; SHORT_NONCE_LEN] = take(&mut data).ok_or(MALFORMED_INITIATE)?;
        let count = u64::from_be_bytes(*count);
        let (theirs, transient) = open_cookie(cookie, cookie_key)?;
        let key = transient.join(&theirs).ok_or(CRYPTOGRAPHIC)?;
        let mut plain = vec![0; data.len().saturating_sub(TAG_LEN)];
        key.open(&short_nonce(b"CurveZMQINITIATE", count), data, &mut plain)
            .map_err(|_| CRYPTOGRAPHIC)?;
        if count <= last_count {
            return Err(Refusal::Protocol(ProtocolError::ZmtpInvalidSequence));
        }
        let mut plain = plain.as_slice();
        let client: PublicKey = *take(&mut plain).ok_or(MALFORMED_INITIATE)?;
        let vouch: &[u8; SEALED_KEYS_LEN] = take(&mut plain).ok_or(MALFORMED_INITIATE)?;
        let vouched = open_sealed_keys(vouch, b"VOUCH---", &transient.join(&client))?;
        if *vouched != two_keys(&theirs, &self.permanent.public()) {
            return Err(Refusal::Protocol(ProtocolError::ZmtpKeyExchange));
        }
        let metadata =
            metadata::parse(plain, self.local.socket_type).map_err(|_| Refusal::InvalidMetadata)?;
        Ok(Initiate { client, metadata, key, count })
    }
}

impl Asking {
    /// Whether an authentication handler that is not there is as good as none that is wanted.
    pub(in crate::mechanism) const fn allows_no_handler(&self) -> bool {
        self.allows_no_handler
    }

    /// The client may come in: appends READY to `out`.
    pub(in crate::mechanism) fn accept(self, account: Option<Account>, out: &mut Vec<u8>) -> Step {
        let Self { local, metadata, key, count, .. } = self;
        let mut properties = Vec::new();
        metadata::emit(&mut properties, &local);
        let mut sealed = Vec::new();
        key.seal(&short_nonce(b"CurveZMQREADY---", READY_COUNT), &properties, &mut sealed);
        command::emit(out, READY, &[&READY_COUNT.to_be_bytes(), &sealed]);
        let cipher = Cipher::new(key, Side::Server, READY_COUNT, count);
        Step::Ready(Ready {
            metadata,
            account,
            cipher: Some(mechanism::Cipher::Curve(Box::new(cipher))),
        })
    }
}

/// Appends WELCOME with a new cookie to `out`; answers the cookie's key.
fn emit_welcome(
    theirs: &PublicKey,
    transient: &KeyPair,
    key: &SharedKey,
    out: &mut Vec<u8>,
) -> Result<SharedKey, Refusal> {
    let cookie_key = SharedKey::generate().map_err(|_| CRYPTOGRAPHIC)?;
    let cookie_random = random_nonce().map_err(|_| CRYPTOGRAPHIC)?;
    let mut plain = Zeroizing::new(transient.public.to_vec());
    plain.extend_from_slice(&cookie_random);
    let keys = Zeroizing::new(two_keys(theirs, transient.secret.as_bytes()));
    cookie_key.seal(&long_nonce(b"COOKIE--", &cookie_random), keys.as_slice(), &mut plain);
    let random = random_nonce().map_err(|_| CRYPTOGRAPHIC)?;
    let mut sealed = Vec::new();
    key.seal(&long_nonce(b"WELCOME-", &random), &plain, &mut sealed);
    command::emit(out, WELCOME, &[&random, &sealed]);
    Ok(cookie_key)
}

/// The client's transient key, and ours.
fn open_cookie(
    cookie: &[u8; SEALED_KEYS_LEN],
    cookie_key: &SharedKey,
) -> Result<(PublicKey, SecretKey), Refusal> {
    let keys = open_sealed_keys(cookie, b"COOKIE--", &Some(cookie_key.clone()))?;
    let mut keys = keys.as_slice();
    let theirs = *take(&mut keys).ok_or(CRYPTOGRAPHIC)?;
    let ours = take(&mut keys).ok_or(CRYPTOGRAPHIC)?;
    Ok((theirs, SecretKey::copied_from(ours)))
}

/// Opens a cookie or a vouch.
fn open_sealed_keys(
    mut sealed: &[u8],
    prefix: &[u8; 8],
    key: &Option<SharedKey>,
) -> Result<Zeroizing<[u8; TWO_KEYS_LEN]>, Refusal> {
    let key = key.as_ref().ok_or(CRYPTOGRAPHIC)?;
    let random = take(&mut sealed).ok_or(CRYPTOGRAPHIC)?;
    let mut keys = Zeroizing::new([0; TWO_KEYS_LEN]);
    key.open(&long_nonce(prefix, random), sealed, keys.as_mut_slice())
        .map_err(|_| CRYPTOGRAPHIC)?;
    Ok(keys)
}
