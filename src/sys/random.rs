//! Random numbers from the kernel: routing ids, reconnect jitter, correlation ids.

use super::call::last_errno;
use crate::errno::Errno;

/// Fills `buffer` from getrandom(2). Errors: ENOSYS on kernels before 3.17.
pub fn fill(buffer: &mut [u8]) -> crate::errno::Result<()> {
    #[cfg(test)]
    if script::draw(buffer) {
        return Ok(());
    }
    let mut rest = buffer;
    while !rest.is_empty() {
        // SAFETY: `rest` is writable for its whole length.
        let n = unsafe { libc::getrandom(rest.as_mut_ptr().cast(), rest.len(), 0) };
        match usize::try_from(n) {
            Ok(n) => rest = rest.get_mut(n..).unwrap_or(&mut []),
            Err(_) if last_errno() == Errno::EINTR => {}
            Err(_) => return Err(last_errno()),
        }
    }
    Ok(())
}

/// A random word. Not for key material: falls back on a hasher's seed if the kernel has no getrandom.
pub fn random_u64() -> u64 {
    let mut bytes = [0; 8];
    match fill(&mut bytes) {
        Ok(()) => u64::from_ne_bytes(bytes),
        Err(_) => {
            use std::hash::{BuildHasher, Hasher};
            std::hash::RandomState::new().build_hasher().finish()
        }
    }
}

/// A random half word; see [`random_u64`].
#[allow(clippy::cast_possible_truncation)]
pub fn random_u32() -> u32 {
    random_u64() as u32
}

/// Lets a test's thread know what it draws.
#[cfg(test)]
pub mod script {
    use std::cell::RefCell;

    thread_local! { static DRAWS: RefCell<Option<Vec<u8>>> = const { RefCell::new(None) }; }

    /// The next draw of a script, if there is one.
    pub(super) fn draw(buffer: &mut [u8]) -> bool {
        DRAWS.with_borrow_mut(|draws| {
            let Some(draws) = draws else { return false };
            assert!(!draws.is_empty(), "more draws than are in the script");
            buffer.fill(draws.remove(0));
            true
        })
    }

    /// Runs `with` on a thread whose draws are runs of these octets, one for each draw and all of them.
    pub fn during<R>(draws: &[u8], with: impl FnOnce() -> R) -> R {
        DRAWS.set(Some(draws.to_vec()));
        let result = with();
        assert_eq!(DRAWS.take(), Some(Vec::new()), "fewer draws than are in the script");
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_differ() {
        let draws: std::collections::HashSet<u64> = (0..64).map(|_| random_u64()).collect();
        assert_eq!(draws.len(), 64);
        let mut long = [0; 4096];
        fill(&mut long).unwrap();
        assert!(long.iter().any(|b| *b != long[0]));
    }
}
