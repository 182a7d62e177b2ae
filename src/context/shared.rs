//! What a socket shares with its sessions and listeners: mailbox, monitor, and their list.
#![forbid(unsafe_code)]

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU64, AtomicUsize, Ordering};
use std::time::Instant;

use crate::sys::lock::Mutex;

use crate::errno::Result;
use crate::pipe::{PipeEnd, Target};
use crate::reactor::{Leader, Remote, Waiting};
use crate::sync::{Follower, Mailbox, Signal, Sleeper};

use super::Context;
use super::monitor::Monitor;

/// An endpoint of one socket: what a bind or a connect made. Never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EndpointId(pub u64);

/// A pipe on its way to a socket.
pub struct Attachment {
    /// The socket's end.
    pub end: PipeEnd,
    /// Where it belongs.
    pub endpoint: EndpointId,
    /// Whether the socket connected, rather than accepted.
    pub is_local: bool,
}

/// What others tell a socket.
pub enum SocketCommand {
    /// A pipe has events.
    Attend(u64),
    /// A peer is there.
    Attach(Box<Attachment>),
}

/// How a session is told to end.
#[derive(Default)]
pub struct SessionControl {
    is_stopped: AtomicBool,
    linger_ms: AtomicI32,
}

impl SessionControl {
    /// Asks the session to end, after sending what it has within `linger_ms` (-1: for ever).
    pub fn stop(&self, linger_ms: i32) {
        self.linger_ms.store(linger_ms, Ordering::SeqCst);
        self.is_stopped.store(true, Ordering::SeqCst);
    }

    /// The linger that the session has left to it, once it was asked to end.
    pub fn linger_ms(&self) -> Option<i32> {
        let is_stopped = self.is_stopped.load(Ordering::SeqCst);
        is_stopped.then(|| self.linger_ms.load(Ordering::SeqCst))
    }
}

struct SessionEntry {
    endpoint: EndpointId,
    remote: Arc<Remote>,
    token: u64,
    control: Arc<SessionControl>,
}

/// See the module.
pub struct SocketShared {
    /// Commands for the socket, and the signal that wakes who waits in it.
    mailbox: Mailbox<SocketCommand>,
    is_terminating: AtomicBool,
    /// The socket is closed: nobody reads the mailbox any more.
    is_closed: AtomicBool,
    next_id: AtomicU64,
    sessions: Mutex<HashMap<u64, SessionEntry>>,
    /// Endpoints that I/O threads listen at or dial.
    endpoints: AtomicUsize,
    /// The I/O thread, if there is one only.
    io: Option<Arc<Remote>>,
    /// Where events go (zmq_socket_monitor(3)).
    pub monitor: Monitor,
    /// The context; it counts this socket as live until this value is dropped.
    pub context: Arc<Context>,
}

impl SocketShared {
    pub(super) fn new(context: Arc<Context>) -> Self {
        Self {
            mailbox: Mailbox::new(Signal::new()),
            is_terminating: AtomicBool::new(false),
            is_closed: AtomicBool::new(false),
            next_id: AtomicU64::new(1),
            sessions: Mutex::default(),
            endpoints: AtomicUsize::new(0),
            io: context.sole_io().cloned(),
            monitor: Monitor::default(),
            context,
        }
    }

    /// The signal that is on when the mailbox has something.
    #[inline(always)]
    pub fn signal(&self) -> &Signal {
        &self.mailbox.signal
    }

