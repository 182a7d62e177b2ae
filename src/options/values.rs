//! The options of one socket, one field for each option, and their defaults (zmq_setsockopt(3),
//! zmq_getsockopt(3)).
//!
//! A session, listener or dialer takes a clone when it is made, so a later change reaches only
//! later endpoints. Texts and identities are kept as the bytes the application gave; an empty one
//! is not set.
#![forbid(unsafe_code)]

use super::SocketType;
use super::filter::TcpAcceptFilter;
use crate::crypto::{KEY_LEN, Password, PublicKey, SecretKey};

/// The security mechanism of a socket's connections (`ZMQ_MECHANISM`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Mechanism {
    /// No authentication and no encryption (RFC 23).
    Null = 0,
    /// User name and password in clear text (RFC 24).
    Plain = 1,
    /// Keys and encryption (RFC 25).
    Curve = 2,
    /// Kerberos (RFC 38).
    Gssapi = 3,
}

impl Mechanism {
    /// The number that `ZMQ_MECHANISM` gives.
    pub const fn into_c(self) -> i32 {
        self as i32
    }
}

/// One field for each option of a socket, named as the option.
#[derive(Clone, Debug)]
pub struct Options {
    /// `ZMQ_TYPE`.
    pub socket_type: SocketType,

    // What every socket has.
    /// Outbound high-water mark in messages; 0 is no limit.
    pub sndhwm: i32,
    /// Inbound high-water mark in messages; 0 is no limit.
    pub rcvhwm: i32,
    /// I/O threads for new connections, one bit each; 0 is any.
    pub affinity: u64,
    /// What this end calls itself in its handshakes, up to 255 bytes.
    pub routing_id: Vec<u8>,
    /// How long pending messages outlive the socket, in ms; -1 is for ever.
    pub linger: i32,
    /// How long a receive waits, in ms; -1 is for ever.
    pub rcvtimeo: i32,
    /// How long a send waits, in ms; -1 is for ever.
    pub sndtimeo: i32,
    /// Longest acceptable inbound message in bytes; negative is no limit.
    pub maxmsgsize: i64,
    /// Queue only to completed connections.
    pub immediate: bool,
    /// Keep only the newest message (see [`SocketType::has_conflate`]).
    pub conflate: bool,
    /// `X-` properties for the handshake, by the order of their first setting.
    pub metadata: Vec<(Vec<u8>, Vec<u8>)>,
    /// Sent to each new peer.
    pub hello_msg: Option<Vec<u8>>,
    /// Received when an accepted peer goes.
    pub disconnect_msg: Option<Vec<u8>>,
    /// Received when a connected peer goes for a while.
    pub hiccup_msg: Option<Vec<u8>>,
    /// Bytes read from a connection at once.
    pub in_batch_size: i32,
    /// Bytes written to a connection at once.
    pub out_batch_size: i32,

    // Connections.
    /// First reconnection interval in ms; -1 is never.
    pub reconnect_ivl: i32,
    /// Longest reconnection interval in ms; 0 is without growth.
    pub reconnect_ivl_max: i32,
    /// When not to reconnect: a mask of `ZMQ_RECONNECT_STOP_*`.
    pub reconnect_stop: i32,
    /// Time for the transport to connect, in ms; 0 is the system's.
    pub connect_timeout: i32,
    /// Time for the handshake, in ms; 0 is for ever.
    pub handshake_ivl: i32,
    /// Time between heartbeats in ms; 0 is none.
    pub heartbeat_ivl: i32,
    /// What peers are told to wait for traffic, in deciseconds; 0 is for ever.
    pub heartbeat_ttl: u16,
    /// Time to wait for an answer to a heartbeat, in ms; -1 is `heartbeat_ivl`.
    pub heartbeat_timeout: i32,
    /// Length of a listener's queue of connections.
    pub backlog: i32,
    /// A listening descriptor made elsewhere, or -1.
    pub use_fd: i32,
    /// Name of the network device to bind to.
    pub bindtodevice: Vec<u8>,
    /// `host:port` of a SOCKS5 proxy.
    pub socks_proxy: Vec<u8>,
    /// User name for the SOCKS5 proxy.
    pub socks_username: Vec<u8>,
    /// Password for the SOCKS5 proxy.
    pub socks_password: Vec<u8>,
    /// Use IPv6, with IPv4 beside it (`ZMQ_IPV6`, `ZMQ_IPV4ONLY`).
    pub ipv6: bool,
    /// `SO_SNDBUF` in bytes; -1 is the system's.
    pub sndbuf: i32,
    /// `SO_RCVBUF` in bytes; -1 is the system's.
    pub rcvbuf: i32,
    /// `IP_TOS`.
    pub tos: i32,
    /// `SO_PRIORITY`.
    pub priority: i32,
    /// `SO_BUSY_POLL` in microseconds; 0 is none.
    pub busy_poll: i32,
    /// `SO_KEEPALIVE`: 1, 0, or -1 for the system's.
    pub tcp_keepalive: i32,
    /// `TCP_KEEPCNT`; -1 is the system's.
    pub tcp_keepalive_cnt: i32,
    /// `TCP_KEEPIDLE` in seconds; -1 is the system's.
    pub tcp_keepalive_idle: i32,
    /// `TCP_KEEPINTVL` in seconds; -1 is the system's.
    pub tcp_keepalive_intvl: i32,
    /// `TCP_USER_TIMEOUT` in ms; 0 is the system's.
    pub tcp_maxrt: i32,
    /// `SIO_LOOPBACK_FAST_PATH`, which only Windows has.
    pub loopback_fastpath: bool,
    /// Networks that may connect; empty is all.
    pub tcp_accept_filters: Vec<TcpAcceptFilter>,
    /// Processes that may connect over ipc; all three empty is all.
    pub ipc_filter_pid: Vec<u32>,
    /// Users that may connect over ipc.
    pub ipc_filter_uid: Vec<u32>,
    /// Groups that may connect over ipc.
    pub ipc_filter_gid: Vec<u32>,

