//! Application threads that do the work of the I/O thread while they would otherwise wait for it.
//!
//! A thread that waits in a socket leads: it sleeps in the reactor's epoll and runs the actors, until its
//! socket has something. The kernel wakes the thread that began to sleep last, so that the I/O thread, which
//! sleeps there too, is left alone. When that wakes nevertheless and finds that somebody has led of late, it
//! stays away from epoll for a moment, so that the two do not get in each other's way. One thread leads at a
//! time, and none while other application threads wait: they would have to wait for it to come back.
//!
//! What a thread tells an actor while it is in a socket it serves itself when it has left it.
#![forbid(unsafe_code)]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::sys::lock::MutexGuard;

use crate::errno::{Errno, Result};
use crate::message::{has_deferred, release_deferred};
use crate::sync::{Look, Signal, Watcher};
use crate::sys::epoll::Event;
use crate::sys::switches::Switch;
use crate::sys::thread::Uncancelled;

use super::Remote;
use super::core::{Core, MOST_COMMANDS};

/// How long a publisher waits for the I/O thread, and how many connections it serves itself, each with a system call or two.
const MOST_HELP: Duration = Duration::from_millis(1);
const MOST_HELPED: usize = 128;

/// So many commands are run by who closes a socket.
const MOST_CLOSED: usize = 8;

/// Who leads, and who would have to wait for it.
#[derive(Default)]
pub struct Lead {
    is_taken: AtomicBool,
    /// How often a thread has led.
    count: AtomicUsize,
    /// Application threads that wait without leading.
    waiting: AtomicUsize,
    /// How often one has found nothing since one has waited.
    vain_tries: AtomicUsize,
}

/// An application's thread that waits without leading.
pub struct Waiting(Arc<Remote>);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.lead.waiting.fetch_sub(1, Ordering::SeqCst);
    }
}

/// An application's thread that waits in a socket and leads.
pub struct Leader<'a> {
    remote: &'a Arc<Remote>,
    /// Ends before the turn: the next to lead may watch the same signal.
    watcher: Watcher<'a>,
    _turn: Turn<'a>,
}

/// That nobody else leads.
struct Turn<'a>(&'a Arc<Remote>);

impl Remote {
    /// Does what the caller has told actors, unless another thread is at it. To be called with no lock held.
    pub fn serve(self: &Arc<Self>) {
        self.serve_some(MOST_COMMANDS);
    }

    /// As [`Self::serve`] for who has closed a socket: the end of many connections is left to the I/O thread.
    pub fn serve_close(self: &Arc<Self>) {
        self.serve_some(MOST_CLOSED);
    }

    fn serve_some(self: &Arc<Self>, most: usize) {
        if !self.has_commands() {
            return;
        }
        let _uncancelled = Uncancelled::begin();
        // Who holds the lock looks at the commands before it sleeps, or has done so just now.
        match self.core.try_lock() {
            Some(core) => self.run_commands(core, most),
            None => self.rouse(),
        }
    }

    /// As [`Self::serve`], but waits a moment for the thread that is at it: a publisher that went on at once
    /// would do so for nobody.
    pub fn help(self: &Arc<Self>) {
        let _uncancelled = Uncancelled::begin();
        match self.core.try_lock_for(MOST_HELP) {
            Some(core) => self.run_commands(core, MOST_HELPED),
            None => self.rouse(),
        }
    }

    fn run_commands(self: &Arc<Self>, mut core: MutexGuard<'_, Core>, most: usize) {
        core.run_commands(self, most);
        let wants_io = core.wants_io();
        drop(core);
        release_deferred();
        if wants_io {
            self.mailbox.signal.nudge();
        }
        if self.has_commands() {
            self.rouse();
        }
    }

