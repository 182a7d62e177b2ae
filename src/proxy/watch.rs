//! Sleeping until one of a proxy's sockets has something to look at.
//!
//! Attempts on one socket take its commands, and with them what another attempt was to be woken by. So the
//! turns of all sockets are counted: if one has taken commands since the last sleep began or ended, there is
//! no sleep but another round.
#![forbid(unsafe_code)]

use std::sync::Arc;

use crate::context::{Asleep, SocketShared};
use crate::errno::Result;
use crate::socket::Handle;
use crate::sys::net::{self, PollFd};

/// See the module.
pub(super) struct Watch {
    sockets: Vec<(Handle, Arc<SocketShared>)>,
    /// Descriptors of the sockets in their order; none for a single socket, whose signal is waited for.
    fds: Vec<PollFd>,
    /// Sum of the sockets' turns when it was last looked at.
    turns: u64,
}

impl Watch {
    /// Watches each of `handles` once. Errors: ENOTSOCK, EMFILE.
    pub fn new(handles: impl IntoIterator<Item = Option<Handle>>) -> Result<Self> {
        let mut sockets: Vec<(Handle, Arc<SocketShared>)> = Vec::new();
        for handle in handles.into_iter().flatten() {
            if sockets.iter().all(|(other, _)| *other != handle) {
                sockets.push((handle, handle.shared()?));
            }
        }
        let mut fds = Vec::new();
        if sockets.len() > 1 {
            for (_, shared) in &sockets {
                fds.push(PollFd::new(shared.signal().fd()?, libc::POLLIN));
            }
        }
        Ok(Self { sockets, fds, turns: 0 })
    }

    /// Sleeps until a socket has commands, unless some were taken since the last time. Errors: ENOTSOCK,
    /// ETERM, EINTR.
    pub fn sleep(&mut self) -> Result<()> {
        if self.note_turns()? {
            return Ok(());
        }
        let _asleep: Vec<Asleep> = self.sockets.iter().map(|(_, s)| s.announce_poll()).collect();
        match &*self.sockets {
            [(_, shared)] => shared.signal().wait(None)?,
            _ => drop(net::poll(&mut self.fds, -1)?),
        }
        for (number, (handle, shared)) in self.sockets.iter().enumerate() {
            let is_readable = self.fds.get(number).is_some_and(|fd| fd.revents() != 0);
            if is_readable || shared.signal().is_pending() {
                handle.with(|socket| socket.events())?;
            }
        }
        self.note_turns().map(drop)
    }

    /// Whether a socket has taken commands since the last call.
    fn note_turns(&mut self) -> Result<bool> {
        let mut turns = 0;
        for (handle, _) in &self.sockets {
            turns += handle.with(|socket| Ok(socket.turns()))?;
        }
        Ok(std::mem::replace(&mut self.turns, turns) != turns)
    }
}