    // Multicast.
    /// Data rate in kilobits a second.
    pub rate: i32,
    /// Recovery interval in ms.
    pub recovery_ivl: i32,
    /// Time to live of packets, in network hops.
    pub multicast_hops: i32,
    /// Longest transport data unit in bytes.
    pub multicast_maxtpdu: i32,
    /// Whether this host receives its own packets.
    pub multicast_loop: bool,

    // Security.
    /// The mechanism that the last security option chose.
    pub mechanism: Mechanism,
    /// Whether this is the server of `mechanism`, by the last security option that says so.
    pub is_server: bool,
    /// User name of a PLAIN client, up to 255 bytes.
    pub plain_username: Vec<u8>,
    /// Password of a PLAIN client, up to 255 bytes.
    pub plain_password: Password,
    /// CURVE: our public key, as the application gave it.
    pub curve_public_key: PublicKey,
    /// CURVE: our secret key.
    pub curve_secret_key: SecretKey,
    /// CURVE: the public key that belongs to `curve_secret_key`, once that is set.
    pub curve_own_key: PublicKey,
    /// CURVE client: the server's public key.
    pub curve_server_key: PublicKey,
    /// GSSAPI: who we are, up to 255 bytes; empty is whoever the process is.
    pub gssapi_principal: Vec<u8>,
    /// GSSAPI client: whom to reach.
    pub gssapi_service_principal: Vec<u8>,
    /// GSSAPI: how to read `gssapi_principal` (`ZMQ_GSSAPI_NT_*`).
    pub gssapi_principal_nametype: i32,
    /// GSSAPI: how to read `gssapi_service_principal`.
    pub gssapi_service_principal_nametype: i32,
    /// GSSAPI: no encryption after the handshake.
    pub gssapi_plaintext: bool,
    /// Authentication domain (RFC 27).
    pub zap_domain: Vec<u8>,
    /// Follow RFC 27 to the letter: no domain, no request; a domain, no peer without an answer.
    pub zap_enforce_domain: bool,

    // Patterns.
    /// Send what does not match instead of what does.
    pub invert_matching: bool,
    /// ROUTER: unroutable messages are an error.
    pub router_mandatory: bool,
    /// ROUTER: peers speak no ZMTP.
    pub router_raw: bool,
    /// ROUTER: a new peer takes over the routing id of an old one.
    pub router_handover: bool,
    /// ROUTER: a mask of `ZMQ_NOTIFY_*`.
    pub router_notify: i32,
    /// Send an empty message on each new connection.
    pub probe_router: bool,
    /// ROUTER, STREAM: the routing id of the peer that the next connect reaches.
    pub connect_routing_id: Option<Vec<u8>>,
    /// REQ: prefix requests with a number that the reply must have.
    pub req_correlate: bool,
    /// REQ: allow a new request before the reply.
    pub req_relaxed: bool,
    /// XPUB: pass on repeated subscriptions.
    pub xpub_verbose: bool,
    /// XPUB: pass on repeated unsubscriptions.
    pub xpub_verboser: bool,
    /// XPUB: the application subscribes for its peers.
    pub xpub_manual: bool,
    /// XPUB: with `xpub_manual`, what is sent next goes to the last subscriber only.
    pub xpub_manual_last_value: bool,
    /// XPUB, RADIO: a full pipe is EAGAIN instead of a dropped message.
    pub xpub_nodrop: bool,
    /// XPUB: sent to each new subscriber.
    pub xpub_welcome_msg: Option<Vec<u8>>,
    /// XSUB: pass on repeated unsubscriptions.
    pub xsub_verbose_unsubscribe: bool,
    /// XPUB, XSUB: only the first part of a message can be a subscription.
    pub only_first_subscribe: bool,
    /// STREAM: tell of connections and disconnections with empty messages.
    pub stream_notify: bool,
}

