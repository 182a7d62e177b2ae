//! Handles: pointers given to C that can be checked without being followed.
//!
//! A handle is the address of a slot in memory that is never given back, so that a stale or foreign one is
//! found out by arithmetic and by looking into a slot that is there. Freed slots wait in a queue, so that a
//! stale handle is not soon a live one.
#![forbid(unsafe_code)]

use std::collections::VecDeque;
use std::sync::OnceLock;

use crate::sys::lock::{Mutex, MutexGuard};
use crossbeam_utils::CachePadded;

use crate::errno::{Errno, Result};
use crate::sys::memory::Room;

/// Slots of the first chunk; each further chunk has twice as many.
const FIRST_CHUNK: usize = 64;
const CHUNKS: usize = 20;
/// Freed slots that wait before one is used again.
const QUARANTINE: usize = 256;

struct Slot<T>(CachePadded<Mutex<Option<T>>>);

/// A slot that is locked and holds something.
pub struct Held<'a, T>(MutexGuard<'a, Option<T>>);

/// The things of one kind that C has handles of.
pub struct Table<T: 'static> {
    chunks: [OnceLock<Box<[Slot<T>]>>; CHUNKS],
    free: Mutex<Free>,
}

struct Free {
    queue: VecDeque<usize>,
    /// Slots handed out at least once.
    used: usize,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Table<T> {
    /// An empty table.
    pub const fn new() -> Self {
        Self {
            chunks: [const { OnceLock::new() }; CHUNKS],
            free: Mutex::new(Free { queue: VecDeque::new(), used: 0 }),
        }
    }

    /// Puts `value` in; answers its handle. Errors: EMFILE (the table is full), ENOMEM.
    pub fn insert(&self, value: T) -> Result<usize> {
        let (chunk, index) = position(self.take_number()?);
        let slot = self.chunks.get(chunk).and_then(|chunk| chunk.get()?.get(index));
        let slot = slot.ok_or(Errno::EMFILE)?;
        *slot.0.lock() = Some(value);
        Ok(std::ptr::from_ref(slot).addr())
    }

    /// The number of a slot that is there and free.
    fn take_number(&self) -> Result<usize> {
        let mut free = self.free.lock();
        if free.queue.len() > QUARANTINE
            && let Some(number) = free.queue.pop_front()
        {
            return Ok(number);
        }
        let (chunk, _) = position(free.used);
        let place = self.chunks.get(chunk).ok_or(Errno::EMFILE)?;
        if place.get().is_none() {
            let slots = new_chunk(FIRST_CHUNK << chunk)?;
            place.get_or_init(|| slots);
        }
        free.used += 1;
        Ok(free.used - 1)
    }

    /// Locks what `handle` stands for; `None` if that is nothing of this table's.
    #[inline(always)]
    pub fn lock(&self, handle: usize) -> Option<Held<'_, T>> {
        let guard = self.slot(handle)?.1.0.lock();
        guard.is_some().then_some(Held(guard))
    }

    /// Takes out what `handle` stands for.
    pub fn remove(&self, handle: usize) -> Option<T> {
        let (number, slot) = self.slot(handle)?;
        let value = slot.0.lock().take()?;
        self.free.lock().queue.push_back(number);
        Some(value)
    }

    #[inline(always)]
    fn slot(&self, handle: usize) -> Option<(usize, &Slot<T>)> {
        let mut first = 0;
        for chunk in &self.chunks {
            let slots = chunk.get()?;
            let offset = handle.wrapping_sub(slots.as_ptr().addr());
            let index = offset / size_of::<Slot<T>>();
            if let Some(slot) = slots.get(index) {
                let is_exact = offset % size_of::<Slot<T>>() == 0;
                return is_exact.then_some((first + index, slot));
            }
            first += slots.len();
        }
        None
    }
}

fn new_chunk<T>(count: usize) -> Result<Box<[Slot<T>]>> {
    let mut slots = Vec::new();
    slots.make_exact_room(count)?;
    slots.extend((0..count).map(|_| Slot(CachePadded::new(Mutex::new(None)))));
    Ok(slots.into_boxed_slice())
}

/// Chunk and index of the slot `number`.
fn position(number: usize) -> (usize, usize) {
    let scaled = number / FIRST_CHUNK + 1;
    let chunk = scaled.ilog2() as usize;
    (chunk, number - FIRST_CHUNK * ((1 << chunk) - 1))
}

impl<T> std::ops::Deref for Held<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        match &*self.0 {
            Some(value) => value,
            None => unreachable!("a held slot is not empty"),
        }
    }
}

impl<T> std::ops::DerefMut for Held<'_, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        match &mut *self.0 {
            Some(value) => value,
            None => unreachable!("a held slot is not empty"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handles_stand_for_their_values_until_removed() {
        let table = Table::new();
        let handles: Vec<_> = (0..1000).map(|i| table.insert(i).unwrap()).collect();
        for (i, handle) in handles.iter().enumerate() {
            assert_eq!(*table.lock(*handle).unwrap(), i);
        }
        assert_eq!(table.remove(handles[7]), Some(7));
        assert!(table.lock(handles[7]).is_none());
        assert_eq!(table.remove(handles[7]), None);
    }

    #[test]
    fn foreign_pointers_are_nothing() {
        let table = Table::new();
        let handle = table.insert(1).unwrap();
        for foreign in
            [0, 1, handle + 1, handle - 1, handle + 8, usize::MAX, &raw const table as usize]
        {
            assert!(table.lock(foreign).is_none());
        }
    }

    #[test]
    fn a_freed_slot_is_not_used_again_soon() {
        let table = Table::new();
        let first = table.insert(0).unwrap();
        table.remove(first);
        for i in 0..QUARANTINE {
            let next = table.insert(i).unwrap();
            assert_ne!(next, first);
            table.remove(next);
        }
    }
}
