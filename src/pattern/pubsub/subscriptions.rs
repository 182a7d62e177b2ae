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
use crate::errno::{Errno, Result};
use crate::pipe::PipeId;
use crate::sys::boxes::try_box;
use crate::sys::memory::Room;

/// No topic, or no subscriber.
const NONE: u32 = u32::MAX;
/// Room for so many subscribers of a topic that has two.
const FEW: usize = 4;

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

    fn place(&self, who: u32) -> std::result::Result<usize, usize> {
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

    /// `None` without memory, and nothing changes.
    fn insert(&mut self, at: usize, link: Link) -> Option<()> {
        match self {
            Self::None => *self = Self::One(link),
            Self::One(_) => {
                let mut links = Vec::new();
                links.make_exact_room(FEW).ok()?;
                let mut links = try_box(links)?;
                if let Self::One(other) = std::mem::take(self) {
                    links.push(other);
                }
                links.insert(at, link);
                *self = Self::Many(links);
            }
            Self::Many(links) => {
                links.make_room(1).ok()?;
                links.insert(at, link);
            }
        }
        Some(())
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

    /// Errors: ENOMEM.
    fn subscriber_of(&mut self, pipe: PipeId) -> Result<u32> {
        match self.known(pipe) {
            Some(who) => Ok(who),
            None => self.new_subscriber(pipe).ok_or(Errno::ENOMEM),
        }
    }

    /// `None` without memory.
    #[cold]
    fn new_subscriber(&mut self, pipe: PipeId) -> Option<u32> {
        let slot = pipe.0 as usize;
        if self.by_pipe.len() <= slot {
            self.by_pipe.make_room(slot + 1 - self.by_pipe.len()).ok()?;
            self.by_pipe.resize(slot + 1, NONE);
        }
        if self.free.is_empty() {
            // Leaving is to need no memory.
            let count = self.subscribers.len() + 1;
            self.leaving.make_room(count - self.leaving.len()).ok()?;
            self.subscribers.make_room(1).ok()?;
            self.free.make_room(count).ok()?;
            self.free.push(self.subscribers.len() as u32);
            self.subscribers.push(Subscriber { pipe: None, first: NONE });
        }
        let who = self.free.pop()?;
        self.subscribers.get_mut(who as usize)?.pipe = Some(pipe);
        self.by_pipe[slot] = who;
        Some(who)
    }

    /// Subscribes a pipe; answers whether the topic had no subscriber before. Errors: ENOMEM, and it is not
    /// subscribed.
    pub fn add(&mut self, topic: &[u8], pipe: PipeId) -> Result<bool> {
        let who = self.subscriber_of(pipe)?;
        let number = self.topics.find_or_add(topic)?;
        self.note_change(number);
        let Some(links) = self.topics.value_mut(number) else { return Ok(false) };
        let is_first = links.as_slice().is_empty();
        let Err(at) = links.place(who) else { return Ok(false) };
        let Some(subscriber) = self.subscribers.get_mut(who as usize) else { return Ok(false) };
        let after = subscriber.first;
        // For the first link of a topic there always is memory.
        links.insert(at, Link { who, before: NONE, after }).ok_or(Errno::ENOMEM)?;
        subscriber.first = number;
        if let Some(next) = self.link_mut(after, who) {
            next.before = number;
        }
        Ok(is_first)
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

    /// Clears up to `most` topics of pipes that have left; calls `f` with each that has no subscriber then, or has
    /// others. If that answers `false`, the topic and what follows it stay for another time.
    pub fn clear(&mut self, most: usize, mut f: impl FnMut(&[u8], Removed) -> bool) {
        for _ in 0..most {
            let Some(&who) = self.leaving.front() else { return };
            let first = self.subscribers.get(who as usize).map_or(NONE, |s| s.first);
            if let Some((topic, links)) = self.topics.get(first) {
                let is_last = links.as_slice().len() == 1;
                if !f(topic, if is_last { Removed::Last } else { Removed::Others }) {
                    return;
                }
                self.unlink(first, who);
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
    use crate::sys::shortage;

    const A: PipeId = PipeId(0);
    const B: PipeId = PipeId(3);

    fn matches(subscriptions: &Subscriptions, data: &[u8]) -> Vec<PipeId> {
        let mut found = Vec::new();
        subscriptions.for_each_match(data, |pipe| found.push(pipe));
        found
    }

    fn note(gone: &mut Vec<(Vec<u8>, Removed)>, topic: &[u8], removed: Removed) -> bool {
        gone.push((topic.to_vec(), removed));
        true
    }

    #[test]
    fn a_pipe_subscribes_once_to_a_topic() {
        let mut subscriptions = Subscriptions::default();
        assert_eq!(subscriptions.add(b"t", A), Ok(true));
        assert_eq!(subscriptions.add(b"t", A), Ok(false));
        assert_eq!(subscriptions.add(b"t", B), Ok(false));
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
            subscriptions.add(&i.to_be_bytes(), A).unwrap();
            subscriptions.add(&(i / 2).to_be_bytes(), B).unwrap();
        }
        for i in (0..1000u32).step_by(3) {
            subscriptions.remove(&i.to_be_bytes(), A);
        }
        subscriptions.remove_pipe(A);
        let mut gone = Vec::new();
        while subscriptions.has_leaving() {
            subscriptions.clear(7, |topic, removed| note(&mut gone, topic, removed));
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
    fn without_memory_a_subscription_is_refused_and_the_others_stay() {
        let mut subscriptions = Subscriptions::default();
        let (mut held, mut refused) = (Vec::new(), 0);
        for i in 0..20_000u32 {
            let pipe = PipeId(i % 7);
            let topic = vec![(i % 251) as u8; (i % 60) as usize];
            let added = shortage::after((i % 3) as usize, || subscriptions.add(&topic, pipe));
            match added {
                Ok(is_first) => {
                    assert_eq!(is_first, !held.iter().any(|(known, _)| *known == topic));
                    if !held.contains(&(topic.clone(), pipe)) {
                        held.push((topic, pipe));
                    }
                }
                Err(error) => {
                    assert_eq!(error, Errno::ENOMEM);
                    refused += 1;
                }
            }
            if held.len() > 300 {
                for pipe in (0..7).map(PipeId) {
                    shortage::after(0, || subscriptions.remove_pipe(pipe));
                }
                let mut count = 0;
                while subscriptions.has_leaving() {
                    shortage::after(0, || {
                        subscriptions.clear(10, |_, _| {
                            count += 1;
                            true
                        });
                    });
                }
                assert_eq!((count, subscriptions.len()), (held.len(), 0));
                held.clear();
            }
        }
        assert!(refused > 1000, "{refused}");
    }

    #[test]
    fn a_topic_that_is_not_to_be_cleared_now_is_cleared_later() {
        let mut subscriptions = Subscriptions::default();
        subscriptions.add(b"t", A).unwrap();
        subscriptions.remove_pipe(A);
        subscriptions.clear(100, |_, _| false);
        assert!(subscriptions.has_leaving());
        let mut gone = Vec::new();
        subscriptions.clear(100, |topic, removed| note(&mut gone, topic, removed));
        assert_eq!(gone, [(b"t".to_vec(), Removed::Last)]);
        assert_eq!(subscriptions.len(), 0);
    }

    #[test]
    fn a_pipe_that_comes_while_one_of_its_number_leaves_has_nothing_of_it() {
        let mut subscriptions = Subscriptions::default();
        for topic in [b"1", b"2", b"3"] {
            subscriptions.add(topic, A).unwrap();
        }
        subscriptions.remove_pipe(A);
        assert_eq!(matches(&subscriptions, b"1"), []);
        assert_eq!(subscriptions.add(b"2", A), Ok(false));
        assert_eq!(matches(&subscriptions, b"2"), [A]);
        let mut gone = Vec::new();
        subscriptions.clear(100, |topic, removed| note(&mut gone, topic, removed));
        gone.sort_by(|a, b| a.0.cmp(&b.0));
        let expected = [("1", Removed::Last), ("2", Removed::Others), ("3", Removed::Last)];
        assert_eq!(gone, expected.map(|(topic, removed)| (topic.into(), removed)));
        assert_eq!(matches(&subscriptions, b"2"), [A]);
        assert!(!subscriptions.has_leaving());
    }
}
