//! bind, connect, unbind, disconnect (zmq_bind(3), zmq_connect(3), zmq_unbind(3), zmq_disconnect(3)).
#![forbid(unsafe_code)]

use std::net::Ipv4Addr;
use std::sync::Arc;

use crate::context::{
    Attachment, EndpointId, Event, EventKind, Peer, SessionControl, SocketShared,
};
use crate::endpoint::{Endpoint, Interface, TcpEndpoint};
use crate::errno::{Errno, Result};
use crate::options::SocketType;
use crate::pattern::Pattern;
use crate::pipe::{PipeId, Target};
use crate::reactor::Remote;
use crate::session::{Bound, DialTarget, Session, has_conflate, listen, session_pair};
use crate::sys::memory;
use crate::transport::{Listener, resolve, text};

use super::Socket;

/// What a bind or a connect left behind.
struct Entry {
    id: EndpointId,
    /// By which unbind and disconnect find it.
    key: Vec<u8>,
    what: What,
    /// ZMQ_CONNECT_ROUTING_ID of a connect whose pipe comes later.
    routing_id: Option<Vec<u8>>,
}

enum What {
    Bound(Bound),
    BoundInproc(Vec<u8>),
    Dialled { remote: Arc<Remote>, token: u64, control: Arc<SessionControl> },
    ConnectedInproc,
}

/// The endpoints of a socket.
#[derive(Default)]
pub struct Endpoints {
    entries: Vec<Entry>,
    /// Name of the monitor's endpoint.
    pub monitor: Option<(Vec<u8>, EndpointId)>,
}

impl Endpoints {
    /// The routing id kept for the first pipe of `id`.
    pub fn take_routing_id(&mut self, id: EndpointId) -> Option<Vec<u8>> {
        self.entries.iter_mut().find(|e| e.id == id)?.routing_id.take()
    }

    /// Closes every endpoint.
    pub fn close_all(&mut self, shared: &Arc<SocketShared>, linger_ms: i32) {
        for entry in self.entries.drain(..) {
            entry.close(shared, linger_ms);
        }
        if let Some((name, id)) = self.monitor.take() {
            shared.context.inproc.unbind(&name, shared, id);
        }
    }
}

impl Entry {
    fn close(self, shared: &Arc<SocketShared>, linger_ms: i32) {
        match self.what {
            What::Bound(bound) => {
                shared.note_endpoint_gone();
                bound.close(linger_ms);
            }
            What::BoundInproc(name) => shared.context.inproc.unbind(&name, shared, self.id),
            What::Dialled { remote, token, control } => {
                shared.note_endpoint_gone();
                control.stop(linger_ms);
                remote.attend(token);
            }
            What::ConnectedInproc => {}
        }
    }
}

impl Socket {
    /// Accepts connections at `endpoint`. Errors: EINVAL, EPROTONOSUPPORT, ENOCOMPATPROTO, EADDRINUSE,
    /// EADDRNOTAVAIL, ENODEV, EMTHREAD, ENOMEM, ETERM.
    pub fn bind(&mut self, endpoint: &[u8]) -> Result<()> {
        self.check_process()?;
        memory::check_spare()?;
        self.process_commands()?;
        let parsed = Endpoint::parse(endpoint)?;
        let id = EndpointId(self.shared.new_id());
        let what = match &parsed {
            Endpoint::Udp(_) => return Err(Errno::ENOCOMPATPROTO),
            Endpoint::Inproc(name) => {
                let peer = self.as_peer();
                self.shared.context.inproc.bind(name, &self.shared, id, peer, false)?;
                self.last_endpoint = endpoint.to_owned();
                What::BoundInproc(name.clone())
            }
            Endpoint::Tcp(_) | Endpoint::Ipc(_) => {
                let bound = self.listen(&parsed, id, endpoint)?;
                self.last_endpoint = bound.local_endpoint().as_bytes().to_owned();
                self.shared.note_endpoint();
                What::Bound(bound)
            }
        };
        self.options.connect_routing_id = None;
        let key = self.last_endpoint.clone();
        self.endpoints.entries.push(Entry { id, key, what, routing_id: None });
        // Connects that waited for this bind are in the mailbox now.
        let _ = self.process_commands();
        Ok(())
    }

