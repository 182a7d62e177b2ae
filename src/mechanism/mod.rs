//! Security handshakes as state machines over commands (RFC 37, "The NULL Security Mechanism").
//!
//! A machine is moved by value: each command of the peer consumes it and answers a [`Step`], which
//! holds the machine again if the handshake goes on. Frames, clocks and pipes are not known here. A
//! further mechanism is a variant of [`Mechanism`]; a ZAP request becomes a variant of [`Step`], and
//! its verdict an argument of a sibling of [`Mechanism::handle_command`].
#![forbid(unsafe_code)]

pub mod compatibility;
pub mod metadata;
pub mod null;
mod protocol_error;

pub use metadata::{Local, Metadata};
pub use protocol_error::ProtocolError;

use crate::options;
use crate::wire::command;
use crate::wire::greeting::{MechanismName, mechanism_name};

/// A handshake under way.
#[derive(Debug)]
pub enum Mechanism {
    /// No authentication and no encryption.
    Null(null::Null),
}

/// What a command of the peer led to.
#[derive(Debug)]
pub enum Step {
    /// The handshake goes on: wait for the next command.
    Wait(Mechanism),
    /// The handshake is complete.
    Ready(Metadata),
}

/// Why a handshake ended without success.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The peer broke the protocol and a monitor is told how.
    Protocol(ProtocolError),
    /// The peer's properties are not acceptable.
    InvalidMetadata,
    /// The peer sent an ERROR that carries the status of a ZAP handler (300, 400 or 500).
    Denied(u16),
    /// The peer sent an ERROR with another reason.
    Error,
}

/// The name of `mechanism` in the greeting.
pub const fn name(mechanism: options::Mechanism) -> MechanismName {
    match mechanism {
        options::Mechanism::Null => mechanism_name("NULL"),
    }
}

impl Mechanism {
    /// Begins a handshake; what this end says first is appended to `out`.
    pub fn start(mechanism: options::Mechanism, local: &Local, out: &mut Vec<u8>) -> Self {
        match mechanism {
            options::Mechanism::Null => Self::Null(null::Null::start(local, out)),
        }
    }

    /// The peer sent a command with this `body`.
    pub fn handle_command(self, body: &[u8]) -> Result<Step, Refusal> {
        match self {
            Self::Null(null) => null.handle_command(body).map(Step::Ready),
        }
    }
}

/// Reads the data of an ERROR command, which ends each mechanism alike (RFC 37, "Error Handling").
fn refusal_of_error(data: &[u8]) -> Refusal {
    match command::parse_error(data) {
        Err(_) => Refusal::Protocol(ProtocolError::ZmtpMalformedCommandError),
        Ok(b"300") => Refusal::Denied(300),
        Ok(b"400") => Refusal::Denied(400),
        Ok(b"500") => Refusal::Denied(500),
        Ok(_) => Refusal::Error,
    }
}
