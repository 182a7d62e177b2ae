//! The C face: the only `extern "C"` of the crate. It translates and does nothing else.
//!
//! Every function here has one contract, its manual page, and one shape: the body runs inside
//! [`entry::entry`], which is the panic boundary, sets `errno` and maps the result. What a pointer
//! must point to is said by the manual page once for all callers, so the functions carry no
//! `# Safety` section each: a handle is one that the library gave out (a stale or foreign one is
//! answered with an errno), a buffer is as long as the length beside it, a string ends in NUL.
//!
//! `include/zmq.h` is generated from this room, in the order of `cbindgen.toml`; `draft` becomes the
//! part that `ZMQ_BUILD_DRAFT_API` guards. Names of constants and types keep their C spelling.

#![allow(clippy::missing_safety_doc)]

pub mod constants;
pub mod context;
pub mod draft;
pub mod entry;
pub mod handles;
mod large;
pub mod message;
pub mod monitor;
pub mod poll;
pub mod proxy;
pub mod security;
pub mod socket;
pub mod threads;
pub mod timers;
pub mod types;
pub mod utils;
