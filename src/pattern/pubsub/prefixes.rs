//! Values kept by topic and found by what the topic is a prefix of.
//!
//! Invariants: the distinct lengths of the topics are listed in ascending order with the number of topics of
//! each, so that a look-up takes one probe for each of them up to that of the data, however many topics there
//! are. Few topics are looked through instead.
#![forbid(unsafe_code)]

use super::index::{Index, Keys};
use super::topics::Topics;
use crate::errno::{Errno, Result};
use crate::sys::memory::Room;

/// So many places are looked through instead of hashed into.
const FEW: usize = 8;

/// Values by topic.
pub(super) struct Prefixes<V> {
    topics: Topics<V>,
    index: Index,
    keys: Keys,
    /// Length, and number of topics.
    lengths: Vec<(usize, u32)>,
}

impl<V> Default for Prefixes<V> {
    fn default() -> Self {
        let (topics, index) = (Topics::default(), Index::default());
        Self { topics, index, keys: Keys::default(), lengths: Vec::new() }
    }
}

impl<V: Default> Prefixes<V> {
    fn find_hashed(&self, hash: u32, topic: &[u8]) -> Option<u32> {
        self.index.find(hash, |number| self.topics.topic(number) == Some(topic))
    }

    /// The number of a topic.
    pub fn find(&self, topic: &[u8]) -> Option<u32> {
        self.find_hashed(self.keys.hash(&mut self.keys.begin(), topic), topic)
    }

    /// The number of a topic, which is added if it is not there yet. Errors: ENOMEM, and it is not added.
    pub fn find_or_add(&mut self, topic: &[u8]) -> Result<u32> {
        let hash = self.keys.hash(&mut self.keys.begin(), topic);
        if let Some(number) = self.find_hashed(hash, topic) {
            return Ok(number);
        }
        let place = self.place_of_length(topic.len());
        if place.is_err() {
            self.lengths.make_room(1)?;
        }
        let number = self.topics.insert(topic, V::default()).ok_or(Errno::ENOMEM)?;
        if !self.index.insert(hash, number) {
            self.topics.remove(number);
            return Err(Errno::ENOMEM);
        }
        match place {
            Ok(at) => self.lengths[at].1 += 1,
            Err(at) => self.lengths.insert(at, (topic.len(), 1)),
        }
        Ok(number)
    }

    fn place_of_length(&self, len: usize) -> std::result::Result<usize, usize> {
        self.lengths.binary_search_by_key(&len, |&(len, _)| len)
    }

    /// The value of a topic.
    #[inline]
    pub fn value_mut(&mut self, number: u32) -> Option<&mut V> {
        self.topics.value_mut(number)
    }

    /// A topic with its value.
    pub fn get(&self, number: u32) -> Option<(&[u8], &V)> {
        self.topics.get(number)
    }

    /// Takes a topic out.
    pub fn remove(&mut self, number: u32) {
        let Some(topic) = self.topics.topic(number) else { return };
        let hash = self.keys.hash(&mut self.keys.begin(), topic);
        if let Ok(at) = self.place_of_length(topic.len()) {
            self.lengths[at].1 -= 1;
            if self.lengths[at].1 == 0 {
                self.lengths.remove(at);
            }
        }
        self.index.remove(hash, |other| other == number);
        self.topics.remove(number);
    }

    /// Calls `f` with the number and the value of each topic that `data` begins with, until it answers `false`;
    /// answers whether it never did.
    #[inline]
    fn all_matches(&self, data: &[u8], mut f: impl FnMut(u32, &V) -> bool) -> bool {
        if self.topics.extent() <= FEW {
            return (0..self.topics.extent() as u32).all(|number| {
                let found = self.topics.get(number);
                found.is_none_or(|(topic, value)| !data.starts_with(topic) || f(number, value))
            });
        }
        let mut hash = self.keys.begin();
        for &(len, _) in &self.lengths {
            let Some(prefix) = data.get(..len) else { break };
            let Some(number) = self.find_hashed(self.keys.hash(&mut hash, prefix), prefix) else {
                continue;
            };
            if self.topics.get(number).is_some_and(|(_, value)| !f(number, value)) {
                return false;
            }
        }
        true
    }

    /// Calls `f` with the number and the value of each topic that `data` begins with.
    #[inline]
    pub fn for_each_match(&self, data: &[u8], mut f: impl FnMut(u32, &V)) {
        self.all_matches(data, |number, value| {
            f(number, value);
            true
        });
    }

