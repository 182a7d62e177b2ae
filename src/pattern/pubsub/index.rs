//! Where a topic is kept, by its hash: an open table of numbers, or for many of them a number of such tables, so
//! that none takes long to grow or to shrink: a publisher must not be kept from publishing.
//!
//! Invariants: a table's slots are ordered by hash (each entry stands at its hash's home or in the run that begins
//! there), so that growing and shrinking walk both tables from one end to the other and look at no topic; a
//! quarter of the slots at least is free. Hashes are keyed, so that peers cannot choose topics that collide.
#![forbid(unsafe_code)]

use std::hash::{BuildHasher, RandomState};

use crate::sys::memory::Room;

/// Least number of slots, once there are any, as a power of two.
const LEAST_BITS: u32 = 3;
const EMPTY: u32 = u32::MAX;

#[derive(Clone, Copy)]
struct Slot {
    hash: u32,
    number: u32,
}

const FREE: Slot = Slot { hash: 0, number: EMPTY };

/// So many numbers are in one table; more are shared out among several, by the lowest bits of their hashes.
const FEW: usize = 4096;
const TABLES: usize = 64;

/// Numbers by hash.
#[derive(Default)]
pub(super) struct Index {
    /// The one, as long as there are no more.
    table: Table,
    tables: Vec<Table>,
    count: usize,
}

impl Index {
    #[inline]
    fn table(&self, hash: u32) -> &Table {
        self.tables.get(hash as usize % TABLES).unwrap_or(&self.table)
    }

    #[inline]
    fn table_mut(&mut self, hash: u32) -> &mut Table {
        self.tables.get_mut(hash as usize % TABLES).unwrap_or(&mut self.table)
    }

    /// The number under `hash` that `is_it` says yes to.
    #[inline]
    pub fn find(&self, hash: u32, is_it: impl FnMut(u32) -> bool) -> Option<u32> {
        self.table(hash).find(hash, is_it)
    }

    /// Adds a number that is not there yet; `false` without memory for it.
    #[must_use]
    pub fn insert(&mut self, hash: u32, number: u32) -> bool {
        if self.count == FEW && self.tables.is_empty() && self.share_out().is_none() {
            return false;
        }
        let is_in = self.table_mut(hash).insert(hash, number);
        self.count += usize::from(is_in);
        is_in
    }

    /// Goes on with many tables; `None` without memory for them, and the one stays.
    #[cold]
    fn share_out(&mut self) -> Option<()> {
        let mut tables = Vec::new();
        tables.make_exact_room(TABLES).ok()?;
        tables.resize_with(TABLES, Table::default);
        for slot in self.table.slots.iter().filter(|slot| slot.number != EMPTY) {
            let table = tables.get_mut(slot.hash as usize % TABLES)?;
            table.insert(slot.hash, slot.number).then_some(())?;
        }
        self.tables = tables;
        self.table = Table::default();
        Some(())
    }

    /// Takes out the number under `hash` that `is_it` says yes to.
    pub fn remove(&mut self, hash: u32, is_it: impl FnMut(u32) -> bool) -> Option<u32> {
        let number = self.table_mut(hash).remove(hash, is_it)?;
        self.count -= 1;
        if self.count == 0 {
            *self = Self::default();
        }
        Some(number)
    }
}

#[derive(Default)]
struct Table {
    slots: Vec<Slot>,
    bits: u32,
    count: usize,
}

impl Table {
    #[inline]
    fn home(&self, hash: u32) -> usize {
        (hash >> (u32::BITS - self.bits)) as usize
    }

    #[inline]
    fn mask(&self) -> usize {
        self.slots.len().wrapping_sub(1)
    }

    #[inline]
    fn find(&self, hash: u32, mut is_it: impl FnMut(u32) -> bool) -> Option<u32> {
        self.place_of(hash, &mut is_it).and_then(|at| self.slots.get(at)).map(|slot| slot.number)
    }

