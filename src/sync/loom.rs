//! Models of the signal: no notification is lost, whoever clears and whoever sleeps.
//! `RUSTFLAGS="--cfg loom" cargo test --lib loom`

use loom::sync::atomic::{AtomicBool, AtomicU32};
use loom::sync::{Arc, Mutex};
use loom::thread;
use std::sync::atomic::Ordering;

use super::{Mailbox, Signal};
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
            sender.mailbox.push(1);
            sender.mailbox.push(2);
        });
        shared.recv(2);
        sender.join().unwrap();
        other.join().unwrap();
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

#[test]
fn a_poller_that_sleeps_is_woken() {
    check(3, || {
        let shared = Arc::new((Signal::for_poller().unwrap(), AtomicU32::new(0)));
        let other = Arc::clone(&shared);
        let other = thread::spawn(move || {
            other.1.fetch_add(1, Ordering::Relaxed);
            other.0.notify();
        });
        let is_asleep = shared.0.begin_sleep();
        let mut seen = 0;
        if !is_asleep {
            shared.0.clear();
            seen = shared.1.load(Ordering::Relaxed);
        }
        other.join().unwrap();
        let fd = shared.0.fd().unwrap();
        let is_readable = poll(&mut [PollFd::new(fd, libc::POLLIN)], 0) == Ok(1);
        assert!(is_readable || seen == 1);
    });
}

#[test]
fn nothing_stays_in_the_mailbox_of_an_owner_that_is_gone() {
    check(3, || {
        let shared = Arc::new((Mailbox::new(Signal::new()), AtomicBool::new(false)));
        let drain = |mailbox: &Mailbox<u32>| while mailbox.pop().is_some() {};
        let other = Arc::clone(&shared);
        let other = thread::spawn(move || {
            other.0.push(1);
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
