//! Endpoints within a context (zmq_inproc(7)): two pipe ends handed over, no transport.
//!
//! A connect may come before the bind: its other end then waits here. The high-water mark of an inproc
//! pipe is the sum of both sides', none if either has none (zmq_setsockopt(3), ZMQ_SNDHWM).
#![forbid(unsafe_code)]

use std::collections::HashMap;
use std::sync::{Arc, Weak};

use crate::sys::lock::Mutex;

use crate::errno::{Errno, Result};
use crate::message::{FLAG_ROUTING_ID, Outbound, note_lack, take_lack};
use crate::options::Options;
use crate::pipe::{Kind, PipeEnd, pair};

use super::shared::{Attachment, EndpointId, SocketShared};

/// What one side has to know of the other.
#[derive(Clone, Debug, Default)]
pub struct Peer {
    /// Marks of the side (0: none).
    pub sndhwm: i32,
    /// See `sndhwm`.
    pub rcvhwm: i32,
    /// Keep only the newest message.
    pub conflate: bool,
    /// The side's routing id.
    pub routing_id: Vec<u8>,
    /// Whether the side wants the other's routing id.
    pub wants_routing_id: bool,
    /// What the side tells a new peer first.
    pub hello: Option<Vec<u8>>,
    /// What the side, if it has bound, reads when a peer has gone.
    pub farewell: Option<Vec<u8>>,
}

impl Peer {
    /// From a socket's options; whether it `wants_routing_id` is its pattern's to say.
    pub fn new(options: &Options, conflate: bool, wants_routing_id: bool) -> Self {
        Self {
            sndhwm: options.sndhwm,
            rcvhwm: options.rcvhwm,
            conflate,
            routing_id: options.routing_id.clone(),
            wants_routing_id,
            hello: options.hello().map(<[u8]>::to_vec),
            farewell: options.farewell().map(<[u8]>::to_vec),
        }
    }
}

struct Bound {
    shared: Weak<SocketShared>,
    endpoint: EndpointId,
    /// Its monitor rather than the socket itself is what connects here.
    is_monitor: bool,
    peer: Peer,
}

struct Pending {
    end: PipeEnd,
    peer: Peer,
}

#[derive(Default)]
struct Names {
    bound: HashMap<Vec<u8>, Bound>,
    pending: HashMap<Vec<u8>, Vec<Pending>>,
    /// The context ends: no connect may wait any more, as it would keep its socket there.
    is_closed: bool,
}

/// The endpoints of one context.
#[derive(Default)]
pub struct Inproc {
    names: Mutex<Names>,
}

impl Inproc {
    /// Binds `name` and takes over the connects that wait for it. Errors: EADDRINUSE, ENOMEM.
    pub fn bind(
        &self,
        name: &[u8],
        shared: &Arc<SocketShared>,
        endpoint: EndpointId,
        peer: Peer,
        is_monitor: bool,
    ) -> Result<()> {
        let mut names = self.names.lock();
        if names.bound.get(name).is_some_and(|b| b.shared.strong_count() > 0) {
            return Err(Errno::EADDRINUSE);
        }
        let bound = Bound { shared: Arc::downgrade(shared), endpoint, is_monitor, peer };
        bound.expect(shared, names.pending.get(name).map_or(0, Vec::len))?;
        let pending = names.pending.remove(name).unwrap_or_default();
        for Pending { mut end, peer } in pending {
            take_lack();
            join(&mut end, &peer, &bound.peer);
            // Without memory for what comes first: no connection, rather than one that is misread.
            if !take_lack() {
                bound.hand_over(shared, end);
            }
        }
        names.bound.insert(name.to_owned(), bound);
        Ok(())
    }

    /// Frees `name`, if `endpoint` of `shared` holds it.
    pub fn unbind(&self, name: &[u8], shared: &Arc<SocketShared>, endpoint: EndpointId) {
        let mut names = self.names.lock();
        let is_ours = |b: &Bound| {
            b.endpoint == endpoint && std::ptr::eq(b.shared.as_ptr(), Arc::as_ptr(shared))
        };
        if names.bound.get(name).is_some_and(is_ours) {
            names.bound.remove(name);
        }
    }

