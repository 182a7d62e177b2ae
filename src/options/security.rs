//! The options that choose a security mechanism and give it what it needs (zmq_setsockopt(3),
//! zmq_plain(7), zmq_curve(7)).
//!
//! The mechanism of a socket is that of the security option set last; an option that says "no" makes
//! it NULL again. What one mechanism was given stays when another is chosen.
#![forbid(unsafe_code)]

use zeroize::Zeroizing;

use super::access::{Change, parse_flag};
use super::codec::{emit_bytes, emit_int, emit_text};
use super::table::Truth;
use super::{Mechanism, Options};
use crate::crypto::{KEY_LEN, SecretKey};
use crate::errno::{Errno, Result};
use crate::z85;

/// Characters of a key as text, without its NUL.
const KEY_TEXT_LEN: usize = KEY_LEN / 4 * 5;

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
    set_credential(options, value, |options, text| options.plain_username = text.to_vec())
}

pub(super) fn get_plain_username(options: &Options, out: &mut [u8]) -> Result<usize> {
    emit_text(out, &options.plain_username)
}

pub(super) fn set_plain_password(options: &mut Options, value: Option<&[u8]>) -> Result<Change> {
    set_credential(options, value, |options, text| options.plain_password = text.into())
}

pub(super) fn get_plain_password(options: &Options, out: &mut [u8]) -> Result<usize> {
    emit_text(out, &options.plain_password)
}

pub(super) fn set_curve_server(options: &mut Options, value: Option<&[u8]>) -> Result<Change> {
    set_server(options, value, Mechanism::Curve)
}

pub(super) fn get_curve_server(options: &Options, out: &mut [u8]) -> Result<usize> {
    get_server(options, out, Mechanism::Curve)
}

pub(super) fn set_curve_public_key(options: &mut Options, value: Option<&[u8]>) -> Result<Change> {
    options.curve_public_key = parse_key(value)?;
    options.mechanism = Mechanism::Curve;
    Ok(Change::Stored)
}

pub(super) fn get_curve_public_key(options: &Options, out: &mut [u8]) -> Result<usize> {
    emit_key(out, &options.curve_public_key)
}

pub(super) fn set_curve_secret_key(options: &mut Options, value: Option<&[u8]>) -> Result<Change> {
    options.curve_secret_key = SecretKey::copied_from(&Zeroizing::new(parse_key(value)?));
    options.curve_own_key = options.curve_secret_key.public();
    options.mechanism = Mechanism::Curve;
    Ok(Change::Stored)
}

pub(super) fn get_curve_secret_key(options: &Options, out: &mut [u8]) -> Result<usize> {
    emit_key(out, options.curve_secret_key.as_bytes())
}

/// Only a client has the server's key, so that this end is one.
pub(super) fn set_curve_server_key(options: &mut Options, value: Option<&[u8]>) -> Result<Change> {
    options.curve_server_key = parse_key(value)?;
    options.is_server = false;
    options.mechanism = Mechanism::Curve;
    Ok(Change::Stored)
}

pub(super) fn get_curve_server_key(options: &Options, out: &mut [u8]) -> Result<usize> {
    emit_key(out, &options.curve_server_key)
}

/// A key as it is, or as text with or without its NUL.
fn parse_key(value: Option<&[u8]>) -> Result<[u8; KEY_LEN]> {
    let value = value.unwrap_or_default();
    if let Ok(key) = value.try_into() {
        return Ok(key);
    }
    let text = match value {
        [text @ .., 0] if text.len() == KEY_TEXT_LEN => text,
        text => text,
    };
    if text.len() != KEY_TEXT_LEN {
        return Err(Errno::EINVAL);
    }
    z85::decode_array(text).ok_or(Errno::EINVAL)
}

/// A key as it is, or as text with its NUL: the size of the buffer chooses.
fn emit_key(out: &mut [u8], key: &[u8; KEY_LEN]) -> Result<usize> {
    const TEXT_SIZE: usize = KEY_TEXT_LEN + 1;
    match out.len() {
        KEY_LEN => emit_bytes(out, key),
        TEXT_SIZE => {
            let text = Zeroizing::new(z85::encode(key).ok_or(Errno::EINVAL)?);
            emit_text(out, text.as_bytes())
        }
        _ => Err(Errno::EINVAL),
    }
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
    keep: fn(&mut Options, &[u8]),
) -> Result<Change> {
    match value {
        None => options.mechanism = Mechanism::Null,
        Some(bytes) if bytes.is_empty() || bytes.len() > CREDENTIAL_MAX_LEN => {
            return Err(Errno::EINVAL);
        }
        Some(bytes) => {
            keep(options, bytes);
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

    #[test]
    fn a_key_is_32_octets_or_40_characters() {
        let mut options = Options::new(SocketType::Dealer, false, true);
        let text = b"Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID";
        let curve = (Mechanism::Curve, false);
        for option in [ZMQ_CURVE_PUBLICKEY, ZMQ_CURVE_SECRETKEY, ZMQ_CURVE_SERVERKEY] {
            assert_eq!(set(&mut options, option, Some(text)), curve);
            let (mut binary, mut with_nul) = ([0; 32], [1; 41]);
            assert_eq!(options.get(option, &mut binary), Ok(Readout::Stored(32)));
            assert_eq!(options.get(option, &mut with_nul), Ok(Readout::Stored(41)));
            assert_eq!((&with_nul[..40], with_nul[40]), (&text[..], 0));
            assert_eq!(options.get(option, &mut with_nul[..40]), Err(Errno::EINVAL));
            assert_eq!(set(&mut options, option, Some(&[0; 32])), curve);
            assert_eq!(set(&mut options, option, Some(&with_nul)), curve);
            let mut again = [0; 32];
            assert_eq!(options.get(option, &mut again), Ok(Readout::Stored(32)));
            assert_eq!(again, binary);
            with_nul[40] = b'0';
            for bad in [&with_nul[..], &text[..39], &text[..35], &[b' '; 40], &[0; 31], b""] {
                assert_eq!(options.set(option, Some(bad)), Err(Errno::EINVAL), "{bad:?}");
            }
        }
        assert_eq!(options.curve_own_key, options.curve_secret_key.public());
    }

    #[test]
    fn only_the_servers_key_makes_a_client() {
        let mut options = Options::new(SocketType::Dealer, false, true);
        let yes = 1_i32.to_ne_bytes();
        let curve = Mechanism::Curve;
        assert_eq!(set(&mut options, ZMQ_CURVE_SERVER, Some(&yes)), (curve, true));
        assert_eq!(set(&mut options, ZMQ_CURVE_SECRETKEY, Some(&[1; 32])), (curve, true));
        assert_eq!(set(&mut options, ZMQ_CURVE_PUBLICKEY, Some(&[1; 32])), (curve, true));
        assert_eq!(set(&mut options, ZMQ_CURVE_SERVERKEY, Some(&[1; 32])), (curve, false));
    }
}
