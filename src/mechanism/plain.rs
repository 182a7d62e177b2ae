//! PLAIN: the client gives a user name and a password, which an authentication handler has to accept
//! (RFC 24, zmq_plain(7)).
//!
//! Client: HELLO, then INITIATE upon WELCOME, then it awaits READY. Server: awaits HELLO, asks, answers
//! WELCOME, awaits INITIATE, answers READY. Each state is a variant, so that a command out of turn is one
//! that is not expected. So is, as in libzmq, what is no command at all, but for the first of a client.
#![forbid(unsafe_code)]

use zeroize::Zeroizing;

use crate::mechanism::metadata::{self, Local, Metadata};
use crate::mechanism::zap::{Account, Request};
use crate::mechanism::{
    Inquiry, Mechanism, ProtocolError, Ready, Refusal, Security, Step, refusal_of_error,
};
use crate::wire::command::{self, Command, ERROR, HELLO, INITIATE, READY, WELCOME};

/// How libzmq's PLAIN servers begin an ERROR command. They mean `\x05ERROR`, which this library sends.
const LIBZMQ_ERROR: &[u8] = b"\x5eRROR";

const UNEXPECTED: Refusal = Refusal::Protocol(ProtocolError::ZmtpUnexpectedCommand);

/// The end that has to prove itself.
#[derive(Debug)]
pub enum Client {
    /// HELLO is on its way.
    Hello(Local),
    /// INITIATE is on its way.
    Initiate(Local),
}

impl Client {
    /// Begins the handshake: appends HELLO to `out`. Credentials are cut to 255 octets.
    pub fn start(security: &Security, local: &Local, out: &mut Vec<u8>) -> Self {
        let credentials: [&[u8]; 2] = [&security.plain_username, &security.plain_password];
        let mut data = Zeroizing::new(Vec::with_capacity(2 * 256));
        for text in credentials {
            let text = text.get(..255).unwrap_or(text);
            data.push(text.len() as u8);
            data.extend_from_slice(text);
        }
        command::emit(out, HELLO, &[&data]);
        Self::Hello(local.clone())
    }

    /// The server sent a command with this `body`.
    pub fn handle_command(self, body: &[u8], out: &mut Vec<u8>) -> Result<Step, Refusal> {
        if let Some(data) = body.strip_prefix(LIBZMQ_ERROR) {
            return Err(refusal_of_error(data));
        }
        let command = command::parse(body).map_err(|_| UNEXPECTED)?;
        match (self, command.name) {
            (Self::Hello(local), WELCOME) => {
                if !command.data.is_empty() {
                    return Err(Refusal::Protocol(ProtocolError::ZmtpMalformedCommandWelcome));
                }
                emit_properties(out, INITIATE, &local);
                Ok(Step::Wait(Mechanism::PlainClient(Self::Initiate(local))))
            }
            (Self::Initiate(local), READY) => {
                let metadata = metadata::parse(command.data, local.socket_type)
                    .map_err(|_| Refusal::Protocol(ProtocolError::ZmtpInvalidMetadata))?;
                Ok(Step::Ready(Ready { metadata, account: None, cipher: None }))
            }
            (_, ERROR) => Err(refusal_of_error(command.data)),
            (Self::Hello(_) | Self::Initiate(_), _) => Err(UNEXPECTED),
        }
    }
}

/// The end that lets in.
#[derive(Debug)]
pub enum Server {
    /// HELLO is awaited.
    Hello(Local),
    /// WELCOME is on its way and INITIATE is awaited.
    Initiate(Local, Option<Account>),
}

impl Server {
    /// Begins the handshake: the client speaks first.
    pub fn start(local: &Local) -> Self {
        Self::Hello(local.clone())
    }

    /// The client sent a command with this `body`.
    pub fn handle_command(self, body: &[u8], out: &mut Vec<u8>) -> Result<Step, Refusal> {
        let no_command = match (&self, body) {
            (Self::Initiate(..), _) | (Self::Hello(_), [0, _, ..]) => UNEXPECTED,
            (Self::Hello(_), _) => {
                Refusal::Protocol(ProtocolError::ZmtpMalformedCommandUnspecified)
            }
        };
        let command = command::parse(body).map_err(|_| no_command)?;
        match (self, command.name) {
            (Self::Hello(local), HELLO) => {
                let credentials = parse_hello(command.data)
                    .ok_or(Refusal::Protocol(ProtocolError::ZmtpMalformedCommandHello))?;
                let request = Request { mechanism: "PLAIN", credentials };
                Ok(Step::Ask(Inquiry::PlainServer(Asking(local)), request))
            }
            (Self::Initiate(local, account), INITIATE) => {
                let metadata = initiate(command, &local)?;
                emit_properties(out, READY, &local);
                Ok(Step::Ready(Ready { metadata, account, cipher: None }))
            }
            (Self::Hello(_) | Self::Initiate(..), _) => Err(UNEXPECTED),
        }
    }
}

