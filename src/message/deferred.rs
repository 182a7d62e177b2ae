//! Messages whose free function has to wait until no lock is held.
//!
//! A free function may call the library (zmq_msg_init_data(3)), so it must not run inside of it. What a
//! pipe or a pattern drops is kept by the thread until the call's locks are released.
#![forbid(unsafe_code)]

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};

use super::Message;

/// Whether any thread ever kept a message: most programs have no free functions, and need not look.
static EVER: AtomicBool = AtomicBool::new(false);

thread_local! {
    static DEFERRED: RefCell<VecDeque<Message>> = const { RefCell::new(VecDeque::new()) };
    static IS_RELEASING: Cell<bool> = const { Cell::new(false) };
}

/// Drops `message`: now if nothing of the user's runs then, else at [`release_deferred`].
#[inline]
pub fn defer(message: Message) {
    if message.has_free_function() {
        keep(message);
    }
}

#[cold]
fn keep(message: Message) {
    EVER.store(true, Ordering::Relaxed);
    // While the thread ends there is nowhere to keep it, and no lock of ours is held.
    let _ = DEFERRED.try_with(|deferred| deferred.borrow_mut().push_back(message));
}

/// Drops what this thread has kept, the oldest first. To be called where no lock is held.
#[inline(always)]
pub fn release_deferred() {
    // Relaxed: a thread needs to see only what it has kept itself.
    if EVER.load(Ordering::Relaxed) {
        release();
    }
}

/// Whether there are such of the calling thread.
pub fn has_deferred() -> bool {
    EVER.load(Ordering::Relaxed)
        && DEFERRED.try_with(|deferred| !deferred.borrow().is_empty()).unwrap_or(false)
}

#[cold]
fn release() {
    // A free function that calls the library comes by here while it may hold a lock of the application's,
    // which the next one wants too: that one waits for its return.
    if IS_RELEASING.replace(true) {
        return;
    }
    while let Ok(Some(message)) = DEFERRED.try_with(|deferred| deferred.borrow_mut().pop_front()) {
        drop(message);
    }
    IS_RELEASING.set(false);
}
