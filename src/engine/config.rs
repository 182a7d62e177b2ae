//! What an engine needs to know of its socket: a copy of some options, made when a connection begins
//! (zmq_setsockopt(3)).
#![forbid(unsafe_code)]

use std::time::Duration;

use crate::mechanism::{Local, Security};
use crate::options::{Options, SocketType};

/// Most octets of a handshake command, however large `ZMQ_MAXMSGSIZE` is: a peer that has not
/// introduced itself must not make us keep more (RFC 37, "Security Considerations").
pub const MAX_HANDSHAKE_LEN: usize = 64 * 1024;

/// The settings of one connection's conversation.
#[derive(Clone, Debug)]
pub struct Config {
    /// Type, routing id and `X-` properties that the peer is told.
    pub local: Local,
    /// The mechanism, and whether peers are authenticated.
    pub security: Security,
    /// Most octets of a frame's body; `None` is no limit.
    pub max_body_len: Option<u64>,
    /// Time for greeting and handshake; `None` is for ever.
    pub handshake_ivl: Option<Duration>,
    /// Time between PINGs; `None` is none.
    pub heartbeat_ivl: Option<Duration>,
    /// Time to wait for traffic after a PING; `None` is for ever.
    pub heartbeat_timeout: Option<Duration>,
    /// The TTL that our PINGs carry, in tenths of a second; 0 is none.
    pub heartbeat_ttl_ds: u16,
}

impl Config {
    /// The settings of a socket of type `socket_type` with all options at their defaults.
    pub fn new(socket_type: SocketType) -> Self {
        Self::from_options(&Options::new(socket_type, false, true))
    }

    /// The settings that `options` ask for.
    pub fn from_options(options: &Options) -> Self {
        let heartbeat_timeout_ms = match options.heartbeat_timeout {
            -1 => options.heartbeat_ivl,
            other => other,
        };
        Self {
            local: Local {
                socket_type: options.socket_type,
                routing_id: options.routing_id.clone(),
                properties: options.metadata.clone(),
            },
            security: Security::from_options(options),
            max_body_len: u64::try_from(options.maxmsgsize).ok(),
            handshake_ivl: duration(options.handshake_ivl),
            heartbeat_ivl: duration(options.heartbeat_ivl),
            heartbeat_timeout: duration(heartbeat_timeout_ms),
            heartbeat_ttl_ds: options.heartbeat_ttl,
        }
    }
}

fn duration(ms: i32) -> Option<Duration> {
    u64::try_from(ms).ok().filter(|ms| *ms > 0).map(Duration::from_millis)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::Mechanism;

    #[test]
    fn a_heartbeat_timeout_of_minus_1_is_the_heartbeat_interval() {
        let mut options = Options::new(SocketType::Pair, false, true);
        options.heartbeat_ivl = 100;
        let ivl = Some(Duration::from_millis(100));
        assert_eq!(Config::from_options(&options).heartbeat_timeout, ivl);
        options.heartbeat_timeout = 0;
        assert_eq!(Config::from_options(&options).heartbeat_timeout, None);
        options.heartbeat_timeout = 250;
        let timeout = Some(Duration::from_millis(250));
        assert_eq!(Config::from_options(&options).heartbeat_timeout, timeout);
    }

    #[test]
    fn the_defaults_are_30_seconds_no_heartbeat_and_no_limit() {
        let config = Config::new(SocketType::Pair);
        assert_eq!(config.handshake_ivl, Some(Duration::from_secs(30)));
        assert_eq!((config.heartbeat_ivl, config.heartbeat_timeout), (None, None));
        assert_eq!(config.max_body_len, None);
        assert!(config.security.allows_downgrade());
    }

    #[test]
    fn a_zap_domain_and_a_mechanism_forbid_downgrades() {
        let mut options = Options::new(SocketType::Pair, false, true);
        options.zap_domain = b"global".to_vec();
        assert!(!Config::from_options(&options).security.allows_downgrade());
        let mut options = Options::new(SocketType::Pair, false, true);
        options.mechanism = Mechanism::Plain;
        assert!(!Config::from_options(&options).security.allows_downgrade());
    }
}
