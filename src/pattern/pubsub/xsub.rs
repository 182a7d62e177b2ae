//! XSUB: as SUB, without a filter of its own, and with subscriptions and other messages sent by the
//! application (RFC 29, "The XSUB Socket Type").

use super::subscriber::Subscriber;
use super::upstream::{self, Scope, Upstream};
use crate::errno::Result;
use crate::message::{Inbound, Outbound};
use crate::options::Options;
use crate::pattern::{Attach, Policy, control};
use crate::pipe::{PipeId, PipeSet};

/// The XSUB socket type.
#[derive(Default)]
pub struct Xsub {
    subscriber: Subscriber,
    outgoing: Scope,
}

impl Xsub {
    /// Sends a part to every publisher that has room for its message.
    fn send_part(&mut self, pipes: &mut PipeSet, part: &mut Outbound<'_>, more: bool) {
        let fan_out = &mut self.subscriber.fan_out;
        if !fan_out.is_within() {
            fan_out.begin();
            fan_out.add_all();
        }
        fan_out.send(pipes, part, more);
    }
}

impl Policy for Xsub {
    fn attach(&mut self, pipes: &mut PipeSet, _: &Options, id: PipeId, _: Attach) {
        self.subscriber.attach(pipes, id);
    }

    fn handle_readable(&mut self, _: &mut PipeSet, _: &Options, id: PipeId) {
        self.subscriber.incoming.handle_readable(id);
    }

    fn handle_writable(&mut self, pipes: &mut PipeSet, _: &Options, id: PipeId) {
        self.subscriber.handle_writable(pipes, id);
    }

    fn handle_hiccup(&mut self, pipes: &mut PipeSet, _: &Options, id: PipeId) {
        self.subscriber.send_all(pipes, id);
    }

    fn handle_closed(&mut self, pipes: &mut PipeSet, _: &Options, id: PipeId) {
        self.subscriber.handle_closed(pipes, id);
    }

    fn send(
        &mut self,
        pipes: &mut PipeSet,
        options: &Options,
        part: &mut Outbound<'_>,
        more: bool,
    ) -> Result<()> {
        let is_whole = !more && !self.subscriber.fan_out.is_within();
        let parsed = upstream::parse_message(part.body());
        let only_first = options.only_first_subscribe;
        match self.outgoing.narrow(parsed, control::flags(more), only_first) {
            Upstream::Subscribe(topic) if is_whole => self.subscriber.subscribe(pipes, topic),
            Upstream::Cancel(topic) if is_whole => {
                let is_verbose = options.xsub_verbose_unsubscribe;
                self.subscriber.unsubscribe(pipes, topic, is_verbose);
            }
            Upstream::Subscribe(topic) => {
                self.subscriber.filter.add(topic);
                self.send_part(pipes, part, more);
            }
            // A part of a longer message cannot be left out of it.
            Upstream::Cancel(topic) => {
                self.subscriber.filter.remove(topic);
                self.send_part(pipes, part, more);
            }
            Upstream::Part | Upstream::Other => self.send_part(pipes, part, more),
        }
        Ok(())
    }

    #[inline]
    fn recv(&mut self, pipes: &mut PipeSet, _: &Options, sink: &mut Inbound<'_>) -> Result<bool> {
        self.subscriber.incoming.recv(pipes, sink)
    }

    fn has_in(&mut self, pipes: &mut PipeSet, _: &Options) -> bool {
        self.subscriber.incoming.has_in(pipes)
    }

    fn has_out(&mut self, _: &mut PipeSet, _: &Options) -> bool {
        true
    }

    fn topics_count(&self) -> usize {
        self.subscriber.filter.len()
    }
}
