//! A sender that stays with a large message, doing the I/O, until the kernel has it ([`Pace`](super::pace::Pace) says when).
#![forbid(unsafe_code)]

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::errno::Result;
use crate::message::{Body, Outbound};
use crate::reactor::Remote;
use crate::sync::Signal;

use super::Handle;
use super::pace::{LARGE, LARGEST};

/// How long to stay with a message, and whose work to do meanwhile.
pub struct Company {
    io: Arc<Remote>,
    patience: Duration,
}

impl Company {
    /// Who sends the message.
    pub fn io(&self) -> &Arc<Remote> {
        &self.io
    }
}

impl Handle {
    /// Whether the caller, who is about to send `len` bytes, is to stay with them.
    pub fn company(self, len: usize, flags: i32) -> Option<Company> {
        if !(LARGE..=LARGEST).contains(&len) || flags != 0 {
            return None;
        }
        let mut socket = self.lock().ok()?;
        let patience = socket.pace.begin(len)?;
        let may_wait = socket.options.sndtimeo < 0
            || patience <= Duration::from_millis(socket.options.sndtimeo as u64);
        let shared = socket.shared();
        let io = shared.connected_io().filter(|io| io.can_be_led())?;
        (may_wait && shared.context.may_lead()).then(|| Company { io: Arc::clone(io), patience })
    }

    /// Sends `part`, whose content is `body`, and stays with it: until nobody else has it, or patience ends.
    /// Errors: those of [`Self::send`].
    pub fn send_in_company(
        self,
        part: &mut Outbound<'_>,
        flags: i32,
        body: &Body,
        company: Company,
    ) -> Result<()> {
        let Company { io, patience } = company;
        if let Err(error) = self.send_unserved(part, flags) {
            // Trying may have told connections something.
            io.serve();
            return Err(error);
        }
        if let Outbound::Message(message) = part {
            // The pipe shares it.
            drop(std::mem::take(*message));
        }
        // Of its own: what else happens to the socket is for later.
        let signal = Signal::new();
        let deadline = Instant::now().checked_add(patience);
        let before = io.passed();
        match io.lead(&signal) {
            // However it ends.
            Some(leader) => drop(leader.wait_until(deadline, || !body.is_shared())),
            None => io.rouse(),
        }
        if let Ok(mut socket) = self.lock() {
            // Others that are before it in the pipe may have left.
            socket.pace.end(!body.is_shared() || io.passed() != before);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::Context;
    use crate::errno::Errno;
    use crate::message::Message;
    use crate::pipe::Target;

    const REP: i32 = 4;

    #[test]
    fn a_message_that_cannot_be_sent_leaves_nothing_unserved() {
        let context = Context::new();
        let handle = Handle::open(&context, REP).unwrap();
        let io = Arc::clone(context.sole_io().unwrap());
        let company = Company { io: Arc::clone(&io), patience: Duration::from_secs(20) };
        let mut message = Message::with_size(LARGE).unwrap();
        let body = message.body().unwrap();
        // As a pipe that the attempt let go.
        io.attend(7);
        let sent = handle.send_in_company(&mut Outbound::Message(&mut message), 0, &body, company);
        assert_eq!(sent, Err(Errno::EFSM));
        assert!(!io.is_unattended());
        handle.close().unwrap();
        context.terminate().unwrap();
    }
}