    fn listen(&self, parsed: &Endpoint, id: EndpointId, text: &[u8]) -> Result<Bound> {
        let context = &self.shared.context;
        context.choose_io(self.options.affinity).ok_or(Errno::EMTHREAD)?;
        let listener = Listener::bind(parsed, &self.options).map_err(|error| {
            if let Some(fd) = error.closed {
                self.report_bind(EventKind::Closed, fd as u64, text);
            }
            self.report_bind(EventKind::BindFailed, error.errno.0 as u64, text);
            error.errno
        })?;
        listen(listener, &self.shared, Arc::new(self.options.clone()), id)
            .inspect_err(|errno| self.report_bind(EventKind::BindFailed, errno.0 as u64, text))
    }

    fn report_bind(&self, kind: EventKind, value: u64, text: &[u8]) {
        let text = String::from_utf8_lossy(text);
        self.shared.monitor.emit(Event {
            kind,
            value,
            endpoint: text.to_string(),
            local: text.to_string(),
            remote: String::new(),
        });
    }

    fn as_peer(&self) -> Peer {
        let wants_routing_id = Pattern::wants_routing_id(self.options.socket_type);
        Peer::new(&self.options, has_conflate(&self.options), wants_routing_id)
    }

    /// Connects to `endpoint`, now or when it appears. Errors: EINVAL, EPROTONOSUPPORT,
    /// ENOCOMPATPROTO, EMTHREAD, ENOMEM, ETERM.
    pub fn connect(&mut self, endpoint: &[u8]) -> Result<()> {
        self.check_process()?;
        memory::check_spare()?;
        self.process_commands()?;
        self.expect_pipe()?;
        let parsed = Endpoint::parse(endpoint)?;
        let target = match &parsed {
            Endpoint::Udp(_) => return Err(Errno::ENOCOMPATPROTO),
            Endpoint::Inproc(name) => {
                return self.connect_inproc(name, endpoint);
            }
            Endpoint::Tcp(tcp) => DialTarget::Tcp(tcp.clone()),
            Endpoint::Ipc(path) => DialTarget::Ipc(path.clone()),
        };
        if self.is_single_connect() && self.find(endpoint).next().is_some() {
            return Ok(());
        }
        let io = self.shared.context.choose_io(self.options.affinity).ok_or(Errno::EMTHREAD)?;
        parsed.check_connect()?;
        self.dial(target, endpoint, io)
    }

    fn connect_inproc(&mut self, name: &[u8], endpoint: &[u8]) -> Result<()> {
        let id = EndpointId(self.shared.new_id());
        let end = self.shared.context.inproc.connect(name, self.as_peer())?;
        self.endpoints.entries.push(Entry {
            id,
            key: endpoint.to_owned(),
            what: What::ConnectedInproc,
            routing_id: None,
        });
        self.last_endpoint = endpoint.to_owned();
        let routing_id = self.options.connect_routing_id.take();
        self.attach(Attachment { end, endpoint: id, is_local: true }, routing_id);
        Ok(())
    }

    fn dial(&mut self, target: DialTarget, endpoint: &[u8], remote: Arc<Remote>) -> Result<()> {
        remote.expect()?;
        let id = EndpointId(self.shared.new_id());
        let mut routing_id = self.options.connect_routing_id.take();
        let mut ends = None;
        if !self.options.immediate {
            ends = Some(session_pair(&self.options));
        }
        let (socket_end, session_end) = ends.unzip();
        let options = Arc::new(self.options.clone());
        let session = Session::dial(Arc::clone(&self.shared), options, id, target, session_end);
        let control = session.control();
        if let Some(end) = socket_end {
            let routing_id = routing_id.take();
            self.attach(Attachment { end, endpoint: id, is_local: true }, routing_id);
        }
        let token = remote.add(Box::new(session));
        self.shared.note_endpoint();
        self.last_endpoint = endpoint.to_owned();
        self.endpoints.entries.push(Entry {
            id,
            key: endpoint.to_owned(),
            what: What::Dialled { remote, token, control },
            routing_id,
        });
        Ok(())
    }

