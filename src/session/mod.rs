//! Sessions: one peer each, from dialling or accepting to the end.
//!
//! A [`Session`] is an actor of a reactor: it joins a pipe (the socket's other end), an engine (the
//! conversation) and a stream (the bytes). Only whoever runs the reactor changes a connection's state; the socket
//! asks by closing its end of the pipe or through [`crate::context::SessionControl`].
//!
//! | file | duty |
//! | --- | --- |
//! | `mod` | the actor: what happens to a session, and when it ends |
//! | `dial` | resolving, connecting, waiting for the next attempt |
//! | `connection` | an open stream with its engine: reading, writing, readiness |
//! | `ingress`, `egress` | bytes to the pipe, pipe to bytes |
//! | `raw` | the same for STREAM peers, which speak no ZMTP |
//! | `zap` | asking an authentication handler about a peer |
//! | `reply` | what may come to a REQ |
//! | `join` | the pipe between a socket and a session |
//! | `listener` | accepting |
#![forbid(unsafe_code)]

mod connection;
mod dial;
mod egress;
mod events;
mod ingress;
mod join;
mod listener;
mod raw;
mod reply;
mod sealed;
mod work;
mod zap;

use std::os::fd::AsFd;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::context::{Attachment, EndpointId, SessionControl, SocketShared};
use crate::engine::Config;
use crate::errno::Errno;
use crate::options::{Options, SocketType};
use crate::pipe::PipeEnd;
use crate::reactor::{Actor, Io, Readiness};
use crate::sys::memory;
use crate::transport::Stream;

use connection::{Connection, Ended};
use dial::Dial;

pub use dial::DialTarget;
pub use join::{has_conflate, session_pair};
pub use listener::{Bound, listen};

/// What both kinds of session have.
struct Common {
    shared: Arc<SocketShared>,
    options: Arc<Options>,
    /// What the engine has to know of them.
    config: Arc<Config>,
    endpoint: EndpointId,
    id: u64,
    control: Arc<SessionControl>,
    /// The listener's, for an accepted session: it ends with its listener.
    parent: Option<Arc<SessionControl>>,
    is_local: bool,
    pipe: Option<PipeEnd>,
    /// The other end of `pipe` on its way to the socket, which is told when the first messages are in it.
    attachment: Option<Box<Attachment>>,
}

enum Stage {
    /// Nothing is open: the dialler says what comes next.
    Dialling,
    /// A stream is open.
    Open(Box<Connection>),
    /// A stream was accepted and waits for `start`.
    Accepted(Option<Stream>),
}

/// When a session that was asked to end has to.
#[derive(Clone, Copy)]
enum Closing {
    No,
    /// When everything is sent, or at the instant.
    By(Option<Instant>),
}

/// See the module.
pub struct Session {
    common: Common,
    dial: Option<Box<Dial>>,
    stage: Stage,
    closing: Closing,
    deadline: Option<Instant>,
}

impl Session {
    /// A session that connects to `target` and goes on doing so. `pipe` is its end, unless the pipe
    /// is only to be made when a connection is there (ZMQ_IMMEDIATE).
    pub fn dial(
        shared: Arc<SocketShared>,
        options: Arc<Options>,
        endpoint: EndpointId,
        target: DialTarget,
        pipe: Option<PipeEnd>,
    ) -> Self {
        let dial = Dial::new(target, &options);
        let config = Arc::new(Config::from_options(&options));
        let common = Common {
            id: shared.new_id(),
            shared,
            options,
            config,
            endpoint,
            control: Arc::default(),
            parent: None,
            is_local: true,
            pipe,
            attachment: None,
        };
        Self::new(common, Some(Box::new(dial)), Stage::Dialling)
    }

    /// A session for a stream that a listener accepted.
    fn accepted(
        shared: Arc<SocketShared>,
        options: Arc<Options>,
        config: Arc<Config>,
        endpoint: EndpointId,
        stream: Stream,
        parent: Arc<SessionControl>,
    ) -> Self {
        let common = Common {
            id: shared.new_id(),
            shared,
            options,
            config,
            endpoint,
            control: Arc::default(),
            parent: Some(parent),
            is_local: false,
            pipe: None,
            attachment: None,
        };
        Self::new(common, None, Stage::Accepted(Some(stream)))
    }

    fn new(common: Common, dial: Option<Box<Dial>>, stage: Stage) -> Self {
        Self { common, dial, stage, closing: Closing::No, deadline: None }
    }

    /// How the socket tells this session to end.
    pub fn control(&self) -> Arc<SessionControl> {
        Arc::clone(&self.common.control)
    }

