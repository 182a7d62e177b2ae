//! zmq_send(3) of a large buffer in a stream of them: the kernel gets the bytes from where they are, and the
//! library copies only what it does not take in time.

use std::sync::Arc;

use crate::errno::{Errno, Result};
use crate::message::{Body, Outbound};
use crate::reactor::Remote;
use crate::socket::{Company, Handle};

/// The caller's bytes on loan; taken back at the latest when this is dropped.
struct Loan {
    body: Body,
    io: Arc<Remote>,
}

impl Drop for Loan {
    fn drop(&mut self) {
        let body = &self.body;
        // SAFETY: besides the caller only sessions have the body, and those are run by who holds the reactor's lock,
        // which this does.
        self.io.alone(|| unsafe { body.take_back() });
    }
}

/// Sends `bytes` and stays with them for a while. Errors: those of zmq_send(3).
pub(super) fn send(handle: Handle, bytes: &[u8], flags: i32, company: Company) -> Result<()> {
    // SAFETY: the loan ends before this returns, even by a panic.
    let body = unsafe { Body::lend(bytes) }.ok_or(Errno::ENOMEM)?;
    let loan = Loan { body, io: Arc::clone(company.io()) };
    handle.send_in_company(&mut Outbound::Lent(&loan.body), flags, &loan.body, company)
}
