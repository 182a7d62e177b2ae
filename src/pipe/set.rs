//! The pipes of one socket, known by small numbers.
#![forbid(unsafe_code)]

use super::end::PipeEnd;
use crate::errno::Result;
use crate::sys::memory::Room;

/// Number of a pipe in its socket. Numbers are used again after a pipe has gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PipeId(pub u32);

/// The pipes of one socket.
#[derive(Default)]
pub struct PipeSet {
    slots: Vec<Slot>,
    free: Vec<u32>,
    /// First of those to be taken out, each of which names the next: to say so is to need no memory.
    doomed: Option<u32>,
    is_short: bool,
    has_new_marks: bool,
}

#[derive(Default)]
struct Slot {
    /// Tells a pipe from earlier ones of the same number.
    generation: u32,
    doom: Doom,
    /// Of which pipe that was said: it may have gone since, and another have its number.
    doomed: u32,
    is_starved: bool,
    end: Option<PipeEnd>,
}

/// Whether a pipe is to be taken out, and what comes after it.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Doom {
    #[default]
    Stays,
    Last,
    Before(u32),
}

impl PipeSet {
    /// Has room for another pipe. Errors: ENOMEM.
    pub fn make_room(&mut self) -> Result<()> {
        match (self.free.is_empty(), self.slots.is_empty()) {
            (false, _) => Ok(()),
            // Most sockets have one pipe.
            (true, true) => self.slots.make_exact_room(1),
            (true, false) => self.slots.make_room(1),
        }
    }

    /// Adds a pipe; answers its number.
    pub fn insert(&mut self, end: PipeEnd) -> PipeId {
        let id = self.free.pop().unwrap_or(self.slots.len() as u32);
        if id as usize == self.slots.len() {
            self.slots.push(Slot::default());
        }
        self.slots[id as usize].end = Some(end);
        PipeId(id)
    }

    /// Takes a pipe out.
    pub fn remove(&mut self, id: PipeId) -> Option<PipeEnd> {
        let slot = self.slots.get_mut(id.0 as usize)?;
        let end = slot.end.take()?;
        slot.generation = slot.generation.wrapping_add(1);
        self.free.push(id.0);
        Some(end)
    }

    /// The pipe `id`, if it is still there.
    #[inline(always)]
    pub fn get(&mut self, id: PipeId) -> Option<&mut PipeEnd> {
        self.slots.get_mut(id.0 as usize)?.end.as_mut()
    }

    /// Asks the socket to take the pipe out and ignore its connection (a peer too many, a malformed
    /// reply). The pattern is told through its `handle_closed`, after the call that asked.
    pub fn terminate(&mut self, id: PipeId) {
        self.doom(id, false);
    }

    /// As [`Self::terminate`], for lack of memory: the connection is closed, so that the peer may try again.
    pub fn starve(&mut self, id: PipeId) {
        self.doom(id, true);
    }

    fn doom(&mut self, id: PipeId, is_starved: bool) {
        let Some(slot) = self.slots.get_mut(id.0 as usize) else { return };
        if slot.doom != Doom::Stays && slot.doomed == slot.generation {
            return;
        }
        (slot.doomed, slot.is_starved) = (slot.generation, is_starved);
        if slot.doom == Doom::Stays {
            slot.doom = self.doomed.map_or(Doom::Last, Doom::Before);
            self.doomed = Some(id.0);
        }
    }

    /// A pipe to be taken out, and whether that is for lack of memory. The one asked for last comes first.
    pub fn take_doomed(&mut self) -> Option<(PipeId, bool)> {
        loop {
            let id = self.doomed.take()?;
            let slot = self.slots.get_mut(id as usize)?;
            match std::mem::take(&mut slot.doom) {
                Doom::Before(next) => self.doomed = Some(next),
                Doom::Last | Doom::Stays => {}
            }
            if slot.doomed == slot.generation {
                return Some((PipeId(id), slot.is_starved));
            }
        }
    }

    /// Notes that a pipe has no credit left, and that its reader has been asked for more.
    pub fn note_shortage(&mut self) {
        self.is_short = true;
    }

    /// Notes that high-water marks have changed.
    pub fn note_marks(&mut self) {
        self.has_new_marks = true;
    }

    /// Whether high-water marks have changed since the last call.
    #[inline(always)]
    pub fn take_new_marks(&mut self) -> bool {
        self.has_new_marks && std::mem::take(&mut self.has_new_marks)
    }

    /// Whether a shortage was noted since the last call.
    #[inline(always)]
    pub fn take_shortage(&mut self) -> bool {
        // Rarely so: read alone otherwise.
        self.is_short && std::mem::take(&mut self.is_short)
    }

    /// What the owner of attention is told for the pipe `id`.
    pub fn token(&self, id: PipeId) -> u64 {
        let generation = self.slots.get(id.0 as usize).map_or(0, |s| s.generation);
        u64::from(generation) << 32 | u64::from(id.0)
    }

    /// The pipe that `token` was made for, if it is still there.
    pub fn find(&self, token: u64) -> Option<PipeId> {
        let id = PipeId(token as u32);
        let slot = self.slots.get(id.0 as usize)?;
        (slot.end.is_some() && self.token(id) == token).then_some(id)
    }

    /// The numbers in use.
    pub fn ids(&self) -> Vec<PipeId> {
        let used = |(i, s): (usize, &Slot)| s.end.is_some().then_some(PipeId(i as u32));
        self.slots.iter().enumerate().filter_map(used).collect()
    }

    /// All numbers, also of pipes that are gone.
    pub fn numbers(&self) -> impl Iterator<Item = PipeId> + use<> {
        (0..self.slots.len() as u32).map(PipeId)
    }

    /// Number of pipes.
    pub fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    /// Whether a pipe waits to be taken out.
    #[inline(always)]
    pub fn has_doomed(&self) -> bool {
        self.doomed.is_some()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipe::{Kind, pair};

    #[test]
    fn who_gets_the_number_of_a_doomed_pipe_is_not_taken_out_for_it() {
        let mut pipes = PipeSet::default();
        let new = || pair([Kind::Bytes; 2], [1; 2]).0;
        let [first, second] = [pipes.insert(new()), pipes.insert(new())];
        pipes.terminate(first);
        pipes.starve(second);
        drop(pipes.remove(first));
        drop(pipes.remove(second));
        assert_eq!([pipes.insert(new()), pipes.insert(new())], [second, first]);
        pipes.starve(first);
        pipes.terminate(first);
        assert_eq!(pipes.take_doomed(), Some((first, true)));
        assert_eq!(pipes.take_doomed(), None);
        pipes.terminate(second);
        assert_eq!(pipes.take_doomed(), Some((second, false)));
        assert!(!pipes.has_doomed());
    }
}
