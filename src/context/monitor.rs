//! A socket's monitor (zmq_socket_monitor(3), zmq_socket_monitor_versioned(3)): events as messages on
//! an inproc endpoint.
//!
//! Events come from any thread and never wait: pipes to those who listen have no high-water mark, and
//! events before the first listener are kept for it.
#![forbid(unsafe_code)]

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::sys::lock::Mutex;

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
            tell(listener, self.version, &event);
        }
    }
}

/// Tells a listener of an event; without memory for all of it, nothing.
fn tell(listener: &mut PipeEnd, version: i32, event: &Event) {
    let kind = event.kind as u64;
    let mut first = [0; 6];
    first[..2].copy_from_slice(&(kind as u16).to_ne_bytes());
    first[2..].copy_from_slice(&(event.value as u32).to_ne_bytes());
    let old: &[&[u8]] = &[&first, event.endpoint.as_bytes()];
    let (kind, values, value) = (kind.to_ne_bytes(), 1u64.to_ne_bytes(), event.value.to_ne_bytes());
    let new: &[&[u8]] = &[&kind, &values, &value, event.local.as_bytes(), event.remote.as_bytes()];
    let frames = if version == 1 { old } else { new };
    let is_told = frames.iter().enumerate().all(|(i, frame)| {
        let more = if i + 1 < frames.len() { FLAG_MORE } else { 0 };
        listener.write(&mut Outbound::Slice(frame), more)
    });
    match is_told {
        true => listener.commit(),
        false => listener.rollback(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Inbound, Message};
    use crate::pipe::{Kind, pair};
    use crate::sys::shortage;

    #[test]
    fn without_memory_an_event_is_told_in_whole_or_not() {
        let (mut listener, mut reader) = pair([Kind::Values; 2], [0; 2]);
        let long = "x".repeat(100_000);
        let event = |value, remote: &str| Event {
            kind: EventKind::Accepted,
            value,
            local: String::new(),
            remote: remote.into(),
            endpoint: String::new(),
        };
        tell(&mut listener, 2, &event(1, "peer"));
        let large = event(2, &long);
        // There is room for all but the last of its parts.
        shortage::after(0, || tell(&mut listener, 2, &large));
        tell(&mut listener, 2, &event(3, "peer"));
        let mut parts = Vec::new();
        let mut part = Message::new();
        while let Some(flags) = reader.read(&mut Inbound::Message(&mut part)) {
            parts.push((part.data().to_vec(), flags));
        }
        assert_eq!(parts.len(), 10);
        for message in parts.chunks(5) {
            assert_eq!(message[0].0, 0x20u64.to_ne_bytes());
            assert_eq!(message.iter().map(|part| part.1).collect::<Vec<_>>(), [1, 1, 1, 1, 0]);
        }
    }
}
