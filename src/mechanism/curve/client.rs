//! The end that knows the server's key: HELLO, then INITIATE, then it is let in (RFC 26).
#![forbid(unsafe_code)]

use zeroize::Zeroizing;

use super::cipher::{Cipher, Side};
use super::{
    CRYPTOGRAPHIC, MIN_READY_LEN, SEALED_KEYS_LEN, SHORT_NONCE_LEN, UNEXPECTED, WELCOME_LEN,
    long_nonce, random_nonce, short_nonce, take, two_keys,
};
use crate::crypto::{KEY_LEN, KeyPair, PublicKey, SharedKey, TAG_LEN};
use crate::mechanism::metadata::{self, Local};
use crate::mechanism::{
    self, Mechanism, ProtocolError, Ready, Refusal, Security, Step, refusal_of_error,
};
use crate::wire::command::{self, ERROR, HELLO, INITIATE, READY, WELCOME};

/// The short nonces of our commands: HELLO, INITIATE, and then messages.
const HELLO_COUNT: u64 = 1;
const INITIATE_COUNT: u64 = 2;

/// A command of the server is awaited.
#[derive(Debug)]
pub struct Client {
    local: Local,
    state: State,
}

#[derive(Debug)]
enum State {
    /// HELLO is on its way.
    Welcome { permanent: KeyPair, server: PublicKey, transient: KeyPair, hello_key: SharedKey },
    /// INITIATE is on its way.
    Ready { key: SharedKey },
}

impl Client {
    /// Begins the handshake: appends HELLO to `out`.
    pub fn start(security: &Security, local: &Local, out: &mut Vec<u8>) -> Result<Self, Refusal> {
        let server = security.curve_server_key;
        let permanent = KeyPair {
            public: security.curve_public_key,
            secret: security.curve_secret_key.clone(),
        };
        let transient = KeyPair::generate().map_err(|_| CRYPTOGRAPHIC)?;
        let hello_key = transient.secret.join(&server).ok_or(CRYPTOGRAPHIC)?;
        emit_hello(&transient.public, &hello_key, out);
        let state = State::Welcome { permanent, server, transient, hello_key };
        Ok(Self { local: local.clone(), state })
    }

    /// The server sent a command with this `body`.
    pub fn handle_command(self, body: &[u8], out: &mut Vec<u8>) -> Result<Step, Refusal> {
        let command = command::parse(body).map_err(|_| UNEXPECTED)?;
        match (command.name, self.state) {
            (WELCOME, State::Welcome { permanent, server, transient, hello_key }) => {
                if body.len() != WELCOME_LEN {
                    return Err(CRYPTOGRAPHIC);
                }
                let (theirs, cookie) = open_welcome(command.data, &hello_key)?;
                let key = transient.secret.join(&theirs).ok_or(CRYPTOGRAPHIC)?;
                let vouch = emit_vouch(&permanent, &transient.public, &server, &theirs)?;
                emit_initiate(&cookie, &permanent.public, &vouch, &self.local, &key, out);
                let state = State::Ready { key };
                Ok(Step::Wait(Mechanism::CurveClient(Self { state, ..self })))
            }
            (READY, state) => {
                if body.len() < MIN_READY_LEN {
                    let error = ProtocolError::ZmtpMalformedCommandReady;
                    return Err(Refusal::Protocol(error));
                }
                // Before WELCOME there is no key that would open it.
                let State::Ready { key } = state else { return Err(CRYPTOGRAPHIC) };
                let (count, properties) = open_ready(command.data, &key)?;
                let metadata = metadata::parse(&properties, self.local.socket_type)
                    .map_err(|_| Refusal::Protocol(ProtocolError::ZmtpInvalidMetadata))?;
                let cipher = Cipher::new(key, Side::Client, INITIATE_COUNT, count);
                Ok(Step::Ready(Ready {
                    metadata,
                    account: None,
                    cipher: Some(mechanism::Cipher::Curve(Box::new(cipher))),
                }))
            }
            (ERROR, _) => Err(refusal_of_error(command.data)),
            (_, State::Welcome { .. } | State::Ready { .. }) => Err(UNEXPECTED),
        }
    }
}

fn emit_hello(transient: &PublicKey, key: &SharedKey, out: &mut Vec<u8>) {
    const VERSION: [u8; 2] = [1, 0];
    const PADDING: [u8; 72] = [0; 72];
    let nonce = short_nonce(b"CurveZMQHELLO---", HELLO_COUNT);
    let mut signature = Vec::new();
    key.seal(&nonce, &[0; 64], &mut signature);
    let count = HELLO_COUNT.to_be_bytes();
    command::emit(out, HELLO, &[&VERSION, &PADDING, transient, &count, &signature]);
}

/// The server's transient key and its cookie.
fn open_welcome(
    mut data: &[u8],
    key: &SharedKey,
) -> Result<(PublicKey, [u8; SEALED_KEYS_LEN]), Refusal> {
    let random = take(&mut data).ok_or(CRYPTOGRAPHIC)?;
    let mut plain = Zeroizing::new([0; KEY_LEN + SEALED_KEYS_LEN]);
    key.open(&long_nonce(b"WELCOME-", random), data, plain.as_mut_slice())
        .map_err(|_| CRYPTOGRAPHIC)?;
    let mut plain = plain.as_slice();
    let theirs = *take(&mut plain).ok_or(CRYPTOGRAPHIC)?;
    let cookie = *take(&mut plain).ok_or(CRYPTOGRAPHIC)?;
    Ok((theirs, cookie))
}

/// "Box [C',S](C->S')", which proves that we have the key that we show.
fn emit_vouch(
    permanent: &KeyPair,
    transient: &PublicKey,
    server: &PublicKey,
    theirs: &PublicKey,
) -> Result<Vec<u8>, Refusal> {
    let random = random_nonce().map_err(|_| CRYPTOGRAPHIC)?;
    let key = permanent.secret.join(theirs).ok_or(CRYPTOGRAPHIC)?;
    let mut vouch = random.to_vec();
    key.seal(&long_nonce(b"VOUCH---", &random), &two_keys(transient, server), &mut vouch);
    Ok(vouch)
}

fn emit_initiate(
    cookie: &[u8; SEALED_KEYS_LEN],
    permanent: &PublicKey,
    vouch: &[u8],
    local: &Local,
    key: &SharedKey,
    out: &mut Vec<u8>,
) {
    let mut plain = permanent.to_vec();
    plain.extend_from_slice(vouch);
    metadata::emit(&mut plain, local);
    let mut sealed = Vec::new();
    key.seal(&short_nonce(b"CurveZMQINITIATE", INITIATE_COUNT), &plain, &mut sealed);
    command::emit(out, INITIATE, &[cookie, &INITIATE_COUNT.to_be_bytes(), &sealed]);
}

/// The server's short nonce and its properties.
fn open_ready(mut data: &[u8], key: &SharedKey) -> Result<(u64, Vec<u8>), Refusal> {
    let count = take::<SHORT_NONCE_LEN>(&mut data).ok_or(CRYPTOGRAPHIC)?;
    let count = u64::from_be_bytes(*count);
    let mut plain = vec![0; data.len().saturating_sub(TAG_LEN)];
    key.open(&short_nonce(b"CurveZMQREADY---", count), data, &mut plain)
        .map_err(|_| CRYPTOGRAPHIC)?;
    Ok((count, plain))
}
