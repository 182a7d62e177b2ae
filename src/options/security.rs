//! The options that choose a security mechanism and give it what it needs (zmq_setsockopt(3),
//! zmq_plain(7)).
//!
//! The mechanism of a socket is that of the security option set last; an option that says "no" makes
//! it NULL again. What one mechanism was given stays when another is chosen.
#![forbid(unsafe_code)]

use super::access::{Change, parse_flag};
use super::codec::{emit_int, emit_text};
use super::table::Truth;
use super::{Mechanism, Options};
use crate::errno::{Errno, Result};

/// User name and password have a length octet in RFC 24.
const CREDENTIAL_MAX_LEN: usize = 255;

pub(super) fn get_mechanism(options: &Options, out: &mut [u8]) -> Result<usize> {
    emit_int(out, options.mechanism.into_c())
}

pub(super) fn set_plain_server(options: &mut Options, value: Option<&[u8]>) -> Result<Change> {
    set_server(options, value, Mechanism::Plain)
}

pub(super) fn get_plain_server(options: &Options, out: &mut [u8]) -> Result<usize> {
    get_server(options, out, Mechanism::Plain)
}

pub(super) fn set_plain_username(options: &mut Options, value: Option<&[u8]>) -> Result<Change> {
    set_credential(options, value, |options| &mut options.plain_username)
}

pub(super) fn get_plain_username(options: &Options, out: &mut [u8]) -> Result<usize> {
    emit_text(out, &options.plain_username)
}

pub(super) fn set_plain_password(options: &mut Options, value: Option<&[u8]>) -> Result<Change> {
    set_credential(options, value, |options| &mut options.plain_password)
}

pub(super) fn get_plain_password(options: &Options, out: &mut [u8]) -> Result<usize> {
    emit_text(out, &options.plain_password)
}

/// Makes this end the server of `mechanism`, or a socket without any.
fn set_server(options: &mut Options, value: Option<&[u8]>, mechanism: Mechanism) -> Result<Change> {
    options.is_server = parse_flag(value.unwrap_or_default(), Truth::Bit)?;
    options.mechanism = if options.is_server { mechanism } else { Mechanism::Null };
    Ok(Change::Stored)
}

fn get_server(options: &Options, out: &mut [u8], mechanism: Mechanism) -> Result<usize> {
    emit_int(out, i32::from(options.is_server && options.mechanism == mechanism))
}

/// Makes this end a PLAIN client; NULL makes it a socket without a mechanism and keeps the value.
fn set_credential(
    options: &mut Options,
    value: Option<&[u8]>,
    field: fn(&mut Options) -> &mut Vec<u8>,
) -> Result<Change> {
    match value {
        None => options.mechanism = Mechanism::Null,
        Some(bytes) if bytes.is_empty() || bytes.len() > CREDENTIAL_MAX_LEN => {
            return Err(Errno::EINVAL);
        }
        Some(bytes) => {
            *field(options) = bytes.to_vec();
            options.is_server = false;
            options.mechanism = Mechanism::Plain;
        }
    }
    Ok(Change::Stored)
}

#[cfg(test)]
mod tests {
    use super::super::*;
    use crate::errno::Errno;

    fn set(options: &mut Options, option: i32, value: Option<&[u8]>) -> (Mechanism, bool) {
        assert_eq!(options.set(option, value), Ok(Change::Stored));
        (options.mechanism, options.is_server)
    }

    #[test]
    fn the_option_set_last_chooses_the_mechanism() {
        let mut options = Options::new(SocketType::Dealer, false, true);
        let (no, yes) = (0_i32.to_ne_bytes(), 1_i32.to_ne_bytes());
        let plain = Mechanism::Plain;
        assert_eq!(set(&mut options, ZMQ_PLAIN_SERVER, Some(&yes)), (plain, true));
        assert_eq!(set(&mut options, ZMQ_PLAIN_USERNAME, Some(b"joe")), (plain, false));
        assert_eq!(set(&mut options, ZMQ_PLAIN_USERNAME, None), (Mechanism::Null, false));
        assert_eq!(options.plain_username, b"joe");
        assert_eq!(set(&mut options, ZMQ_PLAIN_PASSWORD, Some(b"pass")), (plain, false));
        assert_eq!(set(&mut options, ZMQ_PLAIN_SERVER, Some(&no)), (Mechanism::Null, false));
    }

    #[test]
    fn a_credential_has_1_to_255_octets() {
        let mut options = Options::new(SocketType::Dealer, false, true);
        for option in [ZMQ_PLAIN_USERNAME, ZMQ_PLAIN_PASSWORD] {
            assert_eq!(options.set(option, Some(b"")), Err(Errno::EINVAL));
            assert_eq!(options.set(option, Some(&[b'a'; 256])), Err(Errno::EINVAL));
            assert_eq!(options.mechanism, Mechanism::Null);
            assert_eq!(options.set(option, Some(&[b'a'; 255])), Ok(Change::Stored));
            assert_eq!(options.set(option, None), Ok(Change::Stored));
        }
    }
}
