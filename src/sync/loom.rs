//! Models of the signal: no notification is lost, whoever clears and whoever sleeps.
//! `RUSTFLAGS="--cfg loom" cargo test --lib loom`

use loom::cell::UnsafeCell;
use loom::sync::atomic::{AtomicBool, AtomicU32};
use loom::sync::{Arc, Mutex};
use loom::thread;
use std::os::fd::AsRawFd;
use std::sync::Arc as StdArc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::{Follower, Mailbox, Signal};
use crate::sys::eventfd::EventFd;
use crate::sys::lock;
use crate::sys::net::{PollFd, poll};

/// All orders with at most `preemptions` forced changes of thread.
fn check(preemptions: usize, model: impl Fn() + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(preemptions);
    builder.check(model);
}

#[test]
fn a_sleeper_wakes_and_sees_what_was_announced() {
    check(3, || {
        let shared = Arc::new((Signal::new(), AtomicU32::new(0)));
        let others: Vec<_> = (0..2)
            .map(|_| {
                let shared = Arc::clone(&shared);
                thread::spawn(move || {
                    shared.1.fetch_add(1, Ordering::Relaxed);
                    shared.0.notify();
                })
            })
            .collect();
        while shared.1.load(Ordering::Relaxed) < 2 {
            shared.0.wait(None).unwrap();
            shared.0.clear();
        }
        others.into_iter().for_each(|other| other.join().unwrap());
    });
}

/// The lock is the socket's; what is `taken` by one of its threads may be for the other.
struct Shared {
    mailbox: Mailbox<u32>,
    taken: Mutex<Vec<u32>>,
}

impl Shared {
    /// Waits like a call on a socket until `wanted` has been taken by anybody.
    fn recv(&self, wanted: u32) {
        loop {
            let mut taken = self.taken.lock().unwrap();
            if self.mailbox.signal.is_pending() {
                self.mailbox.signal.clear();
                while let Some(item) = self.mailbox.pop() {
                    taken.push(item);
                }
            }
            if taken.contains(&wanted) {
                return;
            }
            let sleeper = self.mailbox.signal.announce();
            drop(taken);
            sleeper.wait(None).unwrap();
        }
    }
}

#[test]
fn two_threads_in_one_socket_both_get_what_one_has_taken() {
    check(3, || {
        let mailbox = Mailbox::new(Signal::new());
        let shared = Arc::new(Shared { mailbox, taken: Mutex::new(Vec::new()) });
        let other = Arc::clone(&shared);
        let other = thread::spawn(move || other.recv(1));
        let sender = Arc::clone(&shared);
        let sender = thread::spawn(move || {
            sender.mailbox.call(1);
            sender.mailbox.call(2);
        });
        shared.recv(2);
        sender.join().unwrap();
        other.join().unwrap();
    });
}

#[test]
fn who_waits_for_several_signals_looks_again_at_each_that_was_turned_on() {
    check(3, || {
        let follower = StdArc::new(Follower::default());
        let shared: [_; 2] = [7, 8].map(|tag| {
            let shared = Arc::new((Signal::new(), AtomicU32::new(0)));
            shared.0.add_follower(&follower, tag);
            shared
        });
        let others = shared.clone().map(|other| {
            thread::spawn(move || {
                other.1.fetch_add(1, Ordering::Relaxed);
                other.0.notify();
            })
        });
        let mut seen = [0; 2];
        while seen != [1; 2] {
            follower.signal().wait(None).unwrap();
            let told = follower.clear();
            for (i, tag) in [7, 8].into_iter().enumerate() {
                if told.has(tag) {
                    shared[i].0.clear();
                    seen[i] = shared[i].1.load(Ordering::Relaxed);
                }
            }
        }
        others.into_iter().for_each(|other| other.join().unwrap());
    });
}

#[test]
fn a_descriptor_is_readable_if_something_was_announced_and_not_looked_at() {
    check(3, || {
        let shared = Arc::new((Signal::new(), AtomicU32::new(0)));
        let other = Arc::clone(&shared);
        let other = thread::spawn(move || {
            for _ in 0..2 {
                other.1.fetch_add(1, Ordering::Relaxed);
                other.0.notify();
            }
        });
        let fd = shared.0.fd().unwrap();
        shared.0.clear();
        let seen = shared.1.load(Ordering::Relaxed);
        other.join().unwrap();
        let is_readable = poll(&mut [PollFd::new(fd, libc::POLLIN)], 0) == Ok(1);
        assert!(is_readable || seen == 2, "{seen} of 2 seen, and the descriptor is silent");
    });
}

