//! Sleeping until one of a proxy's sockets has something to look at.
//!
//! A signal of the proxy's own follows those of its sockets. It is cleared when a sleep ends, so that whatever
//! a socket gets during the round that follows keeps the proxy from sleeping.
#![forbid(unsafe_code)]

use std::sync::Arc;

use crate::context::Awaited;
use crate::errno::Result;
use crate::socket::Handle;
use crate::sync::Follower;

/// See the module.
pub(super) struct Watch {
    sockets: Vec<Handle>,
    follower: Arc<Follower>,
}

impl Watch {
    /// Watches each of `handles`. Errors: ENOTSOCK.
    pub fn new(handles: impl IntoIterator<Item = Option<Handle>>) -> Result<Self> {
        let follower = Arc::new(Follower::default());
        let sockets: Vec<Handle> = handles.into_iter().flatten().collect();
        for handle in &sockets {
            handle.with(|socket| {
                socket.add_follower(&follower, handle.0);
                Ok(())
            })?;
        }
        Ok(Self { sockets, follower })
    }

    /// Has the connections send what they were given: in a stream of messages the I/O thread, beside the proxy's.
    pub fn pass_on(&self, is_stream: bool) {
        for handle in &self.sockets {
            if let Ok(shared) = handle.shared()
                && let Some(io) = shared.unserved()
            {
                match is_stream {
                    true => io.serve_or_rouse(),
                    false => io.serve(),
                }
            }
        }
    }

    /// Sleeps until a socket has got something since the end of the last sleep. Errors: ENOTSOCK, EINTR.
    pub fn sleep(&self) -> Result<()> {
        if !self.follower.signal().is_pending() {
            let mut awaited = Awaited::default();
            for handle in &self.sockets {
                awaited.add(&*handle.shared()?);
            }
            awaited.wait(&self.follower, None)?;
        }
        self.follower.clear();
        Ok(())
    }
}
