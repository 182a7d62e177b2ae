//! Who subscribed to what (RFC 29, "The XPUB Socket Type").
//!
//! Invariants: a pipe subscribes to a topic once, however often it asks (the subscriber counts). The
//! subscribers of a topic are in ascending order; each is also a link in the list of its own topics, so that
//! coming, going and leaving look at neighbours only. A pipe that leaves is a subscriber without a pipe until
//! its topics have been cleared, in steps of the caller's choosing: a million of them must not keep a
//! publisher from publishing.
#![forbid(unsafe_code)]

use std::collections::VecDeque;

use super::prefixes::Prefixes;
use crate::pipe::PipeId;

/// No topic, or no subscriber.
const NONE: u32 = u32::MAX;

/// A subscriber of a topic, and its topics before and after this one.
struct Link {
    who: u32,
    before: u32,
    after: u32,
}

/// The subscribers of a topic.
#[derive(Default)]
enum Links {
    #[default]
    None,
    One(Link),
    // Boxed because there may be a million topics with one.
    #[allow(clippy::box_collection)]
    Many(Box<Vec<Link>>),
}

impl Links {
    #[inline]
    fn as_slice(&self) -> &[Link] {
        match self {
            Self::None => &[],
            Self::One(link) => std::slice::from_ref(link),
            Self::Many(links) => links,
        }
    }

    fn place(&self, who: u32) -> Result<usize, usize> {
        self.as_slice().binary_search_by_key(&who, |link| link.who)
    }

    fn get_mut(&mut self, who: u32) -> Option<&mut Link> {
        let at = self.place(who).ok()?;
        match self {
            Self::None => None,
            Self::One(link) => Some(link),
            Self::Many(links) => links.get_mut(at),
        }
    }

    fn insert(&mut self, at: usize, link: Link) {
        *self = match std::mem::take(self) {
            Self::None => Self::One(link),
            Self::One(other) => {
                let mut links = vec![other];
                links.insert(at, link);
                Self::Many(Box::new(links))
            }
            Self::Many(mut links) => {
                links.insert(at, link);
                Self::Many(links)
            }
        };
    }

    fn remove(&mut self, who: u32) -> Option<Link> {
        let at = self.place(who).ok()?;
        match std::mem::take(self) {
            Self::None => None,
            Self::One(link) => Some(link),
            Self::Many(mut links) => {
                let link = links.remove(at);
                if !links.is_empty() {
                    *self = Self::Many(links);
                }
                Some(link)
            }
        }
    }
}

/// A pipe that subscribed, or one that did.
struct Subscriber {
    pipe: Option<PipeId>,
    /// One of its topics, where its list begins.
    first: u32,
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
    topics: Prefixes<Links>,
    subscribers: Vec<Subscriber>,
    free: Vec<u32>,
    /// By the number of the pipe: the subscriber that it is.
    by_pipe: Vec<u32>,
    /// Subscribers whose topics are to be cleared.
    leaving: VecDeque<u32>,
    /// A topic whose subscribers are the same since it was watched.
    watched: Option<u32>,
}

impl Subscriptions {
    fn known(&self, pipe: PipeId) -> Option<u32> {
        self.by_pipe.get(pipe.0 as usize).copied().filter(|who| *who != NONE)
    }

    fn subscriber_of(&mut self, pipe: PipeId) -> u32 {
        if let Some(who) = self.known(pipe) {
            return who;
        }
        let slot = pipe.0 as usize;
        if self.by_pipe.len() <= slot {
            self.by_pipe.resize(slot + 1, NONE);
        }
        let who = self.free.pop().unwrap_or(self.subscribers.len() as u32);
        let new = Subscriber { pipe: Some(pipe), first: NONE };
        match self.subscribers.get_mut(who as usize) {
            Some(place) => *place = new,
            None => self.subscribers.push(new),
        }
        self.by_pipe[slot] = who;
        who
    }

    /// Subscribes a pipe; answers whether the topic had no subscriber before.
    pub fn add(&mut self, topic: &[u8], pipe: PipeId) -> bool {
        let who = self.subscriber_of(pipe);
        let number = self.topics.find_or_add(topic);
        self.note_change(number);
        let Some(links) = self.topics.value_mut(number) else { return false };
        let is_first = links.as_slice().is_empty();
        let Err(at) = links.place(who) else { return false };
        let Some(subscriber) = self.subscribers.get_mut(who as usize) else { return false };
        let after = std::mem::replace(&mut subscriber.first, number);
        links.insert(at, Link { who, before: NONE, after });
        if let Some(next) = self.link_mut(after, who) {
            next.before = number;
        }
        is_first
    }

    fn link_mut(&mut self, number: u32, who: u32) -> Option<&mut Link> {
        self.topics.value_mut(number)?.get_mut(who)
    }

    /// Takes a pipe's subscription back.
    pub fn remove(&mut self, topic: &[u8], pipe: PipeId) -> Removed {
        match (self.topics.find(topic), self.known(pipe)) {
            (Some(number), Some(who)) => self.unlink(number, who),
            (None, _) | (_, None) => Removed::Nothing,
        }
    }

    fn note_change(&mut self, number: u32) {
        if self.watched == Some(number) {
            self.watched = None;
        }
    }

