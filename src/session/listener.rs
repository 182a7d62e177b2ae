//! Accepting: a listener on its I/O thread, and the handle by which the socket closes it at once.
#![forbid(unsafe_code)]

use std::os::fd::AsFd;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::sys::lock::Mutex;

use crate::context::{EndpointId, EventKind, SessionControl, SocketShared};
use crate::engine::Config;
use crate::errno::{Errno, Result};
use crate::options::Options;
use crate::pipe::Target;
use crate::reactor::{Actor, Io, Readiness, Remote};
use crate::sys::memory;
use crate::transport::{AcceptError, Listener};

use super::Session;
use super::events::Names;

/// Connections accepted before others have their turn.
const MOST_AT_ONCE: usize = 64;
/// Pause after the process ran out of descriptors or memory.
const PAUSE: Duration = Duration::from_millis(100);

struct Shared {
    /// `None` once closed.
    listener: Mutex<Option<Listener>>,
    control: Arc<SessionControl>,
    names: Names,
}

/// A bound endpoint, as the socket holds it.
pub struct Bound {
    shared: Arc<Shared>,
    remote: Arc<Remote>,
    token: u64,
    socket: Arc<SocketShared>,
    endpoint: EndpointId,
}

struct Accepting {
    shared: Arc<Shared>,
    socket: Arc<SocketShared>,
    options: Arc<Options>,
    config: Arc<Config>,
    endpoint: EndpointId,
    is_paused: bool,
}

/// Starts to accept on `listener`. Errors: EMTHREAD (no I/O thread), ENOMEM.
pub fn listen(
    listener: Listener,
    socket: &Arc<SocketShared>,
    options: Arc<Options>,
    endpoint: EndpointId,
) -> Result<Bound> {
    let remote = socket.context.choose_io(options.affinity).ok_or(Errno::EMTHREAD)?;
    let local = listener.local_endpoint().to_owned();
    let fd = listener.fd() as u64;
    let shared = Arc::new(Shared {
        listener: Mutex::new(Some(listener)),
        control: Arc::default(),
        names: Names { local, remote: String::new(), is_local: false },
    });
    remote.expect()?;
    shared.names.emit(socket, EventKind::Listening, fd);
    let accepting = Accepting {
        shared: Arc::clone(&shared),
        socket: Arc::clone(socket),
        config: Arc::new(Config::from_options(&options)),
        options,
        endpoint,
        is_paused: false,
    };
    let token = remote.add(Box::new(accepting));
    Ok(Bound { shared, remote, token, socket: Arc::clone(socket), endpoint })
}

impl Bound {
    /// The endpoint as ZMQ_LAST_ENDPOINT shows it.
    pub fn local_endpoint(&self) -> &str {
        &self.shared.names.local
    }

    /// Stops accepting: the descriptor is closed when this returns. Connections that were accepted
    /// end within `linger_ms`.
    pub fn close(self, linger_ms: i32) {
        self.shared.control.stop(linger_ms);
        let listener = self.shared.listener.lock().take();
        if let Some(listener) = listener {
            let fd = listener.fd() as u64;
            self.remote.unwatch(listener.as_fd());
            drop(listener);
            self.shared.names.emit(&self.socket, EventKind::Closed, fd);
        }
        self.socket.stop_sessions(Some(self.endpoint), linger_ms);
        self.remote.attend(self.token);
    }
}

impl Accepting {
    fn accept(&mut self, io: &mut Io<'_>) {
        for _ in 0..MOST_AT_ONCE {
            if let Err(error) = memory::check_spare() {
                self.report(error);
                return self.pause(io);
            }
            let accepted = match &*self.shared.listener.lock() {
                Some(listener) => listener.accept(),
                None => return io.finish(),
            };
            match accepted {
                Ok(stream) => self.begin_session(stream),
                Err(AcceptError::WouldBlock) => return,
                Err(AcceptError::Filtered) => self.report(Errno(libc::EACCES)),
                Err(AcceptError::Resource(error)) => {
                    self.report(error);
                    return self.pause(io);
                }
                Err(AcceptError::Other(error)) => self.report(error),
            }
        }
    }

    fn begin_session(&self, stream: crate::transport::Stream) {
        let Some(remote) = self.socket.context.choose_io(self.options.affinity) else { return };
        if let Err(error) = remote.expect() {
            return self.report(error);
        }
        let session = Session::accepted(
            Arc::clone(&self.socket),
            Arc::clone(&self.options),
            Arc::clone(&self.config),
            self.endpoint,
            stream,
            Arc::clone(&self.shared.control),
        );
        remote.add(Box::new(session));
    }

    fn report(&self, error: Errno) {
        self.shared.names.emit(&self.socket, EventKind::AcceptFailed, error.0 as u64);
    }

    /// Out of descriptors or memory: a level-triggered wait would spin, so none is made for a while.
    fn pause(&mut self, io: &mut Io<'_>) {
        if let Some(listener) = &*self.shared.listener.lock() {
            io.unwatch(listener.as_fd());
        }
        self.is_paused = true;
        io.set_deadline(Some(Instant::now() + PAUSE));
    }

    fn watch(&mut self, io: &mut Io<'_>) {
        self.is_paused = false;
        let watched = match &*self.shared.listener.lock() {
            Some(listener) => io.watch_level(listener.as_fd()),
            None => return io.finish(),
        };
        if let Err(error) = watched {
            self.report(error);
            self.is_paused = true;
            io.set_deadline(Some(Instant::now() + PAUSE));
        }
    }
}

impl Actor for Accepting {
    fn start(&mut self, io: &mut Io<'_>) {
        self.watch(io);
    }

    fn handle_ready(&mut self, _: Readiness, io: &mut Io<'_>) {
        self.accept(io);
    }

    fn handle_attention(&mut self, io: &mut Io<'_>) {
        if self.shared.control.linger_ms().is_some() {
            io.finish();
        }
    }

    fn handle_deadline(&mut self, io: &mut Io<'_>) {
        if self.is_paused {
            self.watch(io);
        }
    }
}
