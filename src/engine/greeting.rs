//! The exchange of greetings: which protocol the peer speaks, and what we send to it until then
//! (RFC 37, "Detecting ZMTP 1.0 and 2.0 Peers").
//!
//! Each answer to the peer's octets depends only on how many have come, so the stage is the number
//! of octets wanted next. We send: the signature; after the peer's signature our major version; after
//! its major version the rest of a 3.x greeting, or the socket type of a 2.0 greeting.
#![forbid(unsafe_code)]

use crate::engine::config::Config;
use crate::wire::greeting::{
    self, Greeting, MAJOR, REVISION_LEN, Revision, SIGNATURE_LEN, Signature, V2_LEN, V3_LEN,
};

/// How far the exchange is: what the peer's next octets are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// The first octet.
    First,
    /// The rest of the signature.
    Signature,
    /// The major version.
    Revision,
    /// The socket type of a greeting with this revision, which is V1 or V2.
    SocketType(Revision),
    /// The rest of a 3.x greeting.
    Rest,
}

/// What the octets so far led to.
#[derive(Debug)]
pub(super) enum Progress {
    /// Wait for the octets of this stage.
    Wait(Stage),
    /// ZMTP 1.0 without a greeting: the octets so far begin the peer's identity frame.
    NoGreeting,
    /// A greeting, and its socket type's number, followed by an identity frame of this revision.
    Old(Revision, u8),
    /// A complete 3.x greeting.
    V3(Greeting),
}

impl Stage {
    /// Octets from the connection's start to the end of this stage.
    pub(super) const fn wanted_len(self) -> usize {
        match self {
            Self::First => 1,
            Self::Signature => SIGNATURE_LEN,
            Self::Revision => REVISION_LEN,
            Self::SocketType(_) => V2_LEN,
            Self::Rest => V3_LEN,
        }
    }

    /// The octets of this stage are in: `bytes` is all since the connection's start.
    pub(super) fn handle_bytes(self, bytes: &[u8], config: &Config, out: &mut Vec<u8>) -> Progress {
        match self {
            Self::First | Self::Signature => match greeting::parse_signature(bytes) {
                Signature::NeedMore => Progress::Wait(Self::Signature),
                Signature::Absent => Progress::NoGreeting,
                Signature::Present => {
                    out.push(MAJOR);
                    Progress::Wait(Self::Revision)
                }
            },
            Self::Revision => handle_revision(bytes, config, out),
            Self::SocketType(revision) => {
                let socket_type = bytes.get(V2_LEN - 1).copied().unwrap_or_default();
                Progress::Old(revision, socket_type)
            }
            Self::Rest => match bytes.first_chunk::<V3_LEN>() {
                Some(bytes) => Progress::V3(greeting::parse(bytes)),
                None => Progress::Wait(self),
            },
        }
    }
}

fn handle_revision(bytes: &[u8], config: &Config, out: &mut Vec<u8>) -> Progress {
    let Some(&major) = bytes.get(REVISION_LEN - 1) else {
        return Progress::Wait(Stage::Revision);
    };
    match Revision::parse(major) {
        revision @ (Revision::V1 | Revision::V2) => {
            out.push(config.local.socket_type as u8);
            Progress::Wait(Stage::SocketType(revision))
        }
        Revision::V3 => {
            let security = &config.security;
            out.extend_from_slice(&greeting::emit_rest(&security.name(), security.is_server));
            Progress::Wait(Stage::Rest)
        }
    }
}
