//! STREAM peers (zmq_socket(3), ZMQ_STREAM): bytes as they come, one message for each read, and an empty
//! message when a connection begins and ends.
#![forbid(unsafe_code)]

use crate::errno::Errno;
use crate::message::{Outbound, take_lack};
use crate::options::Options;
use crate::sys::memory::Room;
use crate::transport::Stream;

use super::Common;
use super::connection::{BUDGET, Ended, Filled};

/// Longest message made of received bytes, unless ZMQ_IN_BATCH_SIZE says otherwise.
const MOST_READ: usize = 8192;

/// See the module.
pub struct RawIngress {
    notifies: bool,
    /// Reading was cut off by the budget.
    pub has_more: bool,
}

impl RawIngress {
    pub fn new(options: &Options) -> Self {
        Self { notifies: options.stream_notify, has_more: false }
    }

    /// Tells the application that the connection begins or ends.
    pub(super) fn notify(&self, common: &mut Common) {
        if let (true, Some(pipe)) = (self.notifies, &mut common.pipe) {
            pipe.write(&mut Outbound::Slice(b""), 0);
            pipe.commit();
        }
    }

    pub(super) fn fill(
        &mut self,
        stream: &Stream,
        common: &mut Common,
        to_end: bool,
    ) -> Result<Filled, Ended> {
        self.has_more = false;
        let Some(pipe) = &mut common.pipe else { return Ok(Filled::All) };
        let mut budget = BUDGET;
        let most = usize::try_from(common.options.in_batch_size).unwrap_or(MOST_READ).min(BUDGET);
        // Not on the stack: an application's may be small.
        let mut buffer = Vec::new();
        buffer.make_exact_room(most).map_err(Ended::Stream)?;
        buffer.resize(most, 0);
        loop {
            if !pipe.is_writable() {
                return Ok(Filled::Stalled);
            }
            if budget == 0 {
                self.has_more = true;
                return Ok(Filled::OutOfBudget);
            }
            let n = match stream.read(&mut buffer) {
                Ok(0) => return Err(Ended::Stream(Errno::EPIPE)),
                Ok(n) => n,
                Err(Errno::EAGAIN) => return Ok(Filled::All),
                Err(error) => return Err(Ended::Stream(error)),
            };
            if !pipe.write(&mut Outbound::Slice(&buffer[..n]), 0) && take_lack() {
                return Err(Ended::Stream(Errno::ENOMEM));
            }
            pipe.commit();
            budget = budget.saturating_sub(n);
            if n < buffer.len() && !to_end {
                return Ok(Filled::All);
            }
        }
    }
}
