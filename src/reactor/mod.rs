//! The loop of an I/O thread: descriptors, deadlines and commands, dispatched to actors.
//!
//! Owns the actors of its thread (sessions, listeners) and knows nothing of what they do. An actor has
//! at most one descriptor and one deadline at a time. A panic in an actor costs that actor: it is
//! dropped, and dropping closes what it owned.
//!
//! On Linux this is epoll itself, edge-triggered, rather than the portable `polling` crate: there a
//! wake-up by notification costs two more system calls (re-arming and reading its eventfd).
#![forbid(unsafe_code)]

mod actors;
mod timers;

use std::os::fd::BorrowedFd;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::errno::{Errno, Result};
use crate::message::release_deferred;
use crate::pipe::Target;
use crate::sync::{Mailbox, Signal};
use crate::sys::epoll::{Epoll, Event, Interest};

use actors::Actors;
use timers::Timers;

/// Token of the mailbox's own descriptor.
const MAILBOX: u64 = u64::MAX;

/// What happened to an actor's descriptor.
#[derive(Clone, Copy, Debug)]
pub struct Readiness {
    /// A read makes progress.
    pub is_readable: bool,
    /// A write makes progress.
    pub is_writable: bool,
    /// The peer has finished or the descriptor has failed: read to the end.
    pub is_hangup: bool,
}

