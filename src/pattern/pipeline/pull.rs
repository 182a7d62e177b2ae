//! PULL: messages in, in turns, nothing out (RFC 30, "The PULL Socket Type").

use crate::errno::Result;
use crate::message::Inbound;
use crate::options::Options;
use crate::pattern::fair_queue::FairQueue;
use crate::pattern::{Attach, Policy};
use crate::pipe::{PipeId, PipeSet};

/// The PULL socket type.
#[derive(Default)]
pub struct Pull {
    incoming: FairQueue,
}

impl Policy for Pull {
    fn attach(&mut self, _: &mut PipeSet, _: &Options, id: PipeId, _: Attach) {
        self.incoming.attach(id);
    }

    fn handle_readable(&mut self, _: &mut PipeSet, _: &Options, id: PipeId) {
        self.incoming.handle_readable(id);
    }

    fn handle_writable(&mut self, _: &mut PipeSet, _: &Options, _: PipeId) {}

    fn handle_closed(&mut self, pipes: &mut PipeSet, _: &Options, id: PipeId) {
        self.incoming.handle_closed(pipes, id);
    }

    #[inline]
    fn recv(&mut self, pipes: &mut PipeSet, _: &Options, sink: &mut Inbound<'_>) -> Result<bool> {
        self.incoming.recv(pipes, sink)
    }

    fn has_in(&mut self, pipes: &mut PipeSet, _: &Options) -> bool {
        self.incoming.has_in(pipes)
    }
}
