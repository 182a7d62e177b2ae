//! What SUB and XSUB have in common: subscriptions sent to every publisher, those there are and those to
//! come.
//!
//! Invariant: what a publisher could not be told because its pipe was full is kept in `backlog`, in order,
//! and told when there is room. One for whom there is no memory loses its connection, and is told everything over
//! the next one.
#![forbid(unsafe_code)]

use std::collections::{HashMap, VecDeque};

use super::filter::Filter;
use super::upstream::{self, CANCEL, SUBSCRIBE};
use crate::errno::{Errno, Result};
use crate::pattern::control;
use crate::pattern::fair_queue::FairQueue;
use crate::pattern::fan_out::FanOut;
use crate::pipe::{PipeId, PipeSet};
use crate::sys::boxes::try_copy;
use crate::sys::memory::Room;

/// A filter, known to the publishers.
#[derive(Default)]
pub(super) struct Subscriber {
    pub incoming: FairQueue,
    pub fan_out: FanOut,
    pub filter: Filter,
    backlog: HashMap<PipeId, VecDeque<Vec<u8>>>,
    /// The subscription that is being told.
    body: Vec<u8>,
}

/// What the policies of SUB and XSUB do alike with their `subscriber`.
macro_rules! subscribes {
    () => {
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

        fn topics_count(&self) -> usize {
            self.subscriber.filter.len()
        }
    };
}
pub(super) use subscribes;

impl Subscriber {
    pub fn attach(&mut self, pipes: &mut PipeSet, id: PipeId) {
        self.incoming.attach(id);
        match self.fan_out.attach(id) {
            Ok(()) => self.send_all(pipes, id),
            Err(_) => pipes.starve(id),
        }
    }

    /// Tells a publisher all subscriptions.
    pub fn send_all(&mut self, pipes: &mut PipeSet, id: PipeId) {
        self.backlog.remove(&id);
        if self.try_send_all(pipes, id).is_err() {
            pipes.starve(id);
        }
    }

    /// Errors: ENOMEM, and some have been told.
    fn try_send_all(&mut self, pipes: &mut PipeSet, id: PipeId) -> Result<()> {
        let Self { filter, backlog, body, .. } = self;
        let mut unsent = VecDeque::new();
        let Some(end) = pipes.get(id) else { return Ok(()) };
        for topic in filter.topics() {
            upstream::emit_into(body, SUBSCRIBE, topic)?;
            if !unsent.is_empty() || !control::try_write_message(end, body)? {
                put_off(&mut unsent, body)?;
            }
        }
        if !unsent.is_empty() && !end.is_peer_gone() {
            backlog.make_room(1)?;
            backlog.insert(id, unsent);
        }
        Ok(())
    }

    pub fn handle_writable(&mut self, pipes: &mut PipeSet, id: PipeId) {
        let Some(unsent) = self.backlog.get_mut(&id) else { return };
        if let Some(end) = pipes.get(id) {
            while let Some(body) = unsent.front() {
                // Without memory there will be another time, too.
                if !matches!(control::try_write_message(end, body), Ok(true)) {
                    return;
                }
                unsent.pop_front();
            }
        }
        self.backlog.remove(&id);
    }

    pub fn handle_closed(&mut self, pipes: &mut PipeSet, id: PipeId) {
        self.incoming.handle_closed(pipes, id);
        self.fan_out.handle_closed(id);
        self.backlog.remove(&id);
    }

    /// Subscribes, and tells the publishers, as often as asked for. Errors: ENOMEM, and it is not subscribed.
    pub fn subscribe(&mut self, pipes: &mut PipeSet, topic: &[u8]) -> Result<()> {
        upstream::emit_into(&mut self.body, SUBSCRIBE, topic)?;
        self.filter.add(topic)?;
        for at in 0..self.fan_out.pipes().len() {
            if let Err(error) = self.tell(pipes, at) {
                if self.filter.remove(topic) {
                    self.take_back(pipes, at);
                }
                return Err(error);
            }
        }
        Ok(())
    }

    /// Takes a subscription back, and tells the publishers if it was the last; always if `is_verbose`.
    /// Errors: ENOMEM, and nothing changes.
    pub fn unsubscribe(
        &mut self,
        pipes: &mut PipeSet,
        topic: &[u8],
        is_verbose: bool,
    ) -> Result<()> {
        upstream::emit_into(&mut self.body, CANCEL, topic)?;
        if self.filter.remove(topic) || is_verbose {
            self.take_back(pipes, self.fan_out.pipes().len());
        }
        Ok(())
    }

    /// Has the first `count` publishers hear that the subscription in `body` is taken back.
    fn take_back(&mut self, pipes: &mut PipeSet, count: usize) {
        if let Some(first) = self.body.first_mut() {
            *first = CANCEL;
        }
        for at in 0..count {
            if self.tell(pipes, at).is_ok() {
                continue;
            }
            // Over another connection it hears of those that are left. Within the process it goes on with what
            // is not wanted any more.
            if let Some(id) = self.fan_out.pipes().get(at)
                && pipes.get(*id).is_some_and(|end| end.intake().is_some())
            {
                pipes.starve(*id);
            }
        }
    }

    /// Tells the publisher at a place what `body` says. Errors: ENOMEM.
    fn tell(&mut self, pipes: &mut PipeSet, at: usize) -> Result<()> {
        let Self { fan_out, backlog, body, .. } = self;
        let Some(id) = fan_out.pipes().get(at) else { return Ok(()) };
        if let Some(unsent) = backlog.get_mut(id) {
            return put_off(unsent, body);
        }
        let Some(end) = pipes.get(*id) else { return Ok(()) };
        if control::try_write_message(end, body)? || end.is_peer_gone() {
            return Ok(());
        }
        backlog.make_room(1)?;
        let mut unsent = VecDeque::new();
        put_off(&mut unsent, body)?;
        backlog.insert(*id, unsent);
        Ok(())
    }
}

/// Keeps a subscription for later. Errors: ENOMEM.
fn put_off(unsent: &mut VecDeque<Vec<u8>>, body: &[u8]) -> Result<()> {
    unsent.make_room(1)?;
    unsent.push_back(try_copy(body).ok_or(Errno::ENOMEM)?);
    Ok(())
}
