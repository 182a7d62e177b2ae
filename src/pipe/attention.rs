//! How one end of a pipe tells the other that something changed: a mask of events, and the owner of the
//! other end told once for each turn of the mask from nothing to something.
#![forbid(unsafe_code)]

use std::sync::Arc;

use crate::sync::OnceLock;
use crate::sync::atomic::{AtomicU8, Ordering, fence};

/// There is something to read.
pub const READABLE: u8 = 1;
/// There is credit again.
pub const WRITABLE: u8 = 2;
/// The other end is gone: what it has written can still be read, nothing can be written.
pub const CLOSED: u8 = 4;
/// The peer behind the pipe has been replaced: subscriptions have to be sent again.
pub const HICCUP: u8 = 8;

/// The owner of pipe ends: a socket or an I/O thread.
pub trait Target: Send + Sync {
    /// The pipe end known to the owner as `token` has events. May be called from any thread; must
    /// not block and must not call back into the pipe.
    fn attend(&self, token: u64);
}

/// Events of one end, and who is to be told.
#[derive(Default)]
pub struct Attention {
    events: AtomicU8,
    target: OnceLock<(Arc<dyn Target>, u64)>,
}

impl Attention {
    /// Adds `events`; tells the owner unless it has been told already.
    pub fn raise(&self, events: u8) {
        if self.events.fetch_or(events, Ordering::SeqCst) == 0 {
            fence(Ordering::SeqCst);
            self.tell();
        }
    }

    fn tell(&self) {
        if let Some((target, token)) = self.target.get() {
            target.attend(*token);
        }
    }

    /// Names the owner. Events raised before are told now.
    pub fn set_target(&self, target: Arc<dyn Target>, token: u64) {
        if self.target.set((target, token)).is_ok() {
            fence(Ordering::SeqCst);
            if self.events.load(Ordering::SeqCst) != 0 {
                self.tell();
            }
        }
    }

    /// Takes the events; the owner will be told of later ones.
    pub fn take(&self) -> u8 {
        self.events.swap(0, Ordering::SeqCst)
    }
}
