//! Security handshakes as state machines over commands (RFC 37, 24, 27).
//!
//! A machine is moved by value: each command of the peer consumes it and answers a [`Step`], which
//! holds the machine again if the handshake goes on. A machine that has to know what an authentication
//! handler says of the peer becomes an [`Inquiry`], to which nothing can happen but a [`Verdict`]; every
//! verdict passes through [`Inquiry::handle_verdict`], whatever the mechanism. Frames, clocks and pipes
//! are not known here.
#![forbid(unsafe_code)]

pub mod cipher;
pub mod compatibility;
pub mod curve;
pub mod gssapi;
mod message;
pub mod metadata;
pub mod null;
pub mod plain;
mod protocol_error;
mod security;
pub mod zap;

pub use cipher::Cipher;
pub use metadata::{Local, Metadata};
pub use protocol_error::ProtocolError;
pub use security::Security;
pub use zap::{Account, Status, Verdict};

use crate::options;
use crate::wire::command;

/// A handshake that waits for a command of the peer.
#[derive(Debug)]
pub enum Mechanism {
    /// No authentication and no encryption.
    Null(null::Null),
    /// User name and password: the end that has to prove itself.
    PlainClient(plain::Client),
    /// The end that lets in.
    PlainServer(plain::Server),
    /// Keys and encryption: the end that knows the other's key.
    CurveClient(curve::Client),
    /// The end whose key is known.
    CurveServer(curve::Server),
    /// Kerberos: the end that wants to be let in.
    GssapiClient(gssapi::Client),
    /// The end that lets in.
    GssapiServer(gssapi::Server),
}

/// A handshake that waits for a verdict on the peer.
#[derive(Debug)]
pub enum Inquiry {
    /// See [`null`].
    Null(null::Null),
    /// See [`plain`].
    PlainServer(plain::Asking),
    /// See [`curve`].
    CurveServer(curve::Asking),
    /// See [`gssapi`].
    GssapiServer(gssapi::Asking),
}

/// What a command of the peer or a verdict led to.
#[derive(Debug)]
pub enum Step {
    /// The handshake goes on: wait for the next command.
    Wait(Mechanism),
    /// Ask the authentication handler.
    Ask(Inquiry, zap::Request),
    /// Have this done where it may block, and go on with what comes of it.
    Work(gssapi::Task),
    /// The handshake is complete.
    Ready(Ready),
}

/// A complete handshake.
#[derive(Debug)]
pub struct Ready {
    /// What the peer told of itself.
    pub metadata: Metadata,
    /// Who it is, if a handler was asked.
    pub account: Option<Account>,
    /// What seals and opens all that follows, if the mechanism encrypts.
    pub cipher: Option<Cipher>,
}

/// Why a handshake ended without success.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The peer or the authentication handler broke the protocol and a monitor is told how.
    Protocol(ProtocolError),
    /// The peer's properties are not acceptable.
    InvalidMetadata,
    /// Our authentication handler let the peer not in. If the status has a reason to be told, an ERROR
    /// command with it was emitted.
    Refused(Status),
    /// There is no authentication handler, and without one nobody is let in.
    NoHandler,
    /// This end cannot prove who it is; it may be able to later.
    NoCredentials,
    /// The peer sent an ERROR that carries the status of its authentication handler.
    Denied(Status),
    /// The peer sent an ERROR with another reason.
    Error,
}

impl Mechanism {
    /// Begins a handshake after the greetings; what this end says first is appended to `out`.
    pub fn start(security: &Security, local: &Local, out: &mut Vec<u8>) -> Result<Step, Refusal> {
        Ok(match (security.mechanism, security.is_server) {
            (options::Mechanism::Null, _) => null::Null::start(security, local, out),
            (options::Mechanism::Plain, false) => {
                Step::Wait(Self::PlainClient(plain::Client::start(security, local, out)))
            }
            (options::Mechanism::Plain, true) => {
                Step::Wait(Self::PlainServer(plain::Server::start(local)))
            }
            (options::Mechanism::Curve, false) => {
                Step::Wait(Self::CurveClient(curve::Client::start(security, local, out)?))
            }
            (options::Mechanism::Curve, true) => {
                Step::Wait(Self::CurveServer(curve::Server::start(security, local)))
            }
            (options::Mechanism::Gssapi, false) => gssapi::Client::start(security, local),
            (options::Mechanism::Gssapi, true) => {
                Step::Wait(Self::GssapiServer(gssapi::Server::start(security, local)))
            }
        })
    }

    /// The peer sent a command with this `body`; what follows from it is appended to `out`.
    pub fn handle_command(self, body: &[u8], out: &mut Vec<u8>) -> Result<Step, Refusal> {
        match self {
            Self::Null(null) => null.handle_command(body),
            Self::PlainClient(client) => client.handle_command(body, out),
            Self::PlainServer(server) => server.handle_command(body, out),
            Self::CurveClient(client) => client.handle_command(body, out),
            Self::CurveServer(server) => server.handle_command(body, out),
            Self::GssapiClient(client) => client.handle_command(body, out),
            Self::GssapiServer(server) => server.handle_command(body, out),
        }
    }
}

impl Inquiry {
    /// What came of the request; what follows from it is appended to `out`.
    pub fn handle_verdict(self, verdict: Verdict, out: &mut Vec<u8>) -> Result<Step, Refusal> {
        let account = match verdict {
            Verdict::Accepted(account) => Some(account),
            Verdict::NoHandler if self.allows_no_handler() => None,
            Verdict::NoHandler => return Err(Refusal::NoHandler),
            Verdict::Malformed(error) => return Err(Refusal::Protocol(error)),
            Verdict::Refused(status) => {
                if let Some(reason) = status.reason() {
                    command::emit_error(out, reason);
                }
                return Err(Refusal::Refused(status));
            }
        };
        Ok(match self {
            Self::Null(null) => null.accept(account, out),
            Self::PlainServer(server) => server.accept(account, out),
            Self::CurveServer(server) => server.accept(account, out),
            Self::GssapiServer(server) => return server.accept(account, out),
        })
    }

    /// Whether a peer may come in that nobody could be asked about.
    fn allows_no_handler(&self) -> bool {
        match self {
            Self::Null(null) => null.allows_no_handler(),
            // There is no point in a user name that nobody checks.
            Self::PlainServer(_) => false,
            Self::CurveServer(server) => server.allows_no_handler(),
            Self::GssapiServer(server) => server.allows_no_handler(),
        }
    }
}

/// Reads the data of an ERROR command, which ends each mechanism alike (RFC 37, "Error Handling").
fn refusal_of_error(data: &[u8]) -> Refusal {
    match command::parse_error(data) {
        Err(_) => Refusal::Protocol(ProtocolError::ZmtpMalformedCommandError),
        Ok(reason) => Status::parse(reason).map_or(Refusal::Error, Refusal::Denied),
    }
}
