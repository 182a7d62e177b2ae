//! NULL: each end sends READY with its properties and waits for the other's (RFC 37, "The NULL
//! Security Mechanism").
//!
//! READY goes out at once, or as soon as an authentication handler lets the peer in if there is a ZAP
//! domain; a READY that comes in completes the handshake. So there is one state for each side of the
//! verdict, and `mechanism` keeps the two apart. A peer that does not suit is disconnected without an
//! ERROR command, as libzmq does: RFC 37 tells the receiver of an ERROR not to come back, and "SHOULD" is
//! all it says about sending one.
#![forbid(unsafe_code)]

use crate::mechanism::metadata::{self, Local};
use crate::mechanism::zap::{Account, Request};
use crate::mechanism::{
    Inquiry, Mechanism, ProtocolError, Ready, Refusal, Security, Step, refusal_of_error,
};
use crate::wire::command::{self, ERROR, READY};

/// The peer's READY is awaited, and before it perhaps a verdict.
#[derive(Debug)]
pub struct Null {
    local: Local,
    account: Option<Account>,
    allows_no_handler: bool,
}

impl Null {
    /// Begins the handshake.
    pub fn start(security: &Security, local: &Local, out: &mut Vec<u8>) -> Step {
        let allows_no_handler = !security.is_zap_enforced;
        let null = Self { local: local.clone(), account: None, allows_no_handler };
        if security.has_zap_domain {
            let request = Request { mechanism: "NULL", credentials: Vec::new() };
            return Step::Ask(Inquiry::Null(null), request);
        }
        null.accept(None, out)
    }

    /// Whether an authentication handler that is not there is as good as none that is wanted.
    pub(super) const fn allows_no_handler(&self) -> bool {
        self.allows_no_handler
    }

    /// The peer may come in: appends our READY to `out`.
    pub(super) fn accept(self, account: Option<Account>, out: &mut Vec<u8>) -> Step {
        let mut properties = Vec::with_capacity(64);
        metadata::emit(&mut properties, &self.local);
        command::emit(out, READY, &[&properties]);
        Step::Wait(Mechanism::Null(Self { account, ..self }))
    }

    /// The peer sent a command with this `body`. A body without a name counts as a command that is
    /// not expected here, as in libzmq.
    pub fn handle_command(self, body: &[u8]) -> Result<Step, Refusal> {
        let unexpected = Refusal::Protocol(ProtocolError::ZmtpUnexpectedCommand);
        let command = command::parse(body).map_err(|_| unexpected)?;
        match command.name {
            READY => {
                let metadata = metadata::parse(command.data, self.local.socket_type)
                    .map_err(|_| Refusal::InvalidMetadata)?;
                Ok(Step::Ready(Ready { metadata, account: self.account, cipher: None }))
            }
            ERROR => Err(refusal_of_error(command.data)),
            _ => Err(unexpected),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mechanism::{Metadata, Status, Verdict};
    use crate::options::{Options, SocketType};

    fn local(socket_type: SocketType) -> Local {
        Local { socket_type, routing_id: b"me".to_vec(), properties: Vec::new() }
    }

    fn security() -> Security {
        Security::from_options(&Options::new(SocketType::Dealer, false, true))
    }

    fn start(socket_type: SocketType, out: &mut Vec<u8>) -> Mechanism {
        match Null::start(&security(), &local(socket_type), out) {
            Step::Wait(mechanism) => mechanism,
            step => panic!("{step:?}"),
        }
    }

    fn answer(body: &[u8]) -> Result<Metadata, Refusal> {
        let mut out = Vec::new();
        let mechanism = start(SocketType::Dealer, &mut out);
        out.clear();
        let step = mechanism.handle_command(body, &mut out)?;
        assert!(out.is_empty());
        match step {
            Step::Ready(Ready { metadata, account: None, cipher: None }) => Ok(metadata),
            step => panic!("{step:?}"),
        }
    }

    /// Asks about a peer of a socket with a ZAP domain.
    fn ask(is_enforced: bool) -> Inquiry {
        let security =
            Security { has_zap_domain: true, is_zap_enforced: is_enforced, ..security() };
        let mut out = Vec::new();
        match Null::start(&security, &local(SocketType::Pull), &mut out) {
            Step::Ask(inquiry, request) => {
                assert!(out.is_empty());
                assert_eq!(request, Request { mechanism: "NULL", credentials: Vec::new() });
                inquiry
            }
            step => panic!("{step:?}"),
        }
    }

    #[test]
    fn the_client_shall_send_a_ready_command() {
        let mut out = Vec::new();
        start(SocketType::Rep, &mut out);
        assert_eq!(out, b"\x04\x19\x05READY\x0bSocket-Type\0\0\0\x03REP");
        out.clear();
        start(SocketType::Req, &mut out);
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
        assert_eq!(answer(b"\x05ERROR\x03400"), Err(Refusal::Denied(Status::Denied)));
        assert_eq!(answer(b"\x05ERROR\x03404"), Err(Refusal::Error));
        assert_eq!(answer(b"\x05ERROR\0"), Err(Refusal::Error));
    }

    #[test]
    fn a_ready_with_bad_properties_is_refused() {
        assert_eq!(answer(b"\x05READY\x05"), Err(Refusal::InvalidMetadata));
        let wrong = b"\x05READY\x0bSocket-Type\0\0\0\x03PUB";
        assert_eq!(answer(wrong), Err(Refusal::InvalidMetadata));
    }

    #[test]
    fn with_a_zap_domain_ready_waits_for_the_verdict() {
        let account = Account { user_id: b"joe".to_vec(), properties: Vec::new() };
        let mut out = Vec::new();
        let Ok(Step::Wait(mechanism)) =
            ask(true).handle_verdict(Verdict::Accepted(account.clone()), &mut out)
        else {
            panic!("refused");
        };
        assert_eq!(out, b"\x04\x1a\x05READY\x0bSocket-Type\0\0\0\x04PULL");
        let body = b"\x05READY\x0bSocket-Type\0\0\0\x04PUSH";
        let Ok(Step::Ready(ready)) = mechanism.handle_command(body, &mut out) else {
            panic!("refused");
        };
        assert_eq!(ready.account, Some(account));
    }

    #[test]
    fn without_a_handler_the_peer_comes_in_unless_the_domain_is_enforced() {
        let mut out = Vec::new();
        assert!(matches!(
            ask(false).handle_verdict(Verdict::NoHandler, &mut out),
            Ok(Step::Wait(Mechanism::Null(Null { account: None, .. })))
        ));
        out.clear();
        let refused = ask(true).handle_verdict(Verdict::NoHandler, &mut out);
        assert_eq!(refused.unwrap_err(), Refusal::NoHandler);
        assert!(out.is_empty());
    }

    #[test]
    fn a_refused_peer_is_told_unless_it_may_try_again() {
        let cases: [(Status, &[u8]); 3] = [
            (Status::Temporary, b""),
            (Status::Denied, b"\x04\x0a\x05ERROR\x03400"),
            (Status::Internal, b"\x04\x0a\x05ERROR\x03500"),
        ];
        for (status, told) in cases {
            let mut out = Vec::new();
            let refused = ask(false).handle_verdict(Verdict::Refused(status), &mut out);
            assert_eq!(refused.unwrap_err(), Refusal::Refused(status));
            assert_eq!(out, told);
        }
        let malformed = Verdict::Malformed(ProtocolError::ZapBadVersion);
        let refused = ask(false).handle_verdict(malformed, &mut Vec::new());
        assert_eq!(refused.unwrap_err(), Refusal::Protocol(ProtocolError::ZapBadVersion));
    }
}
