//! What a subscriber wants: topics, each counted as often as it was subscribed to (RFC 29, "The SUB
//! Socket Type").
#![forbid(unsafe_code)]

use super::prefixes::Prefixes;
use crate::errno::Result;

/// Topics with counts.
#[derive(Default)]
pub(super) struct Filter {
    topics: Prefixes<u32>,
}

impl Filter {
    /// Subscribes once more. Errors: ENOMEM, and nothing changes.
    pub fn add(&mut self, topic: &[u8]) -> Result<()> {
        let number = self.topics.find_or_add(topic)?;
        if let Some(count) = self.topics.value_mut(number) {
            *count = count.saturating_add(1);
        }
        Ok(())
    }

    /// Takes one subscription back; answers whether it was the last to its topic.
    pub fn remove(&mut self, topic: &[u8]) -> bool {
        let Some(number) = self.topics.find(topic) else { return false };
        let Some(count) = self.topics.value_mut(number) else { return false };
        *count -= 1;
        let is_last = *count == 0;
        if is_last {
            self.topics.remove(number);
        }
        is_last
    }

    /// Whether a message that begins with `data` is wanted.
    #[inline]
    pub fn has_match(&self, data: &[u8]) -> bool {
        self.topics.has_match(data)
    }

    /// Whether every message is wanted.
    #[inline]
    pub fn has_everything(&self) -> bool {
        self.topics.has_empty()
    }

    /// The topics.
    pub fn topics(&self) -> impl Iterator<Item = &[u8]> {
        self.topics.topics()
    }

    /// Number of topics.
    pub fn len(&self) -> usize {
        self.topics.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_topic_lasts_until_each_subscription_is_taken_back() {
        let mut filter = Filter::default();
        assert!(!filter.remove(b"a"));
        filter.add(b"a").unwrap();
        filter.add(b"a").unwrap();
        assert_eq!(filter.len(), 1);
        assert!(!filter.remove(b"a"));
        assert!(filter.has_match(b"abc"));
        assert!(filter.remove(b"a"));
        assert!(!filter.has_match(b"abc"));
    }
}