    /// Announces, with the socket locked, that the caller will wait for the signal with the socket unlocked. It
    /// does the work of the I/O thread meanwhile, if the socket has connections and nobody else does.
    pub fn announce(&self) -> Wait<'_> {
        let io = self.connected_io();
        match io.filter(|_| self.context.may_lead()).and_then(|io| io.lead(self.signal())) {
            Some(leader) => Wait::Lead(leader),
            None => Wait::Sleep(self.signal().announce(), io.map(Remote::note_waiting)),
        }
    }

    /// The I/O thread, if there is one only, in this process, and the socket has connections.
    pub fn connected_io(&self) -> Option<&Arc<Remote>> {
        let io = self.io.as_ref().filter(|_| !self.context.is_inherited());
        io.filter(|_| !self.sessions.lock().is_empty())
    }

    /// The I/O thread, if there is one only, in this process, and the socket has no connections but may get some.
    fn connecting_io(&self) -> Option<&Arc<Remote>> {
        let has_endpoints = self.endpoints.load(Ordering::Relaxed) > 0;
        self.io.as_ref().filter(|_| has_endpoints && !self.context.is_inherited())
    }

    /// The caller is about to wait in the socket, which has no connections: it cannot do the work of the I/O thread that
    /// makes them.
    pub fn call_io(&self) {
        if let Some(io) = self.connecting_io() {
            io.call();
        }
    }

    /// Notes an endpoint that an I/O thread listens at or dials.
    pub fn note_endpoint(&self) {
        self.endpoints.fetch_add(1, Ordering::Relaxed);
    }

    /// Notes that one of those is gone.
    pub fn note_endpoint_gone(&self) {
        self.endpoints.fetch_sub(1, Ordering::Relaxed);
    }

    /// Notes that the caller has looked at the socket in vain, and does not wait in it.
    pub fn note_vain_try(&self) {
        if let Some(io) = self.io.as_ref().filter(|_| !self.context.is_inherited()) {
            io.note_vain_try();
        }
    }

    /// The I/O thread, if the caller has to serve it as soon as it has unlocked the socket. Not in a forked
    /// child: the connections are the parent's.
    #[inline(always)]
    pub fn unserved(&self) -> Option<&Arc<Remote>> {
        self.io.as_ref().filter(|io| io.is_unattended() && !self.context.is_inherited())
    }

    /// Takes the oldest command; the signal is cleared first.
    pub fn next_command(&self) -> Option<SocketCommand> {
        self.mailbox.pop()
    }

    /// Whether there was no memory to say which pipe has events. Asked after the last command.
    pub fn take_lost_calls(&self) -> bool {
        self.mailbox.take_lost()
    }

    /// A number for an endpoint or a session of this socket.
    pub fn new_id(&self) -> u64 {
        self.next_id.fetch_add(1, Ordering::Relaxed)
    }

    /// Makes room for `count` pipes, which are attached then. Errors: ENOMEM.
    pub fn expect(&self, count: usize) -> Result<()> {
        self.mailbox.reserve(count)
    }

    /// Gives the socket, which expects it, a pipe; dropped if the socket is closed.
    pub fn attach(&self, attachment: Box<Attachment>) {
        self.mailbox.push(SocketCommand::Attach(attachment));
        self.drain_if_closed();
    }

    fn drain_if_closed(&self) {
        if self.is_closed.load(Ordering::SeqCst) {
            self.drain();
        }
    }

    fn drain(&self) {
        while self.mailbox.pop().is_some() {}
    }

    /// Makes every call on the socket answer ETERM, and wakes those that wait.
    pub fn terminate(&self) {
        self.is_terminating.store(true, Ordering::SeqCst);
        self.mailbox.signal.notify();
    }

    /// Whether the context is being shut down.
    pub fn is_terminating(&self) -> bool {
        self.is_terminating.load(Ordering::SeqCst)
    }

    /// Notes a session, so that it can be told to end. If the socket is closed already, it is told
    /// now, with no linger.
    pub fn add_session(
        &self,
        id: u64,
        endpoint: EndpointId,
        remote: Arc<Remote>,
        token: u64,
        control: Arc<SessionControl>,
    ) {
        let entry = SessionEntry { endpoint, remote, token, control: Arc::clone(&control) };
        self.sessions.lock().insert(id, entry);
        if self.is_closed.load(Ordering::SeqCst) && control.linger_ms().is_none() {
            control.stop(0);
        }
    }

    /// Forgets a session that has ended.
    pub fn remove_session(&self, id: u64) {
        self.sessions.lock().remove(&id);
    }

    /// Tells the sessions of `endpoint` (`None`: all) to end within `linger_ms`.
    pub fn stop_sessions(&self, endpoint: Option<EndpointId>, linger_ms: i32) {
        let sessions = self.sessions.lock();
        let chosen = sessions.values().filter(|s| endpoint.is_none_or(|e| s.endpoint == e));
        for session in chosen {
            session.control.stop(linger_ms);
            session.remote.attend(session.token);
        }
    }

    /// The socket is closed: commands that still come are dropped, sessions end within `linger_ms`.
    pub fn close(&self, linger_ms: i32) {
        self.is_closed.store(true, Ordering::SeqCst);
        self.monitor.drop_gone();
        self.stop_sessions(None, linger_ms);
        self.drain();
    }
}

