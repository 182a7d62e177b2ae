//! XPUB: as PUB, with subscriptions and other messages of the subscribers handed to the application
//! (RFC 29, "The XPUB Socket Type"). A peer loses its connection if there is no memory for what it sends.
//!
//! Invariant: `last` and the pipes in `pending` are attached.
#![forbid(unsafe_code)]

use std::collections::VecDeque;

use super::publisher::{CLEARED_AT_ONCE, CLEARED_BY_SEND, Publisher};
use super::subscriptions::{Removed, Subscriptions};
use super::upstream::{self, CANCEL, SUBSCRIBE, Scope, Upstream};
use crate::errno::{Errno, Result};
use crate::message::{FLAG_MORE, Inbound, Message, Outbound, defer, take_lack};
use crate::options::Options;
use crate::pattern::{Attach, Policy, control};
use crate::pipe::{PipeEnd, PipeId, PipeSet};
use crate::sys::memory::Room;

/// Whom a part for the application is about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum About {
    /// The subscriptions of this pipe.
    Pipe(PipeId),
    /// The subscriptions of a pipe that has gone.
    Gone,
    /// None: it is a message of a subscriber's application.
    Nobody,
}

/// The XPUB socket type.
#[derive(Default)]
pub struct Xpub {
    publisher: Publisher,
    /// What peers asked for while the application subscribes for them (`ZMQ_XPUB_MANUAL`).
    wishes: Subscriptions,
    pending: VecDeque<(Message, About)>,
    /// Whose subscription was received last (`ZMQ_XPUB_MANUAL`).
    last: Option<PipeId>,
}

impl Xpub {
    /// A notice, and room for it among those that wait. Errors: ENOMEM.
    fn notice(&mut self, first: u8, topic: &[u8]) -> Result<Message> {
        self.pending.make_room(1)?;
        upstream::emit(first, topic)
    }

    /// Takes a subscription; answers what the application is told. Errors: ENOMEM, and nothing changes.
    fn subscribe_pipe(
        &mut self,
        options: &Options,
        topic: &[u8],
        id: PipeId,
    ) -> Result<Option<Message>> {
        if options.xpub_manual || options.xpub_verbose {
            let notice = self.notice(SUBSCRIBE, topic)?;
            match options.xpub_manual {
                true => self.wishes.add(topic, id)?,
                false => self.publisher.subscriptions.add(topic, id)?,
            };
            return Ok(Some(notice));
        }
        if !self.publisher.subscriptions.add(topic, id)? {
            return Ok(None);
        }
        let notice = self.notice(SUBSCRIBE, topic);
        if notice.is_err() {
            self.publisher.subscriptions.remove(topic, id);
        }
        notice.map(Some)
    }

    /// Takes a subscription back; answers what the application is told. Errors: ENOMEM, and nothing changes.
    fn cancel_pipe(
        &mut self,
        options: &Options,
        topic: &[u8],
        id: PipeId,
    ) -> Result<Option<Message>> {
        let notice = self.notice(CANCEL, topic)?;
        if options.xpub_manual {
            self.wishes.remove(topic, id);
            return Ok(Some(notice));
        }
        Ok(match self.publisher.subscriptions.remove(topic, id) {
            Removed::Nothing | Removed::Last => Some(notice),
            Removed::Others => options.xpub_verboser.then_some(notice),
        })
    }

    /// Clears up to `most` topics of pipes that have left, and tells the application; `false` without memory to
    /// tell it of all: the others wait.
    fn clear(&mut self, options: &Options, most: usize) -> bool {
        let Self { publisher, wishes, pending, .. } = self;
        let (mut notices, mut has_memory) = (Vec::new(), true);
        let mut note = |topic: &[u8]| {
            has_memory = notices.make_room(1).is_ok()
                && pending.make_room(notices.len() + 1).is_ok()
                && upstream::emit(CANCEL, topic).map(|notice| notices.push(notice)).is_ok();
            has_memory
        };
        publisher.subscriptions.clear(most, |topic, removed| {
            let is_told = removed == Removed::Last || options.xpub_verboser;
            options.xpub_manual || !is_told || note(topic)
        });
        wishes.clear(most, |topic, _| !options.xpub_manual || note(topic));
        notices.sort_unstable_by(|a, b| a.data().cmp(b.data()));
        pending.extend(notices.into_iter().map(|notice| (notice, About::Gone)));
        has_memory
    }

    /// Whether topics of pipes that have left are to be cleared.
    #[inline]
    fn has_leaving(&self) -> bool {
        self.publisher.subscriptions.has_leaving() || self.wishes.has_leaving()
    }

    /// Makes sure that what the application is to be told of pipes that have left can be received. Errors: ENOMEM.
    fn find_notice(&mut self, options: &Options) -> Result<()> {
        while self.pending.is_empty() && self.has_leaving() {
            if !self.clear(options, CLEARED_AT_ONCE) && self.pending.is_empty() {
                return Err(Errno::ENOMEM);
            }
        }
        Ok(())
    }

