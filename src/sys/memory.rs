//! Whether there is memory for a step that is made of many small pieces.
//!
//! The collections of the standard library end the process when there is none. Steps that can be refused look first: what
//! makes a socket, an endpoint or a connection takes some KiB, of whatever size its pieces are.
#![forbid(unsafe_code)]

use std::hint::black_box;

use crate::errno::{Errno, Result};

/// More than any such step takes.
const SPARE: usize = 64 << 10;

/// Looks whether there is memory to spare. Errors: ENOMEM.
pub fn check_spare() -> Result<()> {
    let mut probe: Vec<u8> = Vec::new();
    let is_there = black_box(&mut probe).try_reserve_exact(SPARE);
    is_there.map_err(|_| Errno::ENOMEM)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::shortage;

    #[test]
    fn without_memory_it_is_said() {
        assert_eq!(check_spare(), Ok(()));
        assert_eq!(shortage::after(0, check_spare), Err(Errno::ENOMEM));
    }
}
