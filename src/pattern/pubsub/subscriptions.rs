//! Who subscribed to what (RFC 29, "The XPUB Socket Type").
//!
//! Invariants: a pipe subscribes to a topic once, however often it asks (the subscriber counts). The
//! subscribers of a topic are in ascending order; each knows its topic's place in the list of its pipe, so
//! that taking out a pipe looks at that pipe's topics only.
#![forbid(unsafe_code)]

use std::sync::Arc;

use super::prefixes::Prefixes;
use crate::pipe::PipeId;

/// A pipe, and the place of the topic in the pipe's list.
pub(super) struct Subscriber {
    pub pipe: PipeId,
    place: u32,
}

/// What a removal left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Removed {
    /// As before: the pipe had not subscribed.
    Nothing,
    /// Other subscribers of the topic.
    Others,
    /// No subscriber.
    Last,
}

/// Topics with their subscribers.
#[derive(Default)]
pub(super) struct Subscriptions {
    topics: Prefixes<Vec<Subscriber>>,
    /// By the number of the pipe.
    topics_of: Vec<Vec<Arc<[u8]>>>,
}

impl Subscriptions {
    /// Subscribes a pipe; answers whether the topic had no subscriber before.
    pub fn add(&mut self, topic: &[u8], pipe: PipeId) -> bool {
        let slot = pipe.0 as usize;
        if self.topics_of.len() <= slot {
            self.topics_of.resize_with(slot + 1, Vec::new);
        }
        let Some(list) = self.topics_of.get_mut(slot) else { return false };
        let new = Subscriber { pipe, place: list.len() as u32 };
        if let Some(subscribers) = self.topics.get_mut(topic) {
            if let Err(at) = find(subscribers, pipe) {
                subscribers.insert(at, new);
                list.push(topic.into());
            }
            return false;
        }
        let topic: Arc<[u8]> = topic.into();
        list.push(Arc::clone(&topic));
        self.topics.insert(topic, vec![new]);
        true
    }

    /// Takes a pipe's subscription back.
    pub fn remove(&mut self, topic: &[u8], pipe: PipeId) -> Removed {
        let Some(subscribers) = self.topics.get_mut(topic) else { return Removed::Nothing };
        let Ok(at) = find(subscribers, pipe) else { return Removed::Nothing };
        let place = subscribers.remove(at).place as usize;
        let left = if subscribers.is_empty() { Removed::Last } else { Removed::Others };
        if left == Removed::Last {
            self.topics.remove(topic);
        }
        self.forget(pipe, place);
        left
    }

    /// Takes the topic at `place` out of a pipe's list, where the last one takes its place.
    fn forget(&mut self, pipe: PipeId, place: usize) {
        let Some(list) = self.topics_of.get_mut(pipe.0 as usize) else { return };
        if place >= list.len() {
            return;
        }
        list.swap_remove(place);
        let Some(moved) = list.get(place) else { return };
        if let Some(subscribers) = self.topics.get_mut(moved)
            && let Ok(at) = find(subscribers, pipe)
            && let Some(subscriber) = subscribers.get_mut(at)
        {
            subscriber.place = place as u32;
        }
    }

    /// Takes a pipe out; calls `f` with each of its topics and whether it has no subscriber now.
    pub fn remove_pipe(&mut self, pipe: PipeId, mut f: impl FnMut(&[u8], bool)) {
        let list = self.topics_of.get_mut(pipe.0 as usize).map(std::mem::take);
        for topic in list.unwrap_or_default() {
            let Some(subscribers) = self.topics.get_mut(&topic) else { continue };
            if let Ok(at) = find(subscribers, pipe) {
                subscribers.remove(at);
            }
            let is_last = subscribers.is_empty();
            if is_last {
                self.topics.remove(&topic);
            }
            f(&topic, is_last);
        }
    }

    /// Calls `f` with the subscribers of each topic that `data` begins with; a pipe may come up again.
    #[inline]
    pub fn for_each_match(&self, data: &[u8], mut f: impl FnMut(&[Subscriber])) {
        self.topics.for_each_match(data, |subscribers| f(subscribers));
    }

    /// Number of topics with subscribers.
    pub fn len(&self) -> usize {
        self.topics.len()
    }
}

fn find(subscribers: &[Subscriber], pipe: PipeId) -> Result<usize, usize> {
    subscribers.binary_search_by_key(&pipe, |subscriber| subscriber.pipe)
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: PipeId = PipeId(0);
    const B: PipeId = PipeId(3);

    fn matches(subscriptions: &Subscriptions, data: &[u8]) -> Vec<PipeId> {
        let mut found = Vec::new();
        subscriptions.for_each_match(data, |s| found.extend(s.iter().map(|s| s.pipe)));
        found
    }

    #[test]
    fn a_pipe_subscribes_once_to_a_topic() {
        let mut subscriptions = Subscriptions::default();
        assert!(subscriptions.add(b"t", A));
        assert!(!subscriptions.add(b"t", A));
        assert!(!subscriptions.add(b"t", B));
        assert_eq!(matches(&subscriptions, b"topic"), [A, B]);
        assert_eq!(subscriptions.remove(b"t", A), Removed::Others);
        assert_eq!(subscriptions.remove(b"t", A), Removed::Nothing);
        assert_eq!(subscriptions.remove(b"t", B), Removed::Last);
        assert_eq!(subscriptions.len(), 0);
    }

    #[test]
    fn a_pipe_goes_with_all_its_topics_and_no_others() {
        let mut subscriptions = Subscriptions::default();
        for i in 0..1000u32 {
            subscriptions.add(&i.to_be_bytes(), A);
            subscriptions.add(&(i / 2).to_be_bytes(), B);
        }
        for i in (0..1000u32).step_by(3) {
            subscriptions.remove(&i.to_be_bytes(), A);
        }
        let mut gone = Vec::new();
        subscriptions.remove_pipe(A, |topic, is_last| gone.push((topic.to_vec(), is_last)));
        gone.sort();
        let expected: Vec<_> = (0..1000u32)
            .filter(|i| i % 3 != 0)
            .map(|i| (i.to_be_bytes().to_vec(), i >= 500))
            .collect();
        assert_eq!(gone, expected);
        assert_eq!(subscriptions.len(), 500);
        assert_eq!(matches(&subscriptions, &7u32.to_be_bytes()), [B]);
    }
}