    /// As [`Self::serve`], but when the I/O thread is awake it does it, and in a stream of such calls, together with what
    /// follows.
    pub fn serve_or_rouse(self: &Arc<Self>) {
        let signal = &self.mailbox.signal;
        if Switch::Inline.is_off() {
            return self.rouse();
        }
        let write = self.burst.lock().begin();
        if !write.is_in_stream && signal.is_slept_on() {
            self.serve();
            self.burst.lock().note_single(write);
        } else {
            signal.rouse();
            self.burst.lock().note_left();
        }
    }

    /// Leaves the commands for when the caller, who leads now and then, comes back with more or waits, unless that was long
    /// after of late. The I/O thread does them otherwise, soon: it is parked, or woken.
    pub fn put_off(self: &Arc<Self>) {
        if Switch::PutOff.is_off() {
            return self.serve_or_rouse();
        }
        if !self.burst.lock().may_put_off() {
            return self.serve();
        }
        self.mailbox.signal.defer();
    }

    /// Runs `act` while nobody runs actors.
    pub fn alone<R>(&self, act: impl FnOnce() -> R) -> R {
        let _uncancelled = Uncancelled::begin();
        let _core = self.core.lock();
        act()
    }

    /// Whether a thread could lead that waits now.
    pub fn can_be_led(&self) -> bool {
        !Switch::Lead.is_off()
            && !self.is_waited_for()
            && !self.lead.is_taken.load(Ordering::SeqCst)
    }

    /// Has the I/O thread run the commands.
    pub fn rouse(&self) {
        self.mailbox.signal.rouse();
    }

    /// Lets the caller, who is about to wait for `signal`, lead; `None` if another thread does or waits.
    pub fn lead<'a>(self: &'a Arc<Self>, signal: &'a Signal) -> Option<Leader<'a>> {
        if Switch::Lead.is_off()
            || self.is_waited_for()
            || self.lead.is_taken.swap(true, Ordering::SeqCst)
        {
            return None;
        }
        let turn = Turn(self);
        self.burst.lock().end_delay();
        self.lead.vain_tries.store(0, Ordering::Relaxed);
        Some(Leader { remote: self, watcher: signal.watch(&self.waker), _turn: turn })
    }

    /// Notes that the caller waits without leading.
    pub fn note_waiting(self: &Arc<Self>) -> Waiting {
        self.lead.waiting.fetch_add(1, Ordering::SeqCst);
        self.burst.lock().interrupt();
        self.unpark();
        Waiting(Arc::clone(self))
    }

    /// Lets the I/O thread go on if it has left the work to a leader: none will come soon.
    fn unpark(&self) {
        if self.mailbox.signal.has_sleeper() {
            self.mailbox.signal.nudge();
        }
    }

    /// Lets the I/O thread go on if it stays away, unless somebody leads: the caller is about to wait, and does not lead.
    pub fn call(&self) {
        if !self.lead.is_taken.load(Ordering::SeqCst) {
            self.unpark();
        }
    }

    /// Notes that the caller has looked for something in vain and does not wait. Whoever goes on like that never
    /// leads, and the I/O thread has to work for it; who has looked at each of its sockets is about to wait.
    pub fn note_vain_try(&self) {
        let most = 8 + 2 * self.load();
        if self.lead.vain_tries.fetch_add(1, Ordering::Relaxed) > most {
            self.lead.vain_tries.store(0, Ordering::Relaxed);
            self.unpark();
        }
    }

    /// Whether a thread has led since `leads` was counted and none waits that does not lead, so that the I/O thread has to
    /// stay away from epoll for a moment.
    pub(super) fn wants_room(&self, leads: &mut usize) -> bool {
        let count = self.lead.count.load(Ordering::SeqCst);
        let before = std::mem::replace(leads, count);
        count != before && !self.is_waited_for()
    }

    /// Whether an application's thread waits that does not lead.
    pub(super) fn is_waited_for(&self) -> bool {
        self.lead.waiting.load(Ordering::SeqCst) > 0
    }