    /// Connects to `name` if it is bound now; `own` is without ZMQ_CONFLATE. Errors: ENOMEM.
    pub fn connect_bound(&self, name: &[u8], own: &Peer) -> Result<Option<PipeEnd>> {
        let names = self.names.lock();
        let Some(bound) = names.bound.get(name) else { return Ok(None) };
        let Some(shared) = bound.shared.upgrade() else { return Ok(None) };
        let (mut near, mut far) = pair([Kind::Values; 2], [own.sndhwm, own.rcvhwm]);
        take_lack();
        put_routing_id(&mut near, &own.routing_id);
        join(&mut far, own, &bound.peer);
        bound.hand_over_new(&shared, far)?;
        Ok(Some(near))
    }

    /// Connects to `name`, now or when it is bound; answers the connecting side's end. Errors: ENOMEM.
    pub fn connect(&self, name: &[u8], own: Peer) -> Result<PipeEnd> {
        let kind = if own.conflate { Kind::Conflate } else { Kind::Values };
        let (mut near, mut far) = pair([kind; 2], [own.sndhwm, own.rcvhwm]);
        let mut names = self.names.lock();
        let bound = names.bound.get(name).and_then(|b| b.shared.upgrade().map(|s| (b, s)));
        take_lack();
        if !own.conflate {
            // A binder that does not want it drops it.
            put_routing_id(&mut near, &own.routing_id);
        }
        put_hello(&mut near, &own);
        match bound {
            Some((bound, shared)) => {
                join(&mut far, &own, &bound.peer);
                bound.hand_over_new(&shared, far)?;
            }
            None if take_lack() => return Err(Errno::ENOMEM),
            None if names.is_closed => drop(far),
            None => {
                let waiting = names.pending.entry(name.to_owned()).or_default();
                waiting.push(Pending { end: far, peer: own });
            }
        }
        Ok(near)
    }

    /// Drops the connects that wait for a bind, and those to come.
    pub fn drop_pending(&self) {
        let mut names = self.names.lock();
        names.is_closed = true;
        let pending = std::mem::take(&mut names.pending);
        drop(names);
        drop(pending);
    }
}

impl Bound {
    /// Makes room for `count` ends, which are handed over then. Errors: ENOMEM.
    fn expect(&self, shared: &Arc<SocketShared>, count: usize) -> Result<()> {
        if self.is_monitor { Ok(()) } else { shared.expect(count) }
    }

    /// Hands `end` over if there was memory for what is in it. Errors: ENOMEM.
    fn hand_over_new(&self, shared: &Arc<SocketShared>, end: PipeEnd) -> Result<()> {
        if take_lack() {
            return Err(Errno::ENOMEM);
        }
        self.expect(shared, 1)?;
        self.hand_over(shared, end);
        Ok(())
    }

    fn hand_over(&self, shared: &Arc<SocketShared>, end: PipeEnd) {
        if self.is_monitor {
            shared.monitor.attach(end);
        } else {
            let endpoint = self.endpoint;
            shared.attach(Box::new(Attachment { end, endpoint, is_local: false }));
        }
    }
}

/// Makes `end`, the binder's, fit both sides.
fn join(end: &mut PipeEnd, connecter: &Peer, binder: &Peer) {
    end.join_hwms((binder.sndhwm, binder.rcvhwm), (connecter.sndhwm, connecter.rcvhwm));
    if !connecter.conflate {
        if !binder.wants_routing_id {
            end.skip();
        }
        if connecter.wants_routing_id {
            put_routing_id(end, &binder.routing_id);
        }
    }
    put_hello(end, binder);
    if let Some(farewell) = &binder.farewell {
        end.set_farewell(farewell);
    }
}

fn put_hello(end: &mut PipeEnd, side: &Peer) {
    if let Some(hello) = &side.hello
        && !end.write_last(hello)
    {
        note_lack();
    }
}

fn put_routing_id(end: &mut PipeEnd, routing_id: &[u8]) {
    end.write(&mut Outbound::Slice(routing_id), FLAG_ROUTING_ID);
    end.commit();
}
