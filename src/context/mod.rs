//! Contexts: I/O threads, the inproc registry, and termination.
//!
//! Termination is drop: a socket's [`SocketShared`] is held by the socket, its sessions, its listeners and
//! the pipes that lead to it; [`Context::terminate`] waits until every one is gone. There is no reaper
//! thread: a closed socket's sessions live on by themselves until they are done or their linger is over.
#![forbid(unsafe_code)]

mod inproc;
mod monitor;
mod shared;
mod workers;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock, Weak};
use std::thread::JoinHandle;

use crate::sys::lock::Mutex;

pub use inproc::{Inproc, Peer};
pub use monitor::{Event, EventKind, Monitor, MonitorKind};
pub use shared::{
    Attachment, Awaited, EndpointId, SessionControl, SocketCommand, SocketShared, Wait,
};
pub use workers::Workers;

use crate::errno::{Errno, Result};
use crate::message::release_deferred;
use crate::options::ContextOptions;
use crate::reactor::{Reactor, Remote};
use crate::sync::Signal;
use crate::sys::{fork, memory, thread};

/// A context (zmq_ctx_new(3)).
pub struct Context {
    options: Mutex<ContextOptions>,
    threads: Mutex<Threads>,
    /// The I/O thread, if there is one only: application threads may do its work.
    sole_io: OnceLock<Arc<Remote>>,
    /// A socket's descriptor was given out (ZMQ_FD): who waits for that relies on the I/O thread.
    has_public_fd: AtomicBool,
    /// Sockets that may still be there.
    sockets: Mutex<Vec<Weak<SocketShared>>>,
    /// Sockets not yet gone, those that linger included.
    live: AtomicUsize,
    is_terminating: AtomicBool,
    gone: Signal,
    /// Of the process that has started the threads.
    generation: OnceLock<u64>,
    /// Endpoints within the context.
    pub inproc: Inproc,
    /// For what may block.
    pub workers: Workers,
}

#[derive(Default)]
struct Threads {
    is_started: bool,
    remotes: Vec<Arc<Remote>>,
    handles: Vec<JoinHandle<()>>,
}

impl Default for Context {
    fn default() -> Self {
        Self {
            options: Mutex::default(),
            threads: Mutex::default(),
            sole_io: OnceLock::new(),
            has_public_fd: AtomicBool::new(false),
            sockets: Mutex::default(),
            live: AtomicUsize::new(0),
            is_terminating: AtomicBool::new(false),
            gone: Signal::new(),
            generation: OnceLock::new(),
            inproc: Inproc::default(),
            workers: Workers::default(),
        }
    }
}

impl Context {
    /// A context without threads; they start with the first socket.
    pub fn new() -> Arc<Self> {
        Arc::default()
    }

    /// Whether this process is a child of the one that started the context's threads: they are not here.
    #[inline(always)]
    pub fn is_inherited(&self) -> bool {
        self.generation.get().is_some_and(|&generation| fork::is_later_than(generation))
    }

    /// Reads or changes the options.
    pub fn with_options<R>(&self, with: impl FnOnce(&mut ContextOptions) -> R) -> R {
        with(&mut self.options.lock())
    }

    /// Whether [`Self::shutdown`] or [`Self::terminate`] was called.
    pub fn is_terminating(&self) -> bool {
        self.is_terminating.load(Ordering::SeqCst)
    }

    /// Registers a socket, starting the threads if it is the first. Errors: ETERM, EMFILE (too many
    /// sockets, or no descriptors for the threads), EAGAIN (no thread), ENOMEM.
    pub fn register(self: &Arc<Self>) -> Result<Arc<SocketShared>> {
        memory::check_spare()?;
        thread::prepare();
        if self.is_terminating() {
            return Err(Errno::ETERM);
        }
        self.start_threads()?;
        let most = self.with_options(|o| o.max_sockets) as usize;
        let mut sockets = self.sockets.lock();
        if self.live.load(Ordering::SeqCst) >= most {
            return Err(Errno::EMFILE);
        }
        self.live.fetch_add(1, Ordering::SeqCst);
        let shared = Arc::new(SocketShared::new(Arc::clone(self)));
        if sockets.len() == sockets.capacity() {
            // Amortised: before the list grows, those that are gone make room.
            sockets.retain(|socket| socket.strong_count() > 0);
            let len = sockets.len();
            sockets.reserve(len + 1);
        }
        sockets.push(Arc::downgrade(&shared));
        drop(sockets);
        if self.is_terminating() {
            shared.terminate();
        }
        Ok(shared)
    }

    fn note_gone(&self) {
        self.live.fetch_sub(1, Ordering::SeqCst);
        self.gone.notify();
    }

