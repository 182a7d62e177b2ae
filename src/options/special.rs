//! The options whose values are no plain field: several fields at once, other units on the
//! outside, or an action instead of a value.
#![forbid(unsafe_code)]

use super::access::{Change, parse_flag};
use super::codec::{emit_bytes, emit_int, parse_int};
use super::table::Truth;
use super::{Options, SocketType, TcpAcceptFilter};
use crate::errno::{Errno, Result};

/// Longest name of a metadata property and longest routing id (RFC 37), in bytes.
const NAME_MAX_LEN: usize = 255;

pub(super) fn set_routing_id(options: &mut Options, value: Option<&[u8]>) -> Result<Change> {
    match value.unwrap_or_default() {
        bytes if bytes.is_empty() || bytes.len() > NAME_MAX_LEN => Err(Errno::EINVAL),
        bytes => {
            options.routing_id = bytes.to_vec();
            Ok(Change::Stored)
        }
    }
}

pub(super) fn get_routing_id(options: &Options, out: &mut [u8]) -> Result<usize> {
    emit_bytes(out, &options.routing_id)
}

pub(super) fn set_subscribe(options: &mut Options, _: Option<&[u8]>) -> Result<Change> {
    may_subscribe(options).map(|()| for_last(options, Change::Subscribe))
}

pub(super) fn set_unsubscribe(options: &mut Options, _: Option<&[u8]>) -> Result<Change> {
    may_subscribe(options).map(|()| for_last(options, Change::Unsubscribe))
}

/// Whether this socket may subscribe now. Errors: EINVAL.
fn may_subscribe(options: &Options) -> Result<()> {
    match options.socket_type == SocketType::Sub || options.xpub_manual {
        true => Ok(()),
        false => Err(Errno::EINVAL),
    }
}

/// What becomes of it: a PUB receives from no peer, so that there is none to subscribe for.
fn for_last(options: &Options, change: Change) -> Change {
    if options.socket_type == SocketType::Pub { Change::Stored } else { change }
}

pub(super) fn get_type(options: &Options, out: &mut [u8]) -> Result<usize> {
    emit_int(out, options.socket_type.into_c())
}

pub(super) fn get_thread_safe(options: &Options, out: &mut [u8]) -> Result<usize> {
    super::codec::emit_int_padded(out, i32::from(options.socket_type.is_thread_safe()))
}

pub(super) fn set_ipv4only(options: &mut Options, value: Option<&[u8]>) -> Result<Change> {
    options.ipv6 = !parse_flag(value.unwrap_or_default(), Truth::Bit)?;
    Ok(Change::Stored)
}

pub(super) fn get_ipv4only(options: &Options, out: &mut [u8]) -> Result<usize> {
    emit_int(out, i32::from(!options.ipv6))
}

pub(super) fn set_tcp_accept_filter(options: &mut Options, value: Option<&[u8]>) -> Result<Change> {
    match value {
        None => options.tcp_accept_filters.clear(),
        Some(text) => {
            options.tcp_accept_filters.push(TcpAcceptFilter::parse(text, options.ipv6)?);
        }
    }
    Ok(Change::Stored)
}

/// `ms` of the application are deciseconds on the wire.
pub(super) fn set_heartbeat_ttl(options: &mut Options, value: Option<&[u8]>) -> Result<Change> {
    let ttl_ms = parse_int(value.unwrap_or_default())?;
    options.heartbeat_ttl = u16::try_from(ttl_ms / 100).map_err(|_| Errno::EINVAL)?;
    Ok(Change::Stored)
}

pub(super) fn get_heartbeat_ttl(options: &Options, out: &mut [u8]) -> Result<usize> {
    emit_int(out, i32::from(options.heartbeat_ttl) * 100)
}

/// `X-name:value`. The first value of a name stays.
pub(super) fn set_metadata(options: &mut Options, value: Option<&[u8]>) -> Result<Change> {
    let text = value.unwrap_or_default();
    let colon = text.iter().position(|byte| *byte == b':').ok_or(Errno::EINVAL)?;
    let (name, rest) = text.split_at_checked(colon).ok_or(Errno::EINVAL)?;
    let value = rest.strip_prefix(b":").unwrap_or_default();
    let has_name = name.len() > 2 && name.starts_with(b"X-") && name.len() <= NAME_MAX_LEN;
    if !has_name || value.is_empty() {
        return Err(Errno::EINVAL);
    }
    if !options.metadata.iter().any(|(known, _)| known == name) {
        options.metadata.push((name.to_vec(), value.to_vec()));
    }
    Ok(Change::Stored)
}

pub(super) fn set_xpub_verbose(options: &mut Options, value: Option<&[u8]>) -> Result<Change> {
    options.xpub_verbose = parse_flag(value.unwrap_or_default(), Truth::NotNegative)?;
    options.xpub_verboser = false;
    Ok(Change::Pattern)
}

pub(super) fn set_xpub_verboser(options: &mut Options, value: Option<&[u8]>) -> Result<Change> {
    options.xpub_verboser = parse_flag(value.unwrap_or_default(), Truth::NotNegative)?;
    options.xpub_verbose = options.xpub_verboser;
    Ok(Change::Pattern)
}

pub(super) fn set_xpub_manual_last_value(
    options: &mut Options,
    value: Option<&[u8]>,
) -> Result<Change> {
    options.xpub_manual_last_value = parse_flag(value.unwrap_or_default(), Truth::NotNegative)?;
    options.xpub_manual = options.xpub_manual_last_value;
    Ok(Change::Pattern)
}

/// For options that cannot be read.
pub(super) fn get_never(_: &Options, _: &mut [u8]) -> Result<usize> {
    Err(Errno::EINVAL)
}

/// For options that cannot be set.
pub(super) fn set_never(_: &mut Options, _: Option<&[u8]>) -> Result<Change> {
    Err(Errno::EINVAL)
}
