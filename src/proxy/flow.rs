//! One direction of a proxy: a message is in hand while it goes from one socket to the other.
//!
//! The parts of a message are collected before the first is sent on, in memory that is used again. A message that the
//! other side does not take stays in hand, and nothing more is read until it is gone.
#![forbid(unsafe_code)]

use crate::errno::{Errno, Result};
use crate::message::{Message, Outbound};
use crate::socket::Handle;
use crate::socket::blocking::{DONTWAIT, SNDMORE};

use super::is_not_now;

/// Messages that one direction moves before the other has its turn, and bytes of them, at least.
const BURST: usize = 1000;
const BURST_LEN: u64 = 256 * 1024;

/// What was counted at one socket.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    /// Parts.
    pub parts: u64,
    /// Bytes of their bodies.
    pub bytes: u64,
}

impl Tally {
    fn count(&mut self, size: usize) {
        self.parts += 1;
        self.bytes += size as u64;
    }
}

/// What an advance came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    /// Nothing could be moved.
    Nothing,
    /// Something was, then nothing more could be.
    Some,
    /// A whole burst: there may be more.
    Burst,
}

/// See the module.
pub(super) struct Flow {
    from: Handle,
    to: Handle,
    /// The message in hand.
    parts: Vec<Message>,
    /// Whether its last part is there.
    is_whole: bool,
    /// Parts that the capture socket has got.
    captured: usize,
    /// Parts that `to` has got.
    passed: usize,
    /// What `from` received.
    pub received: Tally,
    /// What `to` sent.
    pub sent: Tally,
}

impl Flow {
    pub fn new(from: Handle, to: Handle) -> Self {
        Self {
            from,
            to,
            parts: Vec::new(),
            is_whole: false,
            captured: 0,
            passed: 0,
            received: Tally::default(),
            sent: Tally::default(),
        }
    }

    /// Whether the socket gets back what it receives.
    pub fn is_loop(&self) -> bool {
        self.from == self.to
    }

    /// Moves up to a burst of messages.
    pub fn advance(&mut self, capture: Option<Handle>) -> Result<Progress> {
        if self.is_whole && !self.flush(capture)? {
            return Ok(Progress::Nothing);
        }
        if !self.is_loop() && self.parts.is_empty() && !self.to.with(|to| to.has_out())? {
            return Ok(Progress::Nothing);
        }
        let most = self.sent.bytes.saturating_add(BURST_LEN);
        for moved in 0..BURST {
            if !self.collect()? || !self.flush(capture)? {
                return Ok(if moved == 0 { Progress::Nothing } else { Progress::Some });
            }
            if self.sent.bytes >= most {
                break;
            }
        }
        Ok(Progress::Burst)
    }

    /// Takes a message in hand; `false` if there is none.
    fn collect(&mut self) -> Result<bool> {
        while !self.is_whole {
            let mut part = Message::new();
            match self.from.recv_unserved(&mut part, DONTWAIT) {
                Ok(size) => self.received.count(size),
                Err(error) if is_not_now(error) => return Ok(false),
                Err(error) => return Err(error),
            }
            self.is_whole = !part.has_more();
            self.parts.push(part);
        }
        Ok(true)
    }

    /// Passes on the message in hand, first to the capture socket; `false` if one of them cannot take it now.
    fn flush(&mut self, capture: Option<Handle>) -> Result<bool> {
        let last = self.parts.len().saturating_sub(1);
        if let Some(capture) = capture {
            while let Some(part) = self.parts.get(self.captured) {
                if !offer(capture, &mut part.clone(), self.captured, last)? {
                    return Ok(false);
                }
                self.captured += 1;
            }
        }
        while let Some(part) = self.parts.get_mut(self.passed) {
            let size = part.len();
            if !offer(self.to, part, self.passed, last)? {
                return Ok(false);
            }
            self.sent.count(size);
            self.passed += 1;
        }
        self.parts.clear();
        self.is_whole = false;
        self.captured = 0;
        self.passed = 0;
        Ok(true)
    }
}

/// Sends the part `number` of a message of which `last` is the last; `false` if the socket cannot take the message now.
fn offer(to: Handle, part: &mut Message, number: usize, last: usize) -> Result<bool> {
    let more = if number < last { SNDMORE } else { 0 };
    match to.send_unserved(&mut Outbound::Message(part), DONTWAIT | more) {
        Ok(()) => Ok(true),
        // The peer of the parts before went: the rest of its message has nowhere to go.
        Err(Errno::EAGAIN) => Ok(number > 0),
        Err(error) => Err(error),
    }
}
