//! Connecting: resolve, connect, and after a failure wait and try again (zmq_setsockopt(3),
//! ZMQ_RECONNECT_IVL and its kin).
//!
//! Names are looked up anew for each attempt, on a thread of their own: DNS may block for long and never
//! does so on an I/O thread.
#![forbid(unsafe_code)]

use std::os::fd::{AsFd, RawFd};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::sys::lock::Mutex;

use crate::context::EventKind;
use crate::endpoint::{IpcPath, TcpEndpoint};
use crate::errno::{Errno, Result};
use crate::options::Options;
use crate::reactor::Io;
use crate::sys::{random, thread};
use crate::transport::resolve::{self, PeerAddress, TcpTarget};
use crate::transport::socks::{self, Negotiation, Tunnel};
use crate::transport::{Connecting, Stream};

use super::Common;
use super::connection::Ended;
use super::events::Names;

/// ZMQ_RECONNECT_STOP_*: bits of `reconnect_stop`.
const STOP_CONN_REFUSED: i32 = 1;
const STOP_HANDSHAKE_FAILED: i32 = 2;
const STOP_AFTER_DISCONNECT: i32 = 4;

/// Where to connect to.
#[derive(Clone, Debug)]
pub enum DialTarget {
    /// tcp, by name or number.
    Tcp(TcpEndpoint),
    /// A unix socket.
    Ipc(IpcPath),
}

type Answer = Arc<Mutex<Option<Result<TcpTarget>>>>;

enum Step {
    /// An attempt is due.
    Start,
    Resolving(Answer),
    Connecting(Connecting, Option<Instant>),
    /// The proxy is reached and not yet the host.
    Tunnelling(Tunnel, Option<Instant>),
    /// The attempt made a stream; the session has it.
    Connected,
    Waiting(Instant),
}

/// What an advance came to.
pub enum Progress {
    /// Something has to happen first.
    Waiting,
    /// A stream is there, and watched.
    Connected(Stream),
    /// No further attempt will be made.
    GivenUp,
}

/// See the module.
pub struct Dial {
    target: DialTarget,
    proxy: Option<TcpEndpoint>,
    text: Arc<str>,
    step: Step,
    /// Interval before the next attempt, in milliseconds.
    interval_ms: i32,
}

impl Dial {
    pub fn new(target: DialTarget, options: &Options) -> Self {
        let proxy = match &target {
            DialTarget::Tcp(tcp) => socks::proxy(tcp, options),
            DialTarget::Ipc(_) => None,
        };
        let text = match (&target, &proxy) {
            (DialTarget::Tcp(_), Some(tcp)) | (DialTarget::Tcp(tcp), None) => {
                format!("tcp://{tcp}")
            }
            (DialTarget::Ipc(path), _) => format!("ipc://{path}"),
        };
        Self {
            target,
            proxy,
            text: text.into(),
            step: Step::Start,
            interval_ms: options.reconnect_ivl,
        }
    }

    /// What is connected to, as the application wrote it: the endpoint or the proxy.
    pub fn text(&self) -> Arc<str> {
        Arc::clone(&self.text)
    }

    /// Whether the stream may have been read from before the session gets it.
    pub fn has_proxy(&self) -> bool {
        self.proxy.is_some()
    }

    /// Goes on as far as it can without waiting.
    pub(super) fn advance(&mut self, common: &Common, io: &Io<'_>) -> Progress {
        loop {
            let step = std::mem::replace(&mut self.step, Step::Start);
            let outcome = match step {
                Step::Start => self.begin(common, io),
                Step::Resolving(answer) => match answer.lock().take() {
                    Some(resolved) => {
                        resolved.map(PeerAddress::Tcp).and_then(|a| self.connect(&a, common, io))
                    }
                    None => {
                        self.step = Step::Resolving(Arc::clone(&answer));
                        Ok(None)
                    }
                },
                Step::Connecting(connecting, limit) => self.check(connecting, limit, common, io),
                Step::Tunnelling(tunnel, limit) => self.negotiate(tunnel, limit, common, io),
                Step::Connected => return Progress::GivenUp,
                Step::Waiting(at) if at <= Instant::now() => continue,
                Step::Waiting(at) => {
                    self.step = Step::Waiting(at);
                    Ok(None)
                }
            };
            return match outcome {
                Ok(Some(stream)) => {
                    self.step = Step::Connected;
                    Progress::Connected(stream)
                }
                Ok(None) => Progress::Waiting,
                Err(error) => self.failed(error, common),
            };
        }
    }

