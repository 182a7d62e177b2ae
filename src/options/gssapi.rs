//! The options of GSSAPI (zmq_setsockopt(3), zmq_gssapi(7)). In a build without it they are EINVAL, as in
//! the original.
#![forbid(unsafe_code)]

use super::access::{Change, parse_flag};
use super::codec::{emit_int, emit_text};
use super::table::Truth;
use super::{Mechanism, Options};
use crate::errno::{Errno, Result};
use crate::sys::gssapi::{IS_THERE, NameKind};

const PRINCIPAL_MAX_LEN: usize = 255;

/// Errors: EINVAL without GSSAPI.
fn check_there() -> Result<()> {
    if IS_THERE { Ok(()) } else { Err(Errno::EINVAL) }
}

/// Unlike those of other mechanisms, this choice stays when the answer is no: it makes a client.
pub(super) fn set_server(options: &mut Options, value: Option<&[u8]>) -> Result<Change> {
    check_there()?;
    options.is_server = parse_flag(value.unwrap_or_default(), Truth::Bit)?;
    options.mechanism = Mechanism::Gssapi;
    Ok(Change::Stored)
}

pub(super) fn get_server(options: &Options, out: &mut [u8]) -> Result<usize> {
    check_there()?;
    emit_int(out, i32::from(options.is_server && options.mechanism == Mechanism::Gssapi))
}

pub(super) fn set_principal(options: &mut Options, value: Option<&[u8]>) -> Result<Change> {
    options.gssapi_principal = parse_principal(value)?;
    options.mechanism = Mechanism::Gssapi;
    Ok(Change::Stored)
}

pub(super) fn get_principal(options: &Options, out: &mut [u8]) -> Result<usize> {
    check_there()?;
    emit_text(out, &options.gssapi_principal)
}

/// Only a client has a service to reach, so that this end is one.
pub(super) fn set_service(options: &mut Options, value: Option<&[u8]>) -> Result<Change> {
    options.gssapi_service_principal = parse_principal(value)?;
    options.mechanism = Mechanism::Gssapi;
    options.is_server = false;
    Ok(Change::Stored)
}

pub(super) fn get_service(options: &Options, out: &mut [u8]) -> Result<usize> {
    check_there()?;
    emit_text(out, &options.gssapi_service_principal)
}

pub(super) fn set_plaintext(options: &mut Options, value: Option<&[u8]>) -> Result<Change> {
    check_there()?;
    options.gssapi_plaintext = parse_flag(value.unwrap_or_default(), Truth::Bit)?;
    Ok(Change::Stored)
}

pub(super) fn get_plaintext(options: &Options, out: &mut [u8]) -> Result<usize> {
    check_there()?;
    emit_int(out, i32::from(options.gssapi_plaintext))
}

pub(super) fn set_principal_nametype(
    options: &mut Options,
    value: Option<&[u8]>,
) -> Result<Change> {
    options.gssapi_principal_nametype = parse_nametype(value)?;
    Ok(Change::Stored)
}

pub(super) fn get_principal_nametype(options: &Options, out: &mut [u8]) -> Result<usize> {
    check_there()?;
    emit_int(out, options.gssapi_principal_nametype)
}

pub(super) fn set_service_nametype(options: &mut Options, value: Option<&[u8]>) -> Result<Change> {
    options.gssapi_service_principal_nametype = parse_nametype(value)?;
    Ok(Change::Stored)
}

pub(super) fn get_service_nametype(options: &Options, out: &mut [u8]) -> Result<usize> {
    check_there()?;
    emit_int(out, options.gssapi_service_principal_nametype)
}

fn parse_principal(value: Option<&[u8]>) -> Result<Vec<u8>> {
    check_there()?;
    let value = value.unwrap_or_default();
    let is_fine = !value.is_empty() && value.len() <= PRINCIPAL_MAX_LEN;
    if is_fine { Ok(value.to_vec()) } else { Err(Errno::EINVAL) }
}

fn parse_nametype(value: Option<&[u8]>) -> Result<i32> {
    check_there()?;
    let bytes = value.unwrap_or_default().try_into().map_err(|_| Errno::EINVAL)?;
    let number = i32::from_ne_bytes(bytes);
    NameKind::from_c(number).map(|_| number).ok_or(Errno::EINVAL)
}

#[cfg(test)]
mod tests {
    use super::super::*;
    use super::*;

    #[test]
    fn without_gssapi_nothing_can_be_set_or_read() {
        let mut options = Options::new(SocketType::Dealer, false, true);
        for option in [
            ZMQ_GSSAPI_SERVER,
            ZMQ_GSSAPI_PRINCIPAL,
            ZMQ_GSSAPI_SERVICE_PRINCIPAL,
            ZMQ_GSSAPI_PLAINTEXT,
            ZMQ_GSSAPI_PRINCIPAL_NAMETYPE,
            ZMQ_GSSAPI_SERVICE_PRINCIPAL_NAMETYPE,
        ] {
            let set = options.set(option, Some(&1_i32.to_ne_bytes()));
            let expected = if IS_THERE { Ok(Change::Stored) } else { Err(Errno::EINVAL) };
            assert_eq!(set, expected, "{option}");
        }
        let is_chosen = options.mechanism == Mechanism::Gssapi;
        assert_eq!(is_chosen, IS_THERE);
    }

    #[test]
    fn a_server_that_says_no_is_a_client() {
        if !IS_THERE {
            return;
        }
        let mut options = Options::new(SocketType::Dealer, false, true);
        for is_server in [1_i32, 0] {
            options.set(ZMQ_GSSAPI_SERVER, Some(&is_server.to_ne_bytes())).unwrap();
            assert_eq!(options.mechanism, Mechanism::Gssapi);
            assert_eq!(options.is_server, is_server == 1);
        }
        options.set(ZMQ_GSSAPI_SERVER, Some(&1_i32.to_ne_bytes())).unwrap();
        options.set(ZMQ_GSSAPI_SERVICE_PRINCIPAL, Some(b"zmq")).unwrap();
        assert!(!options.is_server);
    }
}
