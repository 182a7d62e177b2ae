//! Messages in, in turns from the pipes that have some (RFC 28, RFC 30).
//!
//! Invariant: all parts of a message are received in a row. When a pipe is taken out between them, the
//! rest of its message, which had been published whole, is kept.
#![forbid(unsafe_code)]

use std::collections::VecDeque;

use super::control::{self, CONTROL};
use super::rotation::Rotation;
use crate::errno::{Errno, Result};
use crate::message::{FLAG_MORE, Inbound, Message, defer, take_lack};
use crate::pipe::{PipeEnd, PipeId, PipeSet};

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum State {
    /// The next part begins a message.
    #[default]
    Between,
    /// The next part belongs to a message of this pipe.
    Within(PipeId),
    /// The next part belongs to a message whose pipe has gone.
    Rest,
}

/// Messages in, in turns.
#[derive(Default)]
pub(super) struct FairQueue {
    rotation: Rotation,
    state: State,
    rest: VecDeque<Message>,
}

impl FairQueue {
    /// Adds a pipe.
    pub fn attach(&mut self, id: PipeId) {
        self.rotation.insert(id);
    }

    /// The pipe can be read again.
    pub fn handle_readable(&mut self, id: PipeId) {
        self.rotation.activate(id);
    }

    /// The pipe goes.
    pub fn handle_closed(&mut self, pipes: &mut PipeSet, id: PipeId) {
        self.rotation.remove(id);
        if self.state != State::Within(id) {
            return;
        }
        self.state = State::Between;
        let Some(end) = pipes.get(id) else { return };
        loop {
            let mut part = Message::new();
            let Some(flags) = end.read(&mut Inbound::Message(&mut part)) else { break };
            if flags & CONTROL != 0 {
                continue;
            }
            self.rest.push_back(part);
            self.state = State::Rest;
            if flags & FLAG_MORE == 0 {
                break;
            }
        }
    }

    /// Receives a part; answers whether others of its message follow. Errors: EAGAIN.
    #[inline(always)]
    pub fn recv(&mut self, pipes: &mut PipeSet, sink: &mut Inbound<'_>) -> Result<bool> {
        loop {
            let id = match self.state {
                State::Between => self.rotation.current().ok_or(Errno::EAGAIN)?,
                State::Within(id) => id,
                State::Rest => return self.recv_rest(sink),
            };
            if let Some(end) = pipes.get(id) {
                if let Some(flags) = end.read(sink) {
                    if flags & CONTROL == 0 {
                        return Ok(self.note(id, flags));
                    }
                    continue;
                }
                if end.is_readable() {
                    if take_lack() {
                        return Err(Errno::ENOMEM);
                    }
                    continue;
                }
            }
            self.rotation.deactivate(id);
            self.state = State::Between;
        }
    }

    /// Receives a message of one part, if that is no more than copying it; `false`: nothing has happened.
    #[inline(always)]
    pub fn take(&mut self, pipes: &mut PipeSet, sink: &mut Inbound<'_>) -> bool {
        let State::Between = self.state else { return false };
        let Some(id) = self.rotation.current() else { return false };
        let is_taken = pipes.get(id).is_some_and(|end| end.take(sink));
        if is_taken {
            self.rotation.advance();
        }
        is_taken
    }

    /// As [`Self::take`], of a part; answers whether others of its message follow.
    #[inline]
    pub fn take_part(&mut self, pipes: &mut PipeSet, sink: &mut Inbound<'_>) -> Option<bool> {
        let id = match self.state {
            State::Between => self.rotation.current()?,
            State::Within(id) => id,
            State::Rest => return None,
        };
        let flags = pipes.get(id)?.take_part(sink)?;
        Some(self.note(id, flags))
    }

    /// Notes that a part with these flags was read from `id`; answers whether others follow.
    #[inline(always)]
    fn note(&mut self, id: PipeId, flags: u8) -> bool {
        let more = flags & FLAG_MORE != 0;
        if more {
            self.state = State::Within(id);
        } else if self.state == State::Between {
            self.rotation.advance();
        } else {
            self.rotation.advance_past(id);
            self.state = State::Between;
        }
        more
    }

    #[cold]
    fn recv_rest(&mut self, sink: &mut Inbound<'_>) -> Result<bool> {
        let Some(part) = self.rest.pop_front() else {
            self.state = State::Between;
            return Err(Errno::EAGAIN);
        };
        defer(sink.put_message(part));
        if self.rest.is_empty() {
            self.state = State::Between;
        }
        Ok(self.state == State::Rest)
    }

    /// The pipe with the next message, its first part in front. Only between messages.
    pub fn next(&mut self, pipes: &mut PipeSet) -> Option<PipeId> {
        while let Some(id) = self.rotation.current() {
            if pipes.get(id).is_some_and(control::has_part) {
                return Some(id);
            }
            self.rotation.deactivate(id);
        }
        None
    }

    /// Steps over the message that [`Self::next`] showed.
    pub fn skip(&mut self, pipes: &mut PipeSet, id: PipeId) {
        if let Some(end) = pipes.get(id) {
            end.skip_message();
        }
        self.rotation.advance_past(id);
    }

    /// Stays with the pipe that [`Self::next`] showed: its message is received next.
    pub fn enter(&mut self, id: PipeId) {
        self.state = State::Within(id);
    }

    /// Receives the routing id of the pipe with the next message, whose parts then follow. Only between
    /// messages. Errors: EAGAIN.
    #[inline]
    pub fn recv_prefix(&mut self, pipes: &mut PipeSet, sink: &mut Inbound<'_>) -> Result<bool> {
        let id = self.next(pipes).ok_or(Errno::EAGAIN)?;
        let end = pipes.get(id).ok_or(Errno::EAGAIN)?;
        control::put_prefix(end, sink);
        self.enter(id);
        Ok(true)
    }

    /// Drops the rest of the message that was begun.
    pub fn abandon(&mut self, pipes: &mut PipeSet) {
        if let State::Within(id) = self.state {
            self.skip(pipes, id);
        }
        self.rest.drain(..).for_each(defer);
        self.state = State::Between;
    }

    /// Whether the next part begins a message.
    pub fn is_between(&self) -> bool {
        self.state == State::Between
    }

    /// Whether a part can be received.
    pub fn has_in(&mut self, pipes: &mut PipeSet) -> bool {
        match self.state {
            State::Between => self.next(pipes).is_some(),
            State::Within(id) => pipes.get(id).is_some_and(PipeEnd::is_readable),
            State::Rest => true,
        }
    }
}