    fn begin(&mut self, common: &Common, io: &Io<'_>) -> Result<Option<Stream>> {
        let address = match &self.target {
            DialTarget::Ipc(path) => PeerAddress::Ipc(path.clone()),
            DialTarget::Tcp(tcp) => {
                let tcp = self.proxy.as_ref().unwrap_or(tcp);
                match resolve::resolve_numeric(tcp, &common.options) {
                    Some(target) => PeerAddress::Tcp(target?),
                    None => {
                        self.step = Step::Resolving(look_up(tcp.clone(), common, io)?);
                        return Ok(None);
                    }
                }
            }
        };
        self.connect(&address, common, io)
    }

    fn connect(
        &mut self,
        address: &PeerAddress,
        common: &Common,
        io: &Io<'_>,
    ) -> Result<Option<Stream>> {
        let mut connecting = Connecting::start(address, &common.options).map_err(|error| {
            if let Some(fd) = error.closed {
                self.report_closed(fd, common);
            }
            error.errno
        })?;
        let limit = deadline(common.options.connect_timeout);
        io.watch(connecting.as_fd())?;
        if connecting.is_connected() {
            return self.finish(connecting, limit, common, io);
        }
        self.emit(common, EventKind::ConnectDelayed, Errno::EINPROGRESS.0 as u64);
        if connecting.is_established() {
            return self.finish(connecting, limit, common, io);
        }
        self.step = Step::Connecting(connecting, limit);
        Ok(None)
    }

    /// Looks whether an attempt under way has come to an end.
    fn check(
        &mut self,
        mut connecting: Connecting,
        limit: Option<Instant>,
        common: &Common,
        io: &Io<'_>,
    ) -> Result<Option<Stream>> {
        let is_late = is_over(limit);
        if !is_late && !connecting.is_ready() {
            self.step = Step::Connecting(connecting, limit);
            return Ok(None);
        }
        if is_late {
            io.unwatch(connecting.as_fd());
            self.report_closed(connecting.fd(), common);
            return Err(Errno::ETIMEDOUT);
        }
        self.finish(connecting, limit, common, io)
    }

    /// The stream is made, or never will be. To a proxy it is one to ask for the host.
    fn finish(
        &mut self,
        connecting: Connecting,
        limit: Option<Instant>,
        common: &Common,
        io: &Io<'_>,
    ) -> Result<Option<Stream>> {
        let fd = connecting.fd();
        let stream = connecting.finish().inspect_err(|_| self.report_closed(fd, common))?;
        let (DialTarget::Tcp(host), Some(_)) = (&self.target, &self.proxy) else {
            return Ok(Some(stream));
        };
        let negotiation = Negotiation::new(host, &common.options)
            .inspect_err(|_| self.report_closed(fd, common))?;
        // A proxy that says nothing must not keep the attempt for ever.
        let limit = limit.or_else(|| deadline(common.options.handshake_ivl));
        self.negotiate(Tunnel::new(stream, negotiation), limit, common, io)
    }

    /// Goes on asking the proxy for the host.
    fn negotiate(
        &mut self,
        mut tunnel: Tunnel,
        limit: Option<Instant>,
        common: &Common,
        io: &Io<'_>,
    ) -> Result<Option<Stream>> {
        let result = if is_over(limit) { Err(Errno::ETIMEDOUT) } else { tunnel.advance() };
        if result == Ok(false) {
            self.step = Step::Tunnelling(tunnel, limit);
            return Ok(None);
        }
        match result {
            Ok(_) => Ok(Some(tunnel.into_stream())),
            Err(error) => {
                io.unwatch(tunnel.as_fd());
                self.report_closed(tunnel.fd(), common);
                Err(error)
            }
        }
    }

    fn report_closed(&self, fd: RawFd, common: &Common) {
        self.emit(common, EventKind::Closed, fd as u64);
    }

    fn failed(&mut self, error: Errno, common: &Common) -> Progress {
        let is_refused = error == Errno::ECONNREFUSED && self.proxy.is_none();
        if is_refused && common.options.reconnect_stop & STOP_CONN_REFUSED != 0 {
            return Progress::GivenUp;
        }
        if self.wait(common) { Progress::Waiting } else { Progress::GivenUp }
    }

