//! Memory that may be refused: room in a collection, and what a step takes that is made of many small pieces.
//!
//! The collections of the standard library end the process when there is none. What grows with what programs or peers ask for
//! makes room first. Steps that can be refused look first: what makes a socket, an endpoint or a connection takes some KiB,
//! of whatever size its pieces are; there is a reserve for those that have begun (`reserve`).
#![forbid(unsafe_code)]

use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasher, Hash};
use std::hint::black_box;

use super::reserve::refusable;
use crate::errno::{Errno, Result};

/// Collections that can be asked for room.
pub trait Room {
    /// Has room for `count` more items. Errors: ENOMEM.
    fn make_room(&mut self, count: usize) -> Result<()>;

    /// The same, and for no more than these where the collection can.
    fn make_exact_room(&mut self, count: usize) -> Result<()> {
        self.make_room(count)
    }
}

fn ask<E>(room: impl FnOnce() -> std::result::Result<(), E>) -> Result<()> {
    refusable(room).map_err(|_| Errno::ENOMEM)
}

impl<T> Room for Vec<T> {
    #[inline]
    fn make_room(&mut self, count: usize) -> Result<()> {
        match self.capacity() - self.len() >= count {
            true => Ok(()),
            false => ask(|| self.try_reserve(count)),
        }
    }

    fn make_exact_room(&mut self, count: usize) -> Result<()> {
        ask(|| self.try_reserve_exact(count))
    }
}

impl<T> Room for VecDeque<T> {
    #[inline]
    fn make_room(&mut self, count: usize) -> Result<()> {
        match self.capacity() - self.len() >= count {
            true => Ok(()),
            false => ask(|| self.try_reserve(count)),
        }
    }
}

impl<K: Eq + Hash, V, S: BuildHasher> Room for HashMap<K, V, S> {
    fn make_room(&mut self, count: usize) -> Result<()> {
        ask(|| self.try_reserve(count))
    }
}

/// More than any such step takes, and less than the reserve.
const SPARE: usize = 64 << 10;

/// Looks whether there is memory to spare. Errors: ENOMEM.
pub fn check_spare() -> Result<()> {
    check_room(SPARE)
}

/// Looks whether there is memory for `len` bytes. Errors: ENOMEM.
pub fn check_room(len: usize) -> Result<()> {
    let mut probe: Vec<u8> = Vec::new();
    black_box(&mut probe).make_exact_room(len)
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
