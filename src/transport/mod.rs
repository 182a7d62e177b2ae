//! Byte streams between processes: tcp (zmq_tcp(7)) and ipc (zmq_ipc(7)).
//!
//! | file | duty |
//! | --- | --- |
//! | [`stream`] | a connected socket: read, write, who is at the other end |
//! | [`listener`] | bind, accept, filter |
//! | [`connecting`] | a connection that is being made |
//! | `open_error` | why neither was made |
//! | [`resolve`] | names to addresses |
//! | [`socks`] | through a SOCKS 5 proxy |
//! | `text` | addresses to the texts that applications see |
//! | `tuning` | the socket options behind ZMQ_TCP_*, ZMQ_SNDBUF, ... |
//! | `wildcard` | the directory that `ipc://*` makes up |
//!
//! Nothing here knows ZMTP, waits, or owns a thread; the only call that may block is [`resolve::resolve`]. inproc is
//! not here: it is two ends of a pipe.
#![forbid(unsafe_code)]

pub mod connecting;
pub mod listener;
mod open_error;
pub mod resolve;
pub mod socks;
pub mod stream;
pub mod text;
mod tuning;
mod wildcard;

pub use connecting::Connecting;
pub use listener::{AcceptError, Listener};
pub use open_error::OpenError;
pub use resolve::{PeerAddress, TcpTarget};
pub use stream::Stream;

#[cfg(test)]
mod tests;