    #[inline]
    fn place_of(&self, hash: u32, is_it: &mut impl FnMut(u32) -> bool) -> Option<usize> {
        if self.slots.is_empty() {
            return None;
        }
        let mut at = self.home(hash);
        loop {
            let slot = self.slots.get(at)?;
            if slot.number == EMPTY {
                return None;
            }
            if slot.hash == hash && is_it(slot.number) {
                return Some(at);
            }
            at = (at + 1) & self.mask();
        }
    }

    fn insert(&mut self, hash: u32, number: u32) -> bool {
        let is_full = (self.count + 1) * 4 > self.slots.len() * 3;
        if is_full && !self.resize((self.bits + 1).max(LEAST_BITS)) {
            return false;
        }
        self.put(Slot { hash, number });
        self.count += 1;
        true
    }

    fn put(&mut self, slot: Slot) {
        let mask = self.mask();
        let mut at = self.home(slot.hash);
        while let Some(there) = self.slots.get_mut(at) {
            if there.number == EMPTY {
                *there = slot;
                return;
            }
            at = (at + 1) & mask;
        }
    }

    fn remove(&mut self, hash: u32, mut is_it: impl FnMut(u32) -> bool) -> Option<u32> {
        let mut hole = self.place_of(hash, &mut is_it)?;
        let number = self.slots.get(hole)?.number;
        let mask = self.mask();
        let mut at = hole;
        loop {
            at = (at + 1) & mask;
            let slot = *self.slots.get(at)?;
            if slot.number == EMPTY {
                break;
            }
            // It may move to the hole unless its home lies between the hole and where it is.
            let from_home = at.wrapping_sub(self.home(slot.hash)) & mask;
            if from_home >= at.wrapping_sub(hole) & mask {
                self.slots[hole] = slot;
                hole = at;
            }
        }
        self.slots[hole] = FREE;
        self.count -= 1;
        if self.count == 0 {
            *self = Self::default();
        } else if self.count * 8 < self.slots.len() && self.bits > LEAST_BITS {
            // Without memory it stays as it is.
            let _ = self.resize(self.bits - 1);
        }
        Some(number)
    }

    /// Goes on with `1 << bits` slots; `false` without memory for them, and nothing changes.
    #[must_use]
    fn resize(&mut self, bits: u32) -> bool {
        let mut slots = Vec::new();
        if slots.make_exact_room(1 << bits).is_err() {
            return false;
        }
        slots.resize(1 << bits, FREE);
        let old = std::mem::replace(&mut self.slots, slots);
        self.bits = bits;
        old.into_iter().filter(|slot| slot.number != EMPTY).for_each(|slot| self.put(slot));
        true
    }
}

/// Keys of the hash.
pub(super) struct Keys {
    start: u64,
    factor: u64,
    last: u64,
}

impl Default for Keys {
    fn default() -> Self {
        let random = RandomState::new();
        let [start, factor, last] = [0u8, 1, 2].map(|i| random.hash_one(i));
        Self { start, factor: factor | 1, last: last | 1 }
    }
}

/// The hash of a text that grows.
#[derive(Clone, Copy)]
pub(super) struct Hash {
    state: u64,
    /// Bytes in `state`, a multiple of eight.
    done: usize,
}

impl Keys {
    /// The hash of nothing yet.
    #[inline]
    pub fn begin(&self) -> Hash {
        Hash { state: self.start, done: 0 }
    }

    /// The hash of `topic`, of which an earlier call may have taken a part.
    #[inline]
    pub fn hash(&self, hash: &mut Hash, topic: &[u8]) -> u32 {
        let mut rest = topic.get(hash.done..).unwrap_or(&[]);
        while let Some((chunk, left)) = rest.split_first_chunk() {
            hash.state = fold(hash.state ^ u64::from_le_bytes(*chunk), self.factor);
            hash.done += chunk.len();
            rest = left;
        }
        // The last eight bytes, if there are so many, also say what the rest is.
        let tail = topic.last_chunk().copied().unwrap_or_else(|| {
            let mut tail = [0; 8];
            tail.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
            tail
        });
        let end = fold(u64::from_le_bytes(tail) ^ self.last, hash.state ^ topic.len() as u64);
        fold(end ^ self.factor, self.last) as u32
    }
}

