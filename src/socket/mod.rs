//! Sockets: the application's end. A socket has a pattern, pipes and endpoints, and takes commands from
//! its mailbox whenever the application calls.
//!
//! The application thread owns the [`Socket`] while it holds its slot's lock; a call that has to wait
//! ([`blocking`]) waits with the lock released, so that sockets may be used from several threads, one
//! call at a time.
//!
//! | file | duty |
//! | --- | --- |
//! | `mod` | the socket, its mailbox, its pipes' comings and goings |
//! | `transfer` | one attempt to send or receive |
//! | [`blocking`] | handles, waiting, time limits: what C calls |
//! | `bomb` | what a call that panics leaves behind |
//! | `company` | staying with large messages until the kernel has them; `pace`: when |
//! | `endpoints` | bind, connect, unbind, disconnect |
//! | `settings` | options |
//! | `monitoring` | zmq_socket_monitor(3) |
#![forbid(unsafe_code)]

pub mod blocking;
mod bomb;
mod company;
mod endpoints;
mod monitoring;
mod pace;
mod settings;
mod transfer;

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Weak};
use std::time::Instant;

use crate::context::{Attachment, Context, EndpointId, SocketCommand, SocketShared};
use crate::errno::{Errno, Result};
use crate::message::{Inbound, Outbound, take_lack};
use crate::options::{Options, SocketType};
use crate::pattern::{Attach, MESSAGE_LOST, Pattern};
use crate::pipe::{CLOSED, HICCUP, PipeId, PipeSet, READABLE, WRITABLE};
use crate::sync::{Follower, Look, Lookout};
use crate::sys::fork;
use crate::sys::memory::Room;
use crate::sys::switches::Switch;

use endpoints::Endpoints;
use pace::Pace;

pub use blocking::{Handle, SOCKETS, expect_calls};
pub use company::Company;
pub use pace::LARGE;
pub use transfer::{IN, OUT};

/// As many pipes find a place without memory, too: in the library's reserve, for no peer is turned away that was let in.
const MANY: usize = 512;

/// See the module.
pub struct Socket {
    shared: Arc<SocketShared>,
    /// Of the process that made the socket.
    generation: u64,
    options: Options,
    pattern: Pattern,
    pipes: PipeSet,
    /// Where each pipe belongs.
    owners: HashMap<PipeId, EndpointId>,
    endpoints: Endpoints,
    /// Pipes whose peer is gone, with something left to read.
    draining: Vec<PipeId>,
    has_more: bool,
    is_terminated: bool,
    /// A call panicked in here: what it left behind is used no more, but to be closed.
    is_poisoned: bool,
    /// Who was last told to watch the signal.
    follower: Weak<Follower>,
    /// Longest message to send (ZMQ_MAX_MSGSZ).
    max_msgsz: usize,
    last_endpoint: Vec<u8>,
    pace: Pace,
    lookout: Lookout,
}

impl Socket {
    /// A socket in `context`. Errors: EINVAL (type), ETERM, EMFILE, and those of starting threads.
    pub fn new(context: &Arc<Context>, socket_type: i32) -> Result<Self> {
        if context.is_terminating() {
            return Err(Errno::ETERM);
        }
        // A full context says so before it looks at the type.
        let shared = context.register()?;
        let socket_type = SocketType::from_c(socket_type).ok_or(Errno::EINVAL)?;
        let pattern = Pattern::new(socket_type).ok_or(Errno::EINVAL)?;
        let (options, max_msgsz) = context.with_options(|o| {
            (Options::new(socket_type, o.ipv6, o.blocky), usize::try_from(o.max_msgsz))
        });
        Ok(Self {
            shared,
            generation: fork::generation(),
            options,
            pattern,
            pipes: PipeSet::default(),
            owners: HashMap::new(),
            endpoints: Endpoints::default(),
            draining: Vec::new(),
            has_more: false,
            is_terminated: false,
            is_poisoned: false,
            follower: Weak::new(),
            max_msgsz: max_msgsz.unwrap_or(usize::MAX),
            last_endpoint: Vec::new(),
            pace: Pace::default(),
            lookout: Lookout::default(),
        })
    }

    /// What the socket shares with its sessions.
    pub fn shared(&self) -> &Arc<SocketShared> {
        &self.shared
    }

