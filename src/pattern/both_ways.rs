//! What PAIR and DEALER have in common: messages out in turns and messages in in turns, over the same pipes.
//! They differ in which pipes they take on.
#![forbid(unsafe_code)]

use std::marker::PhantomData;

use super::fair_queue::FairQueue;
use super::load_balance::LoadBalance;
use super::{Attach, Policy};
use crate::errno::Result;
use crate::message::{Inbound, Outbound};
use crate::options::Options;
use crate::pipe::{PipeId, PipeSet};

/// Which pipes a socket type takes on.
pub trait Admission {
    /// Whether the pipe `id` is taken on, where there are others already or not. What is to be written to it
    /// first, is written here.
    fn admits(pipes: &mut PipeSet, options: &Options, id: PipeId, has_others: bool) -> bool;
}

/// See the module.
pub struct BothWays<A> {
    outgoing: LoadBalance,
    incoming: FairQueue,
    admission: PhantomData<A>,
}

impl<A> Default for BothWays<A> {
    fn default() -> Self {
        Self {
            outgoing: LoadBalance::default(),
            incoming: FairQueue::default(),
            admission: PhantomData,
        }
    }
}

impl<A: Admission> Policy for BothWays<A> {
    fn attach(&mut self, pipes: &mut PipeSet, options: &Options, id: PipeId, _: Attach) {
        if A::admits(pipes, options, id, !self.outgoing.is_empty()) {
            self.outgoing.attach(id);
            self.incoming.attach(id);
        } else {
            pipes.terminate(id);
        }
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
    }

    #[inline]
    fn send(
        &mut self,
        pipes: &mut PipeSet,
        _: &Options,
        part: &mut Outbound<'_>,
        more: bool,
    ) -> Result<()> {
        self.outgoing.send(pipes, part, more)
    }

    #[inline]
    fn recv(&mut self, pipes: &mut PipeSet, _: &Options, sink: &mut Inbound<'_>) -> Result<bool> {
        self.incoming.recv(pipes, sink)
    }

    #[inline(always)]
    fn post(&mut self, pipes: &mut PipeSet, part: &Outbound<'_>) -> bool {
        self.outgoing.post(pipes, part)
    }

    #[inline(always)]
    fn post_part(
        &mut self,
        pipes: &mut PipeSet,
        _: &Options,
        part: &Outbound<'_>,
        more: bool,
    ) -> bool {
        self.outgoing.post_part(pipes, part, more)
    }

    #[inline(always)]
    fn take(&mut self, pipes: &mut PipeSet, _: &Options, sink: &mut Inbound<'_>) -> bool {
        self.incoming.take(pipes, sink)
    }

    #[inline(always)]
    fn take_part(
        &mut self,
        pipes: &mut PipeSet,
        _: &Options,
        sink: &mut Inbound<'_>,
    ) -> Option<bool> {
        self.incoming.take_part(pipes, sink)
    }

    fn has_in(&mut self, pipes: &mut PipeSet, _: &Options) -> bool {
        self.incoming.has_in(pipes)
    }

    fn has_out(&mut self, pipes: &mut PipeSet, _: &Options) -> bool {
        self.outgoing.has_out(pipes)
    }
}
