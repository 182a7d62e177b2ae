//! One direction of a pipe pair as both ends see it: the high-water mark, credit, and who sleeps.
#![forbid(unsafe_code)]

use crate::sync::atomic::{AtomicBool, AtomicI32, AtomicU8, AtomicU32, Ordering};

/// The reader is reading, or knows that there is something to read.
pub const AWAKE: u8 = 0;
/// The reader wants to be told of the next message.
pub const ASLEEP: u8 = 1;
/// The reader looks again by itself, and wants to be told of a lot.
pub const DOZING: u8 = 2;

/// Step in which credit is given that nobody waits for.
const UNLIMITED_STEP: u32 = 1 << 24;
/// A side that has no say in a high-water mark.
pub const ABSENT: i32 = -1;

/// What the reader writes, and the writer looks at for each message.
#[derive(Default)]
pub struct ReaderWords {
    /// Whether the reader wants to be told of what is written.
    pub asleep: AtomicU8,
    /// Messages read, as far as credit has been given back.
    pub credited: AtomicU32,
}

/// One direction.
#[derive(Default)]
pub struct Flow {
    /// Of the reader.
    pub reader: ReaderWords,
    /// High-water mark in messages; 0: none.
    pub hwm: AtomicI32,
    /// What the writer's and the reader's side put in; [`ABSENT`] if a side has no say.
    parts: [AtomicI32; 2],
    /// Only the newest message is kept: there is no mark to reach.
    pub is_conflated: bool,
    /// The writer found no credit and wants to be told.
    pub waiting: AtomicBool,
}

impl Flow {
    /// Whether the reader's side has a say.
    pub fn has_reader_part(&self) -> bool {
        self.parts[1].load(Ordering::SeqCst) != ABSENT
    }

    /// Changes a side's part; answers whether the mark became lower, or went. The caller tells the reader.
    pub fn set_parts(&self, writer: Option<i32>, reader: Option<i32>) -> bool {
        for (part, new) in self.parts.iter().zip([writer, reader]) {
            if let Some(new) = new {
                part.store(new, Ordering::SeqCst);
            }
        }
        let mut is_lower = false;
        loop {
            let hwm = self.sum();
            let old = self.hwm.swap(hwm, Ordering::SeqCst);
            is_lower |= low_water_mark(hwm) < low_water_mark(old) || (hwm == 0 && old != 0);
            // The other side may have changed its part meanwhile.
            if hwm == self.sum() {
                return is_lower;
            }
        }
    }

    fn sum(&self) -> i32 {
        let load = |side: usize| self.parts[side].load(Ordering::SeqCst);
        match (load(0), load(1)) {
            _ if self.is_conflated => 0,
            (one, ABSENT) | (ABSENT, one) => one,
            (0, _) | (_, 0) => 0,
            (writer, reader) => writer.saturating_add(reader),
        }
    }
}

/// Credit is given back in steps of this many messages; without a mark only so that the counts do not run away.
#[inline(always)]
pub fn low_water_mark(hwm: i32) -> u32 {
    match u32::try_from(hwm) {
        Ok(0) | Err(_) => UNLIMITED_STEP,
        Ok(hwm) => (hwm - 1) / 2 + 1,
    }
}