    /// The I/O thread was woken in epoll by what may have been meant for a leader, which is not woken then.
    pub(super) fn pass_on_wake_up(&self) {
        if self.lead.is_taken.load(Ordering::SeqCst) {
            self.waker.signal();
            self.lead.count.fetch_add(1, Ordering::SeqCst);
        }
    }
}

impl Leader<'_> {
    /// Runs the reactor until the signal is on or somebody else has cleared it, or until `deadline` has passed
    /// (`EAGAIN`) or a signal handler ran (`EINTR`).
    pub fn wait(self, deadline: Option<Instant>) -> Result<()> {
        self.wait_until(deadline, || false)
    }

    /// As [`Self::wait`], but also until `is_done`.
    pub fn wait_until(self, deadline: Option<Instant>, is_done: impl Fn() -> bool) -> Result<()> {
        let remote = self.remote;
        let _uncancelled = Uncancelled::begin();
        let mut events = [Event::EMPTY; 64];
        let mut core = remote.core.lock();
        let mut look = None;
        let mut has_looked = false;
        let result = loop {
            core.take_turn(remote);
            if self.watcher.is_over() || is_done() {
                if core.is_deaf() {
                    let ready = remote.epoll.wait(&mut events, Some(Duration::ZERO));
                    core.handle_events(ready.unwrap_or(&[]), remote);
                }
                break Ok(());
            }
            if !has_looked {
                look = core.lookout.begin(deadline);
                has_looked = true;
            }
            let left = deadline.map(|at| at.saturating_duration_since(Instant::now()));
            if left == Some(Duration::ZERO) {
                break Err(Errno::EAGAIN);
            }
            remote.burst.lock().interrupt();
            let timeout = left.into_iter().chain(core.timeout()).min();
            let may_sleep = look.is_none() && timeout != Some(Duration::ZERO);
            let is_asleep = may_sleep && self.begin_sleep();
            let wait = if is_asleep { timeout } else { Some(Duration::ZERO) };
            let mut is_in_vain = false;
            let ready = MutexGuard::unlocked(&mut core, || {
                release_unguarded(&mut look);
                is_in_vain = look.as_mut().is_some_and(|look| !look.go_on());
                // What that let go may be what the caller waits for.
                let wait = if is_done() { Some(Duration::ZERO) } else { wait };
                let ready = remote.epoll.wait(&mut events, wait);
                if is_asleep {
                    self.watcher.end_poll();
                    remote.mailbox.signal.end_poll();
                }
                ready
            });
            match ready {
                Ok(ready) => core.handle_events(ready, remote),
                Err(error) => break Err(error),
            }
            if self.watcher.is_over() || is_done() {
                break Ok(());
            }
            if let Some(mut look) = look.take_if(|_| is_in_vain) {
                core.lookout.end(&look, false);
                if let Err(error) = look.give_up() {
                    break Err(error);
                }
            }
        };
        if let Some(look) = &look {
            core.lookout.end(look, result.is_ok());
        }
        let wants_io = core.wants_io();
        drop(core);
        drop(look);
        release_deferred();
        if wants_io {
            remote.mailbox.signal.nudge();
        }
        result
    }

    fn begin_sleep(&self) -> bool {
        if !self.remote.mailbox.signal.begin_poll() {
            return false;
        }
        if self.watcher.begin_poll() {
            return true;
        }
        self.remote.mailbox.signal.end_poll();
        false
    }
}

