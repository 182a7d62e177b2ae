//! What PUB and XPUB have in common, and PUB: messages out to those who subscribed (RFC 29, "The PUB
//! Socket Type"). A peer loses its connection if there is no memory for what it subscribes to.
#![forbid(unsafe_code)]

use super::group::Group;
use super::subscriptions::Subscriptions;
use super::upstream::{self, Upstream};
use crate::errno::{Errno, Result};
use crate::message::Outbound;
use crate::options::Options;
use crate::pattern::fan_out::FanOut;
use crate::pattern::{Attach, Policy};
use crate::pipe::{PipeId, PipeSet};

/// Topics of a pipe that has left which are cleared at once.
pub(super) const CLEARED_AT_ONCE: usize = 1024;
/// Of further ones, those which a message that is sent has to wait for.
pub(super) const CLEARED_BY_SEND: usize = 32;

/// So many parts that nobody takes are no reason to look what becomes of those before.
const LOST_IN_A_ROW: u32 = 64;

/// A fan-out with subscriptions.
#[derive(Default)]
pub(super) struct Publisher {
    pub fan_out: FanOut,
    pub subscriptions: Subscriptions,
    group: Group,
    /// Parts that nobody took.
    lost: u32,
}

impl Publisher {
    /// Errors: ENOMEM.
    pub fn attach(&mut self, id: PipeId, how: &Attach) -> Result<()> {
        self.fan_out.attach(id)?;
        if how.subscribe_to_all {
            self.subscriptions.add(&[], id)?;
        }
        Ok(())
    }

    /// Sends a part to the subscribers of what its message begins with; with `only`, to no other pipe.
    /// Errors: EAGAIN with `ZMQ_XPUB_NODROP`.
    #[inline]
    pub fn send(
        &mut self,
        pipes: &mut PipeSet,
        options: &Options,
        part: &mut Outbound<'_>,
        more: bool,
        only: Option<PipeId>,
    ) -> Result<()> {
        let is_first = !self.fan_out.is_within();
        if is_first {
            if self.is_for_group(pipes, options, part, only) {
                self.group.begin(pipes, &mut self.fan_out);
            } else {
                self.find_targets(pipes, options, part, only);
            }
            if options.xpub_nodrop && !self.fan_out.has_room(pipes) {
                return Err(Errno::EAGAIN);
            }
        }
        if self.group.is_formed() {
            self.group.write(pipes, part, more, is_first);
        }
        let has_targets = !self.fan_out.targets().is_empty();
        self.fan_out.send(pipes, part, more);
        if has_targets && self.fan_out.targets().is_empty() && !self.group.has_members() {
            self.note_lost(pipes);
        }
        Ok(())
    }

    /// Nobody has taken what was sent: for whoever goes on so there is something better to do.
    fn note_lost(&mut self, pipes: &mut PipeSet) {
        self.lost = self.lost.wrapping_add(1);
        if self.lost.is_multiple_of(LOST_IN_A_ROW) {
            pipes.note_shortage();
        }
    }

    /// Whether a message goes to the group and its stragglers, and to nobody else.
    #[inline]
    fn is_for_group(
        &self,
        pipes: &mut PipeSet,
        options: &Options,
        part: &Outbound<'_>,
        only: Option<PipeId>,
    ) -> bool {
        self.group.is_formed()
            && self.may_be_shared(pipes, options, part, only)
            && self
                .subscriptions
                .unchanged()
                .is_some_and(|topic| self.subscriptions.sole_match(part.body()) == Some(topic))
    }

    #[inline]
    fn may_be_shared(
        &self,
        pipes: &mut PipeSet,
        options: &Options,
        part: &Outbound<'_>,
        only: Option<PipeId>,
    ) -> bool {
        !options.invert_matching && only.is_none() && self.group.suits(pipes, part)
    }

    /// Finds who gets a message; if it is those who got the last ones, they become a group.
    fn find_targets(
        &mut self,
        pipes: &mut PipeSet,
        options: &Options,
        part: &Outbound<'_>,
        only: Option<PipeId>,
    ) {
        self.group.dissolve(pipes);
        let fan_out = &mut self.fan_out;
        fan_out.begin();
        let topic = self.subscriptions.for_each_match(part.body(), |pipe| {
            if only.is_none_or(|only| only == pipe) {
                fan_out.add_target(pipe);
            }
        });
        if options.invert_matching {
            fan_out.invert();
        }
        let topic = topic.filter(|_| self.may_be_shared(pipes, options, part, only));
        if let Some(topic) = self.group.note_topic(topic) {
            self.group.form(pipes, &mut self.fan_out);
            self.subscriptions.watch(topic);
        }
    }

    /// The pipe goes; its topics are cleared in steps.
    pub fn handle_closed(&mut self, pipes: &mut PipeSet, id: PipeId) {
        self.group.handle_closed(pipes, id);
        self.fan_out.handle_closed(id);
        self.subscriptions.remove_pipe(id);
    }
}

/// The PUB socket type.
#[derive(Default)]
pub struct Pub {
    publisher: Publisher,
}

impl Policy for Pub {
    fn attach(&mut self, pipes: &mut PipeSet, options: &Options, id: PipeId, how: Attach) {
        match self.publisher.attach(id, &how) {
            Ok(()) => self.handle_readable(pipes, options, id),
            Err(_) => pipes.starve(id),
        }
    }

    fn handle_readable(&mut self, pipes: &mut PipeSet, options: &Options, id: PipeId) {
        let Some(end) = pipes.get(id) else { return };
        let subscriptions = &mut self.publisher.subscriptions;
        let mut scope = upstream::Scope::default();
        while end.is_readable() {
            let Some(view) = end.peek() else { return };
            let parsed = upstream::parse(view.flags, view.body);
            match scope.narrow(parsed, view.flags, options.only_first_subscribe) {
                // With `ZMQ_XPUB_MANUAL` it is the application that subscribes, and here it cannot.
                Upstream::Subscribe(_) | Upstream::Cancel(_) if options.xpub_manual => {}
                Upstream::Subscribe(topic) => {
                    if subscriptions.add(topic, id).is_err() {
                        // It cannot be served; with another connection it tries again.
                        return pipes.starve(id);
                    }
                }
                Upstream::Cancel(topic) => {
                    subscriptions.remove(topic, id);
                }
                Upstream::Part | Upstream::Other => {}
            }
            end.skip();
        }
    }

    fn handle_writable(&mut self, _: &mut PipeSet, _: &Options, _: PipeId) {}

    fn handle_closed(&mut self, pipes: &mut PipeSet, _: &Options, id: PipeId) {
        self.publisher.handle_closed(pipes, id);
        self.publisher.subscriptions.clear(CLEARED_AT_ONCE, |_, _| true);
    }

    #[inline]
    fn send(
        &mut self,
        pipes: &mut PipeSet,
        options: &Options,
        part: &mut Outbound<'_>,
        more: bool,
    ) -> Result<()> {
        if self.publisher.subscriptions.has_leaving() {
            self.publisher.subscriptions.clear(CLEARED_BY_SEND, |_, _| true);
        }
        self.publisher.send(pipes, options, part, more, None)
    }

    fn has_out(&mut self, _: &mut PipeSet, _: &Options) -> bool {
        true
    }

    fn topics_count(&self) -> usize {
        self.publisher.subscriptions.len()
    }
}
