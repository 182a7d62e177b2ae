//! Topics with a value each, in places that stay: a topic is known by the number of its place.
//!
//! Invariants: places lie in blocks that never move, so that growing copies nothing; a place that was given
//! up is used again before a new one is made; without any topic no memory is kept.
#![forbid(unsafe_code)]

use crate::sys::boxes::try_copy;
use crate::sys::memory::Room;

/// Places of a block, as a power of two.
const BLOCK_BITS: u32 = 9;
const BLOCK: usize = 1 << BLOCK_BITS;
/// Topics up to this length lie in their place itself.
const INLINE: usize = 22;

/// A topic's bytes, or a place without a topic.
enum Key {
    Inline { len: u8, bytes: [u8; INLINE] },
    Boxed(Box<[u8]>),
    Free { next: Option<u32> },
}

impl Key {
    /// `None` without memory.
    fn new(topic: &[u8]) -> Option<Self> {
        let mut bytes = [0; INLINE];
        match bytes.get_mut(..topic.len()) {
            Some(part) => part.copy_from_slice(topic),
            None => return try_copy(topic).map(|copy| Self::Boxed(copy.into_boxed_slice())),
        }
        Some(Self::Inline { len: topic.len() as u8, bytes })
    }

    #[inline]
    fn as_topic(&self) -> Option<&[u8]> {
        match self {
            Self::Inline { len, bytes } => bytes.get(..usize::from(*len)),
            Self::Boxed(topic) => Some(topic),
            Self::Free { .. } => None,
        }
    }
}

struct Place<V> {
    key: Key,
    value: V,
}

/// Topics with values, by number.
pub(super) struct Topics<V> {
    blocks: Vec<Vec<Place<V>>>,
    free: Option<u32>,
    count: usize,
}

impl<V> Default for Topics<V> {
    fn default() -> Self {
        Self { blocks: Vec::new(), free: None, count: 0 }
    }
}

impl<V: Default> Topics<V> {
    #[inline]
    fn place(&self, number: u32) -> Option<&Place<V>> {
        self.blocks.get((number >> BLOCK_BITS) as usize)?.get(number as usize % BLOCK)
    }

    #[inline]
    fn place_mut(&mut self, number: u32) -> Option<&mut Place<V>> {
        self.blocks.get_mut((number >> BLOCK_BITS) as usize)?.get_mut(number as usize % BLOCK)
    }

    /// Adds a topic; answers its number, or `None` without memory for it.
    pub fn insert(&mut self, topic: &[u8], value: V) -> Option<u32> {
        let new = Place { key: Key::new(topic)?, value };
        if let Some(number) = self.free
            && let Some(place) = self.place_mut(number)
        {
            let old = std::mem::replace(place, new);
            self.free = match old.key {
                Key::Free { next } => next,
                Key::Inline { .. } | Key::Boxed(_) => None,
            };
            self.count += 1;
            return Some(number);
        }
        if self.blocks.last().is_none_or(|block| block.len() == BLOCK) {
            self.add_block()?;
        }
        let number = u32::try_from(self.extent()).ok()?;
        let block = self.blocks.last_mut()?;
        block.make_room(1).ok()?;
        block.push(new);
        self.count += 1;
        Some(number)
    }

    #[cold]
    fn add_block(&mut self) -> Option<()> {
        let mut block = Vec::new();
        if !self.blocks.is_empty() {
            // Few topics are to cost little: only the first block grows.
            block.make_exact_room(BLOCK).ok()?;
        }
        self.blocks.make_room(1).ok()?;
        self.blocks.push(block);
        Some(())
    }

    /// Takes a topic out.
    pub fn remove(&mut self, number: u32) {
        let next = self.free;
        let Some(place) = self.place_mut(number) else { return };
        if place.key.as_topic().is_none() {
            return;
        }
        *place = Place { key: Key::Free { next }, value: V::default() };
        self.free = Some(number);
        self.count -= 1;
        if self.count == 0 {
            *self = Self::default();
        }
    }

    /// The bytes of a topic.
    #[inline]
    pub fn topic(&self, number: u32) -> Option<&[u8]> {
        self.place(number)?.key.as_topic()
    }

    /// A topic with its value.
    #[inline]
    pub fn get(&self, number: u32) -> Option<(&[u8], &V)> {
        let place = self.place(number)?;
        Some((place.key.as_topic()?, &place.value))
    }

    /// The value of a topic.
    #[inline]
    pub fn value_mut(&mut self, number: u32) -> Option<&mut V> {
        self.place_mut(number).map(|place| &mut place.value)
    }

    /// All topics with their values.
    pub fn iter(&self) -> impl Iterator<Item = (&[u8], &V)> {
        let places = self.blocks.iter().flatten();
        places.filter_map(|place| Some((place.key.as_topic()?, &place.value)))
    }

    /// Number of topics.
    #[inline]
    pub fn len(&self) -> usize {
        self.count
    }

    /// Number of places, with a topic or without.
    #[inline]
    pub fn extent(&self) -> usize {
        match self.blocks.split_last() {
            Some((last, full)) => full.len() * BLOCK + last.len(),
            None => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics_keep_their_numbers_and_places_are_used_again() {
        let mut topics = Topics::default();
        let name = |i: usize| vec![i as u8; i % 40];
        let numbers: Vec<u32> =
            (0..3 * BLOCK).map(|i| topics.insert(&name(i), i).unwrap()).collect();
        for i in (0..3 * BLOCK).step_by(2) {
            topics.remove(numbers[i]);
            topics.remove(numbers[i]);
        }
        assert_eq!(topics.len(), 3 * BLOCK / 2);
        for i in (1..3 * BLOCK).step_by(2) {
            assert_eq!(topics.get(numbers[i]), Some((&name(i)[..], &i)));
        }
        assert_eq!(topics.topic(numbers[0]), None);
        for i in 0..3 * BLOCK / 2 {
            topics.insert(b"again", i).unwrap();
        }
        assert_eq!((topics.extent(), topics.iter().count()), (3 * BLOCK, 3 * BLOCK));
    }

    #[test]
    fn nothing_is_kept_of_the_last_topic() {
        let mut topics = Topics::default();
        let number = topics.insert(b"a", ()).unwrap();
        topics.remove(number);
        assert_eq!((topics.len(), topics.extent()), (0, 0));
    }
}
