//! The actors of a reactor with their deadlines and turns, as whoever holds the lock runs them.
//!
//! Invariant: what is left to do when the lock is given back is known to a thread that is awake, or to one
//! that wakes in time: [`Core::wants_io`] says when the I/O thread has to be woken for it.
#![forbid(unsafe_code)]

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use crate::sync::Lookout;
use crate::sys::epoll::Event;

use super::actors::Actors;
use super::timers::Timers;
use super::{Actor, Io, Readiness, Remote, WAKER};

/// Commands that are run in a row: an application's thread that serves must come back to its own work.
pub(super) const MOST_COMMANDS: usize = 256;

/// For so long commands alone may keep threads busy that lead. After that epoll is asked, too: a connection that sends
/// as much as is read would keep the others from being heard.
const MOST_DEAF: Duration = Duration::from_micros(100);

/// What others ask of a reactor.
pub enum Command {
    Add(u64, Box<dyn Actor>),
    Attend(u64),
}

/// Until when the I/O thread sleeps.
#[derive(Default)]
enum Sleep {
    /// It does not: it looks at everything before it does.
    #[default]
    No,
    /// Until then; `None`: until something happens.
    Until(Option<Instant>),
    /// It leaves the work to others, and looks soon enough for deadlines whether they do it.
    Away,
}

/// See the module.
#[derive(Default)]
pub struct Core {
    actors: Actors,
    timers: Timers,
    turns: VecDeque<u64>,
    is_stopping: bool,
    io_sleep: Sleep,
    /// Of threads that lead.
    pub lookout: Lookout,
    /// When epoll was last asked.
    asked_at: Option<Instant>,
}

impl Core {
    /// Runs the commands, the turns that were asked for, and the deadlines that have passed; `false` if the
    /// reactor is to end.
    pub fn take_turn(&mut self, remote: &Arc<Remote>) -> bool {
        self.run_commands(remote, MOST_COMMANDS);
        for _ in 0..self.turns.len() {
            let Some(token) = self.turns.pop_front() else { break };
            self.dispatch(remote, token, |actor, io| actor.handle_attention(io));
        }
        self.run_timers(remote);
        !self.is_stopping
    }

    /// Runs what others have asked for; `most` of it if it is much.
    pub fn run_commands(&mut self, remote: &Arc<Remote>, most: usize) {
        let signal = &remote.mailbox.signal;
        if !signal.is_pending() {
            return;
        }
        remote.has_new.store(false, Ordering::Relaxed);
        signal.clear();
        for _ in 0..most {
            match remote.mailbox.pop() {
                None => return self.finish_commands(remote),
                Some(command) => self.run_command(command, remote),
            }
        }
        signal.set();
    }

    /// All commands are done that others had memory for.
    fn finish_commands(&mut self, remote: &Arc<Remote>) {
        if remote.mailbox.take_lost() {
            let mut next = self.actors.first_from(0);
            while let Some(token) = next {
                self.dispatch(remote, token, |actor, io| actor.handle_attention(io));
                next = self.actors.first_from(token + 1);
            }
        }
        self.is_stopping = remote.is_stopping.load(Ordering::SeqCst);
    }

    fn run_command(&mut self, command: Command, remote: &Arc<Remote>) {
        match command {
            Command::Add(token, actor) => {
                self.actors.insert(token, actor);
                self.dispatch(remote, token, |actor, io| actor.start(io));
            }
            Command::Attend(token) => {
                self.dispatch(remote, token, |actor, io| actor.handle_attention(io));
            }
        }
    }

    /// Whether epoll has not been asked for too long.
    pub fn is_deaf(&self) -> bool {
        self.asked_at.is_none_or(|at| at.elapsed() > MOST_DEAF)
    }

    /// Passes on what epoll has reported. Each edge is reported once, so all of them have to be.
    pub fn handle_events(&mut self, events: &[Event], remote: &Arc<Remote>) {
        self.asked_at = Some(Instant::now());
        for event in events.iter().filter(|e| e.token() != WAKER) {
            let readiness = Readiness {
                is_readable: event.is_readable(),
                is_writable: event.is_writable(),
                is_hangup: event.is_hangup(),
            };
            self.dispatch(remote, event.token(), |actor, io| actor.handle_ready(readiness, io));
        }
    }

    fn run_timers(&mut self, remote: &Arc<Remote>) {
        if self.timers.next().is_none() {
            return;
        }
        let now = Instant::now();
        // Taken out first: an actor may set a deadline that has passed already.
        let due: Vec<u64> = std::iter::from_fn(|| self.timers.pop(now)).collect();
        for token in due {
            self.dispatch(remote, token, |actor, io| actor.handle_deadline(io));
        }
    }