    /// Takes the frame in front of `end`. Errors: ENOMEM.
    fn take(
        &mut self,
        end: &mut PipeEnd,
        options: &Options,
        id: PipeId,
        scope: &mut Scope,
    ) -> Result<()> {
        let Some(view) = end.peek() else { return Ok(()) };
        let flags = view.flags;
        let parsed = upstream::parse(flags, view.body);
        let notice = match scope.narrow(parsed, flags, options.only_first_subscribe) {
            Upstream::Subscribe(topic) => self.subscribe_pipe(options, topic, id)?,
            Upstream::Cancel(topic) => self.cancel_pipe(options, topic, id)?,
            Upstream::Part => return self.take_part(end, flags),
            Upstream::Other => None,
        };
        if let Some(mut notice) = notice {
            notice.set_metadata(end.egress().and_then(|reader| reader.origin()));
            self.pending.push_back((notice, About::Pipe(id)));
        }
        end.skip();
        Ok(())
    }

    /// Takes a part of a message of a subscriber's application. Errors: ENOMEM, and the parts before it are gone.
    fn take_part(&mut self, end: &mut PipeEnd, flags: u8) -> Result<()> {
        let mut part = Message::new();
        let has_room = self.pending.make_room(1).is_ok();
        if !has_room || end.read(&mut Inbound::Message(&mut part)).is_none() {
            take_lack();
            while self
                .pending
                .back()
                .is_some_and(|(before, about)| before.has_more() && *about == About::Nobody)
            {
                self.pending.pop_back().into_iter().for_each(|(before, _)| defer(before));
            }
            return Err(Errno::ENOMEM);
        }
        part.set_flags(flags & FLAG_MORE);
        self.pending.push_back((part, About::Nobody));
        Ok(())
    }
}

/// Says what each new subscriber is told. Errors: ENOMEM.
fn welcome(end: Option<&mut PipeEnd>, options: &Options) -> Result<()> {
    if let (Some(welcome), Some(end)) = (&options.xpub_welcome_msg, end) {
        control::try_write_message(end, welcome)?;
    }
    Ok(())
}

impl Policy for Xpub {
    fn attach(&mut self, pipes: &mut PipeSet, options: &Options, id: PipeId, how: Attach) {
        let is_in = self.publisher.attach(id, &how);
        match is_in.and_then(|()| welcome(pipes.get(id), options)) {
            Ok(()) => self.handle_readable(pipes, options, id),
            Err(_) => pipes.starve(id),
        }
    }

    fn handle_readable(&mut self, pipes: &mut PipeSet, options: &Options, id: PipeId) {
        let Some(end) = pipes.get(id) else { return };
        let mut scope = Scope::default();
        while end.is_readable() {
            if self.take(end, options, id, &mut scope).is_err() {
                // It cannot be served; with another connection it tries again.
                return pipes.starve(id);
            }
        }
    }

    fn handle_writable(&mut self, _: &mut PipeSet, _: &Options, _: PipeId) {}

    fn handle_closed(&mut self, pipes: &mut PipeSet, options: &Options, id: PipeId) {
        self.publisher.handle_closed(pipes, id);
        for (_, about) in &mut self.pending {
            if *about == About::Pipe(id) {
                *about = About::Gone;
            }
        }
        if self.last == Some(id) {
            self.last = None;
        }
        self.wishes.remove_pipe(id);
        self.clear(options, CLEARED_AT_ONCE);
    }

    #[inline]
    fn send(
        &mut self,
        pipes: &mut PipeSet,
        options: &Options,
        part: &mut Outbound<'_>,
        more: bool,
    ) -> Result<()> {
        if self.has_leaving() {
            self.clear(options, CLEARED_BY_SEND);
        }
        let only = self.last.filter(|_| options.xpub_manual_last_value);
        let is_first = !self.publisher.fan_out.is_within();
        self.publisher.send(pipes, options, part, more, only)?;
        if is_first && only.is_some() {
            self.last = None;
        }
        Ok(())
    }

    fn recv(&mut self, _: &mut PipeSet, options: &Options, sink: &mut Inbound<'_>) -> Result<bool> {
        self.find_notice(options)?;
        let (part, about) = self.pending.pop_front().ok_or(Errno::EAGAIN)?;
        if options.xpub_manual {
            match about {
                About::Pipe(id) => self.last = Some(id),
                About::Gone => self.last = None,
                About::Nobody => {}
            }
        }
        let more = part.has_more();
        defer(sink.put_message(part));
        Ok(more)
    }

    fn has_in(&mut self, _: &mut PipeSet, options: &Options) -> bool {
        // Without memory to tell of it there is something, as receiving says.
        self.find_notice(options).is_err() || !self.pending.is_empty()
    }

    fn has_out(&mut self, _: &mut PipeSet, _: &Options) -> bool {
        true
    }

    fn subscribe(&mut self, _: &mut PipeSet, options: &Options, topic: &[u8]) -> Result<()> {
        if !options.xpub_manual {
            return Err(Errno::EINVAL);
        }
        if let Some(id) = self.last {
            self.publisher.subscriptions.add(topic, id)?;
        }
        Ok(())
    }

    fn unsubscribe(&mut self, _: &mut PipeSet, options: &Options, topic: &[u8]) -> Result<()> {
        if !options.xpub_manual {
            return Err(Errno::EINVAL);
        }
        if let Some(id) = self.last {
            self.publisher.subscriptions.remove(topic, id);
        }
        Ok(())
    }

    fn topics_count(&self) -> usize {
        self.publisher.subscriptions.len()
    }
}

#[cfg(test)]
mod tests;