    /// Plans the next attempt; `false` if none is wanted.
    pub(super) fn wait(&mut self, common: &Common) -> bool {
        let options = &common.options;
        if options.reconnect_ivl < 0 {
            return false;
        }
        let interval_ms = self.next_interval_ms(options);
        self.emit(common, EventKind::ConnectRetried, interval_ms as u64);
        let interval = Duration::from_millis(u64::try_from(interval_ms).unwrap_or(0));
        self.step = Step::Waiting(Instant::now() + interval);
        true
    }

    /// With a maximum the interval doubles up to it. What is added by chance keeps peers that lost the
    /// same connection from coming back all at once.
    fn next_interval_ms(&mut self, options: &Options) -> i32 {
        let base = options.reconnect_ivl;
        let now = self.interval_ms;
        if options.reconnect_ivl_max > base {
            self.interval_ms = now.saturating_mul(2).min(options.reconnect_ivl_max);
        }
        let spread = if base > 0 { random::random_u32() % base as u32 } else { 0 };
        now.saturating_add(spread as i32)
    }

    /// Whether another attempt follows the end of a connection that `was_ready` or not.
    pub(super) fn goes_on(&mut self, ended: &Ended, was_ready: bool, options: &Options) -> bool {
        if was_ready {
            self.interval_ms = options.reconnect_ivl;
        }
        let has_failed = !was_ready && options.reconnect_stop & STOP_HANDSHAKE_FAILED != 0;
        match ended {
            // A STREAM peer that the application has closed stays closed.
            Ended::Asked | Ended::Refused => false,
            Ended::Protocol(failure) => failure.is_passing() && !has_failed,
            Ended::Stream(_) => !has_failed,
        }
    }

    /// When [`Self::advance`] wants to be called.
    pub fn poll_timeout(&self) -> Option<Instant> {
        match &self.step {
            Step::Waiting(at) => Some(*at),
            Step::Connecting(_, limit) | Step::Tunnelling(_, limit) => *limit,
            Step::Start | Step::Resolving(_) | Step::Connected => None,
        }
    }

    /// Whether an endpoint that is being disconnected makes no further attempt, not even to send what
    /// lingers.
    pub fn has_stop_after_disconnect(options: &Options) -> bool {
        options.reconnect_stop & STOP_AFTER_DISCONNECT != 0
    }

    /// Gives up an attempt under way, or one that was planned.
    pub(super) fn stop(&mut self, common: &Common, io: &Io<'_>) {
        let fd = match std::mem::replace(&mut self.step, Step::Connected) {
            Step::Connecting(connecting, _) => {
                io.unwatch(connecting.as_fd());
                connecting.fd()
            }
            Step::Tunnelling(tunnel, _) => {
                io.unwatch(tunnel.as_fd());
                tunnel.fd()
            }
            Step::Waiting(_) if Self::has_stop_after_disconnect(&common.options) => -1,
            Step::Start | Step::Resolving(_) | Step::Connected | Step::Waiting(_) => return,
        };
        self.report_closed(fd, common);
    }

    fn emit(&self, common: &Common, kind: EventKind, value: u64) {
        if common.shared.monitor.wants(kind) {
            let names =
                Names { local: String::new(), remote: self.text.to_string(), is_local: true };
            names.emit(&common.shared, kind, value);
        }
    }
}

/// When something is over that begins now; 0 is never.
fn deadline(limit_ms: i32) -> Option<Instant> {
    let limit_ms = u64::try_from(limit_ms).unwrap_or(0);
    (limit_ms > 0).then(|| Instant::now() + Duration::from_millis(limit_ms))
}

fn is_over(limit: Option<Instant>) -> bool {
    limit.is_some_and(|at| at <= Instant::now())
}

/// Looks a name up on a thread of its own, which calls for attention when it has the answer.
fn look_up(tcp: TcpEndpoint, common: &Common, io: &Io<'_>) -> Result<Answer> {
    let answer = Answer::default();
    let slot = Arc::clone(&answer);
    let (remote, token) = (Arc::clone(io.remote), io.token);
    let options = Arc::clone(&common.options);
    thread::spawn("ZMQbg/DNS", &thread::Attributes::default(), move || {
        *slot.lock() = Some(resolve::resolve(&tcp, &options));
        remote.wake(token);
    })?;
    Ok(answer)
}
