//! What concurrent code is built on: the standard library's, or in builds with `--cfg loom` the model
//! checker's, which tries every order of events that the memory model allows.
//!
//! Everything here is a re-export or inlines to nothing. The models lie in `loom.rs` beside the code; they run with
//! `RUSTFLAGS="--cfg loom" cargo test --lib loom`, and nothing else runs in such a build.
#![forbid(unsafe_code)]

#[cfg(loom)]
pub use super::modelled::{Joint, Mutex, OnceLock, Word, atomic, try_joint};

#[cfg(not(loom))]
pub use std::sync::{OnceLock, atomic};

#[cfg(not(loom))]
pub use crate::sys::joint::{Joint, try_joint};

#[cfg(not(loom))]
pub use crate::sys::lock::Mutex;

#[cfg(not(loom))]
pub use self::real::Word;

#[cfg(not(loom))]
mod real {
    use std::sync::atomic::AtomicU32;
    use std::time::Duration;

    use crate::errno::Result;
    use crate::sys::futex;

    /// A word that threads sleep on.
    #[derive(Default)]
    pub struct Word(AtomicU32);

    impl Word {
        /// Sleeps while the word is `expected`; see [`futex::wait`].
        pub fn wait(&self, expected: u32, timeout: Option<Duration>) -> Result<()> {
            futex::wait(&self.0, expected, timeout)
        }

        /// Wakes all who sleep.
        pub fn wake(&self) {
            futex::wake(&self.0, i32::MAX);
        }
    }

    impl std::ops::Deref for Word {
        type Target = AtomicU32;

        #[inline(always)]
        fn deref(&self) -> &AtomicU32 {
            &self.0
        }
    }
}