    /// Brings the session on after anything happened to it, then says when it wants to be called.
    fn settle(&mut self, io: &mut Io<'_>, result: Result<(), Ended>) {
        if let Some(attachment) = self.common.attachment.take() {
            self.common.shared.attach(attachment);
        }
        match result {
            Err(ended) => self.handle_end(ended, io),
            // What was sent before the pattern dropped the connection still goes out.
            Ok(()) if self.is_refused() && (self.is_starved() || !self.has_unsent()) => {
                self.handle_refusal(io);
            }
            Ok(()) => {}
        }
        self.check_closing(io);
        self.update_deadline(io);
    }

    /// `is_silent`: it is known that there is nothing to read.
    fn open(&mut self, stream: Stream, is_silent: bool, io: &mut Io<'_>) -> Result<(), Ended> {
        memory::check_spare().map_err(Ended::Stream)?;
        let connection =
            Connection::new(stream, self.dial.as_ref().map(|dial| dial.text()), &self.common);
        self.stage = Stage::Open(Box::new(connection));
        match &mut self.stage {
            Stage::Open(connection) => connection.start(is_silent, &mut self.common, io),
            Stage::Dialling | Stage::Accepted(_) => Ok(()),
        }
    }

    /// A stream could not even be watched (no memory for it): a dialler tries again later.
    fn handle_unopened(&mut self, ended: &Ended, io: &mut Io<'_>) {
        let goes_on = matches!(ended, Ended::Stream(_))
            && self.dial.as_mut().is_some_and(|dial| dial.wait(&self.common));
        if !goes_on {
            self.finish(io);
        }
    }

    /// The stream ended: a dialler tries again, an accepted session is over.
    fn handle_end(&mut self, ended: Ended, io: &mut Io<'_>) {
        let Stage::Open(mut connection) = std::mem::replace(&mut self.stage, Stage::Dialling)
        else {
            return self.handle_unopened(&ended, io);
        };
        connection.close(&mut self.common, &ended);
        let was_ready = connection.is_ready();
        drop(connection);
        if was_ready && !matches!(ended, Ended::Asked | Ended::Refused) {
            self.common.tell_of_loss();
        }
        let Some(dial) = &mut self.dial else { return self.finish(io) };
        if !dial.goes_on(&ended, was_ready, &self.common.options) {
            return self.finish(io);
        }
        self.common.prepare_reconnect();
        if !dial.wait(&self.common) {
            self.finish(io);
        }
    }

    /// The socket's pattern wants no more of this connection: it is closed if the application speaks
    /// the peer's protocol itself, or if it is for lack of memory; otherwise the peer stays connected and is ignored.
    fn handle_refusal(&mut self, io: &mut Io<'_>) {
        if self.is_starved() {
            self.handle_end(Ended::Stream(Errno::ENOMEM), io);
        } else if is_raw(&self.common.options) {
            self.handle_end(Ended::Refused, io);
        } else {
            self.common.pipe = None;
        }
    }

    fn finish(&mut self, io: &mut Io<'_>) {
        if let Stage::Open(connection) = &mut self.stage {
            connection.close(&mut self.common, &Ended::Asked);
        }
        if let Some(dial) = &mut self.dial {
            dial.stop(&self.common, io);
        }
        self.stage = Stage::Dialling;
        self.common.pipe = None;
        io.finish();
    }

    /// Ends the session if it was asked to and has nothing more to send.
    fn check_closing(&mut self, io: &mut Io<'_>) {
        if let Closing::No = self.closing {
            let Some(linger_ms) = self.common.asked_to_end() else { return };
            let at = u64::try_from(linger_ms).ok().map(Duration::from_millis);
            self.closing = Closing::By(at.and_then(|linger| Instant::now().checked_add(linger)));
        }
        let Closing::By(deadline) = self.closing else { return };
        if deadline.is_some_and(|at| at <= Instant::now()) || !self.has_unsent() {
            self.finish(io);
        }
    }

    /// Whether the socket's pattern wants no more of this connection.
    fn is_refused(&self) -> bool {
        matches!(self.stage, Stage::Open(_))
            && self.common.pipe.as_ref().is_some_and(PipeEnd::is_peer_reset)
    }

    /// Whether the socket has had no memory for what came over this connection.
    fn is_starved(&self) -> bool {
        self.common.pipe.as_ref().is_some_and(PipeEnd::is_peer_starved)
    }

