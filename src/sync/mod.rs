//! Waiting and waking: the signal that a thread sleeps on and the mailbox that feeds it, and the atomics
//! and locks that the model checker can replace.
#![forbid(unsafe_code)]

mod attempts;
mod base;
mod follower;
mod lookout;
#[cfg(all(test, loom))]
mod loom;
mod mailbox;
#[cfg(loom)]
mod modelled;
mod signal;
mod table;

pub use attempts::Attempts;
pub use base::{Joint, Mutex, OnceLock, atomic, try_joint};
pub use follower::{Follower, Told};
pub use lookout::{Look, Lookout};
pub use mailbox::Mailbox;
pub use signal::{Signal, Sleeper, Watcher};
pub use table::{Held, Table};