/// A server whose handler is asked about the client.
#[derive(Debug)]
pub struct Asking(Local);

impl Asking {
    /// The client may come in: appends WELCOME to `out`.
    pub(super) fn accept(self, account: Option<Account>, out: &mut Vec<u8>) -> Step {
        command::emit(out, WELCOME, &[]);
        Step::Wait(Mechanism::PlainServer(Server::Initiate(self.0, account)))
    }
}

fn initiate(command: Command<'_>, local: &Local) -> Result<Metadata, Refusal> {
    metadata::parse(command.data, local.socket_type).map_err(|_| Refusal::InvalidMetadata)
}

/// User name and password: each a length of one octet and as many octets, and nothing after them.
fn parse_hello(data: &[u8]) -> Option<Vec<Vec<u8>>> {
    let (username, rest) = parse_short(data)?;
    let (password, rest) = parse_short(rest)?;
    rest.is_empty().then(|| vec![username.to_vec(), password.to_vec()])
}

fn parse_short(data: &[u8]) -> Option<(&[u8], &[u8])> {
    let (&len, rest) = data.split_first()?;
    rest.split_at_checked(usize::from(len))
}

fn emit_properties(out: &mut Vec<u8>, name: &[u8], local: &Local) {
    let mut properties = Vec::new();
    metadata::emit(&mut properties, local);
    command::emit(out, name, &[&properties]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::Password;
    use crate::mechanism::{Status, Verdict};
    use crate::options::{self, Options, SocketType};

    const WELCOME_FRAME: &[u8] = b"\x04\x08\x07WELCOME";

    fn local(socket_type: SocketType) -> Local {
        Local { socket_type, routing_id: Vec::new(), properties: Vec::new() }
    }

    fn security(is_server: bool) -> Security {
        let options = Options::new(SocketType::Dealer, false, true);
        Security {
            mechanism: options::Mechanism::Plain,
            is_server,
            plain_username: b"admin".to_vec(),
            plain_password: Password::from(&b"secret"[..]),
            ..Security::from_options(&options)
        }
    }

    fn start(is_server: bool, out: &mut Vec<u8>) -> Mechanism {
        let socket_type = if is_server { SocketType::Pull } else { SocketType::Push };
        match Mechanism::start(&security(is_server), &local(socket_type), out) {
            Ok(Step::Wait(mechanism)) => mechanism,
            step => panic!("{step:?}"),
        }
    }

    fn wait(step: Result<Step, Refusal>) -> Mechanism {
        match step {
            Ok(Step::Wait(mechanism)) => mechanism,
            step => panic!("{step:?}"),
        }
    }

    fn refusal(step: Result<Step, Refusal>) -> Refusal {
        step.expect_err("must be refused")
    }

    fn hello(mechanism: Mechanism, data: &[u8]) -> Result<Step, Refusal> {
        mechanism.handle_command(&[b"\x05HELLO", data].concat(), &mut Vec::new())
    }

    fn ask() -> Inquiry {
        match hello(start(true, &mut Vec::new()), b"\x05admin\x06secret") {
            Ok(Step::Ask(inquiry, request)) => {
                assert_eq!(request.mechanism, "PLAIN");
                assert_eq!(request.credentials, [b"admin".to_vec(), b"secret".to_vec()]);
                inquiry
            }
            step => panic!("{step:?}"),
        }
    }

    #[test]
    fn the_client_shall_send_hello_and_upon_welcome_initiate() {
        let mut out = Vec::new();
        let client = start(false, &mut out);
        assert_eq!(out, b"\x04\x13\x05HELLO\x05admin\x06secret");
        out.clear();
        let client = wait(client.handle_command(&WELCOME_FRAME[2..], &mut out));
        assert_eq!(out, b"\x04\x1d\x08INITIATE\x0bSocket-Type\0\0\0\x04PUSH");
        out.clear();
        let ready = b"\x05READY\x0bSocket-Type\0\0\0\x04PULL";
        let Ok(Step::Ready(ready)) = client.handle_command(ready, &mut out) else {
            panic!("not ready");
        };
        assert_eq!(ready.metadata.socket_type, Some(SocketType::Pull));
        assert!(out.is_empty());
    }

    #[test]
    fn the_server_shall_answer_hello_with_welcome_and_initiate_with_ready() {
        let mut out = Vec::new();
        let account = Account { user_id: b"joe".to_vec(), properties: Vec::new() };
        let verdict = Verdict::Accepted(account.clone());
        let server = wait(ask().handle_verdict(verdict, &mut out));
        assert_eq!(out, WELCOME_FRAME);
        out.clear();
        let initiate = b"\x08INITIATE\x0bSocket-Type\0\0\0\x04PUSH";
        let Ok(Step::Ready(ready)) = server.handle_command(initiate, &mut out) else {
            panic!("not ready");
        };
        assert_eq!(ready.account, Some(account));
        assert_eq!(out, b"\x04\x1a\x05READY\x0bSocket-Type\0\0\0\x04PULL");
    }

    #[test]
    fn the_server_lets_nobody_in_whom_its_handler_has_not_accepted() {
        let mut out = Vec::new();
        let answer = ask().handle_verdict(Verdict::NoHandler, &mut out);
        assert_eq!((refusal(answer), out.is_empty()), (Refusal::NoHandler, true));
        let answer = ask().handle_verdict(Verdict::Refused(Status::Denied), &mut out);
        assert_eq!(refusal(answer), Refusal::Refused(Status::Denied));
        assert_eq!(out, b"\x04\x0a\x05ERROR\x03400");
        let initiate = b"\x08INITIATE\x0bSocket-Type\0\0\0\x04PUSH";
        let early = start(true, &mut Vec::new()).handle_command(initiate, &mut out);
        assert_eq!(refusal(early), UNEXPECTED);
    }

    #[test]
    fn a_malformed_hello_is_refused() {
        let malformed = Refusal::Protocol(ProtocolError::ZmtpMalformedCommandHello);
        for data in [&b""[..], b"\x01", b"\x05adm", b"\x01a", b"\x01a\x02b", b"\x01a\x01bc"] {
            assert_eq!(refusal(hello(start(true, &mut Vec::new()), data)), malformed, "{data:?}");
        }
        assert!(hello(start(true, &mut Vec::new()), b"\0\0").is_ok());
    }

    #[test]
    fn commands_out_of_turn_are_not_expected() {
        for is_server in [false, true] {
            for body in [&b"\0x"[..], b"\x05READY", b"\x08INITIATE", b"\x03FOO", b"\x05hello"] {
                let end = start(is_server, &mut Vec::new());
                let answer = end.handle_command(body, &mut Vec::new());
                assert_eq!(refusal(answer), UNEXPECTED, "{body:?}");
            }
            for body in [&b""[..], b"\0", b"\x05", b"\x05HELL"] {
                let answer =
                    start(is_server, &mut Vec::new()).handle_command(body, &mut Vec::new());
                let malformed = Refusal::Protocol(ProtocolError::ZmtpMalformedCommandUnspecified);
                let expected = if is_server { malformed } else { UNEXPECTED };
                assert_eq!(refusal(answer), expected, "{body:?}");
            }
        }
    }

    #[test]
    fn an_error_ends_the_client_at_each_point() {
        let mut out = Vec::new();
        let cases = [
            (&b"\x05ERROR\x03400"[..], Refusal::Denied(Status::Denied)),
            (b"\x05ERROR\x03300", Refusal::Denied(Status::Temporary)),
            (b"\x5eRROR\x03500", Refusal::Denied(Status::Internal)),
            (b"\x05ERROR\x02no", Refusal::Error),
            (b"\x05ERROR", Refusal::Protocol(ProtocolError::ZmtpMalformedCommandError)),
            (b"\x05ERROR\x04400", Refusal::Protocol(ProtocolError::ZmtpMalformedCommandError)),
        ];
        for (body, expected) in cases {
            assert_eq!(refusal(start(false, &mut out).handle_command(body, &mut out)), expected);
            let later = wait(start(false, &mut out).handle_command(&WELCOME_FRAME[2..], &mut out));
            assert_eq!(refusal(later.handle_command(body, &mut out)), expected);
        }
    }

    #[test]
    fn a_welcome_has_no_data_and_properties_have_to_be_acceptable() {
        let mut out = Vec::new();
        let answer = start(false, &mut out).handle_command(b"\x07WELCOMEx", &mut out);
        let malformed = ProtocolError::ZmtpMalformedCommandWelcome;
        assert_eq!(refusal(answer), Refusal::Protocol(malformed));
        let client = wait(start(false, &mut out).handle_command(&WELCOME_FRAME[2..], &mut out));
        let answer = client.handle_command(b"\x05READY\x0bSocket-Type\0\0\0\x03PUB", &mut out);
        let invalid = ProtocolError::ZmtpInvalidMetadata;
        assert_eq!(refusal(answer), Refusal::Protocol(invalid));
    }
}
