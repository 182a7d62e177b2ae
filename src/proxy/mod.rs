//! Proxies: messages pass between two sockets (zmq_proxy(3), zmq_proxy_steerable(3)).
//!
//! | file | duty |
//! | --- | --- |
//! | `mod` | the round: obey, move, sleep |
//! | `flow` | one direction |
//! | `steering` | commands and their answers |
//! | `watch` | sleeping on all sockets of a proxy |
//!
//! Invariants: no attempt on a socket blocks, so that a side that cannot take does not keep the proxy from the
//! other direction or from its commands. A proxy sleeps only when every attempt failed after the last
//! change that this thread knows of.
#![forbid(unsafe_code)]

mod flow;
mod steering;
mod watch;

use crate::errno::{Errno, Result};
use crate::socket::Handle;

use flow::{Flow, Progress};
use steering::{Command, Control};
use watch::Watch;

/// The sockets of a proxy.
#[derive(Clone, Copy, Debug)]
pub struct Sockets {
    /// One side.
    pub frontend: Handle,
    /// The other side; may be the same socket.
    pub backend: Handle,
    /// Gets a copy of every message.
    pub capture: Option<Handle>,
    /// Where commands come from.
    pub control: Option<Handle>,
}

/// Passes messages on until told to end. Errors: ENOTSOCK, ETERM, EINTR, EMFILE and those of sending, such as
/// EHOSTUNREACH of a ROUTER that has to know its peers.
pub fn run(sockets: Sockets) -> Result<()> {
    let Sockets { frontend, backend, capture, control } = sockets;
    let watch = Watch::new([Some(frontend), Some(backend), capture, control])?;
    let control = control.map(Control::new).transpose()?;
    let mut requests = Flow::new(frontend, backend);
    let mut replies = Flow::new(backend, frontend);
    let mut is_paused = false;
    loop {
        let command = match &control {
            Some(control) => control.receive()?,
            None => None,
        };
        match command {
            Some(Command::Pause) => is_paused = true,
            Some(Command::Resume) => is_paused = false,
            Some(Command::Terminate | Command::Statistics | Command::Unknown) | None => {}
        }
        if let (Some(control), Some(command)) = (&control, command) {
            control.answer(command, &requests, &replies)?;
            if command == Command::Terminate {
                return Ok(());
            }
        }
        let has_more_to_do = !is_paused && {
            // What one side has got is passed on together, not message by message.
            let stepped = step(&mut requests, &mut replies, capture);
            watch.pass_on(stepped == Ok(true));
            stepped?
        };
        if command.is_none() && !has_more_to_do {
            watch.sleep()?;
        }
    }
}

/// Moves a burst each way; answers whether there may be more to move now.
fn step(requests: &mut Flow, replies: &mut Flow, capture: Option<Handle>) -> Result<bool> {
    let there = requests.advance(capture)?;
    if requests.is_loop() {
        return Ok(there == Progress::Burst);
    }
    let back = replies.advance(capture)?;
    // A reply that moved may have changed what requests can do: REQ and REP take turns.
    Ok(there == Progress::Burst || back != Progress::Nothing)
}

/// Errors that mean "not now" of an attempt without waiting: a socket that cannot at all never becomes ready.
fn is_not_now(error: Errno) -> bool {
    matches!(error, Errno::EAGAIN | Errno::EFSM | Errno::ENOTSUP)
}
