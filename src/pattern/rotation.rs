//! Pipes taken in turns, the ones that can be used before the ones that cannot.
//!
//! Invariants: `ids[..active]` are in use, the others wait for attention; `current` is below `active` or
//! zero; `places[id]` is the place of a pipe in `ids`. All operations take constant time.
#![forbid(unsafe_code)]

use crate::pipe::PipeId;

const NOWHERE: u32 = u32::MAX;

/// Pipes taken in turns.
#[derive(Default)]
pub(super) struct Rotation {
    ids: Vec<PipeId>,
    places: Vec<u32>,
    active: usize,
    current: usize,
}

impl Rotation {
    /// The pipe whose turn it is.
    #[inline]
    pub fn current(&self) -> Option<PipeId> {
        if self.current < self.active { self.ids.get(self.current).copied() } else { None }
    }

    /// Gives the turn to the next one.
    #[inline]
    pub fn advance(&mut self) {
        self.current += 1;
        if self.current >= self.active {
            self.current = 0;
        }
    }

    /// Gives the turn to the one after `id`, if that can be used.
    #[inline]
    pub fn advance_past(&mut self, id: PipeId) {
        if let Some(place) = self.place(id).filter(|place| *place < self.active) {
            self.current = place;
            self.advance();
        }
    }

    /// Adds a pipe that can be used.
    pub fn insert(&mut self, id: PipeId) {
        if self.place(id).is_some() {
            return self.activate(id);
        }
        let slot = id.0 as usize;
        if self.places.len() <= slot {
            self.places.resize(slot + 1, NOWHERE);
        }
        self.ids.push(id);
        self.places[slot] = (self.ids.len() - 1) as u32;
        self.activate(id);
    }

    /// The pipe can be used again.
    pub fn activate(&mut self, id: PipeId) {
        if let Some(place) = self.place(id).filter(|place| *place >= self.active) {
            self.swap(place, self.active);
            self.active += 1;
        }
    }

    /// The pipe cannot be used for now.
    pub fn deactivate(&mut self, id: PipeId) {
        if let Some(place) = self.place(id).filter(|place| *place < self.active) {
            self.active -= 1;
            self.swap(place, self.active);
            if self.current >= self.active {
                self.current = 0;
            }
        }
    }

    /// Takes a pipe out.
    pub fn remove(&mut self, id: PipeId) {
        self.deactivate(id);
        let Some(place) = self.place(id) else { return };
        let last = self.ids.len() - 1;
        self.swap(place, last);
        self.ids.pop();
        if let Some(slot) = self.places.get_mut(id.0 as usize) {
            *slot = NOWHERE;
        }
    }

    /// Whether there is no pipe, in use or not.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    #[inline]
    fn place(&self, id: PipeId) -> Option<usize> {
        self.places.get(id.0 as usize).filter(|place| **place != NOWHERE).map(|p| *p as usize)
    }

    fn swap(&mut self, a: usize, b: usize) {
        self.ids.swap(a, b);
        for place in [a, b] {
            let id = self.ids[place];
            self.places[id.0 as usize] = place as u32;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_go_round_the_usable_ones() {
        let mut rotation = Rotation::default();
        for id in [4, 0, 2] {
            rotation.insert(PipeId(id));
        }
        let turns = |n: usize, rotation: &mut Rotation| {
            let mut seen = Vec::new();
            for _ in 0..n {
                seen.extend(rotation.current().map(|id| id.0));
                rotation.advance();
            }
            seen
        };
        assert_eq!(turns(4, &mut rotation), [4, 0, 2, 4]);
        rotation.deactivate(PipeId(0));
        let mut two = turns(2, &mut rotation);
        two.sort_unstable();
        assert_eq!(two, [2, 4]);
        rotation.remove(PipeId(4));
        assert_eq!(turns(2, &mut rotation), [2, 2]);
        rotation.activate(PipeId(0));
        rotation.remove(PipeId(2));
        rotation.remove(PipeId(2));
        assert_eq!(turns(2, &mut rotation), [0, 0]);
        rotation.remove(PipeId(0));
        assert!(rotation.current().is_none() && rotation.is_empty());
    }
}