    fn start_threads(&self) -> Result<()> {
        let mut threads = self.threads.lock();
        if threads.is_started {
            return Ok(());
        }
        let options = self.options.lock().clone();
        let prefix = String::from_utf8_lossy(&options.thread_name_prefix).into_owned();
        let prefix = if prefix.is_empty() { prefix } else { prefix + "/" };
        let attributes = thread::Attributes {
            sched_policy: (options.thread_sched_policy >= 0).then_some(options.thread_sched_policy),
            priority: (options.thread_priority >= 0).then_some(options.thread_priority),
            affinity: options.thread_affinity_cpus.iter().map(|&c| c as usize).collect(),
        };
        for n in 0..options.io_threads {
            let started = Reactor::new(options.io_threads == 1).and_then(|reactor| {
                let remote = reactor.remote();
                let name = format!("{prefix}ZMQbg/IO/{n}");
                thread::begin(&name, &attributes, move || reactor.run()).map(|h| (remote, h))
            });
            match started {
                Ok((remote, handle)) => {
                    threads.remotes.push(remote);
                    threads.handles.push(handle);
                }
                Err(error) => {
                    let failed = std::mem::take(&mut *threads);
                    drop(threads);
                    failed.stop();
                    return Err(error);
                }
            }
        }
        if let [remote] = &*threads.remotes {
            let _ = self.sole_io.set(Arc::clone(remote));
        }
        let _ = self.generation.set(fork::generation());
        threads.is_started = true;
        Ok(())
    }

    /// The I/O thread, if there is one only.
    pub fn sole_io(&self) -> Option<&Arc<Remote>> {
        self.sole_io.get()
    }

    /// A socket's descriptor is given out (zmq_getsockopt(3), ZMQ_FD).
    pub fn note_public_fd(&self) {
        self.has_public_fd.store(true, Ordering::SeqCst);
    }

    /// Whether an application's thread may do the work of the I/O thread while it waits.
    pub fn may_lead(&self) -> bool {
        !self.has_public_fd.load(Ordering::SeqCst)
    }

    /// The I/O thread with the least to do among those that `affinity` (a bit for each, 0: all)
    /// allows; `None` if there is none.
    pub fn choose_io(&self, affinity: u64) -> Option<Arc<Remote>> {
        let threads = self.threads.lock();
        let allowed = |i: usize| affinity == 0 || (i < 64 && affinity >> i & 1 != 0);
        let remotes = threads.remotes.iter().enumerate().filter(|&(i, _)| allowed(i));
        remotes.map(|(_, remote)| remote).min_by_key(|remote| remote.load()).cloned()
    }

    /// Makes every call on the context's sockets answer ETERM (zmq_ctx_shutdown(3)).
    pub fn shutdown(&self) {
        self.is_terminating.store(true, Ordering::SeqCst);
        let sockets: Vec<_> = self.sockets.lock().iter().filter_map(Weak::upgrade).collect();
        for socket in sockets {
            socket.terminate();
        }
    }

    /// Shuts down, waits until every socket is closed and gone, and ends the threads
    /// (zmq_ctx_term(3)). Errors: EINTR, after which it can be called again.
    pub fn terminate(&self) -> Result<()> {
        if self.is_inherited() {
            return Err(Errno::EINTR);
        }
        self.shutdown();
        self.inproc.drop_pending();
        release_deferred();
        while self.live.load(Ordering::SeqCst) > 0 {
            self.gone.wait(None)?;
            self.gone.clear();
        }
        let threads = std::mem::take(&mut *self.threads.lock());
        threads.stop();
        // A second caller waits for the same.
        self.gone.notify();
        Ok(())
    }
}

impl Threads {
    fn stop(self) {
        for remote in &self.remotes {
            remote.stop();
        }
        for handle in self.handles {
            // A panic at the thread's top was reported where it happened.
            let _ = handle.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reactor::{Actor, Io, Readiness};

    struct Idle;

    impl Actor for Idle {
        fn start(&mut self, _: &mut Io<'_>) {}
        fn handle_ready(&mut self, _: Readiness, _: &mut Io<'_>) {}
        fn handle_attention(&mut self, _: &mut Io<'_>) {}
        fn handle_deadline(&mut self, _: &mut Io<'_>) {}
    }

    /// How many of `count` new connections each of `io_threads` gets.
    fn shares(io_threads: i32, count: usize, affinity: u64) -> Vec<usize> {
        let context = Context::new();
        context.with_options(|options| options.io_threads = io_threads);
        drop(context.register().unwrap());
        for _ in 0..count {
            let remote = context.choose_io(affinity).unwrap();
            remote.expect().unwrap();
            remote.add(Box::new(Idle));
        }
        let loads = context.threads.lock().remotes.iter().map(|remote| remote.load()).collect();
        context.terminate().unwrap();
        loads
    }

    #[test]
    fn io_threads_share_connections() {
        assert_eq!(shares(2, 10, 0), [5, 5]);
        assert_eq!(shares(4, 10, 0), [3, 3, 2, 2]);
    }

    #[test]
    fn affinity_says_which_io_threads_get_connections() {
        assert_eq!(shares(4, 10, 0b0100), [0, 0, 10, 0]);
        assert_eq!(shares(4, 10, 0b1010), [0, 5, 0, 5]);
    }

    #[test]
    fn affinity_for_no_io_thread_leaves_none() {
        let context = Context::new();
        let socket = context.register().unwrap();
        assert!(context.choose_io(0b10).is_none());
        assert!(context.choose_io(0b01).is_some());
        drop(socket);
        context.terminate().unwrap();
    }
}
