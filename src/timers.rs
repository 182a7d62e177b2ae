//! Repeating timers with callbacks (zmq_timers(3)).
//!
//! Invariants: no lock is held while a callback runs, so a callback may do anything with the
//! timers it was called from, also execute them; one `execute` calls each timer at most once, so
//! it ends also with intervals of 0; an interval is counted from the `execute` that called.
#![forbid(unsafe_code)]

use std::collections::{BTreeSet, HashMap};
use std::time::Instant;

use crate::sys::lock::Mutex;

use crate::errno::{Errno, Result};

/// A set of timers. `T` is what is called: a function and its argument.
pub struct Timers<T> {
    started: Instant,
    schedule: Mutex<Schedule<T>>,
}

impl<T: Clone> Default for Timers<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Clone> Timers<T> {
    /// No timers yet.
    pub fn new() -> Self {
        Self { started: Instant::now(), schedule: Mutex::new(Schedule::new()) }
    }

    /// Adds a timer that expires every `interval_ms`, and answers its id, 1 or more. EMFILE when
    /// all ids were given out.
    pub fn add(&self, interval_ms: u64, callback: T) -> Result<i32> {
        let now_ms = self.now_ms();
        self.schedule.lock().add(now_ms, interval_ms, callback)
    }

    /// Changes the interval and starts it anew. EINVAL without such a timer.
    pub fn set_interval(&self, id: i32, interval_ms: u64) -> Result<()> {
        let now_ms = self.now_ms();
        self.schedule.lock().restart(now_ms, id, Some(interval_ms))
    }

    /// Starts the interval anew. EINVAL without such a timer.
    pub fn reset(&self, id: i32) -> Result<()> {
        let now_ms = self.now_ms();
        self.schedule.lock().restart(now_ms, id, None)
    }

    /// Removes a timer. EINVAL without such a timer.
    pub fn cancel(&self, id: i32) -> Result<()> {
        self.schedule.lock().cancel(id).map(drop)
    }

    /// Time until the next timer expires, in ms, or -1 without timers. That is no error.
    pub fn timeout(&self) -> i64 {
        let now_ms = self.now_ms();
        self.schedule
            .lock()
            .timeout_ms(now_ms)
            .map_or(-1, |ms| i64::try_from(ms).unwrap_or(i64::MAX))
    }

    /// Hands each expired timer to `call`, the earliest first.
    pub fn execute(&self, mut call: impl FnMut(T, i32)) {
        let now_ms = self.now_ms();
        let pass = self.schedule.lock().begin_pass();
        loop {
            let expired = self.schedule.lock().next_expired(now_ms, pass);
            match expired {
                Some((callback, id)) => call(callback, id),
                None => return,
            }
        }
    }

