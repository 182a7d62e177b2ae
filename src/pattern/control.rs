//! Frames in a pipe that are no messages: routing ids and commands.
#![forbid(unsafe_code)]

use crate::errno::{Errno, Result};
use crate::message::{FLAG_COMMAND, FLAG_MORE, FLAG_ROUTING_ID, Inbound, Outbound, take_lack};
use crate::options::Options;
use crate::pipe::{PipeEnd, PipeId, PipeSet};

/// Flag bits of frames that the application never sees.
pub(super) const CONTROL: u8 = FLAG_COMMAND | FLAG_ROUTING_ID;

/// The flags of a part.
#[inline]
pub(super) const fn flags(more: bool) -> u8 {
    if more { FLAG_MORE } else { 0 }
}

/// Whether a part for the application can be read; steps over what comes before it. If not, the pipe
/// will raise attention.
pub(super) fn has_part(end: &mut PipeEnd) -> bool {
    while end.is_readable() {
        match end.peek() {
            Some(view) if view.flags & CONTROL == 0 => return true,
            Some(_) => end.skip(),
            None => return false,
        };
    }
    false
}

/// Steps over all that came, for types that do not receive.
pub(super) fn skip_all(end: &mut PipeEnd) {
    while end.is_readable() {
        end.skip();
    }
}

/// Writes one whole message and publishes it; `false` if there is no room.
pub(super) fn write_message(end: &mut PipeEnd, body: &[u8]) -> bool {
    let is_written = end.write(&mut Outbound::Slice(body), 0);
    if is_written {
        end.commit();
    }
    is_written
}

/// As [`write_message`]. Errors: ENOMEM.
pub(super) fn try_write_message(end: &mut PipeEnd, body: &[u8]) -> Result<bool> {
    if write_message(end, body) {
        return Ok(true);
    }
    if !take_lack() {
        return Ok(false);
    }
    // That may have been noted long before.
    let is_written = write_message(end, body);
    if !is_written && take_lack() { Err(Errno::ENOMEM) } else { Ok(is_written) }
}

/// Gives the application the routing id of `end`, ahead of the message in front of it and with that
/// message's origin.
pub(super) fn put_prefix(end: &mut PipeEnd, sink: &mut Inbound<'_>) {
    sink.put_slice(&end.routing_id);
    if let Inbound::Message(message) = sink {
        message.set_flags(FLAG_MORE);
        message.set_metadata(end.egress().and_then(|reader| reader.origin()));
    }
}

/// Sends the empty message that makes us known to a ROUTER (zmq_setsockopt(3), `ZMQ_PROBE_ROUTER`).
pub(super) fn probe_router(pipes: &mut PipeSet, options: &Options, id: PipeId) {
    if options.probe_router
        && let Some(end) = pipes.get(id)
    {
        write_message(end, &[]);
    }
}