    fn unlink(&mut self, number: u32, who: u32) -> Removed {
        self.note_change(number);
        let Some(links) = self.topics.value_mut(number) else { return Removed::Nothing };
        let Some(Link { before, after, .. }) = links.remove(who) else { return Removed::Nothing };
        let is_last = links.as_slice().is_empty();
        if let Some(next) = self.link_mut(after, who) {
            next.before = before;
        }
        if let Some(previous) = self.link_mut(before, who) {
            previous.after = after;
        } else if let Some(subscriber) = self.subscribers.get_mut(who as usize) {
            subscriber.first = after;
        }
        if is_last {
            self.topics.remove(number);
            return Removed::Last;
        }
        Removed::Others
    }

    /// Takes a pipe out. Its topics go with [`Self::clear`].
    pub fn remove_pipe(&mut self, pipe: PipeId) {
        let Some(who) = self.known(pipe) else { return };
        self.watched = None;
        self.by_pipe[pipe.0 as usize] = NONE;
        if let Some(subscriber) = self.subscribers.get_mut(who as usize) {
            subscriber.pipe = None;
            self.leaving.push_back(who);
        }
    }

    /// Whether there is something to clear.
    #[inline]
    pub fn has_leaving(&self) -> bool {
        !self.leaving.is_empty()
    }

    /// Clears up to `most` topics of pipes that have left; calls `f` with each that has no subscriber
    /// now, or has others.
    pub fn clear(&mut self, most: usize, mut f: impl FnMut(&[u8], Removed)) {
        let mut topic = Vec::new();
        for _ in 0..most {
            let Some(&who) = self.leaving.front() else { return };
            let first = self.subscribers.get(who as usize).map_or(NONE, |s| s.first);
            if let Some(bytes) = self.topics.topic(first) {
                topic.clear();
                topic.extend_from_slice(bytes);
                let removed = self.unlink(first, who);
                f(&topic, removed);
            } else {
                self.leaving.pop_front();
                self.free.push(who);
            }
        }
    }

    /// Calls `f` with the subscribers of each topic that `data` begins with; a pipe may come up again. Answers
    /// the topic, if it is one only.
    #[inline]
    pub fn for_each_match(&self, data: &[u8], mut f: impl FnMut(PipeId)) -> Option<u32> {
        let (mut sole, mut is_sole) = (None, true);
        self.topics.for_each_match(data, |number, links| {
            is_sole &= sole.replace(number).is_none();
            for link in links.as_slice() {
                if let Some(pipe) = self.subscribers.get(link.who as usize).and_then(|s| s.pipe) {
                    f(pipe);
                }
            }
        });
        sole.filter(|_| is_sole)
    }

    /// The topic that `data` begins with, if it is one only.
    #[inline]
    pub fn sole_match(&self, data: &[u8]) -> Option<u32> {
        self.topics.sole_match(data)
    }

    /// Watches a topic, and no other.
    pub fn watch(&mut self, topic: u32) {
        self.watched = Some(topic);
    }

    /// The topic that is watched, if its subscribers are still those that it had then.
    #[inline]
    pub fn unchanged(&self) -> Option<u32> {
        self.watched
    }

    /// Number of topics with subscribers.
    pub fn len(&self) -> usize {
        self.topics.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: PipeId = PipeId(0);
    const B: PipeId = PipeId(3);

    fn matches(subscriptions: &Subscriptions, data: &[u8]) -> Vec<PipeId> {
        let mut found = Vec::new();
        subscriptions.for_each_match(data, |pipe| found.push(pipe));
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
        subscriptions.remove_pipe(A);
        let mut gone = Vec::new();
        while subscriptions.has_leaving() {
            subscriptions.clear(7, |topic, removed| gone.push((topic.to_vec(), removed)));
            assert_eq!(matches(&subscriptions, &7u32.to_be_bytes()), [B]);
        }
        gone.sort_by(|a, b| a.0.cmp(&b.0));
        let left = |i| if i >= 500 { Removed::Last } else { Removed::Others };
        let expected: Vec<_> = (0..1000u32)
            .filter(|i| i % 3 != 0)
            .map(|i| (i.to_be_bytes().to_vec(), left(i)))
            .collect();
        assert_eq!(gone, expected);
        assert_eq!(subscriptions.len(), 500);
    }

    #[test]
    fn a_pipe_that_comes_while_one_of_its_number_leaves_has_nothing_of_it() {
        let mut subscriptions = Subscriptions::default();
        for topic in [b"1", b"2", b"3"] {
            subscriptions.add(topic, A);
        }
        subscriptions.remove_pipe(A);
        assert_eq!(matches(&subscriptions, b"1"), []);
        assert!(!subscriptions.add(b"2", A));
        assert_eq!(matches(&subscriptions, b"2"), [A]);
        let mut gone = Vec::new();
        subscriptions.clear(100, |topic, removed| gone.push((topic.to_vec(), removed)));
        gone.sort_by(|a, b| a.0.cmp(&b.0));
        let expected = [("1", Removed::Last), ("2", Removed::Others), ("3", Removed::Last)];
        assert_eq!(gone, expected.map(|(topic, removed)| (topic.into(), removed)));
        assert_eq!(matches(&subscriptions, b"2"), [A]);
        assert!(!subscriptions.has_leaving());
    }
}
