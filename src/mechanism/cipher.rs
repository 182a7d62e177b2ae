//! What is left in traffic of a mechanism that encrypts: each frame travels in a MESSAGE command, which
//! [`Sealer`] makes and [`Opener`] opens where it lies.
#![forbid(unsafe_code)]

use crate::mechanism::{ProtocolError, curve, gssapi};

/// Both directions of a connection after its handshake.
#[derive(Debug)]
pub enum Cipher {
    /// Boxes.
    Curve(Box<curve::Cipher>),
    /// Tokens of a security context.
    Gssapi(gssapi::Cipher),
}

/// Makes MESSAGE commands.
#[derive(Debug)]
pub enum Sealer {
    /// See [`curve::cipher`].
    Curve(curve::cipher::Sealer),
    /// See [`gssapi`].
    Gssapi(gssapi::Cipher),
}

/// Opens MESSAGE commands.
#[derive(Debug)]
pub enum Opener {
    /// See [`curve::cipher`].
    Curve(curve::cipher::Opener),
    /// See [`gssapi`].
    Gssapi(gssapi::Cipher),
}

/// Nothing more can be sealed: the connection has to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exhausted;

/// What a MESSAGE command carries: a frame with these flags (MORE, COMMAND), whose body stands behind so
/// many octets of the command's body, up to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opened {
    /// As on the wire.
    pub flags: u8,
    /// At most [`MOST_OVERHEAD_LEN`].
    pub content_at: usize,
}

/// Octets of a MESSAGE command before what it carries, at most. A frame of as much and its header has
/// a short one.
pub const MOST_OVERHEAD_LEN: usize = 200;

impl Cipher {
    /// One for each direction.
    pub fn split(self) -> (Sealer, Opener) {
        match self {
            Self::Curve(cipher) => (Sealer::Curve(cipher.sealer), Opener::Curve(cipher.opener)),
            Self::Gssapi(cipher) => (Sealer::Gssapi(cipher.clone()), Opener::Gssapi(cipher)),
        }
    }
}

impl Sealer {
    /// Appends the frame that carries a frame with `flags` (MORE, COMMAND), whose body is `head` and then
    /// `body`, to `out`.
    pub fn emit(
        &mut self,
        flags: u8,
        head: &[u8],
        body: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), Exhausted> {
        match self {
            Self::Curve(sealer) => sealer.emit(flags, head, body, out),
            Self::Gssapi(cipher) => cipher.emit(flags, head, body, out),
        }
    }
}

impl Opener {
    /// Opens the frame body `bytes` in place. After an error the connection has to end.
    pub fn open(&mut self, bytes: &mut [u8]) -> Result<Opened, ProtocolError> {
        match self {
            Self::Curve(opener) => {
                let flags = opener.open(bytes)?;
                Ok(Opened { flags, content_at: curve::cipher::OVERHEAD_LEN })
            }
            Self::Gssapi(cipher) => cipher.open(bytes),
        }
    }

    /// Octets of a MESSAGE command before what it carries, or the most that it may be.
    pub const fn overhead_len(&self) -> usize {
        match self {
            Self::Curve(_) => curve::cipher::OVERHEAD_LEN,
            Self::Gssapi(_) => MOST_OVERHEAD_LEN,
        }
    }
}
