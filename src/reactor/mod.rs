//! The loop of an I/O thread: descriptors, deadlines and commands, dispatched to actors.
//!
//! Owns the actors of its thread (sessions, listeners) and knows nothing of what they do. An actor has
//! at most one descriptor and one deadline at a time. A panic in an actor costs that actor: it is
//! dropped, and dropping closes what it owned.
//!
//! Actors are run by whoever holds the lock of the `core`: the I/O thread, an application's thread that
//! waits in a socket ([`Leader`]), or one that has just told an actor of something ([`Remote::serve`]). Nobody
//! sleeps with the lock held.
//!
//! On Linux this is epoll itself, edge-triggered, rather than the portable `polling` crate: there a
//! wake-up by notification costs two more system calls (re-arming and reading its eventfd).
#![forbid(unsafe_code)]

mod actors;
mod burst;
mod core;
mod lead;
mod timers;

use std::os::fd::{AsFd, BorrowedFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::sys::lock::{Mutex, MutexGuard};

use crate::errno::Result;
use crate::message::release_deferred;
use crate::pipe::Target;
use crate::sync::{Mailbox, Signal};
use crate::sys::epoll::{Epoll, Event, Interest};
use crate::sys::eventfd::EventFd;
use crate::sys::fork;
use crate::sys::thread::{set_timer_slack, yield_now};

use self::core::{Command, Core};
use self::lead::Lead;

pub use self::burst::Burst;
pub use self::lead::{Leader, Waiting};

/// Token of the descriptor that only ends a sleep.
const WAKER: u64 = u64::MAX;
/// How often the I/O thread looks whether an application's thread still does the work, as it did of late. What is left to it
/// waits for two such times at most. To look is to wake, no more: with the lock and epoll it would take the work from who
/// does it.
const PARK: Duration = Duration::from_micros(500);
/// For how long it does not stay away after something new was handed to it.
const ATTENTION: Duration = Duration::from_millis(1);
/// By how much the I/O thread may wake late.
const SLACK: Duration = Duration::from_micros(5);
/// How often in a row, while that holds the lock each time.
const MOST_PARKS: u32 = 4;

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

/// Something that lives on a reactor.
pub trait Actor: Send {
    /// Called once, before everything else.
    fn start(&mut self, io: &mut Io<'_>);
    /// The descriptor given to [`Io::watch`] is ready.
    fn handle_ready(&mut self, readiness: Readiness, io: &mut Io<'_>);
    /// Somebody called `attend` with the actor's token, or the actor asked for another turn.
    fn handle_attention(&mut self, io: &mut Io<'_>);
    /// The deadline given to [`Io::set_deadline`] has passed.
    fn handle_deadline(&mut self, io: &mut Io<'_>);
}

/// The reactor as other threads see it.
pub struct Remote {
    epoll: Epoll,
    mailbox: Mailbox<Command>,
    /// Ends a sleep in epoll.
    waker: Arc<EventFd>,
    core: Mutex<Core>,
    lead: Lead,
    /// How the threads of applications serve.
    burst: Mutex<Burst>,
    /// Every socket of the context uses this reactor, and serves it.
    is_sole: bool,
    /// Of the process whose I/O thread this is.
    generation: u64,
    /// An actor was handed over since somebody last began to run commands.
    has_new: AtomicBool,
    /// The loop ends when all commands are done.
    is_stopping: AtomicBool,
    /// How often the kernel has taken the end of a message.
    passed: AtomicUsize,
    next_token: AtomicUsize,
    /// Number of actors: the measure by which threads are chosen.
    load: AtomicUsize,
}

impl Remote {
    /// Makes room for an actor, which is added then. Errors: ENOMEM.
    pub fn expect(&self) -> Result<()> {
        self.mailbox.reserve(1)
    }

    /// Hands an actor over to the I/O thread, which expects it; answers its token.
    pub fn add(&self, actor: Box<dyn Actor>) -> u64 {
        let token = self.next_token.fetch_add(1, Ordering::Relaxed) as u64;
        self.load.fetch_add(1, Ordering::Relaxed);
        self.mailbox.push_quietly(Command::Add(token, actor));
        self.has_new.store(true, Ordering::Relaxed);
        self.rouse();
        token
    }

    /// Lets an actor look at what has changed.
    pub fn wake(&self, token: u64) {
        self.mailbox.call_quietly(Command::Attend(token));
        self.rouse();
    }

    /// Ends the loop after the commands before this one.
    pub fn stop(&self) {
        self.is_stopping.store(true, Ordering::SeqCst);
        self.rouse();
    }

    /// Stops watching `fd`, from any thread; to be called before it is closed.
    pub fn unwatch(&self, fd: BorrowedFd<'_>) {
        // ENOENT: it was not watched.
        let _ = self.epoll.delete(fd);
    }

    /// Notes that the kernel has taken the end of a message.
    pub fn note_passed(&self) {
        // Only whoever runs actors writes it.
        self.passed.store(self.passed().wrapping_add(1), Ordering::Relaxed);
    }

    /// How often that was.
    pub fn passed(&self) -> usize {
        self.passed.load(Ordering::Relaxed)
    }

    /// Number of actors.
    pub fn load(&self) -> usize {
        self.load.load(Ordering::Relaxed)
    }

    /// Whether there are commands, and no thread is known to run them soon.
    #[inline(always)]
    pub fn is_unattended(&self) -> bool {
        self.mailbox.signal.is_unattended()
    }

    /// Whether there are commands to run.
    #[inline(always)]
    pub fn has_commands(&self) -> bool {
        self.mailbox.signal.is_pending()
    }
}

/// A session's end of a pipe is only ever told of something by a thread in a socket. Where there is one reactor
/// only, that thread calls [`Remote::serve`] when it has left the socket.
impl Target for Remote {
    fn attend(&self, token: u64) {
        if fork::is_later_than(self.generation) {
            // A forked child: the I/O thread is the parent's, and may have been in the mailbox.
        } else if self.is_sole {
            self.mailbox.call_quietly(Command::Attend(token));
        } else {
            self.wake(token);
        }
    }
}

impl Remote {
    /// Passes on what the I/O thread hears; a wake-up may have been meant for who leads.
    fn handle_events(self: &Arc<Self>, core: &mut Core, events: &[Event]) {
        if events.iter().any(|event| event.token() == WAKER) {
            self.pass_on_wake_up();
        }
        core.handle_events(events, self);
    }

    /// The I/O thread has just woken. Who has handed an actor over goes on before it is worked on: programs open a monitor
    /// right after zmq_connect and are not to miss its events, and the kernel may have interrupted them for this thread.
    fn let_go_on(&self) {
        if self.has_new.load(Ordering::Relaxed) {
            yield_now();
        }
    }

    /// Has the I/O thread stay away as long as others lead, or hold the lock, and it is not called; `turn` is the last that
    /// it knows of.
    fn park<'a>(
        &'a self,
        mut core: MutexGuard<'a, Core>,
        leads: &mut usize,
        turn: u32,
    ) -> MutexGuard<'a, Core> {
        let signal = &self.mailbox.signal;
        core.note_away();
        let mut sleeper = signal.announce_after(turn);
        drop(core);
        release_deferred();
        let mut busy = 0;
        loop {
            // Who began to wait before it was announced saw nobody to wake.
            let length = if self.is_waited_for() { Duration::ZERO } else { PARK };
            let is_called = sleeper.wait_for_turn(Instant::now() + length).is_ok();
            self.let_go_on();
            if !is_called && self.wants_room(leads) {
                // Whoever leads has done what there was until then.
                busy = 0;
            } else if let Some(core) = self.core.try_lock() {
                return core;
            } else if is_called || self.is_waited_for() || busy == MOST_PARKS {
                return self.core.lock();
            } else {
                busy += 1;
            }
            sleeper = signal.announce_after(turn);
        }
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

/// Whether connections are being made, whose exchanges would wait for a thread that leads now and then.
#[derive(Default)]
struct Attentive(Option<Instant>);

impl Attentive {
    fn look(&mut self, remote: &Remote) {
        if remote.has_new.load(Ordering::Relaxed) {
            self.0 = Instant::now().checked_add(ATTENTION);
        }
    }

    fn is_so(&mut self) -> bool {
        self.0.take_if(|until| *until <= Instant::now());
        self.0.is_some()
    }
}

/// The loop; one for each I/O thread.
pub struct Reactor {
    remote: Arc<Remote>,
}

impl Reactor {
    /// A reactor with nothing to do; `is_sole` if its context has no other. Errors: EMFILE, ENFILE, ENOMEM.
    pub fn new(is_sole: bool) -> Result<Self> {
        let epoll = Epoll::new()?;
        let waker = Arc::new(EventFd::new()?);
        epoll.add(
            waker.as_fd(),
            WAKER,
            Interest { readable: true, writable: false, edge: true },
        )?;
        let remote = Remote {
            epoll,
            mailbox: Mailbox::new(Signal::common(Arc::clone(&waker))),
            waker,
            core: Mutex::default(),
            lead: Lead::default(),
            burst: Mutex::default(),
            is_sole,
            generation: fork::generation(),
            has_new: AtomicBool::new(false),
            is_stopping: AtomicBool::new(false),
            passed: AtomicUsize::new(0),
            next_token: AtomicUsize::new(0),
            load: AtomicUsize::new(0),
        };
        Ok(Self { remote: Arc::new(remote) })
    }

    /// The reactor as other threads see it.
    pub fn remote(&self) -> Arc<Remote> {
        Arc::clone(&self.remote)
    }

    /// Runs until [`Remote::stop`].
    pub fn run(self) {
        set_timer_slack(SLACK);
        let remote = &self.remote;
        let signal = &remote.mailbox.signal;
        let mut events = [Event::EMPTY; 256];
        let mut leads = 0;
        let mut attentive = Attentive::default();
        let mut core = remote.core.lock();
        loop {
            // Who calls from now on may have something to do that is not seen.
            let turn = signal.turn();
            attentive.look(remote);
            if !core.take_turn(remote) {
                break;
            }
            let is_done = core.timeout() != Some(Duration::ZERO);
            if is_done && remote.wants_room(&mut leads) && !attentive.is_so() {
                if core.is_deaf() {
                    let ready = remote.epoll.wait(&mut events, Some(Duration::ZERO));
                    remote.handle_events(&mut core, ready.unwrap_or(&[]));
                    if core.timeout() == Some(Duration::ZERO) {
                        continue;
                    }
                }
                core = remote.park(core, &mut leads, turn);
                core.note_awake();
                continue;
            }
            let is_asleep = is_done && signal.begin_poll();
            if is_asleep {
                core.note_sleep();
            }
            let timeout = if is_asleep { core.timeout() } else { Some(Duration::ZERO) };
            let ready = MutexGuard::unlocked(&mut core, || {
                release_deferred();
                let ready = remote.epoll.wait(&mut events, timeout).unwrap_or(&[]);
                if is_asleep {
                    signal.end_poll();
                    remote.let_go_on();
                }
                ready
            });
            core.note_awake();
            remote.handle_events(&mut core, ready);
        }
        drop(core);
        release_deferred();
    }
}
