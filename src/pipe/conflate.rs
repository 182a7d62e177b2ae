//! The newest message only (zmq_setsockopt(3), ZMQ_CONFLATE): a slot that a later message overwrites.
#![forbid(unsafe_code)]

use crate::message::{Message, defer};
use crate::sync::atomic::{AtomicBool, Ordering};
use crate::sync::{Joint, Mutex};

#[derive(Default)]
struct Shared {
    slot: Mutex<Option<Message>>,
    is_full: AtomicBool,
}

impl Drop for Shared {
    fn drop(&mut self) {
        // It may have a free function, and the socket's lock is held.
        if let Some(message) = self.slot.lock().take() {
            defer(message);
        }
    }
}

/// The writing half.
pub struct ConflateWriter {
    shared: Joint<Shared>,
}

/// The reading half; `held` is what [`Self::front`] showed.
pub struct ConflateReader {
    shared: Joint<Shared>,
    held: Option<Message>,
}

/// An empty slot.
pub fn conflate() -> (ConflateWriter, ConflateReader) {
    let shared = Joint::new(Shared::default());
    (ConflateWriter { shared: Joint::clone(&shared) }, ConflateReader { shared, held: None })
}

impl ConflateWriter {
    /// Puts `message` in; answers the one that was not read, to be dropped where no lock is held.
    pub fn put(&self, message: Message) -> Option<Message> {
        let mut slot = self.shared.slot.lock();
        // Under the lock, so that it is not said of a slot that the reader has emptied meanwhile.
        self.shared.is_full.store(true, Ordering::SeqCst);
        slot.replace(message)
    }
}

impl Drop for ConflateReader {
    fn drop(&mut self) {
        // As in `Shared`.
        if let Some(message) = self.held.take() {
            defer(message);
        }
    }
}

impl ConflateReader {
    /// Whether there is a message.
    pub fn has_part(&self) -> bool {
        self.held.is_some() || self.shared.is_full.load(Ordering::SeqCst)
    }

    /// The message, left in place.
    pub fn front(&mut self) -> Option<&Message> {
        if self.held.is_none() {
            self.held = self.take();
        }
        self.held.as_ref()
    }

    /// Takes the message.
    pub fn pop(&mut self) -> Option<Message> {
        self.held.take().or_else(|| self.take())
    }

    fn take(&self) -> Option<Message> {
        let mut slot = self.shared.slot.lock();
        self.shared.is_full.store(false, Ordering::SeqCst);
        slot.take()
    }
}
