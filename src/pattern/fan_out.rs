//! Messages out to several pipes at once (RFC 29).
//!
//! Invariants: the targets of a message are chosen at its first part; a pipe that is full then gets no
//! part of it. A body that several pipes are to hold is shared, not copied for each.
#![forbid(unsafe_code)]

use super::control::flags;
use crate::errno::{Errno, Result};
use crate::message::{Message, Outbound};
use crate::pipe::{PipeEnd, PipeId, PipeSet};
use crate::sys::memory::Room;

/// Bodies from this size on are shared even with pipes of bytes, which then pass them by reference.
const SHARED_FROM: usize = 32 * 1024;
/// Bodies up to this size fit into a message itself, and are cheaper to copy than to share.
const INLINE: usize = 48;

/// Messages out to several pipes.
#[derive(Default)]
pub(super) struct FanOut {
    pipes: Vec<PipeId>,
    /// Where the message goes.
    targets: Vec<PipeId>,
    /// By the number of the pipe: the last round in which it became a target.
    marks: Vec<u32>,
    round: u32,
    is_within: bool,
}

impl FanOut {
    /// Adds a pipe. Errors: ENOMEM, and it is not added.
    pub fn attach(&mut self, id: PipeId) -> Result<()> {
        self.try_attach(id).ok_or(Errno::ENOMEM)
    }

    fn try_attach(&mut self, id: PipeId) -> Option<()> {
        self.pipes.make_room(1).ok()?;
        // To send is to need no memory but for the message.
        self.targets.make_room(self.pipes.len() + 1 - self.targets.len()).ok()?;
        let slot = id.0 as usize;
        if self.marks.len() <= slot {
            self.marks.make_room(slot + 1 - self.marks.len()).ok()?;
            self.marks.resize(slot + 1, 0);
        }
        self.pipes.push(id);
        Some(())
    }

    /// The pipe goes.
    pub fn handle_closed(&mut self, id: PipeId) {
        for list in [&mut self.pipes, &mut self.targets] {
            if let Some(place) = list.iter().position(|known| *known == id) {
                list.swap_remove(place);
            }
        }
        if let Some(mark) = self.marks.get_mut(id.0 as usize) {
            *mark = 0;
        }
    }

    /// All pipes.
    pub fn pipes(&self) -> &[PipeId] {
        &self.pipes
    }

    /// Whether the next part belongs to a message that was begun.
    #[inline]
    pub fn is_within(&self) -> bool {
        self.is_within
    }

    /// Begins to choose targets.
    #[inline]
    pub fn begin(&mut self) {
        self.targets.clear();
        self.round = self.round.wrapping_add(1);
        if self.round == 0 {
            self.marks.fill(0);
            self.round = 1;
        }
    }

    /// Makes a pipe a target, once.
    #[inline]
    pub fn add_target(&mut self, id: PipeId) {
        if let Some(mark) = self.marks.get_mut(id.0 as usize)
            && *mark != self.round
        {
            *mark = self.round;
            self.targets.push(id);
        }
    }

    /// Makes the pipes that are no targets the targets, and the other way round.
    pub fn invert(&mut self) {
        let (marks, round) = (&self.marks, self.round);
        let is_marked = |id: &PipeId| marks.get(id.0 as usize) == Some(&round);
        self.targets.clear();
        self.targets.extend(self.pipes.iter().filter(|id| !is_marked(id)));
    }

    /// Makes all pipes targets.
    pub fn add_all(&mut self) {
        self.targets.clone_from(&self.pipes);
    }

    /// The targets.
    pub fn targets(&self) -> &[PipeId] {
        &self.targets
    }

    /// Whether no target is full.
    pub fn has_room(&self, pipes: &mut PipeSet) -> bool {
        self.targets
            .iter()
            .all(|id| pipes.get(*id).is_none_or(|end| end.is_writable() || end.is_peer_gone()))
    }

    /// Sends a part to the targets; those that cannot take it get nothing of its message.
    #[inline]
    pub fn send(&mut self, pipes: &mut PipeSet, part: &mut Outbound<'_>, more: bool) {
        let mut shared = Shared::new(part, self.targets.len());
        let (mut at, mut is_short) = (0, false);
        while let Some(id) = self.targets.get(at).copied() {
            let is_last = at + 1 == self.targets.len();
            if let Some(end) = pipes.get(id) {
                if shared.write(end, part, flags(more), is_last) {
                    if !more {
                        end.commit();
                        is_short |= end.is_short();
                    }
                    at += 1;
                    continue;
                }
                if self.is_within {
                    end.rollback();
                }
            }
            self.targets.swap_remove(at);
        }
        if is_short {
            pipes.note_shortage();
        }
        self.is_within = more;
    }
}

/// The one body of a part that several pipes hold.
struct Shared {
    message: Option<Message>,
    is_needed_by_all: bool,
}

impl Shared {
    #[inline]
    fn new(part: &Outbound<'_>, targets: usize) -> Self {
        let is_slice = matches!(part, Outbound::Slice(_) | Outbound::Lent(_));
        let is_needed_by_all = is_slice && targets > 1 && part.body().len() >= SHARED_FROM;
        Self { message: None, is_needed_by_all }
    }

    #[inline]
    fn write(
        &mut self,
        end: &mut PipeEnd,
        part: &mut Outbound<'_>,
        flags: u8,
        is_last: bool,
    ) -> bool {
        let takes_message = end.intake().is_none();
        if !self.is_needed_by_all && (!takes_message || (is_last && self.message.is_none())) {
            return end.write(part, flags);
        }
        if !end.is_writable() {
            return false;
        }
        let copy = match part {
            Outbound::Message(message) => Some((**message).clone()),
            Outbound::Slice(body) if body.len() <= INLINE => Message::copy_of(body),
            Outbound::Slice(_) | Outbound::Lent(_) => {
                self.message = self.message.take().or_else(|| Message::copy_of(part.body()));
                self.message.clone()
            }
        };
        match copy {
            Some(mut copy) => end.write(&mut Outbound::Message(&mut copy), flags),
            // No memory for the one that all share: perhaps there is for the pipe's own.
            None => end.write(part, flags),
        }
    }
}
