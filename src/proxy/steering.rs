//! What a proxy is told through its control socket (zmq_proxy_steerable(3)).
//!
//! A REP socket answers everything, so that whoever asks can go on: the empty message if there is nothing
//! to say. Other types answer STATISTICS alone. No answer is waited for: one that cannot be sent is dropped.
#![forbid(unsafe_code)]

use crate::errno::Result;
use crate::message::{Message, Outbound};
use crate::options::SocketType;
use crate::socket::Handle;
use crate::socket::blocking::{DONTWAIT, SNDMORE};

use super::flow::Flow;
use super::is_not_now;

/// A message of the control socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Command {
    Pause,
    Resume,
    Terminate,
    Statistics,
    /// Anything else, also a known word with further parts.
    Unknown,
}

impl Command {
    fn parse(body: &[u8]) -> Self {
        match body {
            b"PAUSE" => Self::Pause,
            b"RESUME" => Self::Resume,
            b"TERMINATE" => Self::Terminate,
            b"STATISTICS" => Self::Statistics,
            _ => Self::Unknown,
        }
    }
}

/// The control socket.
pub(super) struct Control {
    socket: Handle,
    is_rep: bool,
}

impl Control {
    /// Errors: ENOTSOCK.
    pub fn new(socket: Handle) -> Result<Self> {
        let is_rep = socket.with(|socket| Ok(socket.socket_type() == SocketType::Rep))?;
        Ok(Self { socket, is_rep })
    }

    /// The next command, if one has come.
    pub fn receive(&self) -> Result<Option<Command>> {
        let mut part = Message::new();
        match self.socket.recv_message(&mut part, DONTWAIT) {
            Ok(_) => {}
            Err(error) if is_not_now(error) => return Ok(None),
            Err(error) => return Err(error),
        }
        let mut command = Command::parse(part.data());
        while part.has_more() {
            command = Command::Unknown;
            match self.socket.recv_message(&mut part, DONTWAIT) {
                Ok(_) => {}
                Err(error) if is_not_now(error) => break,
                Err(error) => return Err(error),
            }
        }
        Ok(Some(command))
    }

    /// Answers a command, as far as it has an answer. `requests` go from the frontend to the backend.
    pub fn answer(&self, command: Command, requests: &Flow, replies: &Flow) -> Result<()> {
        match command {
            Command::Statistics => {
                let tallies = [requests.received, replies.sent, replies.received, requests.sent];
                let values = tallies.map(|tally| [tally.parts, tally.bytes]);
                self.send_all(
                    &values.as_flattened().iter().map(|v| v.to_ne_bytes()).collect::<Vec<_>>(),
                )
            }
            Command::Pause | Command::Resume | Command::Terminate | Command::Unknown => {
                if self.is_rep { self.send_all(&[[]]) } else { Ok(()) }
            }
        }
    }

    fn send_all<const N: usize>(&self, parts: &[[u8; N]]) -> Result<()> {
        for (number, part) in parts.iter().enumerate() {
            let more = if number + 1 < parts.len() { SNDMORE } else { 0 };
            match self.socket.send(&mut Outbound::Slice(part), DONTWAIT | more) {
                Ok(()) => {}
                // Of the first part: nobody takes the answer. Later: the socket drops the rest itself.
                Err(error) if is_not_now(error) && number == 0 => return Ok(()),
                Err(error) if is_not_now(error) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_whole_words() {
        assert_eq!(Command::parse(b"PAUSE"), Command::Pause);
        assert_eq!(Command::parse(b"RESUME"), Command::Resume);
        assert_eq!(Command::parse(b"TERMINATE"), Command::Terminate);
        assert_eq!(Command::parse(b"STATISTICS"), Command::Statistics);
        for other in [&b"pause"[..], b"PAUSE\0", b"TERM", b""] {
            assert_eq!(Command::parse(other), Command::Unknown);
        }
    }
}
