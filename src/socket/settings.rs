//! Options of a live socket (zmq_setsockopt(3), zmq_getsockopt(3)).
#![forbid(unsafe_code)]

use crate::errno::Result;
use crate::options::{Change, Computed, Readout, codec};

use super::Socket;

impl Socket {
    /// Sets an option; `None` is a NULL pointer with length 0. Errors: EINVAL, ETERM, ENOMEM.
    pub fn set_option(&mut self, option: i32, value: Option<&[u8]>) -> Result<()> {
        self.check_context()?;
        match self.options.set(option, value)? {
            Change::Stored | Change::Pattern => {}
            Change::Hwm => {
                for id in self.pipes.ids() {
                    if let Some(end) = self.pipes.get(id) {
                        end.set_hwms(self.options.sndhwm, self.options.rcvhwm);
                    }
                }
                self.pipes.note_marks();
            }
            Change::Subscribe => {
                let topic = value.unwrap_or_default();
                self.pattern.subscribe(&mut self.pipes, &self.options, topic)?;
            }
            Change::Unsubscribe => {
                let topic = value.unwrap_or_default();
                self.pattern.unsubscribe(&mut self.pipes, &self.options, topic)?;
            }
        }
        self.after_operation();
        Ok(())
    }

    /// Reads an option into `out`; answers the length of the value. Errors: EINVAL, ETERM, EMFILE
    /// (ZMQ_FD).
    pub fn get_option(&mut self, option: i32, out: &mut [u8]) -> Result<usize> {
        self.check_context()?;
        if let Some(id) = self.pattern.assigned_routing_id()
            && id != self.options.routing_id
        {
            self.options.routing_id = id.to_vec();
        }
        match self.options.get(option, out)? {
            Readout::Stored(len) => Ok(len),
            Readout::Computed(computed) => self.compute(computed, out),
        }
    }

    fn compute(&mut self, computed: Computed, out: &mut [u8]) -> Result<usize> {
        match computed {
            Computed::Rcvmore => codec::emit_int_padded(out, self.has_more.into()),
            Computed::Fd => {
                self.shared.context.note_public_fd();
                codec::emit_int_padded(out, self.shared.signal().fd()?)
            }
            Computed::Events => {
                let events = self.events()?;
                codec::emit_int_padded(out, events)
            }
            Computed::LastEndpoint => codec::emit_text(out, &self.last_endpoint),
            Computed::TopicsCount => {
                codec::emit_int_padded(out, self.pattern.topics_count() as i32)
            }
        }
    }
}
