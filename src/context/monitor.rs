//! A socket's monitor (zmq_socket_monitor(3), zmq_socket_monitor_versioned(3)): events as messages on
//! an inproc endpoint.
//!
//! Events come from any thread and never wait: pipes to those who listen have no high-water mark, and
//! events before the first listener are kept for it.
#![forbid(unsafe_code)]

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;

use crate::message::{FLAG_MORE, Outbound};
use crate::pipe::PipeEnd;

/// Most events kept for a listener that has not come yet.
const MOST_KEPT: usize = 10_000;

/// What happened; the discriminants are the `ZMQ_EVENT_*` numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u64)]
#[allow(missing_docs)]
pub enum EventKind {
    Connected = 0x0001,
    ConnectDelayed = 0x0002,
    ConnectRetried = 0x0004,
    Listening = 0x0008,
    BindFailed = 0x0010,
    Accepted = 0x0020,
    AcceptFailed = 0x0040,
    Closed = 0x0080,
    CloseFailed = 0x0100,
    Disconnected = 0x0200,
    MonitorStopped = 0x0400,
    HandshakeFailedNoDetail = 0x0800,
    HandshakeSucceeded = 0x1000,
    HandshakeFailedProtocol = 0x2000,
    HandshakeFailedAuth = 0x4000,
}

/// One event.
#[derive(Clone, Debug)]
pub struct Event {
    /// What happened.
    pub kind: EventKind,
    /// A descriptor, an errno, an interval or a code, by kind.
    pub value: u64,
    /// Own and peer's address (version 2); version 1 tells the endpoint.
    pub local: String,
    /// See `local`.
    pub remote: String,
    /// Endpoint of the event (version 1).
    pub endpoint: String,
}

/// How events reach their listeners.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MonitorKind {
    /// One listener.
    Pair,
    /// Each listener.
    Pub,
    /// One listener after the other.
    Push,
}

struct Output {
    kind: MonitorKind,
    version: i32,
    listeners: Vec<PipeEnd>,
    kept: VecDeque<Event>,
    next: usize,
}

/// See the module.
#[derive(Default)]
pub struct Monitor {
    mask: AtomicU64,
    output: Mutex<Option<Output>>,
}

impl Monitor {
    /// Starts to emit events of `mask`.
    pub fn start(&self, kind: MonitorKind, version: i32, mask: u64) {
        let output =
            Output { kind, version, listeners: Vec::new(), kept: VecDeque::new(), next: 0 };
        *self.output.lock() = Some(output);
        self.mask.store(mask, Ordering::SeqCst);
    }

    /// Whether events are emitted.
    pub fn is_on(&self) -> bool {
        self.output.lock().is_some()
    }

    /// Whether somebody asked for events of `kind`.
    pub fn wants(&self, kind: EventKind) -> bool {
        self.mask.load(Ordering::Relaxed) & kind as u64 != 0
    }

    /// Adds a listener.
    pub fn attach(&self, mut end: PipeEnd) {
        let mut refused = None;
        if let Some(output) = self.output.lock().as_mut() {
            end.join_hwms((0, 0), (0, 0));
            if output.kind == MonitorKind::Pair && !output.listeners.is_empty() {
                refused = Some(end);
            } else {
                output.listeners.push(end);
            }
            for event in std::mem::take(&mut output.kept) {
                output.emit(event);
            }
        }
        drop(refused);
    }

    /// Emits an event, if somebody asked for its kind.
    pub fn emit(&self, event: Event) {
        if self.wants(event.kind)
            && let Some(output) = self.output.lock().as_mut()
        {
            output.emit(event);
        }
    }

    /// Lets those go who listen no more. A pipe keeps both its sockets there, and those that listen to
    /// each other, or to themselves, would keep each other for ever.
    pub fn drop_gone(&self) {
        let mut gone = Vec::new();
        if let Some(output) = self.output.lock().as_mut() {
            gone.extend(output.listeners.extract_if(.., |listener| listener.is_peer_gone()));
        }
        drop(gone);
    }

    /// Stops, telling so (ZMQ_EVENT_MONITOR_STOPPED).
    pub fn stop(&self) {
        let mask = self.mask.swap(0, Ordering::SeqCst);
        let output = self.output.lock().take();
        if let Some(mut output) = output
            && mask & EventKind::MonitorStopped as u64 != 0
        {
            output.emit(Event {
                kind: EventKind::MonitorStopped,
                value: 0,
                local: String::new(),
                remote: String::new(),
                endpoint: String::new(),
            });
        }
    }
}

impl Output {
    fn emit(&mut self, event: Event) {
        self.listeners.retain(|listener| !listener.is_peer_gone());
        if self.listeners.is_empty() {
            if self.kept.len() < MOST_KEPT {
                self.kept.push_back(event);
            }
            return;
        }
        let frames = self.frames(&event);
        let count = self.listeners.len();
        let (from, to) = match self.kind {
            MonitorKind::Pair => (0, 1),
            MonitorKind::Pub => (0, count),
            MonitorKind::Push => {
                self.next = (self.next + 1) % count;
                (self.next, self.next + 1)
            }
        };
        for listener in &mut self.listeners[from..to] {
            for (i, frame) in frames.iter().enumerate() {
                let more = if i + 1 < frames.len() { FLAG_MORE } else { 0 };
                listener.write(&mut Outbound::Slice(frame), more);
            }
            listener.commit();
        }
    }

    fn frames(&self, event: &Event) -> Vec<Vec<u8>> {
        let kind = event.kind as u64;
        if self.version == 1 {
            let mut first = (kind as u16).to_ne_bytes().to_vec();
            first.extend((event.value as u32).to_ne_bytes());
            return vec![first, event.endpoint.clone().into_bytes()];
        }
        vec![
            kind.to_ne_bytes().to_vec(),
            1u64.to_ne_bytes().to_vec(),
            event.value.to_ne_bytes().to_vec(),
            event.local.clone().into_bytes(),
            event.remote.clone().into_bytes(),
        ]
    }
}
