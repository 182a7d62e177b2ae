//! NULL: each end sends READY with its properties and waits for the other's (RFC 37, "The NULL
//! Security Mechanism").
//!
//! READY goes out at once, so a READY that comes in completes the handshake and there is one state.
//! A peer that does not suit is disconnected without an ERROR command, as libzmq does: RFC 37 tells
//! the receiver of an ERROR not to come back, and "SHOULD" is all it says about sending one.
#![forbid(unsafe_code)]

use crate::mechanism::metadata::{self, Local, Metadata};
use crate::mechanism::{ProtocolError, Refusal, refusal_of_error};
use crate::options::SocketType;
use crate::wire::command::{self, ERROR, READY};

/// Our READY is on its way; the peer's is awaited.
#[derive(Debug)]
pub struct Null {
    socket_type: SocketType,
}

impl Null {
    /// Begins the handshake: appends our READY to `out`.
    pub fn start(local: &Local, out: &mut Vec<u8>) -> Self {
        let mut properties = Vec::new();
        metadata::emit(&mut properties, local);
        command::emit(out, READY, &[&properties]);
        Self { socket_type: local.socket_type }
    }

    /// The peer sent a command with this `body`. A body without a name counts as a command that is
    /// not expected here, as in libzmq.
    pub fn handle_command(self, body: &[u8]) -> Result<Metadata, Refusal> {
        let unexpected = Refusal::Protocol(ProtocolError::ZmtpUnexpectedCommand);
        let command = command::parse(body).map_err(|_| unexpected)?;
        match command.name {
            READY => metadata::parse(command.data, self.socket_type)
                .map_err(|_| Refusal::InvalidMetadata),
            ERROR => Err(refusal_of_error(command.data)),
            _ => Err(unexpected),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn local(socket_type: SocketType) -> Local {
        Local { socket_type, routing_id: b"me".to_vec(), properties: Vec::new() }
    }

    fn answer(body: &[u8]) -> Result<Metadata, Refusal> {
        Null::start(&local(SocketType::Dealer), &mut Vec::new()).handle_command(body)
    }

    #[test]
    fn the_client_shall_send_a_ready_command() {
        let mut out = Vec::new();
        Null::start(&local(SocketType::Rep), &mut out);
        assert_eq!(out, b"\x04\x19\x05READY\x0bSocket-Type\0\0\0\x03REP");
        out.clear();
        Null::start(&local(SocketType::Req), &mut out);
        assert_eq!(out, b"\x04\x28\x05READY\x0bSocket-Type\0\0\0\x03REQ\x08Identity\0\0\0\x02me");
    }

    #[test]
    fn a_ready_in_reply_completes_the_handshake() {
        let metadata = answer(b"\x05READY\x0bSocket-Type\0\0\0\x06ROUTER").unwrap();
        assert_eq!(metadata.socket_type, Some(SocketType::Router));
    }

    #[test]
    fn other_commands_are_unexpected() {
        let unexpected = Err(Refusal::Protocol(ProtocolError::ZmtpUnexpectedCommand));
        for body in [&b""[..], b"\0", b"\x07R", b"\x04READ", b"\x05HELLO", b"\x05ready"] {
            assert_eq!(answer(body), unexpected, "{body:?}");
        }
    }

    #[test]
    fn the_peer_shall_treat_an_incoming_error_command_as_fatal() {
        let malformed = Err(Refusal::Protocol(ProtocolError::ZmtpMalformedCommandError));
        assert_eq!(answer(b"\x05ERROR"), malformed);
        assert_eq!(answer(b"\x05ERROR\x07b"), malformed);
        assert_eq!(answer(b"\x05ERROR\x03400"), Err(Refusal::Denied(400)));
        assert_eq!(answer(b"\x05ERROR\x03404"), Err(Refusal::Error));
        assert_eq!(answer(b"\x05ERROR\0"), Err(Refusal::Error));
    }

    #[test]
    fn a_ready_with_bad_properties_is_refused() {
        assert_eq!(answer(b"\x05READY\x05"), Err(Refusal::InvalidMetadata));
        let wrong = b"\x05READY\x0bSocket-Type\0\0\0\x03PUB";
        assert_eq!(answer(wrong), Err(Refusal::InvalidMetadata));
    }
}
