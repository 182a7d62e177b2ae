//! Waiting and waking: the signal that a thread sleeps on and the mailbox that feeds it.
#![forbid(unsafe_code)]

mod mailbox;
mod signal;
mod table;

pub use mailbox::Mailbox;
pub use signal::Signal;
pub use table::{Held, Table};
