//! The list of socket options: one line for each.
//!
//! A number without a line is EINVAL in both directions. So are, until their lines come with the
//! code that serves them, the options of WSS, VMCI and NORM: as in a libzmq built
//! without them.
#![forbid(unsafe_code)]

use super::access::{Change, Computed};
use super::numbers::*;
use super::{Options, SocketType, SocketTypes, gssapi, security, special};
use crate::errno::Result;

/// Where an option's value is kept.
pub(super) struct At<T: 'static> {
    pub get: fn(&Options) -> &T,
    pub get_mut: fn(&mut Options) -> &mut T,
}

/// Which ints stand for a truth value.
#[derive(Clone, Copy)]
pub(super) enum Truth {
    /// 0 and 1.
    Bit,
    /// 0 and up.
    NotNegative,
    /// All.
    AnyInt,
}

/// Which byte strings a text may be.
#[derive(Clone, Copy)]
pub(super) struct TextRule {
    pub max_len: usize,
    pub null_clears: bool,
    pub empty_clears: bool,
}

/// What kind of value an option has.
pub(super) enum Kind {
    Int { at: At<i32>, range: (i32, i32) },
    I64(At<i64>),
    U64(At<u64>),
    Flag { at: At<bool>, truth: Truth },
    Text { at: At<Vec<u8>>, rule: TextRule },
    Blob { at: At<Option<Vec<u8>>>, may_be_empty: bool },
    Ids(At<Vec<u32>>),
    Special { set: Set, get: Get },
    Computed(Computed),
}

type Set = fn(&mut Options, Option<&[u8]>) -> Result<Change>;
type Get = fn(&Options, &mut [u8]) -> Result<usize>;

/// What follows when the value is set.
#[derive(Clone, Copy)]
pub(super) enum Effect {
    Stored,
    Hwm,
    Pattern,
}

/// One option.
pub(super) struct Row {
    pub number: i32,
    pub settable: SocketTypes,
    pub gettable: SocketTypes,
    pub effect: Effect,
    pub kind: Kind,
}

/// The line of an option.
pub(super) fn find(number: i32) -> Option<&'static Row> {
    let index = TABLE.binary_search_by_key(&number, |row| row.number).ok()?;
    TABLE.get(index)
}

const fn row(number: i32, kind: Kind) -> Row {
    let (settable, gettable) = (SocketTypes::ALL, SocketTypes::ALL);
    Row { number, settable, gettable, effect: Effect::Stored, kind }
}

impl Row {
    /// May be set on these types only.
    const fn set_on(self, settable: SocketTypes) -> Self {
        Self { settable, ..self }
    }

    const fn get_on(self, gettable: SocketTypes) -> Self {
        Self { gettable, ..self }
    }

    const fn write_only(self) -> Self {
        self.get_on(SocketTypes::NONE)
    }

    const fn read_only(self) -> Self {
        self.set_on(SocketTypes::NONE)
    }

    const fn effect(self, effect: Effect) -> Self {
        Self { effect, ..self }
    }

    /// Read by the pattern, on these types only, and not readable.
    const fn pattern(self, settable: SocketTypes) -> Self {
        self.set_on(settable).write_only().effect(Effect::Pattern)
    }
}

macro_rules! at {
    ($field:ident) => {
        At { get: |options| &options.$field, get_mut: |options| &mut options.$field }
    };
}
macro_rules! int {
    ($field:ident, $least:expr, $most:expr) => {
        Kind::Int { at: at!($field), range: ($least, $most) }
    };
}
macro_rules! flag {
    ($field:ident, $truth:ident) => {
        Kind::Flag { at: at!($field), truth: Truth::$truth }
    };
}
macro_rules! text {
    ($field:ident, $rule:expr) => {
        Kind::Text { at: at!($field), rule: $rule }
    };
}
macro_rules! blob {
    ($field:ident) => {
        Kind::Blob { at: at!($field), may_be_empty: true }
    };
}

const MIN: i32 = i32::MIN;
const MAX: i32 = i32::MAX;

const fn special(set: Set, get: Get) -> Kind {
    Kind::Special { set, get }
}