    /// Whether the caller, who is about to wait until `deadline`, is to look first. With connections it is the leader that
    /// looks.
    fn look(&mut self, deadline: Option<Instant>) -> Option<Look> {
        match self.shared.connected_io() {
            None => {
                self.shared.call_io();
                self.lookout.begin(deadline)
            }
            Some(_) => None,
        }
    }

    /// The socket's type.
    pub fn socket_type(&self) -> SocketType {
        self.options.socket_type
    }

    /// To a forked child no commands come, and what the threads of its parent left behind is not touched. Errors: EINTR.
    fn check_process(&self) -> Result<()> {
        if fork::is_later_than(self.generation) { Err(Errno::EINTR) } else { Ok(()) }
    }

    /// Takes the commands that have come. Errors: ETERM, EINTR (a forked child).
    #[inline(always)]
    pub fn process_commands(&mut self) -> Result<()> {
        if self.shared.signal().is_pending() {
            self.drain_mailbox()?;
        }
        if self.is_terminated { Err(Errno::ETERM) } else { Ok(()) }
    }

    /// For calls that leave the mailbox alone: what they took from it would be told by no descriptor any more.
    /// Errors: ETERM.
    fn check_context(&self) -> Result<()> {
        let is_over = self.is_terminated || self.shared.is_terminating();
        if is_over { Err(Errno::ETERM) } else { Ok(()) }
    }

    fn drain_mailbox(&mut self) -> Result<()> {
        self.check_process()?;
        self.shared.signal().clear();
        self.is_terminated = self.shared.is_terminating();
        while let Some(command) = self.shared.next_command() {
            match command {
                SocketCommand::Attend(token) => {
                    if let Some(id) = self.pipes.find(token) {
                        self.handle_events(id);
                    }
                }
                SocketCommand::Attach(attachment) => self.attach(*attachment, None),
            }
        }
        if self.shared.take_lost_calls() {
            self.pipes.numbers().for_each(|id| self.handle_events(id));
        }
        Ok(())
    }

    /// Has room for another pipe. Errors: ENOMEM.
    fn expect_pipe(&mut self) -> Result<()> {
        self.pipes.make_room()?;
        self.owners.make_room(1)
    }

    fn attach(&mut self, attachment: Attachment, routing_id: Option<Vec<u8>>) {
        let Attachment { end, endpoint, is_local } = attachment;
        if self.expect_pipe().is_err() && self.pipes.len() >= MANY {
            // The peer may try again.
            return end.reset(true);
        }
        let id = self.pipes.insert(end);
        let token = self.pipes.token(id);
        self.owners.insert(id, endpoint);
        let connect_routing_id = routing_id.or_else(|| self.endpoints.take_routing_id(endpoint));
        let how = Attach { subscribe_to_all: false, is_local, connect_routing_id };
        self.pattern.attach(&mut self.pipes, &self.options, id, how);
        if let Some(end) = self.pipes.get(id) {
            end.set_target(self.shared.clone(), token);
        }
        self.after_operation();
    }

    fn handle_events(&mut self, id: PipeId) {
        let Some(end) = self.pipes.get(id) else { return };
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
        if events & CLOSED != 0 {
            self.draining.push(id);
        }
        self.after_operation();
    }

    /// Takes out pipes that the pattern is done with, or that have nothing left to read.
    #[inline(always)]
    fn after_operation(&mut self) {
        if self.pipes.has_doomed() || !self.draining.is_empty() {
            self.remove_pipes();
        }
    }

    #[cold]
    fn remove_pipes(&mut self) {
        while let Some((id, is_starved)) = self.pipes.take_doomed() {
            self.take_out(id, |end| end.reset(is_starved));
        }
        let mut left = Vec::new();
        for id in std::mem::take(&mut self.draining) {
            let Some(end) = self.pipes.get(id) else { continue };
            if end.is_readable() {
                left.push(id);
            } else {
                self.take_out(id, drop);
            }
        }
        self.draining = left;
    }

    fn take_out(&mut self, id: PipeId, end_with: impl FnOnce(crate::pipe::PipeEnd)) {
        if self.pipes.get(id).is_none() {
            return;
        }
        self.pattern.handle_closed(&mut self.pipes, &self.options, id);
        self.owners.remove(&id);
        if let Some(mut end) = self.pipes.remove(id) {
            end.rollback();
            end_with(end);
        }
    }

