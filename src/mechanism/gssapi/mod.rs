//! GSSAPI (RFC 38, zmq_gssapi(7)): both ends prove with Kerberos who they are, by tokens that the system's
//! library makes and reads, and everything after that travels in its tokens unless ZMQ_GSSAPI_PLAINTEXT
//! is set.
//!
//! The RFC says little; on the wire this is libzmq's: INITIATE carries the tokens both ways, and an empty
//! command stands for the token that a complete client has none of. Then the server asks its handler, and
//! sends READY; the client answers with its own. READY travels as traffic does.
//!
//! Making a token may block for long. So it is a [`Task`] that the session has run elsewhere, and whose
//! [`Done`] is an input.
#![forbid(unsafe_code)]

mod cipher;
mod task;

pub use cipher::Cipher;
pub use task::{Done, Task};

use task::End;

use crate::mechanism::metadata::{self, Local, Metadata};
use crate::mechanism::zap::{Account, Request};
use crate::mechanism::{
    self, Inquiry, Mechanism, ProtocolError, Ready, Refusal, Security, Step, refusal_of_error,
};
use crate::sys::gssapi::{Context, Principal};
use crate::wire::command::{self, ERROR, INITIATE, READY};
use crate::wire::frame::{self, FLAG_COMMAND};

const UNEXPECTED: Refusal = Refusal::Protocol(ProtocolError::ZmtpUnexpectedCommand);
const CRYPTOGRAPHIC: Refusal = Refusal::Protocol(ProtocolError::ZmtpCryptographic);
const INVALID_METADATA: Refusal = Refusal::Protocol(ProtocolError::ZmtpInvalidMetadata);

/// What the options of a socket say of GSSAPI.
#[derive(Clone, Debug)]
pub struct Terms {
    /// Who we are; `None` is whoever the process is.
    pub own: Option<Principal>,
    /// Client: whom to reach.
    pub service: Principal,
    /// Whether everything after the handshake is encrypted.
    pub is_secret: bool,
}

/// What does not change in a handshake.
#[derive(Debug)]
pub struct Common {
    terms: Terms,
    local: Local,
    wants_verdict: bool,
    allows_no_handler: bool,
}

impl Common {
    fn new(security: &Security, local: &Local) -> Box<Self> {
        Box::new(Self {
            terms: security.gssapi.clone(),
            local: local.clone(),
            // As for CURVE.
            wants_verdict: security.has_zap_domain || !security.is_zap_enforced,
            allows_no_handler: !security.is_zap_enforced,
        })
    }
}

/// A command of the server is awaited.
#[derive(Debug)]
pub enum Client {
    /// One with a token for the context.
    Token(Box<Common>, Box<Context>),
    /// READY.
    Ready(Box<Common>, Cipher),
}

impl Client {
    /// Begins the handshake: there is a token to make.
    pub fn start(security: &Security, local: &Local) -> Step {
        Step::Work(Task::initiate(Common::new(security, local)))
    }

    /// The server sent a command with this `body`.
    pub fn handle_command(self, body: &[u8], out: &mut Vec<u8>) -> Result<Step, Refusal> {
        // In clear even where READY is not: to be told no needs no proof.
        if let Ok(command) = command::parse(body)
            && command.name == ERROR
        {
            return Err(refusal_of_error(command.data));
        }
        match self {
            Self::Token(common, context) => {
                let token = parse_initiate(body)?.to_vec();
                Ok(Step::Work(Task::go_on(End::Client, common, context, token)))
            }
            Self::Ready(common, cipher) => {
                let metadata = open_ready(body, &common, &cipher)?;
                emit_ready(&common, &cipher, out)?;
                Ok(ready(&common, metadata, None, cipher))
            }
        }
    }
}

/// A command of the client is awaited.
#[derive(Debug)]
pub enum Server {
    /// One with the first token.
    First(Box<Common>),
    /// One with another token for the context.
    Token(Box<Common>, Box<Context>),
    /// One that says that the client's context is complete too.
    Confirm(Box<Common>, Box<Context>),
    /// READY.
    Ready(Box<Common>, Cipher, Option<Account>),
}

impl Server {
    /// Begins the handshake: the client speaks first.
    pub fn start(security: &Security, local: &Local) -> Self {
        Self::First(Common::new(security, local))
    }

