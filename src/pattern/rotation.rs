//! Pipes taken in turns (RFC 28 and 30, "round-robin" and "fair-queuing"): those that can be used stand in a
//! ring, and the turn goes round it. The others wait for attention.
//!
//! Invariants: `turn` is in the ring, and there is none only if the ring is empty; `usable` is how many are in it;
//! neighbours in the ring name each other. All operations take constant time.
#![forbid(unsafe_code)]

use crate::pipe::PipeId;

/// Where a pipe is.
#[derive(Clone, Copy, Default)]
enum Place {
    /// Not here.
    #[default]
    Nowhere,
    /// Waiting for attention.
    Idle,
    /// In the ring, between these two: itself, if it is alone.
    Ring { before: PipeId, after: PipeId },
}

/// Pipes taken in turns.
#[derive(Default)]
pub(super) struct Rotation {
    /// By the number of the pipe.
    places: Vec<Place>,
    turn: Option<PipeId>,
    /// Pipes in the ring.
    usable: usize,
    /// Pipes that are somewhere.
    known: usize,
}

impl Rotation {
    /// The pipe whose turn it is.
    #[inline(always)]
    pub fn current(&self) -> Option<PipeId> {
        self.turn
    }

    /// Gives the turn to the next one.
    #[inline(always)]
    pub fn advance(&mut self) {
        if self.usable > 1
            && let Some(id) = self.turn
        {
            self.advance_past(id);
        }
    }

    /// Gives the turn to the one after `id`, if that can be used.
    #[inline]
    pub fn advance_past(&mut self, id: PipeId) {
        if let Place::Ring { after, .. } = self.place(id) {
            self.turn = Some(after);
        }
    }

    /// Adds a pipe that can be used.
    pub fn insert(&mut self, id: PipeId) {
        let slot = id.0 as usize;
        if self.places.len() <= slot {
            self.places.resize(slot + 1, Place::Nowhere);
        }
        if let Place::Nowhere = self.place(id) {
            self.places[slot] = Place::Idle;
            self.known += 1;
        }
        self.activate(id);
    }

    /// The pipe can be used again: its turn comes when all others had theirs.
    pub fn activate(&mut self, id: PipeId) {
        let Place::Idle = self.place(id) else { return };
        self.usable += 1;
        let Some(turn) = self.turn else {
            self.put(id, Place::Ring { before: id, after: id });
            self.turn = Some(id);
            return;
        };
        if let Place::Ring { before: last, .. } = self.place(turn) {
            self.put(id, Place::Ring { before: last, after: turn });
            self.join(last, id);
            self.join(id, turn);
        }
    }

    /// The pipe cannot be used for now.
    pub fn deactivate(&mut self, id: PipeId) {
        let Place::Ring { before, after } = self.place(id) else { return };
        self.usable -= 1;
        self.put(id, Place::Idle);
        if after == id {
            self.turn = None;
            return;
        }
        self.join(before, after);
        if self.turn == Some(id) {
            self.turn = Some(after);
        }
    }

    /// Takes a pipe out.
    pub fn remove(&mut self, id: PipeId) {
        self.deactivate(id);
        if let Place::Idle = self.place(id) {
            self.put(id, Place::Nowhere);
            self.known -= 1;
        }
    }

    /// Whether there is no pipe, in use or not.
    pub fn is_empty(&self) -> bool {
        self.known == 0
    }

    #[inline]
    fn place(&self, id: PipeId) -> Place {
        self.places.get(id.0 as usize).copied().unwrap_or_default()
    }

    fn put(&mut self, id: PipeId, place: Place) {
        if let Some(old) = self.places.get_mut(id.0 as usize) {
            *old = place;
        }
    }

    /// Makes two pipes of the ring neighbours.
    fn join(&mut self, first: PipeId, second: PipeId) {
        if let Some(Place::Ring { after, .. }) = self.places.get_mut(first.0 as usize) {
            *after = second;
        }
        if let Some(Place::Ring { before, .. }) = self.places.get_mut(second.0 as usize) {
            *before = first;
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

    #[test]
    fn who_comes_back_waits_until_all_others_had_their_turn() {
        let mut rotation = Rotation::default();
        for id in 0..4 {
            rotation.insert(PipeId(id));
        }
        rotation.deactivate(PipeId(0));
        assert_eq!(rotation.current(), Some(PipeId(1)), "the turn goes to the next one");
        rotation.advance();
        rotation.activate(PipeId(0));
        let mut seen = Vec::new();
        for _ in 0..5 {
            seen.extend(rotation.current().map(|id| id.0));
            rotation.advance();
        }
        assert_eq!(seen, [2, 3, 1, 0, 2]);
    }
}