    /// Ends the socket: what was sent lingers as its options say, and nothing else is kept. Each step is
    /// taken whatever became of the one before, so that the context can end. Errors: EFAULT (one panicked).
    pub fn close(mut self) -> Result<()> {
        let shared = Arc::clone(&self.shared);
        // What a panic left behind is not passed on.
        let linger_ms = if self.is_poisoned { 0 } else { self.options.linger };
        let mut is_whole = step(|| self.endpoints.close_all(&shared, linger_ms));
        for id in self.pipes.ids() {
            is_whole &= step(|| {
                if let Some(mut end) = self.pipes.remove(id) {
                    end.rollback();
                    end.close(linger_ms);
                }
            });
        }
        is_whole &= step(|| shared.close(linger_ms));
        // Whoever waits in this socket finds it gone.
        shared.signal().notify();
        is_whole &= step(|| drop(self));
        if is_whole { Ok(()) } else { Err(Errno::EFAULT) }
    }

    /// A call panicked in the socket. Whoever waits in it is told.
    #[cold]
    fn poison(&mut self) {
        self.is_poisoned = true;
        self.shared.signal().notify();
        // The call that panicked does not serve what it may have begun.
        if let Some(io) = self.shared.unserved() {
            io.rouse();
        }
    }
}

/// Runs a step of closing; `false` if it panicked.
fn step(act: impl FnOnce()) -> bool {
    catch_unwind(AssertUnwindSafe(act)).is_ok()
}

impl Socket {
    /// Whether there is nothing to be done before a call's own work.
    #[inline(always)]
    fn may_be_short(&self) -> bool {
        !self.is_terminated && !self.shared.signal().is_pending() && !Switch::Short.is_off()
    }

    /// Sends a message of one part, if that is no more than copying it; `false`: nothing has happened, and
    /// [`Self::try_send`] may say more.
    #[inline(always)]
    pub fn post(&mut self, part: &Outbound<'_>) -> bool {
        self.may_be_short()
            && part.body().len() <= self.max_msgsz
            && self.pattern.post(&mut self.pipes, part)
    }

    /// Receives a message of one part, if that is no more than copying it; `false`: nothing has happened, and
    /// [`Self::try_recv`] may say more.
    #[inline(always)]
    pub fn take(&mut self, sink: &mut Inbound<'_>) -> bool {
        if !self.may_take() || !self.pattern.take(&mut self.pipes, &self.options, sink) {
            return false;
        }
        self.has_more = false;
        true
    }

    #[inline(always)]
    fn may_take(&self) -> bool {
        self.may_be_short() && self.draining.is_empty() && !self.pipes.has_doomed()
    }

    /// One attempt to send a part. Errors: EAGAIN, ENOMEM, ETERM, EMSGSIZE and those of the pattern.
    #[inline(always)]
    pub fn try_send(&mut self, part: &mut Outbound<'_>, more: bool) -> Result<()> {
        if self.may_be_short()
            && part.body().len() <= self.max_msgsz
            && self.pattern.post_part(&mut self.pipes, &self.options, part, more)
        {
            return Ok(());
        }
        self.process_commands()?;
        if part.body().len() > self.max_msgsz {
            return Err(Errno::EMSGSIZE);
        }
        let sent = self.pattern.send(&mut self.pipes, &self.options, part, more);
        self.after_operation();
        match sent {
            Err(Errno::EAGAIN | MESSAGE_LOST) if take_lack() => Err(Errno::ENOMEM),
            sent => sent,
        }
    }

    /// One attempt to receive a part; answers whether more follow. Errors: EAGAIN, ENOMEM, ETERM and
    /// those of the pattern.
    #[inline(always)]
    pub fn try_recv(&mut self, sink: &mut Inbound<'_>) -> Result<bool> {
        if self.may_take()
            && let Some(more) = self.pattern.take_part(&mut self.pipes, &self.options, sink)
        {
            self.has_more = more;
            return Ok(more);
        }
        self.process_commands()?;
        let more = self.pattern.recv(&mut self.pipes, &self.options, sink);
        self.after_operation();
        let more = more?;
        self.has_more = more;
        Ok(more)
    }
}
