//! Setting and reading the options of a socket by number (zmq_setsockopt(3), zmq_getsockopt(3)).
//!
//! Every refusal is EINVAL and leaves the options as they were.
#![forbid(unsafe_code)]

use super::codec::{emit_exact, emit_int, emit_text, parse_i64, parse_int, parse_u64};
use super::table::{self, Effect, Kind, Row, TextRule, Truth};
use super::{Options, codec};
use crate::errno::{Errno, Result};

/// What a socket has to do after an option was set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Nothing: the new value counts from the next use on.
    Stored,
    /// Give the new high-water marks to the live pipes.
    Hwm,
    /// Let the pattern read its options again.
    Pattern,
    /// SUB: subscribe to the value. XPUB with `xpub_manual`: subscribe for the last peer.
    Subscribe,
    /// SUB: cancel the value. XPUB with `xpub_manual`: cancel for the last peer.
    Unsubscribe,
}

/// A value that only the socket knows. To be written with the `emit_*` function named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Computed {
    /// `ZMQ_RCVMORE`: [`codec::emit_int_padded`].
    Rcvmore,
    /// `ZMQ_FD`: [`codec::emit_int_padded`].
    Fd,
    /// `ZMQ_EVENTS`: [`codec::emit_int_padded`].
    Events,
    /// `ZMQ_LAST_ENDPOINT`: [`codec::emit_text`].
    LastEndpoint,
    /// `ZMQ_TOPICS_COUNT`: [`codec::emit_int_padded`].
    TopicsCount,
}

/// The answer to a read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readout {
    /// The value is in the buffer; this is the new `*optvallen`.
    Stored(usize),
    /// The buffer is as it was; the socket has to write the value.
    Computed(Computed),
}

impl Options {
    /// Sets an option. `value` is `None` for a NULL pointer with length 0, which some options tell
    /// from an empty value; a NULL pointer with a length is the caller's EINVAL.
    pub fn set(&mut self, option: i32, value: Option<&[u8]>) -> Result<Change> {
        let row = table::find(option).ok_or(Errno::EINVAL)?;
        if !row.settable.has(self.socket_type) {
            return Err(Errno::EINVAL);
        }
        if let Kind::Special { set, .. } = row.kind {
            return set(self, value);
        }
        self.store(row, value)?;
        Ok(match row.effect {
            Effect::Stored => Change::Stored,
            Effect::Hwm => Change::Hwm,
            Effect::Pattern => Change::Pattern,
        })
    }

    /// Reads an option into `out`, whose length is the caller's `*optvallen`.
    pub fn get(&self, option: i32, out: &mut [u8]) -> Result<Readout> {
        let row = table::find(option).ok_or(Errno::EINVAL)?;
        if !row.gettable.has(self.socket_type) {
            return Err(Errno::EINVAL);
        }
        let len = match &row.kind {
            Kind::Int { at, .. } => emit_int(out, *(at.get)(self)),
            Kind::I64(at) => emit_exact(out, (at.get)(self).to_ne_bytes()),
            Kind::U64(at) => emit_exact(out, (at.get)(self).to_ne_bytes()),
            Kind::Flag { at, .. } => emit_int(out, i32::from(*(at.get)(self))),
            Kind::Text { at, .. } => emit_text(out, (at.get)(self)),
            Kind::Blob { at, .. } => {
                codec::emit_bytes(out, (at.get)(self).as_deref().unwrap_or_default())
            }
            Kind::Ids(_) => Err(Errno::EINVAL),
            Kind::Special { get, .. } => get(self, out),
            Kind::Computed(computed) => return Ok(Readout::Computed(*computed)),
        };
        len.map(Readout::Stored)
    }

    fn store(&mut self, row: &Row, value: Option<&[u8]>) -> Result<()> {
        let bytes = value.unwrap_or_default();
        match &row.kind {
            Kind::Int { at, range } => {
                *(at.get_mut)(self) = in_range(parse_int(bytes)?, *range)?;
            }
            Kind::I64(at) => *(at.get_mut)(self) = parse_i64(bytes)?,
            Kind::U64(at) => *(at.get_mut)(self) = parse_u64(bytes)?,
            Kind::Flag { at, truth } => *(at.get_mut)(self) = parse_flag(bytes, *truth)?,
            Kind::Text { at, rule } => *(at.get_mut)(self) = parse_text(value, *rule)?,
            Kind::Blob { at, may_be_empty } => {
                if bytes.is_empty() && !may_be_empty {
                    return Err(Errno::EINVAL);
                }
                *(at.get_mut)(self) = (!bytes.is_empty()).then(|| bytes.to_vec());
            }
            Kind::Ids(at) => match value {
                None => (at.get_mut)(self).clear(),
                Some(bytes) => (at.get_mut)(self).push(parse_int(bytes)?.cast_unsigned()),
            },
            Kind::Special { .. } | Kind::Computed(_) => return Err(Errno::EINVAL),
        }
        Ok(())
    }
}

fn in_range(value: i32, (least, most): (i32, i32)) -> Result<i32> {
    if (least..=most).contains(&value) { Ok(value) } else { Err(Errno::EINVAL) }
}

