//! SUB: messages in that begin with a topic subscribed to, nothing out (RFC 29, "The SUB Socket Type").

use super::subscriber::Subscriber;
use crate::errno::{Errno, Result};
use crate::message::Inbound;
use crate::options::Options;
use crate::pattern::{Attach, Policy};
use crate::pipe::{PipeId, PipeSet};

/// The SUB socket type.
#[derive(Default)]
pub struct Sub {
    subscriber: Subscriber,
}

impl Sub {
    /// Steps over messages that are not wanted; answers the pipe with one that is.
    fn find(&mut self, pipes: &mut PipeSet, options: &Options) -> Option<PipeId> {
        let Subscriber { incoming, filter, .. } = &mut self.subscriber;
        while let Some(id) = incoming.next(pipes) {
            let view = pipes.get(id)?.peek()?;
            if filter.has_match(view.body) != options.invert_matching {
                return Some(id);
            }
            incoming.skip(pipes, id);
        }
        None
    }
}

impl Policy for Sub {
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

    #[inline]
    fn recv(
        &mut self,
        pipes: &mut PipeSet,
        options: &Options,
        sink: &mut Inbound<'_>,
    ) -> Result<bool> {
        let wants_everything = self.subscriber.filter.has_everything() && !options.invert_matching;
        if !wants_everything && self.subscriber.incoming.is_between() {
            let id = self.find(pipes, options).ok_or(Errno::EAGAIN)?;
            self.subscriber.incoming.enter(id);
        }
        self.subscriber.incoming.recv(pipes, sink)
    }

    fn has_in(&mut self, pipes: &mut PipeSet, options: &Options) -> bool {
        if self.subscriber.incoming.is_between() {
            return self.find(pipes, options).is_some();
        }
        self.subscriber.incoming.has_in(pipes)
    }

    fn subscribe(&mut self, pipes: &mut PipeSet, _: &Options, topic: &[u8]) -> Result<()> {
        self.subscriber.subscribe(pipes, topic);
        Ok(())
    }

    fn unsubscribe(&mut self, pipes: &mut PipeSet, _: &Options, topic: &[u8]) -> Result<()> {
        self.subscriber.unsubscribe(pipes, topic, false);
        Ok(())
    }

    fn topics_count(&self) -> usize {
        self.subscriber.filter.len()
    }
}
