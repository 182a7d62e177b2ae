//! PUSH: messages out in turns, nothing in (RFC 30, "The PUSH Socket Type").

use crate::errno::Result;
use crate::message::Outbound;
use crate::options::Options;
use crate::pattern::load_balance::LoadBalance;
use crate::pattern::{Attach, Policy, control};
use crate::pipe::{PipeId, PipeSet};

/// The PUSH socket type.
#[derive(Default)]
pub struct Push {
    outgoing: LoadBalance,
}

impl Policy for Push {
    fn attach(&mut self, pipes: &mut PipeSet, options: &Options, id: PipeId, _: Attach) {
        self.outgoing.attach(id);
        self.handle_readable(pipes, options, id);
    }

    fn handle_readable(&mut self, pipes: &mut PipeSet, _: &Options, id: PipeId) {
        pipes.get(id).map(control::skip_all);
    }

    fn handle_writable(&mut self, _: &mut PipeSet, _: &Options, id: PipeId) {
        self.outgoing.handle_writable(id);
    }

    fn handle_closed(&mut self, _: &mut PipeSet, _: &Options, id: PipeId) {
        self.outgoing.handle_closed(id);
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

    fn has_out(&mut self, pipes: &mut PipeSet, _: &Options) -> bool {
        self.outgoing.has_out(pipes)
    }
}
