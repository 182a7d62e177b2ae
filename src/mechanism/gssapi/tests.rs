//! What needs no Kerberos: commands that are wrong, and ends without credentials. Whole handshakes are
//! in `capi-tests/gssapi`.
#![forbid(unsafe_code)]

use super::*;
use crate::options::{Mechanism as Chosen, Options, SocketType};

fn security(is_server: bool) -> Security {
    Security::from_options(&Options {
        mechanism: Chosen::Gssapi,
        is_server,
        gssapi_principal: b"no such principal".to_vec(),
        gssapi_service_principal: b"nobody@nowhere.invalid".to_vec(),
        ..Options::new(SocketType::Dealer, false, true)
    })
}

fn local() -> Local {
    Local { socket_type: SocketType::Dealer, routing_id: Vec::new(), properties: Vec::new() }
}

fn server() -> Server {
    Server::start(&security(true), &local())
}

fn refusal(step: Result<Step, Refusal>) -> Refusal {
    step.expect_err("must be refused")
}

#[test]
fn the_server_expects_a_whole_token() {
    let malformed = Refusal::Protocol(ProtocolError::ZmtpMalformedCommandInitiate);
    for data in [&b""[..], b"\0\0\0", b"\0\0\0\x01", b"\0\0\0\x01ab", b"\xff\xff\xff\xff"] {
        let body = [b"\x08INITIATE", data].concat();
        assert_eq!(refusal(server().handle_command(&body, &mut Vec::new())), malformed, "{data:?}");
    }
    for body in [&b"\x05READY"[..], b"\x07MESSAGE\0\0\0\0", b"\x05ERROR\x03400", b"\0x"] {
        assert_eq!(refusal(server().handle_command(body, &mut Vec::new())), UNEXPECTED, "{body:?}");
    }
    let unspecified = Refusal::Protocol(ProtocolError::ZmtpMalformedCommandUnspecified);
    for body in [&b""[..], b"\x08INIT"] {
        assert_eq!(refusal(server().handle_command(body, &mut Vec::new())), unspecified);
    }
}

#[test]
fn an_end_without_credentials_may_come_back_with_some() {
    let mut out = Vec::new();
    let Step::Work(task) = Client::start(&security(false), &local()) else { panic!("no work") };
    assert_eq!(refusal(task.run().finish(&mut out)), Refusal::NoCredentials);
    let initiate = b"\x08INITIATE\0\0\0\x01x";
    let Ok(Step::Work(task)) = server().handle_command(initiate, &mut out) else {
        panic!("no work");
    };
    assert_eq!(refusal(task.run().finish(&mut out)), Refusal::NoCredentials);
    assert!(out.is_empty());
}

#[cfg(feature = "gssapi")]
#[test]
fn a_client_is_told_no_in_clear() {
    use crate::mechanism::Status;
    use crate::sys::gssapi::Context;

    let common = Common::new(&security(false), &local());
    let nobody = Principal { name: b"x@Y".to_vec(), kind: Default::default() };
    let context = Context::initiate(None, &nobody, true).unwrap();
    let client = Client::Ready(common, Cipher::new(context));
    let answer = client.handle_command(b"\x05ERROR\x03400", &mut Vec::new());
    assert_eq!(refusal(answer), Refusal::Denied(Status::Denied));
}

#[test]
fn an_empty_command_stands_for_no_token() {
    let mut out = Vec::new();
    emit_token(b"", &mut out).unwrap();
    emit_token(b"ab", &mut out).unwrap();
    assert_eq!(out, b"\x04\0\x04\x0f\x08INITIATE\0\0\0\x02ab");
}