    /// How long to wait; `None`: until something happens.
    pub fn timeout(&self) -> Option<Duration> {
        if !self.turns.is_empty() {
            return Some(Duration::ZERO);
        }
        self.timers.next().map(|at| at.saturating_duration_since(Instant::now()))
    }

    /// The I/O thread is about to sleep until the next deadline.
    pub fn note_sleep(&mut self) {
        self.io_sleep = Sleep::Until(self.timers.next());
    }

    /// The I/O thread is about to leave the work to others.
    pub fn note_away(&mut self) {
        self.io_sleep = Sleep::Away;
    }

    /// The I/O thread is awake.
    pub fn note_awake(&mut self) {
        self.io_sleep = Sleep::No;
    }

    /// Whether the I/O thread sleeps, and has to do something before it would wake.
    pub fn wants_io(&self) -> bool {
        let is_earlier = match (&self.io_sleep, self.timers.next()) {
            (Sleep::No, _) => return false,
            (Sleep::Away, _) | (Sleep::Until(_), None) => false,
            (Sleep::Until(None), Some(_)) => true,
            (Sleep::Until(Some(at)), Some(next)) => next < *at,
        };
        is_earlier || self.is_stopping || !self.turns.is_empty()
    }

    fn dispatch(
        &mut self,
        remote: &Arc<Remote>,
        token: u64,
        call: impl FnOnce(&mut dyn Actor, &mut Io<'_>),
    ) {
        let Some(actor) = self.actors.get(token) else { return };
        let mut io = Io {
            epoll: &remote.epoll,
            token,
            remote,
            deadline: None,
            wants_turn: false,
            is_finished: false,
        };
        let outcome = catch_unwind(AssertUnwindSafe(|| call(actor, &mut io)));
        let Io { deadline, wants_turn, is_finished, .. } = io;
        if outcome.is_err() || is_finished {
            self.timers.set(token, None);
            remote.load.fetch_sub(1, Ordering::Relaxed);
            let removed = self.actors.remove(token);
            // What panicked may do so again as it goes.
            let _ = catch_unwind(AssertUnwindSafe(|| drop(removed)));
            return;
        }
        if let Some(deadline) = deadline {
            self.timers.set(token, deadline);
        }
        if wants_turn {
            self.turns.push_back(token);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use super::*;
    use crate::errno::Errno;
    use crate::reactor::Reactor;
    use crate::sys::shortage;

    /// Counts how often it is called.
    struct Called(Arc<AtomicUsize>);

    impl Actor for Called {
        fn start(&mut self, _: &mut Io<'_>) {}

        fn handle_ready(&mut self, _: Readiness, _: &mut Io<'_>) {}

        fn handle_attention(&mut self, _: &mut Io<'_>) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }

        fn handle_deadline(&mut self, _: &mut Io<'_>) {}
    }

    #[test]
    fn without_memory_to_say_who_is_called_all_are() {
        let remote = Reactor::new(true).unwrap().remote();
        let mut core = remote.core.lock();
        let called = [(); 20].map(|()| Arc::new(AtomicUsize::new(0)));
        let counts = || called.each_ref().map(|count| count.load(Ordering::SeqCst));
        remote.expect().unwrap();
        let token = remote.add(Box::new(Called(Arc::clone(&called[0]))));
        assert!(core.take_turn(&remote));
        // Has room for what was taken out.
        remote.wake(token);
        for count in &called[1..] {
            remote.expect().unwrap();
            remote.add(Box::new(Called(Arc::clone(count))));
        }
        assert!(core.take_turn(&remote));
        assert_eq!(counts().iter().sum::<usize>(), 1);

        let (mut calls, load) = (0, remote.load());
        shortage::after(0, || {
            while counts()[1] == 0 {
                for _ in 0..1000 {
                    remote.wake(token);
                }
                calls += 1000;
                while remote.has_commands() {
                    assert!(core.take_turn(&remote));
                }
            }
        });
        assert!(counts()[0] < 1 + calls, "not each had room");
        assert_eq!(counts()[1..], [1; 19]);

        shortage::after(0, || {
            (0..1000).for_each(|_| remote.wake(token));
            assert_eq!(remote.expect(), Err(Errno::ENOMEM));
            remote.stop();
        });
        assert_eq!(remote.load(), load);
        while core.take_turn(&remote) {}
    }
}