impl Options {
    /// What each new peer is told first, if the socket's type does that (zmq_setsockopt(3), ZMQ_HELLO_MSG).
    pub fn hello(&self) -> Option<&[u8]> {
        self.hello_msg.as_deref().filter(|_| self.socket_type.has_hello_msg())
    }

    /// What the application reads when a peer that connected has gone (zmq_setsockopt(3),
    /// ZMQ_DISCONNECT_MSG).
    pub fn farewell(&self) -> Option<&[u8]> {
        self.disconnect_msg.as_deref().filter(|_| self.socket_type.has_disconnect_msg())
    }

    /// What the application reads when a connection that it made has broken (zmq_setsockopt(3),
    /// ZMQ_HICCUP_MSG).
    pub fn hiccup(&self) -> Option<&[u8]> {
        self.hiccup_msg.as_deref().filter(|_| self.socket_type.has_hiccup_msg())
    }

    /// The defaults of a socket of the given type, in a context with the given `ZMQ_IPV6` and
    /// `ZMQ_BLOCKY`.
    pub fn new(socket_type: SocketType, ctx_ipv6: bool, ctx_blocky: bool) -> Self {
        Self {
            socket_type,
            linger: default_linger_ms(socket_type, ctx_blocky),
            ipv6: ctx_ipv6,
            ..DEFAULTS
        }
    }
}

/// The defaults of zmq_setsockopt(3), before the socket type and the context have their say.
const DEFAULTS: Options = Options {
    socket_type: SocketType::Pair,
    sndhwm: 1000,
    rcvhwm: 1000,
    affinity: 0,
    routing_id: Vec::new(),
    linger: -1,
    rcvtimeo: -1,
    sndtimeo: -1,
    maxmsgsize: -1,
    immediate: false,
    conflate: false,
    metadata: Vec::new(),
    hello_msg: None,
    disconnect_msg: None,
    hiccup_msg: None,
    in_batch_size: 8192,
    out_batch_size: 8192,
    reconnect_ivl: 100,
    reconnect_ivl_max: 0,
    reconnect_stop: 0,
    connect_timeout: 0,
    handshake_ivl: 30_000,
    heartbeat_ivl: 0,
    heartbeat_ttl: 0,
    heartbeat_timeout: -1,
    backlog: 100,
    use_fd: -1,
    bindtodevice: Vec::new(),
    socks_proxy: Vec::new(),
    socks_username: Vec::new(),
    socks_password: Vec::new(),
    ipv6: false,
    sndbuf: -1,
    rcvbuf: -1,
    tos: 0,
    priority: 0,
    busy_poll: 0,
    tcp_keepalive: -1,
    tcp_keepalive_cnt: -1,
    tcp_keepalive_idle: -1,
    tcp_keepalive_intvl: -1,
    tcp_maxrt: 0,
    loopback_fastpath: false,
    tcp_accept_filters: Vec::new(),
    ipc_filter_pid: Vec::new(),
    ipc_filter_uid: Vec::new(),
    ipc_filter_gid: Vec::new(),
    rate: 100,
    recovery_ivl: 10_000,
    multicast_hops: 1,
    multicast_maxtpdu: 1500,
    multicast_loop: true,
    mechanism: Mechanism::Null,
    is_server: false,
    plain_username: Vec::new(),
    plain_password: Password::new(),
    curve_public_key: [0; KEY_LEN],
    curve_secret_key: SecretKey::NONE,
    curve_own_key: [0; KEY_LEN],
    curve_server_key: [0; KEY_LEN],
    gssapi_principal: Vec::new(),
    gssapi_service_principal: Vec::new(),
    gssapi_principal_nametype: 0,
    gssapi_service_principal_nametype: 0,
    gssapi_plaintext: false,
    zap_domain: Vec::new(),
    zap_enforce_domain: false,
    invert_matching: false,
    router_mandatory: false,
    router_raw: false,
    router_handover: false,
    router_notify: 0,
    probe_router: false,
    connect_routing_id: None,
    req_correlate: false,
    req_relaxed: false,
    xpub_verbose: false,
    xpub_verboser: false,
    xpub_manual: false,
    xpub_manual_last_value: false,
    xpub_nodrop: false,
    xpub_welcome_msg: None,
    xsub_verbose_unsubscribe: false,
    only_first_subscribe: false,
    stream_notify: true,
};

/// Subscriptions are not worth waiting for; otherwise the context decides.
fn default_linger_ms(socket_type: SocketType, ctx_blocky: bool) -> i32 {
    let has_only_subscriptions =
        matches!(socket_type, SocketType::Sub | SocketType::Xsub | SocketType::Dish);
    if has_only_subscriptions || !ctx_blocky { 0 } else { -1 }
}
