//! libzmq in Rust: the engine behind `libzmq.so.5`.
//!
//! # Map
//!
//! Imports go downward only.
//!
//! | room | duty |
//! | --- | --- |
//! | [`capi`] | the only `extern "C"`: translates and nothing else |
//! | [`poller`], [`proxy`], [`timers`] | written on the public face of `socket` |
//! | [`socket`] | the application's end: pattern + pipes + endpoints; the only code that blocks |
//! | [`session`] | one peer: engine, pipe, stream; dial, accept, reconnect |
//! | [`engine`] | the ZMTP conversation without I/O |
//! | [`context`] | threads, mailboxes, inproc registry, termination |
//! | [`mechanism`], [`pattern`], [`transport`], [`reactor`] | rooms that do not know each other |
//! | [`wire`] | bytes to values and back, stateless |
//! | [`pipe`] | one writer, one reader, credit |
//! | [`message`], [`endpoint`], [`options`], [`z85`] | values |
//! | [`sync`], [`sys`], [`errno`] | the platform |

pub mod capi;
pub mod context;
pub mod endpoint;
pub mod engine;
pub mod errno;
pub mod mechanism;
pub mod message;
pub mod options;
pub mod pattern;
pub mod pipe;
pub mod poller;
pub mod proxy;
pub mod reactor;
pub mod session;
pub mod socket;
pub mod sync;
pub mod sys;
pub mod timers;
pub mod transport;
pub mod wire;
pub mod z85;

#[cfg(test)]
mod tidy;
