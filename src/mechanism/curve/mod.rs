//! CURVE (RFC 25 and 26): the client knows the server's permanent key and shows its own, both make a key
//! for this connection alone, and everything after the handshake travels in boxes of that key.
//!
//! HELLO, WELCOME, INITIATE and READY have one file for each end; [`cipher`] is what is left of the
//! handshake in traffic. C, S are the permanent keys, C', S' those of the connection, as in RFC 26.
#![forbid(unsafe_code)]

pub mod cipher;
mod client;
mod server;

pub use cipher::Cipher;
pub use client::Client;
pub use server::{Asking, Server};

use crate::crypto::{KEY_LEN, Nonce, PublicKey, TAG_LEN};
use crate::errno::Result;
use crate::mechanism::{ProtocolError, Refusal};
use crate::sys::random;

/// Octets of HELLO.
const HELLO_LEN: usize = 200;
/// Octets of WELCOME.
const WELCOME_LEN: usize = 168;
/// Octets of the shortest INITIATE.
const MIN_INITIATE_LEN: usize = 257;
/// Octets of the shortest READY.
const MIN_READY_LEN: usize = 30;

/// Octets of a nonce that is a random number.
const LONG_NONCE_LEN: usize = 16;
/// Octets of a nonce that is a count.
const SHORT_NONCE_LEN: usize = 8;
/// Octets of two keys.
const TWO_KEYS_LEN: usize = 2 * KEY_LEN;
/// Octets of a box of two keys, with its nonce: a cookie, or a vouch.
const SEALED_KEYS_LEN: usize = LONG_NONCE_LEN + TAG_LEN + TWO_KEYS_LEN;

/// What a peer's box that does not open, or that we cannot make, leads to.
const CRYPTOGRAPHIC: Refusal = Refusal::Protocol(ProtocolError::ZmtpCryptographic);
/// A command that is not expected in this state.
const UNEXPECTED: Refusal = Refusal::Protocol(ProtocolError::ZmtpUnexpectedCommand);

/// The nonce of a command that counts.
fn short_nonce(prefix: &[u8; 16], count: u64) -> Nonce {
    let mut nonce = [0; 24];
    let (front, back) = nonce.split_at_mut(16);
    front.copy_from_slice(prefix);
    back.copy_from_slice(&count.to_be_bytes());
    nonce
}

/// The nonce of a box that permanent keys or a cookie key seal.
fn long_nonce(prefix: &[u8; 8], random: &[u8; LONG_NONCE_LEN]) -> Nonce {
    let mut nonce = [0; 24];
    let (front, back) = nonce.split_at_mut(8);
    front.copy_from_slice(prefix);
    back.copy_from_slice(random);
    nonce
}

/// The random part of a new long nonce.
fn random_nonce() -> Result<[u8; LONG_NONCE_LEN]> {
    let mut bytes = [0; LONG_NONCE_LEN];
    random::fill(&mut bytes)?;
    Ok(bytes)
}

/// Two keys, one after the other.
fn two_keys(first: &PublicKey, second: &[u8; KEY_LEN]) -> [u8; TWO_KEYS_LEN] {
    let mut keys = [0; TWO_KEYS_LEN];
    let (front, back) = keys.split_at_mut(KEY_LEN);
    front.copy_from_slice(first);
    back.copy_from_slice(second);
    keys
}

/// Takes the first `N` octets of `bytes`.
fn take<'a, const N: usize>(bytes: &mut &'a [u8]) -> Option<&'a [u8; N]> {
    let (first, rest) = bytes.split_first_chunk::<N>()?;
    *bytes = rest;
    Some(first)
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod transcript;
