//! When to PING, when to give up (RFC 37, "Connection Heartbeating").
//!
//! "A peer SHOULD treat any incoming traffic (not just a PONG reply) as a sign of life": traffic lifts
//! both deadlines. The interval runs on, traffic or not.
#![forbid(unsafe_code)]

use std::time::{Duration, Instant};

use crate::engine::config::Config;
use crate::engine::failure::Reason;

/// The clocks of one connection in traffic.
#[derive(Debug)]
pub(super) struct Heartbeat {
    is_supported: bool,
    ping_at: Option<Instant>,
    dead_at: Option<Instant>,
    ttl_at: Option<Instant>,
}

impl Heartbeat {
    /// A connection whose handshake is complete `now`; `is_supported` by the peer's protocol or not.
    pub(super) fn new(config: &Config, is_supported: bool, now: Instant) -> Self {
        let mut heartbeat = Self { is_supported, ping_at: None, dead_at: None, ttl_at: None };
        heartbeat.ping_at = after(now, heartbeat.ivl(config));
        heartbeat
    }

    fn ivl(&self, config: &Config) -> Option<Duration> {
        config.heartbeat_ivl.filter(|_| self.is_supported)
    }

    /// The peer showed life.
    #[inline]
    pub(super) fn handle_traffic(&mut self) {
        self.dead_at = None;
        self.ttl_at = None;
    }

    /// The peer asked to be given up after `ttl_ds` tenths of a second without traffic.
    pub(super) fn handle_ttl(&mut self, ttl_ds: u16, now: Instant) {
        if ttl_ds > 0 {
            self.ttl_at = after(now, Some(Duration::from_millis(u64::from(ttl_ds) * 100)));
        }
    }

    /// The next moment at which [`Self::handle_timeout`] has something to do.
    #[inline]
    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        [self.ping_at, self.dead_at, self.ttl_at].into_iter().flatten().min()
    }

    /// It is `now`: whether a PING is due, or why the peer counts as dead.
    pub(super) fn handle_timeout(&mut self, config: &Config, now: Instant) -> Result<bool, Reason> {
        if is_due(self.dead_at, now) {
            return Err(Reason::HeartbeatTimeout);
        }
        if is_due(self.ttl_at, now) {
            return Err(Reason::TtlExpired);
        }
        if !is_due(self.ping_at, now) {
            return Ok(false);
        }
        self.ping_at = after(now, self.ivl(config));
        self.dead_at = self.dead_at.or_else(|| after(now, config.heartbeat_timeout));
        Ok(true)
    }
}

/// `now` plus `wait`; never, if there is no such moment.
pub(super) fn after(now: Instant, wait: Option<Duration>) -> Option<Instant> {
    wait.and_then(|wait| now.checked_add(wait))
}

/// Whether `at` is not after `now`.
pub(super) fn is_due(at: Option<Instant>, now: Instant) -> bool {
    at.is_some_and(|at| at <= now)
}
