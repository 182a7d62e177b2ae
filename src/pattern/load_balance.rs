//! Messages out in turns to the pipes that have room (RFC 28, RFC 30).
//!
//! Invariant: all parts of a message go to one pipe; if that dies in between, the rest is dropped.
#![forbid(unsafe_code)]

use super::MESSAGE_LOST;
use super::control::flags;
use super::rotation::Rotation;
use crate::errno::{Errno, Result};
use crate::message::{Outbound, take_lack};
use crate::pipe::{PipeId, PipeSet};

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum State {
    /// The next part begins a message.
    #[default]
    Between,
    /// The next part belongs to a message begun on this pipe.
    Within(PipeId),
    /// The next part belongs to a message whose pipe has gone.
    Dropping,
}

/// Messages out in turns.
#[derive(Default)]
pub(super) struct LoadBalance {
    rotation: Rotation,
    state: State,
}

impl LoadBalance {
    /// Adds a pipe.
    pub fn attach(&mut self, id: PipeId) {
        self.rotation.insert(id);
    }

    /// The pipe has room again.
    pub fn handle_writable(&mut self, id: PipeId) {
        self.rotation.activate(id);
    }

    /// The pipe goes.
    pub fn handle_closed(&mut self, id: PipeId) {
        self.rotation.remove(id);
        if self.state == State::Within(id) {
            self.state = State::Dropping;
        }
    }

    /// Whether there is a pipe, with or without room.
    pub fn is_empty(&self) -> bool {
        self.rotation.is_empty()
    }

    /// The pipe of the message that was begun.
    pub fn within(&self) -> Option<PipeId> {
        match self.state {
            State::Within(id) => Some(id),
            State::Between | State::Dropping => None,
        }
    }

    /// Forgets a message that was begun: the next part begins another.
    pub fn abandon(&mut self, pipes: &mut PipeSet) {
        if let Some(end) = self.within().and_then(|id| pipes.get(id)) {
            end.rollback();
        }
        self.state = State::Between;
    }

    /// Sends a part. Errors: EAGAIN if no pipe has room, [`MESSAGE_LOST`], and within a message ENOMEM, after
    /// which the part can be sent again.
    #[inline(always)]
    pub fn send(&mut self, pipes: &mut PipeSet, part: &mut Outbound<'_>, more: bool) -> Result<()> {
        if self.state != State::Between {
            return self.send_next(pipes, part, more);
        }
        while let Some(id) = self.rotation.current() {
            if let Some(end) = pipes.get(id)
                && end.write(part, flags(more))
            {
                if more {
                    self.state = State::Within(id);
                } else {
                    end.commit();
                    self.rotation.advance();
                }
                return Ok(());
            }
            self.rotation.deactivate(id);
        }
        Err(Errno::EAGAIN)
    }

    /// Sends a message of one part, if that is no more than copying it; `false`: nothing has happened.
    #[inline(always)]
    pub fn post(&mut self, pipes: &mut PipeSet, part: &Outbound<'_>) -> bool {
        let State::Between = self.state else { return false };
        let Some(id) = self.rotation.current() else { return false };
        let is_sent = pipes.get(id).is_some_and(|end| end.post(part));
        if is_sent {
            self.rotation.advance();
        }
        is_sent
    }

    /// As [`Self::post`], of a part.
    #[inline]
    pub fn post_part(&mut self, pipes: &mut PipeSet, part: &Outbound<'_>, more: bool) -> bool {
        let turn = match self.state {
            State::Between => self.rotation.current(),
            State::Within(id) => Some(id),
            State::Dropping => None,
        };
        let Some(id) = turn else { return false };
        if !pipes.get(id).is_some_and(|end| end.post_part(part, flags(more))) {
            return false;
        }
        if more {
            self.state = State::Within(id);
        } else {
            self.rotation.advance_past(id);
            self.state = State::Between;
        }
        true
    }

    fn send_next(
        &mut self,
        pipes: &mut PipeSet,
        part: &mut Outbound<'_>,
        more: bool,
    ) -> Result<()> {
        let State::Within(id) = self.state else {
            self.state = if more { State::Dropping } else { State::Between };
            return Ok(());
        };
        let end = pipes.get(id);
        if let Some(end) = end {
            if end.write(part, flags(more)) {
                if !more {
                    end.commit();
                    self.rotation.advance_past(id);
                    self.state = State::Between;
                }
                return Ok(());
            }
            if take_lack() {
                return Err(Errno::ENOMEM);
            }
            end.rollback();
        }
        self.rotation.deactivate(id);
        self.state = if more { State::Dropping } else { State::Between };
        Err(MESSAGE_LOST)
    }

    /// Whether a part can be sent.
    pub fn has_out(&mut self, pipes: &mut PipeSet) -> bool {
        if self.state != State::Between {
            return true;
        }
        while let Some(id) = self.rotation.current() {
            if pipes.get(id).is_some_and(|end| end.is_writable()) {
                return true;
            }
            self.rotation.deactivate(id);
        }
        false
    }
}
