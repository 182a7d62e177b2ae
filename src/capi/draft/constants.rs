//! The draft constants of zmq.h. They may still change, until libzmq declares them stable.
#![forbid(unsafe_code)]
#![allow(missing_docs)]

use std::ffi::c_int;

use crate::capi::constants::ZMQ_EVENT_ALL;

/// Draft socket types.
pub const ZMQ_SERVER: c_int = 12;
pub const ZMQ_CLIENT: c_int = 13;
pub const ZMQ_RADIO: c_int = 14;
pub const ZMQ_DISH: c_int = 15;
pub const ZMQ_GATHER: c_int = 16;
pub const ZMQ_SCATTER: c_int = 17;
pub const ZMQ_DGRAM: c_int = 18;
pub const ZMQ_PEER: c_int = 19;
pub const ZMQ_CHANNEL: c_int = 20;

/// Draft socket options.
pub const ZMQ_ZAP_ENFORCE_DOMAIN: c_int = 93;
pub const ZMQ_LOOPBACK_FASTPATH: c_int = 94;
pub const ZMQ_METADATA: c_int = 95;
pub const ZMQ_MULTICAST_LOOP: c_int = 96;
pub const ZMQ_ROUTER_NOTIFY: c_int = 97;
pub const ZMQ_XPUB_MANUAL_LAST_VALUE: c_int = 98;
pub const ZMQ_SOCKS_USERNAME: c_int = 99;
pub const ZMQ_SOCKS_PASSWORD: c_int = 100;
pub const ZMQ_IN_BATCH_SIZE: c_int = 101;
pub const ZMQ_OUT_BATCH_SIZE: c_int = 102;
pub const ZMQ_WSS_KEY_PEM: c_int = 103;
pub const ZMQ_WSS_CERT_PEM: c_int = 104;
pub const ZMQ_WSS_TRUST_PEM: c_int = 105;
pub const ZMQ_WSS_HOSTNAME: c_int = 106;
pub const ZMQ_WSS_TRUST_SYSTEM: c_int = 107;
pub const ZMQ_ONLY_FIRST_SUBSCRIBE: c_int = 108;
pub const ZMQ_RECONNECT_STOP: c_int = 109;
pub const ZMQ_HELLO_MSG: c_int = 110;
pub const ZMQ_DISCONNECT_MSG: c_int = 111;
pub const ZMQ_PRIORITY: c_int = 112;
pub const ZMQ_BUSY_POLL: c_int = 113;
pub const ZMQ_HICCUP_MSG: c_int = 114;
pub const ZMQ_XSUB_VERBOSE_UNSUBSCRIBE: c_int = 115;
pub const ZMQ_TOPICS_COUNT: c_int = 116;
pub const ZMQ_NORM_MODE: c_int = 117;
pub const ZMQ_NORM_UNICAST_NACK: c_int = 118;
pub const ZMQ_NORM_BUFFER_SIZE: c_int = 119;
pub const ZMQ_NORM_SEGMENT_SIZE: c_int = 120;
pub const ZMQ_NORM_BLOCK_SIZE: c_int = 121;
pub const ZMQ_NORM_NUM_PARITY: c_int = 122;
pub const ZMQ_NORM_NUM_AUTOPARITY: c_int = 123;
pub const ZMQ_NORM_PUSH: c_int = 124;

/// Values of ZMQ_NORM_MODE.
pub const ZMQ_NORM_FIXED: c_int = 0;
pub const ZMQ_NORM_CC: c_int = 1;
pub const ZMQ_NORM_CCL: c_int = 2;
pub const ZMQ_NORM_CCE: c_int = 3;
pub const ZMQ_NORM_CCE_ECNONLY: c_int = 4;

/// Bits of ZMQ_RECONNECT_STOP.
pub const ZMQ_RECONNECT_STOP_CONN_REFUSED: c_int = 0x1;
pub const ZMQ_RECONNECT_STOP_HANDSHAKE_FAILED: c_int = 0x2;
pub const ZMQ_RECONNECT_STOP_AFTER_DISCONNECT: c_int = 0x4;

/// Draft context option.
pub const ZMQ_ZERO_COPY_RECV: c_int = 10;

/// Bits of ZMQ_ROUTER_NOTIFY.
pub const ZMQ_NOTIFY_CONNECT: c_int = 1;
pub const ZMQ_NOTIFY_DISCONNECT: c_int = 2;

/// Draft monitor event, and the two formats of events.
pub const ZMQ_EVENT_PIPES_STATS: c_int = 0x1_0000;
pub const ZMQ_CURRENT_EVENT_VERSION: c_int = 1;
pub const ZMQ_CURRENT_EVENT_VERSION_DRAFT: c_int = 2;
pub const ZMQ_EVENT_ALL_V1: c_int = ZMQ_EVENT_ALL;
pub const ZMQ_EVENT_ALL_V2: c_int = ZMQ_EVENT_ALL_V1 | ZMQ_EVENT_PIPES_STATS;