/// Something that lives on an I/O thread.
pub trait Actor: Send {
    /// Called once, on the thread that the actor will live on.
    fn start(&mut self, io: &mut Io<'_>);
    /// The descriptor given to [`Io::watch`] is ready.
    fn handle_ready(&mut self, readiness: Readiness, io: &mut Io<'_>);
    /// Somebody called `attend` with the actor's token, or the actor asked for another turn.
    fn handle_attention(&mut self, io: &mut Io<'_>);
    /// The deadline given to [`Io::set_deadline`] has passed.
    fn handle_deadline(&mut self, io: &mut Io<'_>);
}

enum Command {
    Add(u64, Box<dyn Actor>),
    Attend(u64),
    Stop,
}

/// The reactor as other threads see it.
pub struct Remote {
    epoll: Epoll,
    mailbox: Mailbox<Command>,
    next_token: AtomicUsize,
    /// Actors on this thread: the measure by which threads are chosen.
    load: AtomicUsize,
}

impl Remote {
    /// Hands an actor over; answers its token.
    pub fn add(&self, actor: Box<dyn Actor>) -> u64 {
        let token = self.next_token.fetch_add(1, Ordering::Relaxed) as u64;
        self.load.fetch_add(1, Ordering::Relaxed);
        self.mailbox.push(Command::Add(token, actor));
        token
    }

    /// Ends the loop after the commands before this one.
    pub fn stop(&self) {
        self.mailbox.push(Command::Stop);
    }

    /// Stops watching `fd`, from any thread; to be called before it is closed.
    pub fn unwatch(&self, fd: BorrowedFd<'_>) {
        // ENOENT: it was not watched.
        let _ = self.epoll.delete(fd);
    }

    /// Number of actors.
    pub fn load(&self) -> usize {
        self.load.load(Ordering::Relaxed)
    }
}

impl Target for Remote {
    fn attend(&self, token: u64) {
        self.mailbox.push(Command::Attend(token));
    }
}

/// What an actor can ask of its reactor.
pub struct Io<'a> {
    epoll: &'a Epoll,
    /// The actor's own token.
    pub token: u64,
    /// The reactor, as others see it.
    pub remote: &'a Arc<Remote>,
    deadline: Option<Option<Instant>>,
    wants_turn: bool,
    is_finished: bool,
}

impl Io<'_> {
    /// Watches `fd`, edge-triggered in both directions, as the actor's descriptor.
    pub fn watch(&self, fd: BorrowedFd<'_>) -> Result<()> {
        self.epoll.add(fd, self.token, Interest::EDGE)
    }

    /// Watches a listening `fd`, level-triggered.
    pub fn watch_level(&self, fd: BorrowedFd<'_>) -> Result<()> {
        self.epoll.add(fd, self.token, Interest::READ)
    }

    /// Stops watching `fd`; to be called before it is closed.
    pub fn unwatch(&self, fd: BorrowedFd<'_>) {
        // ENOENT: it was not watched.
        let _ = self.epoll.delete(fd);
    }

    /// Sets the actor's deadline, or takes it away.
    pub fn set_deadline(&mut self, deadline: Option<Instant>) {
        self.deadline = Some(deadline);
    }

    /// Asks for another turn after the others had theirs.
    pub fn ask_turn(&mut self) {
        self.wants_turn = true;
    }

    /// The actor is done: it is dropped after this call.
    pub fn finish(&mut self) {
        self.is_finished = true;
    }
}

/// The loop; one for each I/O thread.
pub struct Reactor {
    remote: Arc<Remote>,
    actors: Actors,
    timers: Timers,
    turns: Vec<u64>,
    is_stopping: bool,
}

impl Reactor {
    /// A reactor with nothing to do. Errors: EMFILE, ENFILE, ENOMEM.
    pub fn new() -> Result<Self> {
        let epoll = Epoll::new()?;
        let signal = Signal::for_poller()?;
        let fd = signal.borrow_fd().ok_or(Errno::EMFILE)?;
        epoll.add(fd, MAILBOX, Interest { readable: true, writable: false, edge: true })?;
        let remote = Remote {
            epoll,
            mailbox: Mailbox::new(signal),
            next_token: AtomicUsize::new(0),
            load: AtomicUsize::new(0),
        };
        Ok(Self {
            remote: Arc::new(remote),
            actors: Actors::default(),
            timers: Timers::default(),
            turns: Vec::new(),
            is_stopping: false,
        })
    }

    /// The reactor as other threads see it.
    pub fn remote(&self) -> Arc<Remote> {
        Arc::clone(&self.remote)
    }

    /// Runs until [`Remote::stop`].
    pub fn run(mut self) {
        let mut events = [Event::EMPTY; 256];
        while !self.is_stopping {
            let timeout = self.timeout();
            let may_sleep = timeout != Some(Duration::ZERO);
            let is_asleep = may_sleep && self.remote.mailbox.signal.begin_sleep();
            let wait = if is_asleep { timeout } else { Some(Duration::ZERO) };
            let ready = self.remote.epoll.wait(&mut events, wait).unwrap_or(&[]);
            if is_asleep {
                self.remote.mailbox.signal.end_sleep();
            }
            for event in ready.iter().filter(|e| e.token() != MAILBOX) {
                let readiness = Readiness {
                    is_readable: event.is_readable(),
                    is_writable: event.is_writable(),
                    is_hangup: event.is_hangup(),
                };
                self.dispatch(event.token(), |actor, io| actor.handle_ready(readiness, io));
            }
            self.run_commands();
            for token in std::mem::take(&mut self.turns) {
                self.dispatch(token, |actor, io| actor.handle_attention(io));
            }
            self.run_timers();
        }
    }

    /// How long to wait; `None`: until something happens.
    fn timeout(&self) -> Option<Duration> {
        if !self.turns.is_empty() {
            return Some(Duration::ZERO);
        }
        self.timers.next().map(|at| at.saturating_duration_since(Instant::now()))
    }

    fn run_commands(&mut self) {
        if !self.remote.mailbox.signal.is_pending() {
            return;
        }
        self.remote.mailbox.signal.clear();
        while let Some(command) = self.remote.mailbox.pop() {
            match command {
                Command::Add(token, actor) => {
                    self.actors.insert(token, actor);
                    self.dispatch(token, |actor, io| actor.start(io));
                }
                Command::Attend(token) => {
                    self.dispatch(token, |actor, io| actor.handle_attention(io));
                }
                Command::Stop => self.is_stopping = true,
            }
        }
    }

    fn run_timers(&mut self) {
        if self.timers.next().is_none() {
            return;
        }
        let now = Instant::now();
        // Taken out first: an actor may set a deadline that has passed already.
        let due: Vec<u64> = std::iter::from_fn(|| self.timers.pop(now)).collect();
        for token in due {
            self.dispatch(token, |actor, io| actor.handle_deadline(io));
        }
    }

    fn dispatch(&mut self, token: u64, call: impl FnOnce(&mut dyn Actor, &mut Io<'_>)) {
        let Some(actor) = self.actors.get(token) else { return };
        let mut io = Io {
            epoll: &self.remote.epoll,
            token,
            remote: &self.remote,
            deadline: None,
            wants_turn: false,
            is_finished: false,
        };
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            call(actor, &mut io);
        }));
        let Io { deadline, wants_turn, is_finished, .. } = io;
        if outcome.is_err() || is_finished {
            self.timers.set(token, None);
            self.remote.load.fetch_sub(1, Ordering::Relaxed);
            let removed = self.actors.remove(token);
            // What panicked may do so again as it goes.
            let _ = catch_unwind(AssertUnwindSafe(|| drop(removed)));
            release_deferred();
            return;
        }
        release_deferred();
        if let Some(deadline) = deadline {
            self.timers.set(token, deadline);
        }
        if wants_turn {
            self.turns.push(token);
        }
    }
}
