//! A part of a handshake that may block, done by a thread of the context's; its end calls for the
//! session's attention.
#![forbid(unsafe_code)]

use std::sync::Arc;

use crate::sys::lock::Mutex;

use crate::errno::Result;
use crate::mechanism::gssapi::{Done, Task};
use crate::reactor::Io;

use super::Common;

/// One task and what is known of its end.
pub struct Work {
    done: Arc<Mutex<Option<Done>>>,
}

impl Work {
    /// Has `task` done. Errors: EAGAIN.
    pub(super) fn begin(task: Task, common: &Common, io: &Io<'_>) -> Result<Self> {
        let done = Arc::<Mutex<Option<Done>>>::default();
        let slot = Arc::clone(&done);
        let (remote, token) = (Arc::clone(io.remote), io.token);
        common.shared.context.workers.run(move || {
            let done = task.run();
            *slot.lock() = Some(done);
            remote.wake(token);
        })?;
        Ok(Self { done })
    }

    /// Takes what came of it, if it is done.
    pub(super) fn poll(&self) -> Option<Done> {
        self.done.lock().take()
    }
}
