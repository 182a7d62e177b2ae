//! A socket's pattern with its pipes, and the far ends of these, for tests.
#![forbid(unsafe_code)]

use super::{Attach, Pattern};
use crate::errno::Result;
use crate::message::{FLAG_MORE, Inbound, Message, Outbound};
use crate::options::{Options, SocketType};
use crate::pipe::{CLOSED, HICCUP, Kind, PipeEnd, PipeId, PipeSet, READABLE, WRITABLE, pair};

/// See the module.
pub(super) struct Rig {
    pub pattern: Pattern,
    pub pipes: PipeSet,
    pub options: Options,
    pub kind: Kind,
    /// Messages of one part are sent and received as zmq_send(3) and zmq_recv(3) do: what is no more than copying first.
    pub is_short: bool,
    /// High-water mark of new pipes, each way.
    pub hwm: i32,
    /// Pipes that the pattern asked to take out.
    pub terminated: Vec<PipeId>,
}

/// The far end of a pipe.
pub(super) struct Peer {
    pub id: PipeId,
    pub end: PipeEnd,
}

/// A whole message.
pub(super) type Parts = Vec<Vec<u8>>;

pub(super) fn parts(parts: &[&[u8]]) -> Parts {
    parts.iter().map(|part| part.to_vec()).collect()
}

/// Runs a test with pipes of bytes and with pipes of messages, each by the short way, too.
pub(super) fn both_kinds(socket_type: SocketType, test: impl Fn(Rig)) {
    for kind in [Kind::Bytes, Kind::Values] {
        for is_short in [false, true] {
            test(Rig { is_short, ..Rig::new(socket_type, kind) });
        }
    }
}

impl Rig {
    pub fn new(socket_type: SocketType, kind: Kind) -> Self {
        Self {
            pattern: Pattern::new(socket_type).expect("a type that is offered"),
            pipes: PipeSet::default(),
            options: Options::new(socket_type, false, true),
            kind,
            is_short: false,
            hwm: 10,
            terminated: Vec::new(),
        }
    }

    /// A new peer.
    pub fn connect(&mut self) -> Peer {
        self.connect_as(Attach::default(), |_| {})
    }

    /// A new peer that has written something already.
    pub fn connect_as(&mut self, how: Attach, before: impl FnOnce(&mut PipeEnd)) -> Peer {
        let (near, mut far) = pair([self.kind; 2], [self.hwm; 2]);
        before(&mut far);
        let id = self.pipes.insert(near);
        self.pattern.attach(&mut self.pipes, &self.options, id, how);
        self.settle();
        Peer { id, end: far }
    }

    /// Deals with what the pipes have to tell, as a socket does.
    pub fn settle(&mut self) {
        for id in self.pipes.ids() {
            let Some(end) = self.pipes.get(id) else { continue };
            let events = end.take_events();
            if events & (READABLE | CLOSED) != 0 {
                self.pattern.handle_readable(&mut self.pipes, &self.options, id);
            }
            if events & WRITABLE != 0 {
                self.pattern.handle_writable(&mut self.pipes, &self.options, id);
            }
            if events & HICCUP != 0 {
                self.pattern.handle_hiccup(&mut self.pipes, &self.options, id);
            }
            let Some(end) = self.pipes.get(id) else { continue };
            if end.is_peer_gone() && !end.is_readable() {
                self.take_out(id);
            }
        }
        self.take_out_doomed();
    }

    /// Takes out the pipes that the pattern asks to take out.
    pub fn take_out_doomed(&mut self) {
        while let Some((id, _)) = self.pipes.take_doomed() {
            self.take_out(id);
            self.terminated.push(id);
        }
    }

    /// Has the pattern take what came from a peer.
    pub fn hear(&mut self, id: PipeId) {
        self.pattern.handle_readable(&mut self.pipes, &self.options, id);
    }

