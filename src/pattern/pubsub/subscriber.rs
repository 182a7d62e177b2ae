//! What SUB and XSUB have in common: subscriptions sent to every publisher, those there are and those to
//! come.
//!
//! Invariant: what a publisher could not be told because its pipe was full is kept in `backlog`, in order,
//! and told when there is room.
#![forbid(unsafe_code)]

use std::collections::{HashMap, VecDeque};

use super::filter::Filter;
use super::upstream::{self, CANCEL, SUBSCRIBE};
use crate::pattern::control;
use crate::pattern::fair_queue::FairQueue;
use crate::pattern::fan_out::FanOut;
use crate::pipe::{PipeId, PipeSet};

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
        self.fan_out.attach(id);
        self.send_all(pipes, id);
    }

    /// Tells a publisher all subscriptions.
    pub fn send_all(&mut self, pipes: &mut PipeSet, id: PipeId) {
        self.backlog.remove(&id);
        let mut unsent = VecDeque::new();
        let Some(end) = pipes.get(id) else { return };
        for topic in self.filter.topics() {
            let body = upstream::emit(SUBSCRIBE, topic);
            if !unsent.is_empty() || !control::write_message(end, &body) {
                unsent.push_back(body);
            }
        }
        if !unsent.is_empty() && !end.is_peer_gone() {
            self.backlog.insert(id, unsent);
        }
    }

    pub fn handle_writable(&mut self, pipes: &mut PipeSet, id: PipeId) {
        let Some(unsent) = self.backlog.get_mut(&id) else { return };
        if let Some(end) = pipes.get(id) {
            while let Some(body) = unsent.front() {
                if !control::write_message(end, body) {
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

    /// Subscribes, and tells the publishers, as often as asked for.
    pub fn subscribe(&mut self, pipes: &mut PipeSet, topic: &[u8]) {
        self.filter.add(topic);
        self.send_to_all(pipes, SUBSCRIBE, topic);
    }

    /// Takes a subscription back, and tells the publishers if it was the last; always if `is_verbose`.
    pub fn unsubscribe(&mut self, pipes: &mut PipeSet, topic: &[u8], is_verbose: bool) {
        if self.filter.remove(topic) || is_verbose {
            self.send_to_all(pipes, CANCEL, topic);
        }
    }

    fn send_to_all(&mut self, pipes: &mut PipeSet, first: u8, topic: &[u8]) {
        let body = &mut self.body;
        upstream::emit_into(body, first, topic);
        for id in self.fan_out.pipes() {
            if let Some(unsent) = self.backlog.get_mut(id) {
                unsent.push_back(body.to_vec());
                continue;
            }
            if let Some(end) = pipes.get(*id)
                && !control::write_message(end, body)
                && !end.is_peer_gone()
            {
                self.backlog.entry(*id).or_default().push_back(body.to_vec());
            }
        }
    }
}
