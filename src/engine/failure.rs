//! Why a conversation ended, and what a monitor hears of it (zmq_socket_monitor(3)).
//!
//! Every failure ends in a disconnection. Only those that libzmq announces carry a handshake event;
//! refused versions, sizes and properties it does not announce, nor do we.
#![forbid(unsafe_code)]

use crate::errno::Errno;
use crate::mechanism::{ProtocolError, Refusal, Status};

/// The reason, for whoever counts or logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The peer broke the protocol.
    Protocol(ProtocolError),
    /// A frame cannot be one, or a handshake frame is larger than allowed.
    BadFrame,
    /// The peer speaks a protocol too old for the security that is asked of it.
    Downgrade,
    /// The peer refused us with the status of its authentication handler.
    Denied(Status),
    /// The peer refused us with an ERROR command.
    Error,
    /// Our authentication handler refused the peer.
    Refused(Status),
    /// There is no authentication handler to judge the peer.
    NoHandler,
    /// This end cannot prove who it is.
    NoCredentials,
    /// `ZMQ_HANDSHAKE_IVL` passed.
    HandshakeTimeout,
    /// `ZMQ_HEARTBEAT_TIMEOUT` passed without traffic.
    HeartbeatTimeout,
    /// The TTL of the peer's PING passed without traffic.
    TtlExpired,
    /// There was no memory for what the peer said.
    NoMemory,
}

/// A monitor event of a failed handshake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HandshakeFailed {
    /// `ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL` with an errno.
    NoDetail(Errno),
    /// `ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL` with a `ZMQ_PROTOCOL_ERROR_*` number.
    Protocol(ProtocolError),
    /// `ZMQ_EVENT_HANDSHAKE_FAILED_AUTH` with the status of either end's authentication handler.
    Auth(Status),
}

/// The end of a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Why.
    pub reason: Reason,
    /// What a monitor hears before `ZMQ_EVENT_DISCONNECTED`; `None` is nothing.
    pub event: Option<HandshakeFailed>,
}

impl Failure {
    /// A failure that no handshake event announces.
    pub(super) const fn silent(reason: Reason) -> Self {
        Self { reason, event: None }
    }

    /// A frame of traffic that cannot be one, or is larger than allowed.
    pub const fn bad_frame() -> Self {
        Self::silent(Reason::BadFrame)
    }

    /// Whether another attempt may fare better: time ran out, or our credentials did, and the peer has done
    /// no wrong.
    pub const fn is_passing(&self) -> bool {
        matches!(
            self.reason,
            Reason::HandshakeTimeout
                | Reason::HeartbeatTimeout
                | Reason::TtlExpired
                | Reason::NoCredentials
                | Reason::NoMemory
        )
    }

    /// A protocol error within the handshake, or in what encrypts traffic: libzmq's monitors tell of both
    /// alike.
    pub const fn handshake(error: ProtocolError) -> Self {
        let event = Some(HandshakeFailed::Protocol(error));
        Self { reason: Reason::Protocol(error), event }
    }

    /// The handshake took too long. The errno is the one that libzmq's monitors show.
    pub(super) const fn handshake_timeout() -> Self {
        let event = Some(HandshakeFailed::NoDetail(Errno::EAGAIN));
        Self { reason: Reason::HandshakeTimeout, event }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Protocol(error) => Self::handshake(error),
            Refusal::InvalidMetadata => {
                Self::silent(Reason::Protocol(ProtocolError::ZmtpInvalidMetadata))
            }
            Refusal::Denied(status) => {
                let event = Some(HandshakeFailed::Auth(status));
                Self { reason: Reason::Denied(status), event }
            }
            Refusal::Refused(status) => {
                let event = Some(HandshakeFailed::Auth(status));
                Self { reason: Reason::Refused(status), event }
            }
            // The errno is the one that libzmq's monitors show.
            Refusal::NoHandler => {
                let event = Some(HandshakeFailed::NoDetail(Errno::EFAULT));
                Self { reason: Reason::NoHandler, event }
            }
            Refusal::NoCredentials => {
                let event = Some(HandshakeFailed::NoDetail(Errno(libc::EACCES)));
                Self { reason: Reason::NoCredentials, event }
            }
            Refusal::Error => Self::silent(Reason::Error),
        }
    }
}