fn waker() -> StdArc<EventFd> {
    StdArc::new(EventFd::new().unwrap())
}

/// Whether a poller that watches `waker` for edges is woken, or has been.
fn is_readable(waker: &EventFd) -> bool {
    poll(&mut [PollFd::new(waker.as_raw_fd(), libc::POLLIN)], 0) == Ok(1)
}

#[test]
fn a_poller_that_sleeps_is_woken() {
    check(3, || {
        let waker = waker();
        let shared = Arc::new((Signal::common(StdArc::clone(&waker)), AtomicU32::new(0)));
        let other = Arc::clone(&shared);
        let other = thread::spawn(move || {
            other.1.fetch_add(1, Ordering::Relaxed);
            other.0.notify();
        });
        let is_asleep = shared.0.begin_poll();
        let mut seen = 0;
        if !is_asleep {
            shared.0.clear();
            seen = shared.1.load(Ordering::Relaxed);
        }
        other.join().unwrap();
        assert!(is_readable(&waker) || seen == 1);
    });
}

#[test]
fn a_watcher_that_polls_is_woken_by_what_comes_and_by_who_takes_it() {
    check(3, || {
        let waker = waker();
        let mailbox = Mailbox::new(Signal::new());
        let shared = Arc::new(Shared { mailbox, taken: Mutex::new(Vec::new()) });
        let sender = Arc::clone(&shared);
        let sender = thread::spawn(move || sender.mailbox.call(1));
        let thief = Arc::clone(&shared);
        let thief = thread::spawn(move || {
            let mut taken = thief.taken.lock().unwrap();
            if thief.mailbox.signal.is_pending() {
                thief.mailbox.signal.clear();
                taken.extend(thief.mailbox.pop());
            }
        });
        let taken = shared.taken.lock().unwrap();
        let is_there = !taken.is_empty();
        let watcher = shared.mailbox.signal.watch(&waker);
        drop(taken);
        let is_asleep = watcher.begin_poll();
        sender.join().unwrap();
        thief.join().unwrap();
        assert!(is_there || !is_asleep || is_readable(&waker));
    });
}

#[test]
fn a_watcher_that_ends_before_its_turn_leaves_the_next_one_watching() {
    check(3, || {
        let waker = waker();
        let mailbox = Mailbox::new(Signal::new());
        let shared =
            Arc::new((Shared { mailbox, taken: Mutex::new(Vec::new()) }, AtomicBool::new(true)));
        shared.0.mailbox.call(1);
        let first = shared.0.mailbox.signal.watch(&waker);
        let next = Arc::clone(&shared);
        let its_waker = StdArc::clone(&waker);
        let next = thread::spawn(move || {
            let taken = next.0.taken.lock().unwrap();
            let is_free = !next.1.swap(true, Ordering::SeqCst);
            if !is_free || !taken.is_empty() {
                return true;
            }
            let watcher = next.0.mailbox.signal.watch(&its_waker);
            drop(taken);
            let is_asleep = watcher.begin_poll();
            std::mem::forget(watcher);
            !is_asleep
        });
        drop(first);
        shared.1.store(false, Ordering::SeqCst);
        let mut taken = shared.0.taken.lock().unwrap();
        shared.0.mailbox.signal.clear();
        taken.extend(shared.0.mailbox.pop());
        drop(taken);
        assert!(next.join().unwrap() || is_readable(&waker));
    });
}

/// What is done for a reactor's commands: by who has called quietly, or by the I/O thread.
struct Common {
    mailbox: Mailbox<u32>,
    core: Mutex<u32>,
}

impl Common {
    fn run(&self, done: &mut u32) {
        if self.mailbox.signal.is_pending() {
            self.mailbox.signal.clear();
            while self.mailbox.pop().is_some() {
                *done += 1;
            }
        }
    }

    /// What the I/O thread does beside `others`, who call twice: if it sleeps, something has woken it or
    /// all is done.
    fn run_and_sleep(&self, others: Vec<thread::JoinHandle<()>>, waker: &EventFd) {
        let mut core = self.core.lock().unwrap();
        self.run(&mut core);
        let is_asleep = self.mailbox.signal.begin_poll();
        drop(core);
        others.into_iter().for_each(|other| other.join().unwrap());
        let done = *self.core.lock().unwrap();
        assert!(done == 2 || !is_asleep || is_readable(waker), "{done} of 2, and the I/O sleeps");
    }

    fn serve(&self) {
        self.mailbox.call_quietly(1);
        if let Ok(mut core) = self.core.try_lock() {
            self.run(&mut core);
        }
        if self.mailbox.signal.is_pending() {
            self.mailbox.signal.rouse();
        }
    }
}

