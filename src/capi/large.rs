//! Large buffers and messages. In a stream of buffers (zmq_send(3)) the kernel gets the bytes from where they are, and the
//! library copies only what it does not take in time.

use std::sync::Arc;

use crate::errno::{Errno, Result};
use crate::message::{Body, Message, Outbound};
use crate::reactor::Remote;
use crate::socket::{Company, Handle};

/// The caller's bytes on loan; taken back at the latest when this is dropped.
struct Loan {
    body: Body,
    io: Arc<Remote>,
}

impl Drop for Loan {
    fn drop(&mut self) {
        if !self.body.is_shared() {
            return;
        }
        let body = &self.body;
        // SAFETY: besides the caller only sessions have the body, and those are run by who holds the reactor's lock,
        // which this does.
        self.io.alone(|| unsafe { body.take_back() });
    }
}

/// Sends `bytes` (zmq_send(3)). Not in the way of small ones.
#[cold]
pub(super) fn send(handle: Handle, bytes: &[u8], flags: i32) -> Result<()> {
    if let Some(company) = handle.company(bytes.len(), flags) {
        return send_in_company(handle, bytes, flags, company);
    }
    // Here a lack of memory can still be told.
    let mut message = Message::copy_of(bytes).ok_or(Errno::ENOMEM)?;
    handle.send(&mut Outbound::Message(&mut message), flags)
}

/// Sends `bytes` and stays with them for a while. Errors: those of zmq_send(3).
fn send_in_company(handle: Handle, bytes: &[u8], flags: i32, company: Company) -> Result<()> {
    // SAFETY: the loan ends before this returns, even by a panic.
    let body = unsafe { Body::lend(bytes) }.ok_or(Errno::ENOMEM)?;
    let loan = Loan { body, io: Arc::clone(company.io()) };
    handle.send_in_company(&mut Outbound::Lent(&loan.body), flags, &loan.body, company)
}

/// Sends `message` (zmq_msg_send(3)), which may be empty after. Not in the way of small ones.
#[cold]
pub(super) fn send_message(handle: Handle, message: &mut Message, flags: i32) -> Result<()> {
    let company = handle.company(message.len(), flags);
    // Of a body that others have nobody can tell when it is sent.
    let body = company.as_ref().filter(|_| !message.is_shared()).and_then(|_| message.body());
    let mut part = Outbound::Message(message);
    match (company, body) {
        (Some(company), Some(body)) => handle.send_in_company(&mut part, flags, &body, company),
        _ => handle.send(&mut part, flags),
    }
}