const REQ: SocketTypes = SocketTypes::of(&[SocketType::Req]);
/// REP is a ROUTER that keeps the envelope for itself.
const ROUTER: SocketTypes = SocketTypes::of(&[SocketType::Router, SocketType::Rep]);
const PROBING: SocketTypes =
    SocketTypes::of(&[SocketType::Req, SocketType::Rep, SocketType::Dealer, SocketType::Router]);
const CONNECT_ROUTING: SocketTypes =
    SocketTypes::of(&[SocketType::Router, SocketType::Rep, SocketType::Stream]);
const PUB: SocketTypes = SocketTypes::of(&[SocketType::Pub, SocketType::Xpub]);
const NODROP: SocketTypes =
    SocketTypes::of(&[SocketType::Pub, SocketType::Xpub, SocketType::Radio]);
const XSUB: SocketTypes = SocketTypes::of(&[SocketType::Xsub]);
const TOPICS: SocketTypes =
    SocketTypes::of(&[SocketType::Pub, SocketType::Xpub, SocketType::Sub, SocketType::Xsub]);
const FIRST: SocketTypes = SocketTypes::of(&[SocketType::Pub, SocketType::Xpub, SocketType::Xsub]);
/// SUB always; the others in manual mode.
const SUBSCRIBING: SocketTypes =
    SocketTypes::of(&[SocketType::Sub, SocketType::Pub, SocketType::Xpub]);
const STREAM: SocketTypes = SocketTypes::of(&[SocketType::Stream]);

/// A ZAP domain is a frame of RFC 27.
const DOMAIN: TextRule = TextRule { max_len: 255, null_clears: false, empty_clears: false };
const PROXY: TextRule = TextRule { max_len: usize::MAX, null_clears: true, empty_clears: false };
/// User name and password have a length byte in RFC 1929.
const CREDENTIAL: TextRule = TextRule { max_len: 255, null_clears: true, empty_clears: true };
/// `IFNAMSIZ`.
const DEVICE: TextRule = TextRule { max_len: 16, null_clears: true, empty_clears: false };