/// An `int` that stands for a truth value.
pub(super) fn parse_flag(bytes: &[u8], truth: Truth) -> Result<bool> {
    let value = parse_int(bytes)?;
    let is_allowed = match truth {
        Truth::Bit => value == 0 || value == 1,
        Truth::NotNegative => value >= 0,
        Truth::AnyInt => true,
    };
    if is_allowed { Ok(value != 0) } else { Err(Errno::EINVAL) }
}

fn parse_text(value: Option<&[u8]>, rule: TextRule) -> Result<Vec<u8>> {
    match value {
        None if rule.null_clears => Ok(Vec::new()),
        Some([]) if rule.empty_clears => Ok(Vec::new()),
        None | Some([]) => Err(Errno::EINVAL),
        Some(bytes) if bytes.len() > rule.max_len => Err(Errno::EINVAL),
        Some(bytes) => Ok(bytes.to_vec()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::*;
    use super::*;

    fn options(socket_type: SocketType) -> Options {
        Options::new(socket_type, false, true)
    }

    fn set_int(options: &mut Options, option: i32, value: i32) -> Result<Change> {
        options.set(option, Some(&value.to_ne_bytes()))
    }

    fn get_int(options: &Options, option: i32) -> i32 {
        let mut out = [0; 4];
        assert_eq!(options.get(option, &mut out), Ok(Readout::Stored(4)));
        i32::from_ne_bytes(out)
    }

    #[test]
    fn high_water_marks_reach_live_pipes() {
        let mut options = options(SocketType::Push);
        assert_eq!(set_int(&mut options, ZMQ_SNDHWM, 5), Ok(Change::Hwm));
        assert_eq!(set_int(&mut options, ZMQ_RCVHWM, 6), Ok(Change::Hwm));
        assert_eq!((options.sndhwm, options.rcvhwm), (5, 6));
        assert_eq!(set_int(&mut options, ZMQ_SNDHWM, -1), Err(Errno::EINVAL));
        assert_eq!(get_int(&options, ZMQ_SNDHWM), 5);
    }

    #[test]
    fn the_context_gives_ipv6_and_linger() {
        let options = Options::new(SocketType::Push, true, false);
        assert_eq!(get_int(&options, ZMQ_IPV6), 1);
        assert_eq!(get_int(&options, ZMQ_IPV4ONLY), 0);
        assert_eq!(get_int(&options, ZMQ_LINGER), 0);
    }

    #[test]
    fn verbose_and_verboser_override_each_other() {
        let mut options = options(SocketType::Xpub);
        let mut verbosity = |option, value| {
            assert_eq!(set_int(&mut options, option, value), Ok(Change::Pattern));
            (options.xpub_verbose, options.xpub_verboser)
        };
        assert_eq!(verbosity(ZMQ_XPUB_VERBOSE, 1), (true, false));
        assert_eq!(verbosity(ZMQ_XPUB_VERBOSER, 1), (true, true));
        assert_eq!(verbosity(ZMQ_XPUB_VERBOSE, 1), (true, false));
        assert_eq!(verbosity(ZMQ_XPUB_VERBOSER, 0), (false, false));
    }

    #[test]
    fn only_a_manual_xpub_subscribes() {
        let mut options = options(SocketType::Xpub);
        assert_eq!(options.set(ZMQ_SUBSCRIBE, Some(b"a")), Err(Errno::EINVAL));
        assert_eq!(set_int(&mut options, ZMQ_XPUB_MANUAL_LAST_VALUE, 1), Ok(Change::Pattern));
        assert!(options.xpub_manual && options.xpub_manual_last_value);
        assert_eq!(options.set(ZMQ_SUBSCRIBE, Some(b"a")), Ok(Change::Subscribe));
        assert_eq!(options.set(ZMQ_UNSUBSCRIBE, None), Ok(Change::Unsubscribe));
        assert_eq!(set_int(&mut options, ZMQ_XPUB_MANUAL, 0), Ok(Change::Pattern));
        assert_eq!(options.set(ZMQ_UNSUBSCRIBE, Some(b"a")), Err(Errno::EINVAL));
    }

    #[test]
    fn a_manual_pub_subscribes_nobody() {
        let mut options = options(SocketType::Pub);
        assert_eq!(options.set(ZMQ_SUBSCRIBE, Some(b"a")), Err(Errno::EINVAL));
        assert_eq!(set_int(&mut options, ZMQ_XPUB_MANUAL, 1), Ok(Change::Pattern));
        assert_eq!(options.set(ZMQ_SUBSCRIBE, Some(b"a")), Ok(Change::Stored));
        assert_eq!(options.set(ZMQ_UNSUBSCRIBE, None), Ok(Change::Stored));
    }

    #[test]
    fn heartbeat_ttl_is_kept_in_deciseconds() {
        let mut options = options(SocketType::Dealer);
        for (value_ms, kept) in [(99, 0), (-99, 0), (255, 2), (6_553_599, 65_535)] {
            assert_eq!(set_int(&mut options, ZMQ_HEARTBEAT_TTL, value_ms), Ok(Change::Stored));
            assert_eq!(options.heartbeat_ttl, kept);
            assert_eq!(get_int(&options, ZMQ_HEARTBEAT_TTL), i32::from(kept) * 100);
        }
        assert_eq!(set_int(&mut options, ZMQ_HEARTBEAT_TTL, 6_553_600), Err(Errno::EINVAL));
        assert_eq!(set_int(&mut options, ZMQ_HEARTBEAT_TTL, -100), Err(Errno::EINVAL));
    }

    #[test]
    fn metadata_has_a_prefix_a_name_and_a_value() {
        let mut options = options(SocketType::Pair);
        let mut set = |text: &[u8]| options.set(ZMQ_METADATA, Some(text));
        for text in ["X-a:", "X-:v", "x-a:b", ":X-a", "X-ab", "X:b", "", "abc:def"] {
            assert_eq!(set(text.as_bytes()), Err(Errno::EINVAL), "{text}");
        }
        let longest = format!("X-{}:b", "a".repeat(253));
        assert_eq!(set(longest.as_bytes()), Ok(Change::Stored));
        assert_eq!(set(format!("X-{}:b", "a".repeat(254)).as_bytes()), Err(Errno::EINVAL));
        assert_eq!(set(b"X-k:one:1"), Ok(Change::Stored));
        assert_eq!(set(b"X-k:two"), Ok(Change::Stored));
        assert_eq!(options.metadata.last(), Some(&(b"X-k".to_vec(), b"one:1".to_vec())));
    }

    #[test]
    fn filters_pile_up_until_null_clears_them() {
        let mut options = options(SocketType::Pair);
        assert_eq!(set_int(&mut options, ZMQ_IPC_FILTER_UID, 7), Ok(Change::Stored));
        assert_eq!(set_int(&mut options, ZMQ_IPC_FILTER_UID, -1), Ok(Change::Stored));
        assert_eq!(options.ipc_filter_uid, [7, u32::MAX]);
        assert_eq!(options.set(ZMQ_IPC_FILTER_UID, None), Ok(Change::Stored));
        assert!(options.ipc_filter_uid.is_empty());
        assert_eq!(options.set(ZMQ_TCP_ACCEPT_FILTER, Some(b"10.0.0.0/8")), Ok(Change::Stored));
        assert_eq!(options.tcp_accept_filters.len(), 1);
        assert_eq!(options.set(ZMQ_TCP_ACCEPT_FILTER, None), Ok(Change::Stored));
        assert!(options.tcp_accept_filters.is_empty());
    }

    #[test]
    fn an_empty_message_option_is_unset() {
        let mut options = options(SocketType::Router);
        assert_eq!(options.set(ZMQ_HELLO_MSG, Some(b"hi")), Ok(Change::Stored));
        assert_eq!(options.hello_msg.as_deref(), Some(&b"hi"[..]));
        assert_eq!(options.set(ZMQ_HELLO_MSG, Some(b"")), Ok(Change::Stored));
        assert_eq!(options.hello_msg, None);
        assert_eq!(options.set(ZMQ_CONNECT_ROUTING_ID, Some(b"")), Err(Errno::EINVAL));
    }

    #[test]
    fn texts_keep_their_bytes_and_gain_a_nul() {
        let mut options = options(SocketType::Pair);
        let mut out = [0xaa; 8];
        assert_eq!(options.set(ZMQ_ZAP_DOMAIN, Some(b"ab\0cd")), Ok(Change::Stored));
        assert_eq!(options.get(ZMQ_ZAP_DOMAIN, &mut out), Ok(Readout::Stored(6)));
        assert_eq!(out, *b"ab\0cd\0\0\0");
        assert_eq!(options.get(ZMQ_ZAP_DOMAIN, &mut out[..5]), Err(Errno::EINVAL));
        assert_eq!(options.set(ZMQ_ROUTING_ID, Some(b"ab\0")), Ok(Change::Stored));
        assert_eq!(options.get(ZMQ_ROUTING_ID, &mut out[..3]), Ok(Readout::Stored(3)));
        assert_eq!(options.get(ZMQ_ROUTING_ID, &mut out[..2]), Err(Errno::EINVAL));
    }

    #[test]
    fn busy_poll_is_readable_and_xsub_takes_only_ints() {
        let mut options = options(SocketType::Xsub);
        assert_eq!(set_int(&mut options, ZMQ_BUSY_POLL, 50), Ok(Change::Stored));
        assert_eq!(get_int(&options, ZMQ_BUSY_POLL), 50);
        assert_eq!(set_int(&mut options, ZMQ_XSUB_VERBOSE_UNSUBSCRIBE, -1), Ok(Change::Pattern));
        assert!(options.xsub_verbose_unsubscribe);
        assert_eq!(options.set(ZMQ_XSUB_VERBOSE_UNSUBSCRIBE, Some(b"a")), Err(Errno::EINVAL));
        assert_eq!(options.set(ZMQ_XSUB_VERBOSE_UNSUBSCRIBE, None), Err(Errno::EINVAL));
    }
}