    /// The client sent a command with this `body`.
    pub fn handle_command(self, body: &[u8], out: &mut Vec<u8>) -> Result<Step, Refusal> {
        match self {
            Self::First(common) => {
                let token = parse_initiate(body)?.to_vec();
                Ok(Step::Work(Task::accept(common, token)))
            }
            Self::Token(common, context) => {
                let token = parse_initiate(body)?.to_vec();
                Ok(Step::Work(Task::go_on(End::Server, common, context, token)))
            }
            Self::Confirm(common, context) => {
                // A token that came now would have nothing to say.
                if !body.is_empty() {
                    parse_initiate(body)?;
                }
                let wants_verdict = common.wants_verdict;
                let asking = Asking { common, context };
                if !wants_verdict {
                    return asking.accept(None, out);
                }
                let credentials = vec![asking.context.peer().to_vec()];
                let request = Request { mechanism: "GSSAPI", credentials };
                Ok(Step::Ask(Inquiry::GssapiServer(asking), request))
            }
            Self::Ready(common, cipher, account) => {
                let metadata = open_ready(body, &common, &cipher)?;
                Ok(ready(&common, metadata, account, cipher))
            }
        }
    }
}

/// A server whose handler is asked about the client.
#[derive(Debug)]
pub struct Asking {
    common: Box<Common>,
    context: Box<Context>,
}

impl Asking {
    /// Whether an authentication handler that is not there is as good as none that is wanted.
    pub(super) const fn allows_no_handler(&self) -> bool {
        self.common.allows_no_handler
    }

    /// The client may come in: appends READY to `out`.
    pub(super) fn accept(
        self,
        account: Option<Account>,
        out: &mut Vec<u8>,
    ) -> Result<Step, Refusal> {
        let cipher = Cipher::new(*self.context);
        emit_ready(&self.common, &cipher, out)?;
        let server = Server::Ready(self.common, cipher, account);
        Ok(Step::Wait(Mechanism::GssapiServer(server)))
    }
}

/// The token that an INITIATE carries.
fn parse_initiate(body: &[u8]) -> Result<&[u8], Refusal> {
    let malformed = Refusal::Protocol(ProtocolError::ZmtpMalformedCommandInitiate);
    let command = parse(body)?;
    match command.name {
        INITIATE => {
            let (len, token) = command.data.split_first_chunk::<4>().ok_or(malformed)?;
            let is_whole = usize::try_from(u32::from_be_bytes(*len)) == Ok(token.len());
            if is_whole { Ok(token) } else { Err(malformed) }
        }
        _ => Err(UNEXPECTED),
    }
}

fn parse(body: &[u8]) -> Result<command::Command<'_>, Refusal> {
    command::parse(body).map_err(|_| match body {
        [0, _, ..] => UNEXPECTED,
        _ => Refusal::Protocol(ProtocolError::ZmtpMalformedCommandUnspecified),
    })
}

/// Appends an INITIATE with `token`, or the command that stands for none.
fn emit_token(token: &[u8], out: &mut Vec<u8>) -> Result<(), Refusal> {
    if token.is_empty() {
        frame::emit(out, FLAG_COMMAND, &[]);
        return Ok(());
    }
    let len = u32::try_from(token.len()).map_err(|_| CRYPTOGRAPHIC)?;
    command::emit(out, INITIATE, &[&len.to_be_bytes(), token]);
    Ok(())
}

fn emit_ready(common: &Common, cipher: &Cipher, out: &mut Vec<u8>) -> Result<(), Refusal> {
    let mut properties = Vec::new();
    metadata::emit(&mut properties, &common.local);
    if !common.terms.is_secret {
        command::emit(out, READY, &[&properties]);
        return Ok(());
    }
    cipher.seal(FLAG_COMMAND, 0, b"\x05READY", &properties, out).map_err(|_| CRYPTOGRAPHIC)
}

fn open_ready(body: &[u8], common: &Common, cipher: &Cipher) -> Result<Metadata, Refusal> {
    let mut body = body.to_vec();
    let mut content_at = 0;
    if common.terms.is_secret {
        content_at = cipher.open(&mut body).map_err(Refusal::Protocol)?.content_at;
    }
    let command = parse(body.get(content_at..).unwrap_or_default())?;
    match command.name {
        READY => {
            metadata::parse(command.data, common.local.socket_type).map_err(|_| INVALID_METADATA)
        }
        _ => Err(UNEXPECTED),
    }
}

fn ready(common: &Common, metadata: Metadata, account: Option<Account>, cipher: Cipher) -> Step {
    let cipher = common.terms.is_secret.then_some(mechanism::Cipher::Gssapi(cipher));
    Step::Ready(Ready { metadata, account, cipher })
}

#[cfg(test)]
mod tests;