/// Free functions of the application's have signals as it wants them.
fn release_unguarded(look: &mut Option<Look>) {
    if has_deferred() {
        look.iter_mut().for_each(Look::let_signals_in);
        release_deferred();
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let lead = &self.0.lead;
        lead.count.fetch_add(1, Ordering::SeqCst);
        lead.is_taken.store(false, Ordering::SeqCst);
        // They may have come since the last look, from a thread that took the leader for awake.
        self.0.serve();
        if self.0.is_waited_for() {
            self.0.unpark();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use std::os::fd::AsFd;

    use super::super::{Actor, Io, Reactor, Readiness};
    use super::*;
    use crate::pipe::Target;
    use crate::sys::eventfd::EventFd;

    #[test]
    fn who_leads_does_not_sleep_if_what_it_waits_for_happens_just_before() {
        let remote = Reactor::new(true).unwrap().remote();
        let signal = Signal::new();
        let begun = Instant::now();
        let long = Duration::from_secs(20);
        // As a message whose free function is called there: done from the second look on.
        let is_done = Cell::new(false);
        let leader = remote.lead(&signal).unwrap();
        leader.wait_until(begun.checked_add(long), || is_done.replace(true)).unwrap();
        assert!(begun.elapsed() < long / 2);
    }

    /// Watches a descriptor that is readable from the beginning; counts how often it hears of it, or is attended.
    struct Ear(EventFd, Arc<AtomicUsize>);

    impl Actor for Ear {
        fn start(&mut self, io: &mut Io<'_>) {
            io.watch(self.0.as_fd()).unwrap();
        }

        fn handle_ready(&mut self, _: Readiness, _: &mut Io<'_>) {
            self.1.fetch_add(1, Ordering::SeqCst);
        }

        fn handle_attention(&mut self, _: &mut Io<'_>) {
            self.1.fetch_add(1, Ordering::SeqCst);
        }

        fn handle_deadline(&mut self, _: &mut Io<'_>) {}
    }

    #[test]
    fn what_is_put_off_is_done_by_the_io_thread_when_who_led_does_something_else() {
        let reactor = Reactor::new(true).unwrap();
        let remote = reactor.remote();
        let io = std::thread::spawn(move || reactor.run());
        let (fd, heard) = (EventFd::new().unwrap(), Arc::new(AtomicUsize::new(0)));
        fd.signal();
        remote.expect().unwrap();
        let token = remote.add(Box::new(Ear(fd, Arc::clone(&heard))));
        let signal = Signal::new();
        for done in 1..=20 {
            // The I/O thread gets used to it, and stays away.
            for _ in 0..100 {
                let soon = Instant::now() + Duration::from_micros(20);
                if let Some(leader) = remote.lead(&signal) {
                    assert_eq!(leader.wait(Some(soon)), Err(Errno::EAGAIN));
                }
            }
            let before = heard.load(Ordering::SeqCst);
            remote.attend(token);
            remote.put_off();
            let begun = Instant::now();
            while heard.load(Ordering::SeqCst) == before {
                assert!(begun.elapsed() < Duration::from_secs(20), "{done}");
                std::thread::yield_now();
            }
        }
        remote.stop();
        io.join().unwrap();
    }

    #[test]
    fn who_waits_for_a_connection_calls_the_io_thread_unless_somebody_leads() {
        let remote = Reactor::new(true).unwrap().remote();
        let signal = Signal::new();
        let parked = remote.mailbox.signal.announce();
        remote.call();
        assert_eq!(parked.wait_for_turn(Instant::now() + Duration::from_secs(20)), Ok(()));

        let leader = remote.lead(&signal);
        assert!(leader.is_some());
        let parked = remote.mailbox.signal.announce();
        remote.call();
        let soon = Instant::now() + Duration::from_millis(1);
        assert_eq!(parked.wait_for_turn(soon), Err(Errno::EAGAIN));
    }

    #[test]
    fn connections_are_heard_although_each_wait_is_over_at_once() {
        let remote = Reactor::new(true).unwrap().remote();
        let (fd, heard) = (EventFd::new().unwrap(), Arc::new(AtomicUsize::new(0)));
        fd.signal();
        remote.expect().unwrap();
        remote.add(Box::new(Ear(fd, Arc::clone(&heard))));
        let signal = Signal::new();
        signal.notify();
        let begun = Instant::now();
        while heard.load(Ordering::SeqCst) == 0 {
            remote.lead(&signal).unwrap().wait(None).unwrap();
            assert!(begun.elapsed() < Duration::from_secs(20));
        }
    }
}