/// Both halves of a product of 128 bits.
#[inline]
fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    product as u64 ^ (product >> 64) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::shortage;

    #[test]
    fn without_memory_to_grow_or_shrink_nothing_is_lost() {
        let (mut index, mut held) = (Index::default(), Vec::new());
        let hash = |number: u32| number.wrapping_mul(0x9E37_79B9);
        for number in 0..3 * FEW as u32 {
            let pieces = if number as usize == FEW { TABLES / 2 } else { 0 };
            if !shortage::after(pieces, || index.insert(hash(number), number)) {
                assert!(index.insert(hash(number), number));
                held.push(number);
            }
        }
        assert!(held.len() > 30, "{}", held.len());
        for number in 0..3 * FEW as u32 {
            assert_eq!(index.find(hash(number), |other| other == number), Some(number));
        }
        for number in 0..3 * FEW as u32 {
            let removed = shortage::after(0, || index.remove(hash(number), |n| n == number));
            assert_eq!(removed, Some(number));
        }
        assert_eq!(index.count, 0);
    }
    use std::collections::HashMap;

    #[test]
    fn it_holds_what_a_map_holds_through_growth_and_shrinkage() {
        let (mut index, mut map) = (Index::default(), HashMap::new());
        let mut random = 1u32;
        for step in 0..40_000u32 {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            // Few homes, also those at the end, so that runs are long and go round it.
            let key = random >> 16 & 0xFFF;
            let hash = (key % 37).wrapping_mul(0x0800_0003) | 0xC000_0000;
            let removes = random.is_multiple_of(3) == (step < 20_000);
            assert_eq!(index.find(hash, |n| n == key), map.get(&key).copied());
            if removes {
                assert_eq!(index.remove(hash, |n| n == key), map.remove(&key));
            } else if map.insert(key, key).is_none() {
                assert!(index.insert(hash, key));
            }
            assert_eq!(index.count, map.len());
        }
        for key in map.into_keys() {
            let hash = (key % 37).wrapping_mul(0x0800_0003) | 0xC000_0000;
            assert_eq!(index.remove(hash, |n| n == key), Some(key));
        }
        assert_eq!(index.table.slots.capacity(), 0);
    }

    #[test]
    fn many_are_in_several_tables_and_all_are_found() {
        let mut index = Index::default();
        let hash = |number: u32| number.wrapping_mul(0x9E37_79B1);
        for number in 0..20_000 {
            assert!(index.insert(hash(number), number));
        }
        assert_eq!(index.tables.len(), TABLES);
        assert!(index.tables.iter().all(|table| table.slots.len() < 1024));
        for number in 0..20_000 {
            assert_eq!(index.find(hash(number), |n| n == number), Some(number));
            assert_eq!(index.remove(hash(number), |n| n == number), Some(number));
            assert_eq!(index.find(hash(number), |n| n == number), None);
        }
        assert_eq!((index.count, index.tables.len()), (0, 0));
    }

    #[test]
    fn a_hash_that_grows_is_that_of_the_whole() {
        let keys = Keys::default();
        let text: Vec<u8> = (0..100).collect();
        let mut growing = keys.begin();
        let mut seen = HashMap::new();
        for len in 0..=text.len() {
            let hash = keys.hash(&mut growing, &text[..len]);
            assert_eq!(hash, keys.hash(&mut keys.begin(), &text[..len]));
            seen.insert(hash, len);
        }
        assert_eq!(seen.len(), text.len() + 1);
    }
}
