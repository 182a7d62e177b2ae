//! What a peer did wrong, numbered as `ZMQ_PROTOCOL_ERROR_*` (zmq_socket_monitor(3)).
#![forbid(unsafe_code)]

/// The discriminant is the value of the monitor event `ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
#[repr(u32)]
pub enum ProtocolError {
    ZmtpUnspecified = 0x1000_0000,
    ZmtpUnexpectedCommand = 0x1000_0001,
    ZmtpInvalidSequence = 0x1000_0002,
    ZmtpKeyExchange = 0x1000_0003,
    ZmtpMalformedCommandUnspecified = 0x1000_0011,
    ZmtpMalformedCommandMessage = 0x1000_0012,
    ZmtpMalformedCommandHello = 0x1000_0013,
    ZmtpMalformedCommandInitiate = 0x1000_0014,
    ZmtpMalformedCommandError = 0x1000_0015,
    ZmtpMalformedCommandReady = 0x1000_0016,
    ZmtpMalformedCommandWelcome = 0x1000_0017,
    ZmtpInvalidMetadata = 0x1000_0018,
    ZmtpCryptographic = 0x1100_0001,
    ZmtpMechanismMismatch = 0x1100_0002,
    ZapUnspecified = 0x2000_0000,
    ZapMalformedReply = 0x2000_0001,
    ZapBadRequestId = 0x2000_0002,
    ZapBadVersion = 0x2000_0003,
    ZapInvalidStatusCode = 0x2000_0004,
    ZapInvalidMetadata = 0x2000_0005,
    WsUnspecified = 0x3000_0000,
}

impl ProtocolError {
    /// The number that a monitor event carries.
    pub const fn into_c(self) -> u32 {
        self as u32
    }
}
