//! REQ: a request out, its reply in, in turns (RFC 28, "The REQ Socket Type").
//!
//! Invariants: a request goes out behind an empty delimiter, with `ZMQ_REQ_CORRELATE` behind a number and
//! the delimiter. Only the peer that got the request is listened to. Replies that do not fit are stepped
//! over; a peer on the wire that sends what no REP would is dropped.
#![forbid(unsafe_code)]

use crate::errno::{Errno, Result};
use crate::message::{FLAG_MORE, Inbound, Outbound};
use crate::options::Options;
use crate::pattern::fair_queue::FairQueue;
use crate::pattern::load_balance::LoadBalance;
use crate::pattern::{Attach, MESSAGE_LOST, Policy, control};
use crate::pipe::{PipeEnd, PipeId, PipeSet};
use crate::sys::random::random_u32;

/// Whose turn it is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// The application's: the next part begins a request.
    Ready,
    /// The application's: parts of the request have been sent.
    Sending,
    /// The peer's: the request has been sent.
    Waiting,
    /// The peer's: its envelope has been taken off, the rest of the reply can be received.
    Receiving,
}

/// What the front of a pipe is.
enum Envelope {
    /// The reply; its envelope has been taken off.
    Reply,
    /// Something else that a REP may have sent.
    Stale,
    /// Nothing that a REP sends.
    Malformed,
}

/// The REQ socket type.
pub struct Req {
    outgoing: LoadBalance,
    incoming: FairQueue,
    state: State,
    /// Who got the request, while it is there.
    peer: Option<PipeId>,
    request_id: u32,
}

impl Default for Req {
    fn default() -> Self {
        Self {
            outgoing: LoadBalance::default(),
            incoming: FairQueue::default(),
            state: State::Ready,
            peer: None,
            request_id: random_u32(),
        }
    }
}

impl Req {
    /// Sends what goes before a request, and drops the replies that came too late.
    fn begin(&mut self, pipes: &mut PipeSet, options: &Options) -> Result<()> {
        self.request_id = self.request_id.wrapping_add(1);
        if options.req_correlate {
            let request_id = self.request_id.to_ne_bytes();
            self.outgoing.send(pipes, &mut Outbound::Slice(&request_id), true)?;
        }
        self.outgoing.send(pipes, &mut Outbound::Slice(&[]), true)?;
        self.peer = self.outgoing.within();
        self.incoming.abandon(pipes);
        while let Some(id) = self.incoming.next(pipes) {
            self.incoming.skip(pipes, id);
        }
        Ok(())
    }

    /// Sends the first part of a request, to the next peer if one dies meanwhile.
    fn send_first(
        &mut self,
        pipes: &mut PipeSet,
        options: &Options,
        part: &mut Outbound<'_>,
        more: bool,
    ) -> Result<()> {
        loop {
            let sent = self.begin(pipes, options);
            match sent.and_then(|()| self.outgoing.send(pipes, part, more)) {
                Err(MESSAGE_LOST) => self.outgoing.abandon(pipes),
                answer => return answer,
            }
        }
    }

    /// Steps over what is no reply, and takes the envelope off the one that is.
    fn find_reply(&mut self, pipes: &mut PipeSet, options: &Options) -> Result<()> {
        let wanted = options.req_correlate.then(|| self.request_id.to_ne_bytes());
        while let Some(id) = self.incoming.next(pipes) {
            let Some(end) = pipes.get(id) else { continue };
            if self.peer.is_some_and(|peer| peer != id) {
                self.incoming.skip(pipes, id);
                continue;
            }
            match open(end, wanted) {
                Envelope::Reply => {
                    self.incoming.enter(id);
                    self.state = State::Receiving;
                    return Ok(());
                }
                Envelope::Stale => self.incoming.skip(pipes, id),
                Envelope::Malformed => {
                    // Within the process there is no connection to blame.
                    if end.egress().is_some() {
                        pipes.terminate(id);
                    }
                    self.incoming.skip(pipes, id);
                }
            }
        }
        Err(Errno::EAGAIN)
    }
}

/// Takes the envelope off the message in front of `end`; stops at the part that does not fit.
fn open(end: &mut PipeEnd, wanted: Option<[u8; 4]>) -> Envelope {
    let mut is_wanted = wanted.is_none();
    if let Some(view) = end.peek()
        && view.flags & FLAG_MORE != 0
        && view.body.len() == 4
    {
        is_wanted = wanted.is_some_and(|id| view.body == id);
        end.skip();
    } else if wanted.is_some() {
        is_wanted = false;
    }
    match end.peek() {
        Some(view) if view.flags & FLAG_MORE != 0 && view.body.is_empty() => {}
        Some(_) | None => return Envelope::Malformed,
    }
    if !is_wanted {
        return Envelope::Stale;
    }
    end.skip();
    Envelope::Reply
}

impl Policy for Req {
    fn attach(&mut self, pipes: &mut PipeSet, options: &Options, id: PipeId, _: Attach) {
        control::probe_router(pipes, options, id);
        self.outgoing.attach(id);
        self.incoming.attach(id);
    }

    fn handle_readable(&mut self, _: &mut PipeSet, _: &Options, id: PipeId) {
        self.incoming.handle_readable(id);
    }

    fn handle_writable(&mut self, _: &mut PipeSet, _: &Options, id: PipeId) {
        self.outgoing.handle_writable(id);
    }

    fn handle_closed(&mut self, pipes: &mut PipeSet, _: &Options, id: PipeId) {
        self.outgoing.handle_closed(id);
        self.incoming.handle_closed(pipes, id);
        if self.peer == Some(id) {
            self.peer = None;
        }
        if self.state == State::Receiving && self.incoming.is_between() {
            self.state = State::Waiting;
        }
    }

    fn send(
        &mut self,
        pipes: &mut PipeSet,
        options: &Options,
        part: &mut Outbound<'_>,
        more: bool,
    ) -> Result<()> {
        match self.state {
            State::Ready => self.send_first(pipes, options, part, more)?,
            State::Sending => match self.outgoing.send(pipes, part, more) {
                // As lost as a request whose peer dies a little later.
                Ok(()) | Err(MESSAGE_LOST) => {}
                Err(error) => return Err(error),
            },
            State::Waiting | State::Receiving if options.req_relaxed => {
                self.send_first(pipes, options, part, more)?;
            }
            State::Waiting | State::Receiving => return Err(Errno::EFSM),
        }
        self.state = if more { State::Sending } else { State::Waiting };
        Ok(())
    }

    fn recv(
        &mut self,
        pipes: &mut PipeSet,
        options: &Options,
        sink: &mut Inbound<'_>,
    ) -> Result<bool> {
        match self.state {
            State::Ready | State::Sending => return Err(Errno::EFSM),
            State::Waiting => self.find_reply(pipes, options)?,
            State::Receiving => {}
        }
        let more = self.incoming.recv(pipes, sink)?;
        if !more {
            self.state = State::Ready;
        }
        Ok(more)
    }

    fn has_in(&mut self, pipes: &mut PipeSet, options: &Options) -> bool {
        match self.state {
            State::Ready | State::Sending => false,
            State::Waiting => self.find_reply(pipes, options).is_ok(),
            State::Receiving => true,
        }
    }

    fn has_out(&mut self, pipes: &mut PipeSet, options: &Options) -> bool {
        match self.state {
            State::Ready | State::Sending => self.outgoing.has_out(pipes),
            State::Waiting | State::Receiving => {
                options.req_relaxed && self.outgoing.has_out(pipes)
            }
        }
    }
}

#[cfg(test)]
mod tests;