    fn now_ms(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

/// When a timer expires, then a number that keeps timers of equal time in the order they were
/// started.
type Due = (u64, u64);

struct Timer<T> {
    interval_ms: u64,
    due: Due,
    /// The last execution that called it.
    pass: u64,
    callback: T,
}

/// The timers without a clock. `queue` has exactly the `due` of each of `timers`.
struct Schedule<T> {
    timers: HashMap<i32, Timer<T>>,
    queue: BTreeSet<(Due, i32)>,
    last_id: i32,
    last_start: u64,
    last_pass: u64,
}

impl<T: Clone> Schedule<T> {
    fn new() -> Self {
        Self {
            timers: HashMap::new(),
            queue: BTreeSet::new(),
            last_id: 0,
            last_start: 0,
            last_pass: 0,
        }
    }

    fn add(&mut self, now_ms: u64, interval_ms: u64, callback: T) -> Result<i32> {
        let id = self.last_id.checked_add(1).ok_or(Errno::EMFILE)?;
        self.last_id = id;
        let due = self.due(now_ms, interval_ms);
        self.queue.insert((due, id));
        self.timers.insert(id, Timer { interval_ms, due, pass: 0, callback });
        Ok(id)
    }

    fn restart(&mut self, now_ms: u64, id: i32, new_interval_ms: Option<u64>) -> Result<()> {
        let interval_ms = self.timers.get(&id).ok_or(Errno::EINVAL)?.interval_ms;
        let interval_ms = new_interval_ms.unwrap_or(interval_ms);
        let due = self.due(now_ms, interval_ms);
        let timer = self.timers.get_mut(&id).ok_or(Errno::EINVAL)?;
        self.queue.remove(&(timer.due, id));
        self.queue.insert((due, id));
        timer.interval_ms = interval_ms;
        timer.due = due;
        Ok(())
    }

    fn cancel(&mut self, id: i32) -> Result<T> {
        let timer = self.timers.remove(&id).ok_or(Errno::EINVAL)?;
        self.queue.remove(&(timer.due, id));
        Ok(timer.callback)
    }

    fn timeout_ms(&self, now_ms: u64) -> Option<u64> {
        self.queue.first().map(|((due_ms, _), _)| due_ms.saturating_sub(now_ms))
    }

    fn begin_pass(&mut self) -> u64 {
        self.last_pass += 1;
        self.last_pass
    }

    /// The next timer to call in this pass, already started anew.
    fn next_expired(&mut self, now_ms: u64, pass: u64) -> Option<(T, i32)> {
        let is_new = |id: &i32| self.timers.get(id).is_some_and(|timer| timer.pass < pass);
        let expired = self.queue.range(..=((now_ms, u64::MAX), i32::MAX));
        let id = expired.map(|(_, id)| *id).find(is_new)?;
        self.restart(now_ms, id, None).ok()?;
        let timer = self.timers.get_mut(&id)?;
        timer.pass = pass;
        Some((timer.callback.clone(), id))
    }

    fn due(&mut self, now_ms: u64, interval_ms: u64) -> Due {
        self.last_start += 1;
        (now_ms.saturating_add(interval_ms), self.last_start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn executed(schedule: &mut Schedule<()>, now_ms: u64) -> Vec<i32> {
        let pass = schedule.begin_pass();
        std::iter::from_fn(|| schedule.next_expired(now_ms, pass)).map(|(_, id)| id).collect()
    }

    #[test]
    fn timers_expire_in_order_and_once_each() {
        let mut schedule = Schedule::new();
        assert_eq!(schedule.add(0, 10, ()), Ok(1));
        assert_eq!(schedule.add(0, 5, ()), Ok(2));
        assert_eq!(schedule.add(0, 5, ()), Ok(3));
        assert_eq!(schedule.timeout_ms(1), Some(4));
        assert_eq!(executed(&mut schedule, 4), []);
        assert_eq!(schedule.timeout_ms(35), Some(0));
        assert_eq!(executed(&mut schedule, 35), [2, 3, 1]);
        assert_eq!(schedule.timeout_ms(35), Some(5));
    }

    #[test]
    fn a_cancelled_timer_is_unknown_and_its_id_stays_unused() {
        let mut schedule = Schedule::new();
        assert_eq!(schedule.cancel(1), Err(Errno::EINVAL));
        assert_eq!(schedule.add(0, 1, ()), Ok(1));
        assert_eq!(schedule.cancel(1), Ok(()));
        assert_eq!(schedule.cancel(1), Err(Errno::EINVAL));
        assert_eq!(schedule.restart(0, 1, Some(5)), Err(Errno::EINVAL));
        assert_eq!(schedule.restart(0, 1, None), Err(Errno::EINVAL));
        assert_eq!(schedule.timeout_ms(0), None);
        assert_eq!(executed(&mut schedule, 9), []);
        assert_eq!(schedule.add(0, 1, ()), Ok(2));
    }

    #[test]
    fn reset_and_set_interval_count_from_now() {
        let mut schedule = Schedule::new();
        assert_eq!(schedule.add(0, 10, ()), Ok(1));
        assert_eq!(schedule.restart(7, 1, None), Ok(()));
        assert_eq!(executed(&mut schedule, 16), []);
        assert_eq!(executed(&mut schedule, 17), [1]);
        assert_eq!(schedule.restart(20, 1, Some(500)), Ok(()));
        assert_eq!(schedule.timeout_ms(20), Some(500));
        assert_eq!(executed(&mut schedule, 520), [1]);
        assert_eq!(schedule.timeout_ms(520), Some(500));
    }

    #[test]
    fn the_longest_interval_does_not_wrap_around() {
        let mut schedule = Schedule::new();
        assert_eq!(schedule.add(100, u64::MAX, ()), Ok(1));
        assert_eq!(executed(&mut schedule, 200), []);
        assert_eq!(schedule.timeout_ms(200), Some(u64::MAX - 200));
        let timers = Timers::new();
        assert_eq!(timers.timeout(), -1);
        assert_eq!(timers.add(u64::MAX, ()), Ok(1));
        assert_eq!(timers.timeout(), i64::MAX);
    }

    #[test]
    fn a_callback_may_use_the_timers() {
        let timers = Timers::new();
        let own = timers.add(0, "own").unwrap();
        let other = timers.add(0, "other").unwrap();
        let mut called = Vec::new();
        timers.execute(|callback, id| {
            called.push(callback);
            assert_eq!(id, own);
            assert_eq!(timers.cancel(other), Ok(()));
            assert_eq!(timers.set_interval(own, 1_000_000), Ok(()));
            timers.execute(|callback, _| panic!("{callback} is not due"));
        });
        assert_eq!(called, ["own"]);
        assert!(timers.timeout() > 900_000);
        assert_eq!(timers.cancel(own), Ok(()));
        assert_eq!(timers.timeout(), -1);
    }

    #[test]
    fn an_interval_of_zero_ends_the_pass_and_stays_due() {
        let timers = Timers::new();
        timers.add(0, ()).unwrap();
        let mut calls = 0;
        timers.execute(|(), _| calls += 1);
        assert_eq!(calls, 1);
        timers.execute(|(), _| calls += 1);
        assert_eq!(calls, 2);
    }
}
