//! XPUB: as PUB, with subscriptions and other messages of the subscribers handed to the application
//! (RFC 29, "The XPUB Socket Type").
//!
//! Invariant: `last` and the pipes in `pending` are attached.
#![forbid(unsafe_code)]

use std::collections::VecDeque;
use std::sync::Arc;

use super::publisher::{CLEARED_AT_ONCE, CLEARED_BY_SEND, Publisher};
use super::subscriptions::{Removed, Subscriptions};
use super::upstream::{self, CANCEL, SUBSCRIBE, Scope, Upstream};
use crate::errno::{Errno, Result};
use crate::message::{FLAG_MORE, Inbound, Message, Metadata, Outbound, defer, note_lack};
use crate::options::Options;
use crate::pattern::{Attach, Policy, control};
use crate::pipe::{PipeEnd, PipeId, PipeSet};

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
    /// Takes a subscription; answers whether the application is told.
    fn subscribe_pipe(&mut self, options: &Options, topic: &[u8], id: PipeId) -> bool {
        if options.xpub_manual {
            self.wishes.add(topic, id);
            return true;
        }
        self.publisher.subscriptions.add(topic, id) || options.xpub_verbose
    }

    /// Takes a subscription back; answers whether the application is told.
    fn cancel_pipe(&mut self, options: &Options, topic: &[u8], id: PipeId) -> bool {
        if options.xpub_manual {
            self.wishes.remove(topic, id);
            return true;
        }
        match self.publisher.subscriptions.remove(topic, id) {
            Removed::Nothing | Removed::Last => true,
            Removed::Others => options.xpub_verboser,
        }
    }

    fn tell(&mut self, first: u8, topic: &[u8], origin: Option<&Arc<Metadata>>, about: About) {
        let Some(mut notice) = Message::copy_of(&upstream::emit(first, topic)) else {
            // An empty one would be taken for a message.
            return note_lack();
        };
        notice.set_metadata(origin);
        self.pending.push_back((notice, about));
    }

    /// Clears up to `most` topics of pipes that have left, and tells the application.
    fn clear(&mut self, options: &Options, most: usize) {
        let mut gone = Vec::new();
        self.publisher.subscriptions.clear(most, |topic, removed| {
            if !options.xpub_manual && (removed == Removed::Last || options.xpub_verboser) {
                gone.push(topic.to_vec());
            }
        });
        self.wishes.clear(most, |topic, _| {
            if options.xpub_manual {
                gone.push(topic.to_vec());
            }
        });
        gone.sort_unstable();
        for topic in gone {
            self.tell(CANCEL, &topic, None, About::Gone);
        }
    }

    /// Whether topics of pipes that have left are to be cleared.
    #[inline]
    fn has_leaving(&self) -> bool {
        self.publisher.subscriptions.has_leaving() || self.wishes.has_leaving()
    }

    /// Makes sure that what the application is to be told of pipes that have left can be received.
    fn find_notice(&mut self, options: &Options) {
        while self.pending.is_empty() && self.has_leaving() {
            self.clear(options, CLEARED_AT_ONCE);
        }
    }

    /// Takes the frame in front of `end`.
    fn take(&mut self, end: &mut PipeEnd, options: &Options, id: PipeId, scope: &mut Scope) {
        let Some(view) = end.peek() else { return };
        let flags = view.flags;
        let parsed = upstream::parse(flags, view.body);
        let (first, topic) = match scope.narrow(parsed, flags, options.only_first_subscribe) {
            Upstream::Subscribe(topic) => (SUBSCRIBE, topic.to_vec()),
            Upstream::Cancel(topic) => (CANCEL, topic.to_vec()),
            Upstream::Part => {
                let mut part = Message::new();
                if end.read(&mut Inbound::Message(&mut part)).is_none() {
                    // Without memory for it it is lost: to keep it here would keep what comes after it.
                    end.skip();
                    return;
                }
                part.set_flags(flags & FLAG_MORE);
                self.pending.push_back((part, About::Nobody));
                return;
            }
            Upstream::Other => {
                end.skip();
                return;
            }
        };
        let is_told = match first {
            SUBSCRIBE => self.subscribe_pipe(options, &topic, id),
            _ => self.cancel_pipe(options, &topic, id),
        };
        if is_told {
            let origin = end.egress().and_then(|reader| reader.origin());
            self.tell(first, &topic, origin, About::Pipe(id));
        }
        end.skip();
    }
}

impl Policy for Xpub {
    fn attach(&mut self, pipes: &mut PipeSet, options: &Options, id: PipeId, how: Attach) {
        self.publisher.attach(id, &how);
        if let (Some(welcome), Some(end)) = (&options.xpub_welcome_msg, pipes.get(id)) {
            control::write_message(end, welcome);
        }
        self.handle_readable(pipes, options, id);
    }

    fn handle_readable(&mut self, pipes: &mut PipeSet, options: &Options, id: PipeId) {
        let Some(end) = pipes.get(id) else { return };
        let mut scope = Scope::default();
        while end.is_readable() {
            self.take(end, options, id, &mut scope);
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
        self.find_notice(options);
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
        self.find_notice(options);
        !self.pending.is_empty()
    }

    fn has_out(&mut self, _: &mut PipeSet, _: &Options) -> bool {
        true
    }

    fn subscribe(&mut self, _: &mut PipeSet, options: &Options, topic: &[u8]) -> Result<()> {
        if !options.xpub_manual {
            return Err(Errno::EINVAL);
        }
        if let Some(id) = self.last {
            self.publisher.subscriptions.add(topic, id);
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
