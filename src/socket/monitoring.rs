//! Monitors of a socket (zmq_socket_monitor(3), zmq_socket_monitor_versioned(3)).
#![forbid(unsafe_code)]

use crate::context::{EndpointId, MonitorKind, Peer};
use crate::endpoint::Endpoint;
use crate::errno::{Errno, Result};
use crate::options::SocketType;
use crate::sys::memory;

use super::Socket;

/// Events that version 1 can name.
const V1_EVENTS: u64 = 0xFFFF;

impl Socket {
    /// Starts a monitor at `endpoint`, or stops it (`None`). Errors: EPROTONOSUPPORT, EINVAL,
    /// EADDRINUSE, ENOMEM, ETERM.
    pub fn monitor(
        &mut self,
        endpoint: Option<&[u8]>,
        mask: u64,
        version: i32,
        socket_type: i32,
    ) -> Result<()> {
        self.check_process()?;
        self.process_commands()?;
        let Some(endpoint) = endpoint else {
            self.stop_monitor();
            return Ok(());
        };
        memory::check_spare()?;
        if !matches!(version, 1 | 2) || (version == 1 && mask & !V1_EVENTS != 0) {
            return Err(Errno::EINVAL);
        }
        let Endpoint::Inproc(name) = Endpoint::parse(endpoint)? else {
            return Err(Errno::EPROTONOSUPPORT);
        };
        let kind = match SocketType::from_c(socket_type) {
            Some(SocketType::Pair) => MonitorKind::Pair,
            Some(SocketType::Pub) => MonitorKind::Pub,
            Some(SocketType::Push) => MonitorKind::Push,
            Some(_) | None => return Err(Errno::EINVAL),
        };
        self.stop_monitor();
        self.shared.monitor.start(kind, version, mask);
        let id = EndpointId(self.shared.new_id());
        let inproc = &self.shared.context.inproc;
        if let Err(error) = inproc.bind(&name, &self.shared, id, Peer::default(), true) {
            self.shared.monitor.stop();
            return Err(error);
        }
        self.endpoints.monitor = Some((name, id));
        Ok(())
    }

    fn stop_monitor(&mut self) {
        if let Some((name, id)) = self.endpoints.monitor.take() {
            self.shared.context.inproc.unbind(&name, &self.shared, id);
            self.shared.monitor.stop();
        }
    }
}
