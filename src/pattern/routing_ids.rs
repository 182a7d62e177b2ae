//! Peers by routing id (RFC 28, "The ROUTER Socket Type"; zmq_socket(3), ZMQ_STREAM).
//!
//! Invariants: a pipe has at most one routing id, kept in its end; a routing id names one pipe. Ids of our
//! own making are a zero byte and a 4-byte big-endian counter with a random start.
#![forbid(unsafe_code)]

use std::collections::HashMap;

use crate::pipe::{PipeId, PipeSet};
use crate::sys::random::random_u32;

/// Length of a routing id of our own making, in bytes.
const GENERATED_LEN: usize = 5;

/// Peers by routing id.
pub(super) struct RoutingIds {
    pipes: HashMap<Vec<u8>, PipeId>,
    next: u32,
    /// The pipe found last, which is often the one looked for next.
    last: Option<PipeId>,
}

impl Default for RoutingIds {
    fn default() -> Self {
        Self { pipes: HashMap::new(), next: random_u32(), last: None }
    }
}

impl RoutingIds {
    /// A routing id that no peer has.
    pub fn generate(&mut self) -> Vec<u8> {
        loop {
            let mut routing_id = vec![0];
            routing_id.extend(self.next.to_be_bytes());
            self.next = self.next.wrapping_add(1);
            if !self.has(&routing_id) {
                return routing_id;
            }
        }
    }

    /// Whether a routing id looks like one of our own making, which nobody may take over.
    pub fn is_reserved(routing_id: &[u8]) -> bool {
        routing_id.len() == GENERATED_LEN && routing_id.first() == Some(&0)
    }

    /// Whether a peer has this routing id.
    pub fn has(&self, routing_id: &[u8]) -> bool {
        self.pipes.contains_key(routing_id)
    }

    /// The pipe with this routing id.
    #[inline]
    pub fn find(&mut self, pipes: &mut PipeSet, routing_id: &[u8]) -> Option<PipeId> {
        if let Some(last) = self.last
            && pipes.get(last).is_some_and(|end| end.routing_id == routing_id)
        {
            return Some(last);
        }
        self.last = self.pipes.get(routing_id).copied();
        self.last
    }

    /// Gives a pipe its routing id, in place of the one it had.
    pub fn insert(&mut self, pipes: &mut PipeSet, id: PipeId, routing_id: Vec<u8>) {
        self.remove(pipes, id);
        if let Some(end) = pipes.get(id) {
            end.routing_id.clone_from(&routing_id);
            self.pipes.insert(routing_id, id);
        }
    }

    /// Takes a pipe's routing id away; answers it, if there was one.
    pub fn remove(&mut self, pipes: &mut PipeSet, id: PipeId) -> Option<Vec<u8>> {
        self.last = None;
        let routing_id = std::mem::take(&mut pipes.get(id)?.routing_id);
        if self.pipes.get(&routing_id) == Some(&id) {
            self.pipes.remove(&routing_id);
        }
        (!routing_id.is_empty()).then_some(routing_id)
    }

    /// The pipes that have a routing id.
    pub fn pipes(&self) -> impl Iterator<Item = PipeId> {
        self.pipes.values().copied()
    }
}
