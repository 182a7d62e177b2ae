//! Asking an authentication handler about a peer (RFC 27): a pipe of the connection's own to whoever is
//! bound to `inproc://zeromq.zap.01`.
//!
//! Nothing waits here: the reply's arrival calls for the session's attention. A handler that goes without
//! a reply leaves the question open until ZMQ_HANDSHAKE_IVL ends the connection, as in libzmq. The pipe
//! has no high-water mark, and what comes through it is from within the process.
#![forbid(unsafe_code)]

use crate::context;
use crate::mechanism::{Verdict, zap};
use crate::message::{FLAG_MORE, FLAG_ROUTING_ID, Outbound, take_lack};
use crate::pipe::PipeEnd;
use crate::reactor::Io;
use crate::transport::Stream;

use super::Common;

/// Where a handler is bound, without the scheme.
const ENDPOINT: &[u8] = b"zeromq.zap.01";

/// One question and what is known of its answer.
pub enum Exchange {
    /// The handler has been asked.
    Asked(Box<PipeEnd>),
    /// Nobody was there to ask.
    NoHandler,
    /// The answer was taken, or the handler has gone without one.
    Over,
}

impl Exchange {
    /// Asks `request` about the peer at the other end of `stream`.
    pub(super) fn begin(
        request: zap::Request,
        stream: &Stream,
        common: &Common,
        io: &Io<'_>,
    ) -> Self {
        let inproc = &common.shared.context.inproc;
        let mut pipe = match inproc.connect_bound(ENDPOINT, &context::Peer::default()) {
            Ok(Some(pipe)) => pipe,
            Ok(None) => return Self::NoHandler,
            // No memory: nobody comes in unasked.
            Err(_) => return Self::Over,
        };
        pipe.set_target(io.remote.clone(), io.token);
        let options = &common.options;
        let address = stream.peer_address();
        let address = address.as_bytes();
        let frames = request.into_frames(&options.zap_domain, address, &options.routing_id);
        for (at, frame) in frames.iter().enumerate() {
            let more = if at + 1 < frames.len() { FLAG_MORE } else { 0 };
            if !pipe.write(&mut Outbound::Slice(frame), more) {
                // No memory, or the handler is just going: nobody comes in unasked.
                take_lack();
                return Self::Over;
            }
        }
        pipe.commit();
        Self::Asked(Box::new(pipe))
    }

    /// Takes the answer if it is there.
    pub(super) fn poll(&mut self) -> Option<Verdict> {
        match self {
            Self::Asked(pipe) => {
                pipe.take_events();
                let reply = take_message(pipe);
                if reply.is_some() || pipe.is_peer_gone() {
                    *self = Self::Over;
                }
                reply.map(|frames| zap::parse_reply(&frames))
            }
            Self::NoHandler => {
                *self = Self::Over;
                Some(Verdict::NoHandler)
            }
            Self::Over => None,
        }
    }
}

/// The frames of the next message.
fn take_message(pipe: &mut PipeEnd) -> Option<Vec<Vec<u8>>> {
    let mut frames = Vec::new();
    while pipe.is_readable() {
        let view = pipe.peek()?;
        let flags = view.flags;
        if flags & FLAG_ROUTING_ID == 0 {
            frames.push(view.body.to_vec());
        }
        pipe.skip();
        if flags & (FLAG_ROUTING_ID | FLAG_MORE) == 0 {
            return Some(frames);
        }
    }
    None
}
