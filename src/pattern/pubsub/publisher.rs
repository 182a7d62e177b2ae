//! What PUB and XPUB have in common, and PUB: messages out to those who subscribed (RFC 29, "The PUB
//! Socket Type").
#![forbid(unsafe_code)]

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

/// A fan-out with subscriptions.
#[derive(Default)]
pub(super) struct Publisher {
    pub fan_out: FanOut,
    pub subscriptions: Subscriptions,
}

impl Publisher {
    pub fn attach(&mut self, id: PipeId, how: &Attach) {
        self.fan_out.attach(id);
        if how.subscribe_to_all {
            self.subscriptions.add(&[], id);
        }
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
        if !self.fan_out.is_within() {
            self.fan_out.begin();
            let fan_out = &mut self.fan_out;
            self.subscriptions.for_each_match(part.body(), |pipe| {
                if only.is_none_or(|only| only == pipe) {
                    fan_out.add_target(pipe);
                }
            });
            if options.invert_matching {
                self.fan_out.invert();
            }
            if options.xpub_nodrop && !self.fan_out.has_room(pipes) {
                return Err(Errno::EAGAIN);
            }
        }
        self.fan_out.send(pipes, part, more);
        Ok(())
    }
}

/// The PUB socket type.
#[derive(Default)]
pub struct Pub {
    publisher: Publisher,
}

impl Policy for Pub {
    fn attach(&mut self, pipes: &mut PipeSet, options: &Options, id: PipeId, how: Attach) {
        self.publisher.attach(id, &how);
        self.handle_readable(pipes, options, id);
    }

    fn handle_readable(&mut self, pipes: &mut PipeSet, options: &Options, id: PipeId) {
        let Some(end) = pipes.get(id) else { return };
        let subscriptions = &mut self.publisher.subscriptions;
        let mut scope = upstream::Scope::default();
        while end.is_readable() {
            let Some(view) = end.peek() else { return };
            let parsed = upstream::parse(view.flags, view.body);
            match scope.narrow(parsed, view.flags, options.only_first_subscribe) {
                Upstream::Subscribe(topic) => {
                    subscriptions.add(topic, id);
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

    fn handle_closed(&mut self, _: &mut PipeSet, _: &Options, id: PipeId) {
        self.publisher.fan_out.handle_closed(id);
        self.publisher.subscriptions.remove_pipe(id);
        self.publisher.subscriptions.clear(CLEARED_AT_ONCE, |_, _| {});
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
            self.publisher.subscriptions.clear(CLEARED_BY_SEND, |_, _| {});
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