/// All options, by number.
#[rustfmt::skip]
static TABLE: &[Row] = &[
    row(ZMQ_AFFINITY, Kind::U64(at!(affinity))),
    row(ZMQ_ROUTING_ID, special(special::set_routing_id, special::get_routing_id)),
    row(ZMQ_SUBSCRIBE, special(special::set_subscribe, special::get_never)).pattern(SUBSCRIBING),
    row(ZMQ_UNSUBSCRIBE, special(special::set_unsubscribe, special::get_never)).pattern(SUBSCRIBING),
    row(ZMQ_RATE, int!(rate, 1, MAX)),
    row(ZMQ_RECOVERY_IVL, int!(recovery_ivl, 0, MAX)),
    row(ZMQ_SNDBUF, int!(sndbuf, -1, MAX)),
    row(ZMQ_RCVBUF, int!(rcvbuf, -1, MAX)),
    row(ZMQ_RCVMORE, Kind::Computed(Computed::Rcvmore)).read_only(),
    row(ZMQ_FD, Kind::Computed(Computed::Fd)).read_only().get_on(SocketTypes::THREAD_SAFE.complement()),
    row(ZMQ_EVENTS, Kind::Computed(Computed::Events)).read_only(),
    row(ZMQ_TYPE, special(special::set_never, special::get_type)).read_only(),
    row(ZMQ_LINGER, int!(linger, -1, MAX)),
    row(ZMQ_RECONNECT_IVL, int!(reconnect_ivl, -1, MAX)),
    row(ZMQ_BACKLOG, int!(backlog, 0, MAX)),
    row(ZMQ_RECONNECT_IVL_MAX, int!(reconnect_ivl_max, 0, MAX)),
    row(ZMQ_MAXMSGSIZE, Kind::I64(at!(maxmsgsize))),
    row(ZMQ_SNDHWM, int!(sndhwm, 0, MAX)).effect(Effect::Hwm),
    row(ZMQ_RCVHWM, int!(rcvhwm, 0, MAX)).effect(Effect::Hwm),
    row(ZMQ_MULTICAST_HOPS, int!(multicast_hops, 1, MAX)),
    row(ZMQ_RCVTIMEO, int!(rcvtimeo, -1, MAX)),
    row(ZMQ_SNDTIMEO, int!(sndtimeo, -1, MAX)),
    row(ZMQ_IPV4ONLY, special(special::set_ipv4only, special::get_ipv4only)),
    row(ZMQ_LAST_ENDPOINT, Kind::Computed(Computed::LastEndpoint)).read_only(),
    row(ZMQ_ROUTER_MANDATORY, flag!(router_mandatory, NotNegative)).pattern(ROUTER),
    row(ZMQ_TCP_KEEPALIVE, int!(tcp_keepalive, -1, 1)),
    row(ZMQ_TCP_KEEPALIVE_CNT, int!(tcp_keepalive_cnt, -1, MAX)),
    row(ZMQ_TCP_KEEPALIVE_IDLE, int!(tcp_keepalive_idle, -1, MAX)),
    row(ZMQ_TCP_KEEPALIVE_INTVL, int!(tcp_keepalive_intvl, -1, MAX)),
    row(ZMQ_TCP_ACCEPT_FILTER, special(special::set_tcp_accept_filter, special::get_never)).write_only(),
    row(ZMQ_IMMEDIATE, flag!(immediate, Bit)),
    row(ZMQ_XPUB_VERBOSE, special(special::set_xpub_verbose, special::get_never)).pattern(PUB),
    row(ZMQ_ROUTER_RAW, flag!(router_raw, NotNegative)).pattern(ROUTER),
    row(ZMQ_IPV6, flag!(ipv6, Bit)),
    row(ZMQ_MECHANISM, special(special::set_never, security::get_mechanism)).read_only(),
    row(ZMQ_PLAIN_SERVER, special(security::set_plain_server, security::get_plain_server)),
    row(ZMQ_PLAIN_USERNAME, special(security::set_plain_username, security::get_plain_username)),
    row(ZMQ_PLAIN_PASSWORD, special(security::set_plain_password, security::get_plain_password)),
    row(ZMQ_CURVE_SERVER, special(security::set_curve_server, security::get_curve_server)),
    row(ZMQ_CURVE_PUBLICKEY, special(security::set_curve_public_key, security::get_curve_public_key)),
    row(ZMQ_CURVE_SECRETKEY, special(security::set_curve_secret_key, security::get_curve_secret_key)),
    row(ZMQ_CURVE_SERVERKEY, special(security::set_curve_server_key, security::get_curve_server_key)),
    row(ZMQ_PROBE_ROUTER, flag!(probe_router, NotNegative)).pattern(PROBING),
    row(ZMQ_REQ_CORRELATE, flag!(req_correlate, NotNegative)).pattern(REQ),
    row(ZMQ_REQ_RELAXED, flag!(req_relaxed, NotNegative)).pattern(REQ),
    row(ZMQ_CONFLATE, flag!(conflate, Bit)),
    row(ZMQ_ZAP_DOMAIN, text!(zap_domain, DOMAIN)),
    row(ZMQ_ROUTER_HANDOVER, flag!(router_handover, NotNegative)).pattern(ROUTER),
    row(ZMQ_TOS, int!(tos, 0, MAX)),
    row(ZMQ_IPC_FILTER_PID, Kind::Ids(at!(ipc_filter_pid))).write_only(),
    row(ZMQ_IPC_FILTER_UID, Kind::Ids(at!(ipc_filter_uid))).write_only(),
    row(ZMQ_IPC_FILTER_GID, Kind::Ids(at!(ipc_filter_gid))).write_only(),
    row(ZMQ_CONNECT_ROUTING_ID, Kind::Blob { at: at!(connect_routing_id), may_be_empty: false })
        .set_on(CONNECT_ROUTING).write_only(),
    row(ZMQ_GSSAPI_SERVER, special(gssapi::set_server, gssapi::get_server)),
    row(ZMQ_GSSAPI_PRINCIPAL, special(gssapi::set_principal, gssapi::get_principal)),
    row(ZMQ_GSSAPI_SERVICE_PRINCIPAL, special(gssapi::set_service, gssapi::get_service)),
    row(ZMQ_GSSAPI_PLAINTEXT, special(gssapi::set_plaintext, gssapi::get_plaintext)),
    row(ZMQ_HANDSHAKE_IVL, int!(handshake_ivl, 0, MAX)),
    row(ZMQ_SOCKS_PROXY, text!(socks_proxy, PROXY)),
    row(ZMQ_XPUB_NODROP, flag!(xpub_nodrop, NotNegative)).pattern(NODROP),
    row(ZMQ_XPUB_MANUAL, flag!(xpub_manual, NotNegative)).pattern(PUB),
    row(ZMQ_XPUB_WELCOME_MSG, blob!(xpub_welcome_msg)).pattern(PUB),
    row(ZMQ_STREAM_NOTIFY, flag!(stream_notify, Bit)).pattern(STREAM),
    row(ZMQ_INVERT_MATCHING, flag!(invert_matching, AnyInt)).effect(Effect::Pattern),
    row(ZMQ_HEARTBEAT_IVL, int!(heartbeat_ivl, 0, MAX)),
    row(ZMQ_HEARTBEAT_TTL, special(special::set_heartbeat_ttl, special::get_heartbeat_ttl)),
    row(ZMQ_HEARTBEAT_TIMEOUT, int!(heartbeat_timeout, 0, MAX)),
    row(ZMQ_XPUB_VERBOSER, special(special::set_xpub_verboser, special::get_never)).pattern(PUB),
    row(ZMQ_CONNECT_TIMEOUT, int!(connect_timeout, 0, MAX)),
    row(ZMQ_TCP_MAXRT, int!(tcp_maxrt, 0, MAX)),
    row(ZMQ_THREAD_SAFE, special(special::set_never, special::get_thread_safe)).read_only(),
    row(ZMQ_MULTICAST_MAXTPDU, int!(multicast_maxtpdu, 1, MAX)),
    row(ZMQ_USE_FD, int!(use_fd, -1, MAX)),
    row(ZMQ_GSSAPI_PRINCIPAL_NAMETYPE, special(gssapi::set_principal_nametype, gssapi::get_principal_nametype)),
    row(ZMQ_GSSAPI_SERVICE_PRINCIPAL_NAMETYPE, special(gssapi::set_service_nametype, gssapi::get_service_nametype)),
    row(ZMQ_BINDTODEVICE, text!(bindtodevice, DEVICE)),
    row(ZMQ_ZAP_ENFORCE_DOMAIN, flag!(zap_enforce_domain, AnyInt)),
    row(ZMQ_LOOPBACK_FASTPATH, flag!(loopback_fastpath, AnyInt)),
    row(ZMQ_METADATA, special(special::set_metadata, special::get_never)).write_only(),
    row(ZMQ_MULTICAST_LOOP, flag!(multicast_loop, AnyInt)),
    row(ZMQ_ROUTER_NOTIFY, int!(router_notify, 0, 3)).set_on(ROUTER).effect(Effect::Pattern),
    row(ZMQ_XPUB_MANUAL_LAST_VALUE, special(special::set_xpub_manual_last_value, special::get_never))
        .pattern(PUB),
    row(ZMQ_SOCKS_USERNAME, text!(socks_username, CREDENTIAL)),
    row(ZMQ_SOCKS_PASSWORD, text!(socks_password, CREDENTIAL)),
    row(ZMQ_IN_BATCH_SIZE, int!(in_batch_size, 1, MAX)),
    row(ZMQ_OUT_BATCH_SIZE, int!(out_batch_size, 1, MAX)),
    row(ZMQ_ONLY_FIRST_SUBSCRIBE, flag!(only_first_subscribe, NotNegative)).pattern(FIRST),
    row(ZMQ_RECONNECT_STOP, int!(reconnect_stop, MIN, MAX)),
    row(ZMQ_HELLO_MSG, blob!(hello_msg)).write_only(),
    row(ZMQ_DISCONNECT_MSG, blob!(disconnect_msg)).write_only(),
    row(ZMQ_PRIORITY, int!(priority, 0, MAX)),
    row(ZMQ_BUSY_POLL, int!(busy_poll, MIN, MAX)),
    row(ZMQ_HICCUP_MSG, blob!(hiccup_msg)).write_only(),
    row(ZMQ_XSUB_VERBOSE_UNSUBSCRIBE, flag!(xsub_verbose_unsubscribe, AnyInt)).pattern(XSUB),
    row(ZMQ_TOPICS_COUNT, Kind::Computed(Computed::TopicsCount)).read_only().get_on(TOPICS),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_by_number() {
        assert!(TABLE.is_sorted_by(|a, b| a.number < b.number));
    }
}
