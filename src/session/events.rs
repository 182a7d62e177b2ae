//! Monitor events of sessions and listeners (zmq_socket_monitor(3)).
#![forbid(unsafe_code)]

use crate::context::{Event, EventKind, SocketShared};
use crate::engine::HandshakeFailed;

/// The two ends of a connection, as monitors name them.
#[derive(Clone, Default)]
pub struct Names {
    /// Own address.
    pub local: String,
    /// The peer's address.
    pub remote: String,
    /// Whether the socket connected.
    pub is_local: bool,
}

impl Names {
    /// Emits an event of this connection.
    pub fn emit(&self, shared: &SocketShared, kind: EventKind, value: u64) {
        if !shared.monitor.wants(kind) {
            return;
        }
        let endpoint = if self.is_local { &self.remote } else { &self.local };
        shared.monitor.emit(Event {
            kind,
            value,
            endpoint: endpoint.clone(),
            local: self.local.clone(),
            remote: self.remote.clone(),
        });
    }

    /// Emits the event of a failed handshake.
    pub fn emit_failed(&self, shared: &SocketShared, failed: HandshakeFailed) {
        let (kind, value) = match failed {
            HandshakeFailed::NoDetail(errno) => {
                (EventKind::HandshakeFailedNoDetail, errno.0 as u64)
            }
            HandshakeFailed::Protocol(error) => (EventKind::HandshakeFailedProtocol, error as u64),
            HandshakeFailed::Auth(status) => (EventKind::HandshakeFailedAuth, status.code().into()),
        };
        self.emit(shared, kind, value);
    }
}
