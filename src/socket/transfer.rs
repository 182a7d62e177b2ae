//! What a socket is ready for.
#![forbid(unsafe_code)]

use std::sync::Arc;

use crate::errno::Result;
use crate::options::SocketType;
use crate::sync::Follower;

use super::Socket;

/// A message can be received (ZMQ_POLLIN).
pub const IN: i32 = 1;
/// A message can be sent (ZMQ_POLLOUT).
pub const OUT: i32 = 2;

impl Socket {
    /// What could be done now, [`IN`] and [`OUT`] (zmq_getsockopt(3), ZMQ_EVENTS). Errors: ETERM, EINTR (a
    /// forked child).
    pub fn events(&mut self) -> Result<i32> {
        // The descriptor may be readable although its cause was dealt with by an earlier call.
        self.drain_mailbox()?;
        let events = self.ready()?;
        if events & IN == 0 {
            // Whoever asks again and again does not wait, and nobody reads for it.
            self.shared.note_vain_try();
        }
        Ok(events)
    }

    /// As [`Self::events`], for callers that have not found the descriptor readable: without a system
    /// call if nothing has happened.
    pub fn ready(&mut self) -> Result<i32> {
        self.ready_for(IN | OUT)
    }

    /// As [`Self::ready`], for those of `wanted` alone.
    #[inline]
    pub fn ready_for(&mut self, wanted: i32) -> Result<i32> {
        self.check_process()?;
        self.process_commands()?;
        let mut events = 0;
        if wanted & IN != 0 && self.pattern.has_in(&mut self.pipes, &self.options) {
            events |= IN;
        }
        if wanted & OUT != 0 && self.pattern.has_out(&mut self.pipes, &self.options) {
            events |= OUT;
        }
        self.after_operation();
        Ok(events)
    }

    /// Has `follower` turned on whenever [`Self::ready`] may answer otherwise than before. The caller asks
    /// after.
    pub fn add_follower(&mut self, follower: &Arc<Follower>, tag: usize) {
        if self.follower.as_ptr() != Arc::as_ptr(follower) {
            self.shared.signal().add_follower(follower, tag);
            self.follower = Arc::downgrade(follower);
        }
    }

    /// Whether a message goes to several peers at a time: the system calls for them are a stream, although
    /// they are far from each other on any one connection.
    pub fn is_wide(&self) -> bool {
        use SocketType::{Pub, Xpub, Xsub};
        matches!(self.options.socket_type, Pub | Xpub | Xsub) && self.pipes.len() > 1
    }

    /// Whether there is something to receive already.
    pub fn has_input(&mut self) -> bool {
        self.pattern.has_in(&mut self.pipes, &self.options)
    }

    /// Whether a message can be sent now. Errors: ETERM.
    pub fn has_out(&mut self) -> Result<bool> {
        self.process_commands()?;
        let has_out = self.pattern.has_out(&mut self.pipes, &self.options);
        self.after_operation();
        Ok(has_out)
    }

    /// Whether the part received last has successors (ZMQ_RCVMORE).
    pub fn has_more(&self) -> bool {
        self.has_more
    }
}
