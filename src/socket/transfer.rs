//! What a socket is ready for.
#![forbid(unsafe_code)]

use crate::errno::Result;

use super::Socket;

/// A message can be received (ZMQ_POLLIN).
pub const IN: i32 = 1;
/// A message can be sent (ZMQ_POLLOUT).
pub const OUT: i32 = 2;

impl Socket {
    /// What could be done now, [`IN`] and [`OUT`] (zmq_getsockopt(3), ZMQ_EVENTS). Errors: ETERM.
    pub fn events(&mut self) -> Result<i32> {
        // The descriptor may be readable although its cause was dealt with by an earlier call.
        self.drain_mailbox();
        self.ready()
    }

    /// As [`Self::events`], for callers that have not found the descriptor readable: without a system
    /// call if nothing has happened.
    pub fn ready(&mut self) -> Result<i32> {
        self.process_commands()?;
        let mut events = 0;
        if self.pattern.has_in(&mut self.pipes, &self.options) {
            events |= IN;
        } else {
            self.shared.unpark_io();
        }
        if self.pattern.has_out(&mut self.pipes, &self.options) {
            events |= OUT;
        }
        self.after_operation();
        Ok(events)
    }

    /// Whether a message can be sent now. Errors: ETERM.
    pub fn has_out(&mut self) -> Result<bool> {
        self.process_commands()?;
        let has_out = self.pattern.has_out(&mut self.pipes, &self.options);
        self.after_operation();
        Ok(has_out)
    }

    /// How often commands were taken. Who found nothing to do before the last time has to look again,
    /// because what it was to be woken by may be gone from the signal.
    pub fn turns(&self) -> u64 {
        self.turns
    }

    /// Whether the part received last has successors (ZMQ_RCVMORE).
    pub fn has_more(&self) -> bool {
        self.has_more
    }
}
