//! The draft part of the C face: declared in zmq.h only if `ZMQ_BUILD_DRAFT_API` is defined,
//! exported always, because programs look for a draft function by its symbol.

pub mod constants;
pub mod context;
pub mod message;
pub mod monitor;
pub mod poll;
pub mod poller;
pub mod socket;
pub mod types;