/// The I/O threads whose work a thread awaits that waits in several sockets, for a signal of its own.
#[derive(Default)]
pub struct Awaited {
    ios: Vec<Arc<Remote>>,
    /// Those which only make connections yet.
    connecting: Vec<Arc<Remote>>,
    /// Another thread has to do it.
    must_sleep: bool,
}

impl Awaited {
    /// Adds that of one of the sockets.
    pub fn add(&mut self, socket: &SocketShared) {
        if let Some(io) = &socket.io
            && self.ios.iter().all(|known| !Arc::ptr_eq(known, io))
        {
            if let Some(io) = socket.connected_io() {
                self.ios.push(Arc::clone(io));
                self.must_sleep |= !socket.context.may_lead();
            } else if let Some(io) = socket.connecting_io()
                && self.connecting.iter().all(|known| !Arc::ptr_eq(known, io))
            {
                self.connecting.push(Arc::clone(io));
            }
        }
    }

    /// Waits for what follows the signals of the sockets, as [`Wait::wait`] does. If there is one I/O
    /// thread only, the caller may do its work meanwhile.
    pub fn wait(&self, follower: &Follower, deadline: Option<Instant>) -> Result<()> {
        let signal = follower.signal();
        if self.ios.is_empty() {
            self.connecting.iter().for_each(|io| io.call());
            if follower.look(deadline)? {
                return Ok(());
            }
        }
        if let [io] = &*self.ios
            && !self.must_sleep
            && let Some(leader) = io.lead(signal)
        {
            return leader.wait(deadline);
        }
        let sleeper = signal.announce();
        let _waiting = self.note_waiting();
        sleeper.wait(deadline)
    }

    /// Notes that the caller has looked at the sockets in vain, and does not wait.
    pub fn note_vain_try(&self) {
        self.ios.iter().for_each(|io| io.note_vain_try());
    }

    /// Lets the I/O threads work for a caller who sleeps elsewhere, as long as the answer lives.
    pub fn note_waiting(&self) -> Vec<Waiting> {
        self.ios.iter().map(Remote::note_waiting).collect()
    }
}

/// A thread that is about to wait in a socket.
pub enum Wait<'a> {
    /// It does the work of the I/O thread.
    Lead(Leader<'a>),
    /// It sleeps.
    Sleep(Sleeper<'a>, Option<Waiting>),
}

impl Wait<'_> {
    /// Waits until the socket has commands or somebody else has taken them, or until `deadline` has passed
    /// (`EAGAIN`) or a signal handler ran (`EINTR`).
    pub fn wait(self, deadline: Option<Instant>) -> Result<()> {
        match self {
            Self::Lead(leader) => leader.wait(deadline),
            Self::Sleep(sleeper, _waiting) => sleeper.wait(deadline),
        }
    }
}

impl Target for SocketShared {
    fn attend(&self, token: u64) {
        self.mailbox.call(SocketCommand::Attend(token));
        self.drain_if_closed();
    }
}

impl Drop for SocketShared {
    fn drop(&mut self) {
        // The last event: nothing is left that others could come from.
        self.monitor.stop();
        self.context.note_gone();
    }
}
