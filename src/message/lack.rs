//! Memory that was not there. A pipe that finds none for a part keeps what it has, refuses the part as if it
//! had no room, and notes why, so that the call answers ENOMEM instead of waiting for room.
//!
//! The note belongs to the thread, as errno does. It may tell of a part that only some of a publisher's
//! subscribers missed, which no answer tells of: then the next call that cannot go on does.
#![forbid(unsafe_code)]

use std::cell::Cell;

thread_local! {
    static IS_NOTED: Cell<bool> = const { Cell::new(false) };
}

/// Notes that this thread found no memory.
#[cold]
#[inline(never)]
pub fn note_lack() {
    IS_NOTED.set(true);
}

/// Whether that was noted since the last time this was asked.
#[cold]
#[inline(never)]
pub fn take_lack() -> bool {
    IS_NOTED.replace(false)
}