    /// The number of the topic that `data` begins with, if it is one only.
    #[inline]
    pub fn sole_match(&self, data: &[u8]) -> Option<u32> {
        let mut sole = None;
        let is_sole = self.all_matches(data, |number, _| sole.replace(number).is_none());
        sole.filter(|_| is_sole)
    }

    /// Whether `data` begins with one of the topics.
    #[inline]
    pub fn has_match(&self, data: &[u8]) -> bool {
        !self.all_matches(data, |_, _| false)
    }

    /// Whether the empty topic is there, which everything begins with.
    #[inline]
    pub fn has_empty(&self) -> bool {
        self.lengths.first().is_some_and(|&(len, _)| len == 0)
    }

    /// The topics.
    pub fn topics(&self) -> impl Iterator<Item = &[u8]> {
        self.topics.iter().map(|(topic, _)| topic)
    }

    /// Number of topics.
    pub fn len(&self) -> usize {
        self.topics.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn add(prefixes: &mut Prefixes<usize>, topic: &[u8], value: usize) {
        let number = prefixes.find_or_add(topic).unwrap();
        *prefixes.value_mut(number).unwrap() = value;
    }

    fn matches(prefixes: &Prefixes<usize>, data: &[u8]) -> Vec<usize> {
        let mut found = Vec::new();
        prefixes.for_each_match(data, |_, v| found.push(*v));
        assert_eq!(prefixes.has_match(data), !found.is_empty());
        assert_eq!(prefixes.sole_match(data).is_some(), found.len() == 1);
        found.sort_unstable();
        found
    }

    #[test]
    fn every_prefix_is_found_among_few_and_among_many() {
        let mut prefixes = Prefixes::default();
        for topic in ["", "a", "abc", "b", "abcdef"] {
            add(&mut prefixes, topic.as_bytes(), topic.len());
        }
        assert_eq!(matches(&prefixes, b"abcd"), [0, 1, 3]);
        for i in 0..100 {
            add(&mut prefixes, format!("{i:03}").as_bytes(), 1000 + i);
        }
        assert_eq!(matches(&prefixes, b"abcd"), [0, 1, 3]);
        assert_eq!(matches(&prefixes, b"042x"), [0, 1042]);
        assert_eq!(matches(&prefixes, b""), [0]);
        assert_eq!(prefixes.len(), 105);
        assert!(prefixes.has_empty());
    }

    #[test]
    fn what_comes_and_goes_is_what_a_list_would_say() {
        let (mut prefixes, mut list) = (Prefixes::default(), Vec::<Vec<u8>>::new());
        let mut random = 7u32;
        let mut next = |below: u32| {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (random >> 8) % below
        };
        for step in 0..3000 {
            let topic: Vec<u8> = (0..next(30)).map(|_| next(2) as u8).collect();
            let at = list.iter().position(|known| *known == topic);
            assert_eq!(prefixes.find(&topic).is_some(), at.is_some());
            if next(if step < 1500 { 2 } else { 8 }) == 0 {
                add(&mut prefixes, &topic, topic.len());
                if at.is_none() {
                    list.push(topic);
                }
            } else if !list.is_empty() {
                let gone = list.swap_remove(next(list.len() as u32) as usize);
                prefixes.remove(prefixes.find(&gone).unwrap());
                assert_eq!(prefixes.find(&gone), None);
            }
            let data: Vec<u8> = (0..40).map(|_| next(2) as u8).collect();
            let mut expected: Vec<usize> =
                list.iter().filter(|t| data.starts_with(t)).map(Vec::len).collect();
            expected.sort_unstable();
            assert_eq!(matches(&prefixes, &data), expected);
            assert_eq!(prefixes.len(), list.len());
        }
    }

    #[test]
    fn a_length_goes_with_its_last_topic() {
        let mut prefixes = Prefixes::default();
        for topic in [&b"aa"[..], b"bb", b""] {
            add(&mut prefixes, topic, 1);
        }
        for topic in [&b"aa"[..], b"bb"] {
            prefixes.remove(prefixes.find(topic).unwrap());
        }
        assert_eq!(prefixes.lengths, [(0, 1)]);
        assert_eq!(prefixes.topics().count(), 1);
        assert!(prefixes.has_match(b"x"));
    }
}