    /// Takes a pipe out.
    pub fn take_out(&mut self, id: PipeId) {
        if self.pipes.get(id).is_some() {
            self.pattern.handle_closed(&mut self.pipes, &self.options, id);
            self.pipes.remove(id);
        }
    }

    /// Sends one part.
    pub fn send_part(&mut self, part: &[u8], more: bool) -> Result<()> {
        self.settle();
        let mut part = Outbound::Slice(part);
        if self.is_short && !more && self.pattern.post(&mut self.pipes, &part)
            || self.is_short && self.pattern.post_part(&mut self.pipes, &self.options, &part, more)
        {
            return Ok(());
        }
        self.pattern.send(&mut self.pipes, &self.options, &mut part, more)
    }

    /// Sends a message.
    pub fn send(&mut self, parts: &[&[u8]]) -> Result<()> {
        for (i, part) in parts.iter().enumerate() {
            self.send_part(part, i + 1 < parts.len())?;
        }
        Ok(())
    }

    /// Receives one part.
    pub fn recv_part(&mut self) -> Result<(Vec<u8>, bool)> {
        self.settle();
        let mut message = Message::new();
        let sink = &mut Inbound::Message(&mut message);
        let taken = match self.is_short {
            true if self.pattern.take(&mut self.pipes, &self.options, sink) => Some(false),
            true => self.pattern.take_part(&mut self.pipes, &self.options, sink),
            false => None,
        };
        let more = match taken {
            Some(more) => more,
            None => self.pattern.recv(&mut self.pipes, &self.options, sink)?,
        };
        Ok((message.data().to_vec(), more))
    }

    /// Receives a message.
    pub fn recv(&mut self) -> Result<Parts> {
        let mut parts = Vec::new();
        loop {
            let (part, more) = self.recv_part()?;
            parts.push(part);
            if !more {
                return Ok(parts);
            }
        }
    }

    pub fn has_in(&mut self) -> bool {
        self.settle();
        self.pattern.has_in(&mut self.pipes, &self.options)
    }

    pub fn has_out(&mut self) -> bool {
        self.settle();
        self.pattern.has_out(&mut self.pipes, &self.options)
    }

    pub fn subscribe(&mut self, topic: &[u8]) -> Result<()> {
        self.settle();
        self.pattern.subscribe(&mut self.pipes, &self.options, topic)
    }

    pub fn unsubscribe(&mut self, topic: &[u8]) -> Result<()> {
        self.settle();
        self.pattern.unsubscribe(&mut self.pipes, &self.options, topic)
    }
}

impl Peer {
    /// Writes a frame with the given flags.
    pub fn frame(&mut self, body: &[u8], flags: u8) {
        write_frame(&mut self.end, body, flags);
    }

    /// Sends a message; answers whether there was room.
    pub fn send(&mut self, parts: &[&[u8]]) -> bool {
        for (i, part) in parts.iter().enumerate() {
            let flags = if i + 1 < parts.len() { FLAG_MORE } else { 0 };
            if !self.end.write(&mut Outbound::Slice(part), flags) {
                return false;
            }
        }
        self.end.commit();
        true
    }

    /// Receives a message, if there is one.
    pub fn recv(&mut self) -> Option<Parts> {
        let mut parts = Vec::new();
        while self.end.is_readable() {
            let mut message = Message::new();
            let flags = self.end.read(&mut Inbound::Message(&mut message))?;
            parts.push(message.data().to_vec());
            if flags & FLAG_MORE == 0 {
                return Some(parts);
            }
        }
        None
    }

    /// Receives all there is.
    pub fn recv_all(&mut self) -> Vec<Parts> {
        std::iter::from_fn(|| self.recv()).collect()
    }
}

/// Writes a frame and publishes it.
pub(super) fn write_frame(end: &mut PipeEnd, body: &[u8], flags: u8) {
    assert!(end.write(&mut Outbound::Slice(body), flags));
    end.commit();
}
