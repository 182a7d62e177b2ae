//! Values kept by topic and found by what the topic is a prefix of.
//!
//! Invariants: topics are grouped by length, the groups are in ascending order and none is empty, so that a
//! look-up takes one probe for each distinct length up to that of the data, however many topics there are.
//! Hashes are keyed, so that peers cannot choose topics that collide.
#![forbid(unsafe_code)]

use std::collections::HashMap;
use std::hash::RandomState;
use std::sync::Arc;

/// Groups up to this size are looked through instead of hashed into.
const FEW: usize = 4;

/// Values by topic.
pub(super) struct Prefixes<V> {
    groups: Vec<Group<V>>,
    hasher: RandomState,
    count: usize,
}

struct Group<V> {
    topic_len: usize,
    values: HashMap<Arc<[u8]>, V>,
}

impl<V> Default for Prefixes<V> {
    fn default() -> Self {
        Self { groups: Vec::new(), hasher: RandomState::new(), count: 0 }
    }
}

impl<V> Group<V> {
    #[inline]
    fn find(&self, topic: &[u8]) -> Option<&V> {
        if self.values.len() <= FEW {
            return self.values.iter().find(|(known, _)| ***known == *topic).map(|(_, v)| v);
        }
        self.values.get(topic)
    }
}

impl<V> Prefixes<V> {
    fn group(&self, topic_len: usize) -> Result<usize, usize> {
        self.groups.binary_search_by_key(&topic_len, |group| group.topic_len)
    }

    /// The value of exactly this topic, and the topic as it is kept.
    pub fn get_mut(&mut self, topic: &[u8]) -> Option<&mut V> {
        let at = self.group(topic.len()).ok()?;
        self.groups.get_mut(at)?.values.get_mut(topic)
    }

    /// Adds a topic that is not there yet.
    pub fn insert(&mut self, topic: Arc<[u8]>, value: V) {
        let topic_len = topic.len();
        let at = self.group(topic_len).unwrap_or_else(|at| {
            let values = HashMap::with_hasher(self.hasher.clone());
            self.groups.insert(at, Group { topic_len, values });
            at
        });
        if let Some(group) = self.groups.get_mut(at)
            && group.values.insert(topic, value).is_none()
        {
            self.count += 1;
        }
    }

    /// Takes a topic out.
    pub fn remove(&mut self, topic: &[u8]) {
        let Ok(at) = self.group(topic.len()) else { return };
        let Some(group) = self.groups.get_mut(at) else { return };
        if group.values.remove(topic).is_some() {
            self.count -= 1;
        }
        if group.values.is_empty() {
            self.groups.remove(at);
        }
    }

    /// Calls `f` with the value of each topic that `data` begins with, the shortest first.
    #[inline]
    pub fn for_each_match(&self, data: &[u8], mut f: impl FnMut(&V)) {
        for group in &self.groups {
            let Some(prefix) = data.get(..group.topic_len) else { return };
            if let Some(value) = group.find(prefix) {
                f(value);
            }
        }
    }

    /// Whether `data` begins with one of the topics.
    #[inline]
    pub fn has_match(&self, data: &[u8]) -> bool {
        for group in &self.groups {
            let Some(prefix) = data.get(..group.topic_len) else { return false };
            if group.find(prefix).is_some() {
                return true;
            }
        }
        false
    }

    /// Whether the empty topic is there, which everything begins with.
    #[inline]
    pub fn has_empty(&self) -> bool {
        self.groups.first().is_some_and(|group| group.topic_len == 0)
    }

    /// The topics.
    pub fn topics(&self) -> impl Iterator<Item = &Arc<[u8]>> {
        self.groups.iter().flat_map(|group| group.values.keys())
    }

    /// Number of topics.
    pub fn len(&self) -> usize {
        self.count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_prefix_is_found_among_few_and_among_many() {
        let mut prefixes = Prefixes::default();
        for topic in ["", "a", "abc", "b", "abcdef"] {
            prefixes.insert(topic.as_bytes().into(), topic.len());
        }
        for i in 0..100 {
            prefixes.insert(format!("{i:03}").as_bytes().into(), 1000 + i);
        }
        let matches = |data: &str| {
            let mut found = Vec::new();
            prefixes.for_each_match(data.as_bytes(), |v| found.push(*v));
            found
        };
        assert_eq!(matches("abcd"), [0, 1, 3]);
        assert_eq!(matches("042x"), [0, 1042]);
        assert_eq!(matches(""), [0]);
        assert_eq!(prefixes.len(), 105);
        assert!(prefixes.has_empty());
    }

    #[test]
    fn a_group_goes_with_its_last_topic() {
        let mut prefixes = Prefixes::default();
        prefixes.insert(b"ab".as_slice().into(), ());
        prefixes.insert(b"cd".as_slice().into(), ());
        prefixes.remove(b"ab");
        prefixes.remove(b"xy");
        assert!(!prefixes.has_match(b"abc") && prefixes.has_match(b"cd"));
        prefixes.remove(b"cd");
        assert_eq!((prefixes.len(), prefixes.groups.len()), (0, 0));
    }
}