    fn has_unsent(&mut self) -> bool {
        let in_pipe = self.common.pipe.as_mut().is_some_and(PipeEnd::is_readable);
        match &self.stage {
            Stage::Open(connection) => in_pipe || connection.has_output(),
            Stage::Dialling => in_pipe && !Dial::has_stop_after_disconnect(&self.common.options),
            Stage::Accepted(_) => false,
        }
    }

    fn update_deadline(&mut self, io: &mut Io<'_>) {
        let next = match &self.stage {
            Stage::Open(connection) => connection.poll_timeout(),
            Stage::Dialling => self.dial.as_ref().and_then(|dial| dial.poll_timeout()),
            Stage::Accepted(_) => None,
        };
        let closing = match self.closing {
            Closing::No => None,
            Closing::By(at) => at,
        };
        let deadline = next.into_iter().chain(closing).min();
        if deadline != self.deadline {
            self.deadline = deadline;
            io.set_deadline(deadline);
        }
    }

    /// `is_readable`: the descriptor was reported so. A connection is reported when it is made, or after; until
    /// then there was nothing to read.
    fn run_dial(&mut self, is_readable: bool, io: &mut Io<'_>) -> Result<(), Ended> {
        let (Stage::Dialling, Some(dial)) = (&self.stage, &mut self.dial) else { return Ok(()) };
        match dial.advance(&self.common, io) {
            dial::Progress::Waiting => Ok(()),
            dial::Progress::Connected(stream) => {
                let is_silent = !is_readable && !dial.has_proxy();
                self.open(stream, is_silent, io)
            }
            dial::Progress::GivenUp => Err(Ended::Asked),
        }
    }
}

/// Whether the peers speak no ZMTP.
fn is_raw(options: &Options) -> bool {
    options.socket_type == SocketType::Stream || options.router_raw
}

impl Actor for Session {
    fn start(&mut self, io: &mut Io<'_>) {
        let common = &self.common;
        let (remote, control) = (Arc::clone(io.remote), Arc::clone(&common.control));
        common.shared.add_session(common.id, common.endpoint, remote, io.token, control);
        if let Some(pipe) = &common.pipe {
            pipe.set_target(io.remote.clone(), io.token);
        }
        let result = match &mut self.stage {
            Stage::Accepted(stream) => match stream.take() {
                Some(stream) => match io.watch(stream.as_fd()) {
                    Ok(()) => self.open(stream, false, io),
                    Err(error) => Err(Ended::Stream(error)),
                },
                None => Ok(()),
            },
            Stage::Dialling => self.run_dial(false, io),
            Stage::Open(_) => Ok(()),
        };
        self.settle(io, result);
    }

    fn handle_ready(&mut self, readiness: Readiness, io: &mut Io<'_>) {
        let result = match &mut self.stage {
            Stage::Open(connection) => connection.handle_ready(readiness, &mut self.common, io),
            Stage::Dialling => self.run_dial(readiness.is_readable, io),
            Stage::Accepted(_) => Ok(()),
        };
        self.settle(io, result);
    }

    fn handle_attention(&mut self, io: &mut Io<'_>) {
        // Which events these are does not matter: all that may have changed is looked at.
        self.common.pipe.as_mut().map(PipeEnd::take_events);
        if matches!(self.stage, Stage::Dialling) {
            // A pipe that the pattern dropped meanwhile is replaced when a connection is there.
            self.common.pipe.take_if(|pipe| pipe.is_peer_reset());
        }
        let result = match &mut self.stage {
            Stage::Open(connection) => connection.handle_attention(&mut self.common, io),
            Stage::Dialling => self.run_dial(false, io),
            Stage::Accepted(_) => Ok(()),
        };
        self.settle(io, result);
    }

    fn handle_deadline(&mut self, io: &mut Io<'_>) {
        self.deadline = None;
        let result = match &mut self.stage {
            Stage::Open(connection) => connection.handle_timeout(&mut self.common, io),
            Stage::Dialling => self.run_dial(false, io),
            Stage::Accepted(_) => Ok(()),
        };
        self.settle(io, result);
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.common.shared.remove_session(self.common.id);
    }
}

impl Common {
    /// The linger left to the session, once the socket, the endpoint or the listener is closed.
    fn asked_to_end(&self) -> Option<i32> {
        match &self.pipe {
            Some(pipe) if pipe.is_peer_gone() && !pipe.is_peer_reset() => {
                Some(pipe.peer_linger_ms())
            }
            _ => {
                let parent = self.parent.as_ref().and_then(|p| p.linger_ms());
                self.control.linger_ms().or(parent)
            }
        }
    }
}
