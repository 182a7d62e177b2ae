//! Tells single messages, which are worth a system call each, from the beginning of a stream, in which a call for
//! each message would cost several times the throughput: of all sockets of a context, and of one connection.
//!
//! What is close together depends on what a call costs, which is measured as they are made: over tcp on loopback a call
//! includes what the receiver's side of the kernel does with it.
#![forbid(unsafe_code)]

use std::time::{Duration, Instant};

use crate::sys::switches::Switch;

/// Writes this close to each other are a burst, whatever they cost, unless the application has waited in between.
const LEAST_SHORT: Duration = Duration::from_micros(10);
/// Further apart they are none: the next can wait for no other.
const MOST_SHORT: Duration = Duration::from_micros(50);
/// As many times its cost as a write must be away from the one before to be single: else the sender would spend a third
/// of its time in them.
const SHARE: u32 = 2;
/// So many writes close to each other make a stream.
const STREAK: u32 = 4;
/// Writes that wait for longer than that are not put off any more, until two are as close as this.
const LONG_DELAY: Duration = Duration::from_micros(100);
const SHORT_DELAY: Duration = Duration::from_micros(20);
/// What a measurement counts against those before it.
const WEIGHT: u32 = 4;

/// See the module.
#[derive(Default)]
pub struct Burst {
    ended: Option<Instant>,
    cost_ns: u32,
    streak: u32,
    delay: Delay,
}

/// What writes that are put off until their thread waits wait for: nothing to speak of while it answers one after the other,
/// but long if it computes in between.
#[derive(Default)]
struct Delay {
    /// When the last was put off, or would have been, since the thread has waited.
    last: Option<Instant>,
    is_long: bool,
}

/// A write that has begun.
#[derive(Clone, Copy)]
pub struct Write {
    /// When.
    pub at: Instant,
    /// It is part of a stream.
    pub is_in_stream: bool,
}

impl Burst {
    /// A write begins.
    pub fn begin(&mut self) -> Write {
        let at = Instant::now();
        let Some(ended) = self.ended.filter(|_| !Switch::Batch.is_off()) else {
            return Write { at, is_in_stream: false };
        };
        match at.saturating_duration_since(ended) < self.short() {
            true => self.streak = self.streak.saturating_add(1),
            false => self.streak = 0,
        }
        Write { at, is_in_stream: self.streak >= STREAK }
    }

    fn short(&self) -> Duration {
        Duration::from_nanos((self.cost_ns * SHARE).into()).clamp(LEAST_SHORT, MOST_SHORT)
    }

    /// The application has waited: what it sends next may be an answer.
    pub fn interrupt(&mut self) {
        self.ended = None;
        self.streak = 0;
    }

    /// Whether a write may wait for the next ones, or for its thread to wait.
    pub fn may_put_off(&mut self) -> bool {
        let now = Instant::now();
        let last = self.delay.last.replace(now);
        if last.is_some_and(|at| now.saturating_duration_since(at) < SHORT_DELAY) {
            self.delay.is_long = false;
        }
        !self.delay.is_long
    }

    /// A thread is about to do what was put off.
    pub fn end_delay(&mut self) {
        if let Some(at) = self.delay.last.take()
            && !self.delay.is_long
        {
            self.delay.is_long = at.elapsed() > LONG_DELAY;
        }
    }

    /// The write was made by itself: what it cost counts.
    pub fn note_single(&mut self, write: Write) {
        let now = Instant::now();
        // One that was preempted says little.
        let cost = now.saturating_duration_since(write.at).min(MOST_SHORT);
        self.cost_ns = (self.cost_ns * (WEIGHT - 1) + cost.as_nanos() as u32) / WEIGHT;
        self.ended = Some(now);
    }

    /// The write was left to others.
    pub fn note_left(&mut self) {
        self.ended = Some(Instant::now());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// So many writes of this cost, this far apart.
    fn writes(burst: &mut Burst, count: u32, gap: Duration, cost: Duration) -> bool {
        let mut is_stream = false;
        for _ in 0..count {
            // As if the one before had ended earlier.
            burst.ended = Instant::now().checked_sub(gap);
            let write = burst.begin();
            is_stream = write.is_in_stream;
            burst.note_single(Write { at: Instant::now().checked_sub(cost).unwrap(), ..write });
        }
        is_stream
    }

    #[test]
    fn what_a_write_costs_says_what_is_close() {
        let us = Duration::from_micros;
        for (gap, cost, is_stream) in
            [(1, 3, true), (30, 3, false), (30, 20, true), (70, 20, false), (70, 4000, false)]
        {
            let mut burst = Burst::default();
            assert_eq!(writes(&mut burst, 40, us(gap), us(cost)), is_stream, "{gap} {cost}");
        }
    }

    #[test]
    fn after_a_wait_a_write_is_single() {
        let mut burst = Burst::default();
        let us = Duration::from_micros;
        assert!(writes(&mut burst, 40, us(30), us(20)));
        burst.interrupt();
        assert!(!burst.begin().is_in_stream);
        assert!(burst.short() > LEAST_SHORT);
    }

    /// Whether the last of so many writes may be put off, each this long after the one before and all before the thread waits.
    fn may_put_off(burst: &mut Burst, count: u32, gap: Duration) -> bool {
        let mut may = true;
        for _ in 0..count {
            burst.delay.last = burst.delay.last.and(Instant::now().checked_sub(gap));
            may = burst.may_put_off();
        }
        burst.delay.last = Instant::now().checked_sub(gap);
        burst.end_delay();
        may
    }

    #[test]
    fn who_computes_between_its_answers_does_not_put_them_off() {
        let us = Duration::from_micros;
        let mut burst = Burst::default();
        assert!(may_put_off(&mut burst, 1, us(200)), "not known yet");
        for count in 1..4 {
            assert!(!may_put_off(&mut burst, count, us(200)), "{count}");
        }
        assert!(!may_put_off(&mut burst, 1, us(0)), "with none before it");
        assert!(may_put_off(&mut burst, 2, us(0)));
        assert!(may_put_off(&mut burst, 1, us(0)));
    }
}