#[test]
fn what_was_deferred_to_a_parked_thread_is_done_by_somebody() {
    check(3, || {
        let waker = waker();
        let signal = Signal::common(StdArc::clone(&waker));
        let common = Arc::new(Common { mailbox: Mailbox::new(signal), core: Mutex::new(0) });
        let others: Vec<_> = (0..2)
            .map(|_| {
                let common = Arc::clone(&common);
                thread::spawn(move || {
                    common.mailbox.call_quietly(1);
                    if common.mailbox.signal.is_unattended() {
                        common.mailbox.signal.defer();
                    }
                })
            })
            .collect();
        // Parked, for a time that is over at once.
        drop(common.mailbox.signal.announce());
        common.run_and_sleep(others, &waker);
    });
}

#[test]
fn what_was_called_quietly_is_done_by_somebody() {
    check(3, || {
        let waker = waker();
        let signal = Signal::common(StdArc::clone(&waker));
        let common = Arc::new(Common { mailbox: Mailbox::new(signal), core: Mutex::new(0) });
        let others: Vec<_> = (0..2)
            .map(|_| {
                let common = Arc::clone(&common);
                thread::spawn(move || common.serve())
            })
            .collect();
        common.run_and_sleep(others, &waker);
    });
}

#[test]
fn nothing_stays_in_the_mailbox_of_an_owner_that_is_gone() {
    check(3, || {
        let shared = Arc::new((Mailbox::new(Signal::new()), AtomicBool::new(false)));
        let drain = |mailbox: &Mailbox<u32>| while mailbox.pop().is_some() {};
        let other = Arc::clone(&shared);
        let other = thread::spawn(move || {
            other.0.call(1);
            if other.1.load(Ordering::SeqCst) {
                drain(&other.0);
            }
        });
        shared.1.store(true, Ordering::SeqCst);
        drain(&shared.0);
        other.join().unwrap();
        assert_eq!(shared.0.pop(), None);
    });
}

#[test]
fn who_sleeps_for_a_turn_is_roused_although_something_was_left_to_it() {
    check(3, || {
        let signal = Arc::new(Signal::common(StdArc::new(EventFd::new().unwrap())));
        signal.defer();
        let sleeper = signal.announce();
        let others: Vec<_> = (0..2)
            .map(|_| {
                let signal = Arc::clone(&signal);
                thread::spawn(move || {
                    // Each does what there is, and has something for the sleeper.
                    signal.clear();
                    signal.rouse();
                })
            })
            .collect();
        let far = Instant::now() + Duration::from_secs(3600);
        assert_eq!(sleeper.wait_for_turn(far), Ok(()));
        others.into_iter().for_each(|other| other.join().unwrap());
    });
}

#[test]
fn who_sleeps_for_a_turn_is_roused_although_it_was_about_to_announce_itself() {
    check(3, || {
        let signal = Arc::new(Signal::common(StdArc::new(EventFd::new().unwrap())));
        let there = Arc::new(AtomicBool::new(false));
        let other = {
            let (signal, there) = (Arc::clone(&signal), Arc::clone(&there));
            thread::spawn(move || {
                there.store(true, Ordering::Relaxed);
                signal.rouse();
            })
        };
        // As the I/O thread: it does what there is, and sleeps for what is to come.
        let turn = signal.turn();
        let mut is_done = false;
        if signal.is_pending() {
            signal.clear();
            is_done = there.load(Ordering::Relaxed);
        }
        if !is_done {
            let far = Instant::now() + Duration::from_secs(3600);
            assert_eq!(signal.announce_after(turn).wait_for_turn(far), Ok(()));
            assert!(there.load(Ordering::Relaxed));
        }
        other.join().unwrap();
    });
}

#[test]
fn each_of_three_threads_gets_a_lock_by_itself() {
    check(3, || {
        let shared = Arc::new((super::base::Word::default(), UnsafeCell::new(())));
        let visit = |shared: &(super::base::Word, UnsafeCell<()>)| {
            if !lock::try_lock(&shared.0) {
                assert!(lock::wait(&shared.0, None));
            }
            // The checker finds it if another thread is here, or was before and is not known to have left.
            shared.1.with_mut(|_| ());
            lock::unlock(&shared.0);
        };
        let others = [(); 2].map(|()| {
            let shared = Arc::clone(&shared);
            thread::spawn(move || visit(&shared))
        });
        visit(&shared);
        others.into_iter().for_each(|other| other.join().unwrap());
    });
}
