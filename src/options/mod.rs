//! The options of sockets and contexts (zmq_setsockopt(3), zmq_getsockopt(3), zmq_ctx_set(3)).
//!
//! | file | duty |
//! | --- | --- |
//! | [`numbers`] | the `ZMQ_*` numbers |
//! | [`socket_type`] | the socket types and sets of them |
//! | [`values`] | one field for each option, and the defaults |
//! | `table` | one line for each option: who may set and read it, what it may be |
//! | [`access`] | set and get, driven by the table |
//! | `security` | the options that choose and feed a mechanism |
//! | `special` | the options whose values are no plain field |
//! | [`codec`] | values as bytes |
//! | [`filter`] | `ZMQ_TCP_ACCEPT_FILTER` |
//! | [`context`] | the options of a context |
//!
//! Nothing here acts: what a socket has to do about a new value is said by [`Change`], and what
//! only a socket knows is asked for by [`Computed`].
#![forbid(unsafe_code)]

pub mod access;
pub mod codec;
pub mod context;
pub mod filter;
mod gssapi;
pub mod numbers;
mod security;
pub mod socket_type;
mod special;
mod table;
pub mod values;

pub use access::{Change, Computed, Readout};
pub use context::ContextOptions;
pub use filter::TcpAcceptFilter;
pub use numbers::*;
pub use socket_type::{SocketType, SocketTypes};
pub use values::{Mechanism, Options};

#[cfg(test)]
mod reference;