    /// Types on which a second connect to the same endpoint changes nothing.
    fn is_single_connect(&self) -> bool {
        use SocketType::{Dealer, Pub, Req, Sub};
        matches!(self.options.socket_type, Dealer | Sub | Pub | Req)
    }

    fn find(&self, key: &[u8]) -> impl Iterator<Item = usize> {
        let entries = self.endpoints.entries.iter().enumerate();
        entries.filter(move |(_, e)| e.key == key).map(|(i, _)| i)
    }

    /// Undoes a bind or a connect. Errors: EINVAL, EPROTONOSUPPORT, ENOCOMPATPROTO, ENOENT, ETERM.
    pub fn term_endpoint(&mut self, endpoint: &[u8]) -> Result<()> {
        self.check_process()?;
        self.process_commands()?;
        let parsed = Endpoint::parse(endpoint)?;
        if let Endpoint::Udp(_) = parsed {
            return Err(Errno::ENOCOMPATPROTO);
        }
        let mut found: Vec<usize> = self.find(endpoint).collect();
        if let (true, Endpoint::Tcp(tcp)) = (found.is_empty(), &parsed) {
            for key in self.resolved_keys(tcp) {
                found.extend(self.find(key.as_bytes()));
            }
            found.sort_unstable();
            found.dedup();
        }
        if found.is_empty() {
            return Err(Errno::ENOENT);
        }
        let linger_ms = self.options.linger;
        for index in found.into_iter().rev() {
            let entry = self.endpoints.entries.remove(index);
            self.close_pipes(&entry, linger_ms);
            entry.close(&self.shared, linger_ms);
        }
        Ok(())
    }

    /// Other spellings of a tcp endpoint that names an address: as a connect and as a bind would
    /// resolve it. Wildcards and interfaces name none. The DNS is asked, and waited for, only where its answer
    /// may name an endpoint.
    fn resolved_keys(&self, tcp: &TcpEndpoint) -> Vec<String> {
        let target = match resolve::resolve_numeric(tcp, &self.options) {
            Some(target) => target,
            None if self.has_address_with_port_of(tcp) => resolve::resolve(tcp, &self.options),
            None => return Vec::new(),
        };
        let Ok(target) = target else { return Vec::new() };
        let bound = resolve::resolve_local(tcp.target(), &self.options).ok();
        let addresses = bound.into_iter().chain([target.peer]);
        addresses.map(|address| text::endpoint(&address.into())).collect()
    }

    /// Whether an endpoint goes by a numeric address, and by the port of this one.
    fn has_address_with_port_of(&self, tcp: &TcpEndpoint) -> bool {
        let Ok(Interface { port, .. }) = Interface::parse_peer(tcp.target()) else { return false };
        let has_port = |key: &[u8]| {
            let address = str::from_utf8(key).ok()?.strip_prefix("tcp://")?;
            let (host, its_port) = address.rsplit_once(':')?;
            let is_numeric = host.starts_with('[') || host.parse::<Ipv4Addr>().is_ok();
            Some(is_numeric && its_port.parse() == Ok(port))
        };
        self.endpoints.entries.iter().any(|entry| has_port(&entry.key) == Some(true))
    }

    /// Closes the pipes that an endpoint's connect made. Those of a bind end with their sessions; an
    /// inproc bind leaves them alone.
    fn close_pipes(&mut self, entry: &Entry, linger_ms: i32) {
        match entry.what {
            What::Dialled { .. } | What::ConnectedInproc => {}
            What::Bound(_) | What::BoundInproc(_) => return,
        }
        let of_entry = |(id, owner): (&PipeId, &EndpointId)| (*owner == entry.id).then_some(*id);
        let ids: Vec<PipeId> = self.owners.iter().filter_map(of_entry).collect();
        for id in ids {
            self.take_out(id, |end| end.close(linger_ms));
        }
    }
}
