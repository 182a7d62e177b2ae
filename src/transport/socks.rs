//! A tcp connection through a SOCKS 5 proxy (ZMQ_SOCKS_PROXY; RFC 1928, RFC 1929).
//!
//! [`Negotiation`] is the client's side without I/O; [`Tunnel`] is one with the stream to the proxy. Not a byte
//! is read that belongs to the host behind the proxy. One method is offered, as zmq_setsockopt(3) has it: a user name
//! and a password if there is a user name. A proxy may waive them; it gets none that it was not offered.
#![forbid(unsafe_code)]

use std::os::fd::{AsFd, BorrowedFd, RawFd};

use super::stream::Stream;
use crate::endpoint::{self, Interface, TcpEndpoint};
use crate::errno::{Errno, Result};
use crate::options::Options;
use crate::sys::addr::{Names, lookup};
use crate::wire::socks::{self, Host, Method, Refusal};

/// What the proxy owes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Choice,
    Verdict,
    ReplyHead,
    /// The rest of a reply that is a consent.
    ReplyRest(usize),
    Done,
}

/// The client's side of the conversation with a proxy.
#[derive(Debug)]
pub struct Negotiation {
    state: State,
    /// What the proxy gets next.
    output: Vec<u8>,
    /// What came of the message that is owed.
    input: Vec<u8>,
    credentials: Option<Vec<u8>>,
    request: Vec<u8>,
}

impl Negotiation {
    /// To the host of `endpoint`, with the credentials of `options`. Errors: EINVAL for a host, a port or credentials that
    /// cannot be told to a proxy.
    pub fn new(endpoint: &TcpEndpoint, options: &Options) -> Result<Self> {
        let peer = Interface::parse_peer(endpoint.target())?;
        let mut request = Vec::new();
        socks::emit_request(&host(&peer)?, peer.port, &mut request).map_err(|_| Errno::EINVAL)?;
        let credentials = credentials(options)?;
        let method = if credentials.is_some() { Method::Password } else { Method::None };
        let mut output = Vec::new();
        socks::emit_greeting(method, &mut output);
        Ok(Self { state: State::Choice, output, input: Vec::new(), credentials, request })
    }

    /// What to send; empty if it is the proxy's turn.
    pub fn poll_transmit(&self) -> &[u8] {
        &self.output
    }

    /// So many bytes of [`poll_transmit`](Self::poll_transmit) were sent.
    pub fn handle_sent(&mut self, n: usize) {
        self.output.drain(..n.min(self.output.len()));
    }

    /// How many bytes may be read before more is known; 0 when the host behind the proxy is reached.
    pub fn poll_wanted(&self) -> usize {
        let len = match self.state {
            State::Choice | State::Verdict => socks::CHOICE_LEN,
            State::ReplyHead => socks::REPLY_HEAD_LEN,
            State::ReplyRest(len) => len,
            State::Done => 0,
        };
        len.saturating_sub(self.input.len())
    }

    /// Takes what the proxy sent, at most [`poll_wanted`](Self::poll_wanted) bytes. Errors: it does not let us through.
    pub fn handle_received(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        self.input.extend(bytes);
        if self.poll_wanted() > 0 {
            return Ok(());
        }
        let input = std::mem::take(&mut self.input);
        self.state = match self.state {
            State::Choice => self.handle_choice(socks::parse_choice(exactly(&input)?)?)?,
            State::Verdict => {
                socks::parse_verdict(exactly(&input)?)?;
                self.ask()
            }
            State::ReplyHead => State::ReplyRest(socks::parse_reply_head(exactly(&input)?)?),
            State::ReplyRest(_) | State::Done => State::Done,
        };
        Ok(())
    }

    fn handle_choice(&mut self, method: Method) -> Result<State, Refusal> {
        match method {
            Method::None => Ok(self.ask()),
            Method::Password => {
                self.output = self.credentials.take().ok_or(Refusal::NoMethod)?;
                Ok(State::Verdict)
            }
        }
    }

    fn ask(&mut self) -> State {
        self.output = std::mem::take(&mut self.request);
        State::ReplyHead
    }
}

fn exactly<const N: usize>(input: &[u8]) -> Result<[u8; N], Refusal> {
    input.try_into().map_err(|_| Refusal::Malformed)
}

/// A number goes as a number; whatever else is for the proxy to look up, as it was typed.
fn host(peer: &Interface) -> Result<Host> {
    let endpoint::Host::Name(name) = &peer.host else { return Err(Errno::EINVAL) };
    for is_ipv6 in [false, true] {
        if let Some(ip) = lookup(name, is_ipv6, Names::Numeric)? {
            return Ok(Host::Ip(ip));
        }
    }
    Ok(Host::Domain(match &peer.zone {
        Some(zone) => format!("{name}%{zone}"),
        None => name.clone(),
    }))
}

fn credentials(options: &Options) -> Result<Option<Vec<u8>>> {
    let username = &options.socks_username;
    if username.is_empty() {
        return Ok(None);
    }
    let mut out = Vec::new();
    socks::emit_credentials(username, &options.socks_password, &mut out)
        .map_err(|_| Errno::EINVAL)?;
    Ok(Some(out))
}

/// The proxy that `options` name, with the source address that `endpoint` asks for; `None` if there is none.
pub fn proxy(endpoint: &TcpEndpoint, options: &Options) -> Option<TcpEndpoint> {
    if options.socks_proxy.is_empty() {
        return None;
    }
    let proxy = String::from_utf8_lossy(&options.socks_proxy);
    Some(match endpoint.source() {
        Some(source) => {
            TcpEndpoint::new(&format!("{source};{}", TcpEndpoint::new(&proxy).target()))
        }
        None => TcpEndpoint::new(&proxy),
    })
}

/// A stream to a proxy that becomes one to the host behind it.
pub struct Tunnel {
    stream: Stream,
    negotiation: Negotiation,
}

impl Tunnel {
    /// Through the proxy at the other end of `stream`.
    pub fn new(stream: Stream, negotiation: Negotiation) -> Self {
        Self { stream, negotiation }
    }

    /// Goes on as far as it can without waiting; whether the host is reached. Errors: the proxy refuses (ECONNABORTED) or is
    /// gone.
    pub fn advance(&mut self) -> Result<bool> {
        match self.exchange() {
            Err(Errno::EAGAIN) => Ok(false),
            other => other.map(|()| true),
        }
    }

    /// Errors: EAGAIN when the proxy has to do something first.
    fn exchange(&mut self) -> Result<()> {
        let mut buffer = [0; 512];
        loop {
            while !self.negotiation.poll_transmit().is_empty() {
                let n = self.stream.write(self.negotiation.poll_transmit())?;
                self.negotiation.handle_sent(n);
            }
            let wanted = self.negotiation.poll_wanted().min(buffer.len());
            let Some(buffer) = buffer.get_mut(..wanted).filter(|b| !b.is_empty()) else {
                return Ok(());
            };
            let n = self.stream.read(buffer)?;
            if n == 0 {
                return Err(Errno::ECONNRESET);
            }
            let received = buffer.get(..n).unwrap_or_default();
            self.negotiation.handle_received(received).map_err(|_| Errno::ECONNABORTED)?;
        }
    }

    /// The descriptor's number, as monitor events tell it.
    pub fn fd(&self) -> RawFd {
        self.stream.fd()
    }

    /// The stream, once the host is reached.
    pub fn into_stream(self) -> Stream {
        self.stream
    }
}

impl AsFd for Tunnel {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.stream.as_fd()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::SocketType;

    fn options(proxy: &str, username: &str, password: &str) -> Options {
        Options {
            socks_proxy: proxy.into(),
            socks_username: username.into(),
            socks_password: password.into(),
            ..Options::new(SocketType::Dealer, false, true)
        }
    }

    fn negotiation(endpoint: &str, username: &str) -> Result<Negotiation> {
        Negotiation::new(&TcpEndpoint::new(endpoint), &options("p:1", username, "pw"))
    }

    /// Sends all, then gives `bytes` one by one: what had been sent.
    fn step(n: &mut Negotiation, bytes: &[u8]) -> Result<Vec<u8>, Refusal> {
        let sent = n.poll_transmit().to_vec();
        n.handle_sent(sent.len());
        for byte in bytes {
            assert!(n.poll_wanted() > 0 && n.poll_transmit().is_empty());
            n.handle_received(std::slice::from_ref(byte))?;
        }
        Ok(sent)
    }

    #[test]
    fn without_credentials() {
        let mut n = negotiation("127.0.0.1:258", "").unwrap();
        assert_eq!(step(&mut n, &[5, 0]), Ok(vec![5, 1, 0]));
        let reply = [5, 0, 0, 3, 2, b'a', b'b', 0, 9];
        assert_eq!(step(&mut n, &reply), Ok(vec![5, 1, 0, 1, 127, 0, 0, 1, 1, 2]));
        assert_eq!((n.poll_wanted(), n.poll_transmit()), (0, &[][..]));
    }

    #[test]
    fn with_credentials() {
        let mut n = negotiation("a%b:5", "me").unwrap();
        assert_eq!(step(&mut n, &[5, 2]), Ok(vec![5, 1, 2]));
        assert_eq!(step(&mut n, &[1, 0]), Ok(b"\x01\x02me\x02pw".to_vec()));
        assert_eq!(step(&mut n, &[]), Ok(b"\x05\x01\x00\x03\x03a%b\x00\x05".to_vec()));
        assert_eq!(n.poll_wanted(), socks::REPLY_HEAD_LEN);
    }

    #[test]
    fn a_proxy_may_waive_credentials_but_not_invent_them() {
        let mut n = negotiation("[::1]:5", "me").unwrap();
        step(&mut n, &[5, 0]).unwrap();
        assert_eq!(n.poll_transmit().get(..4), Some(&[5, 1, 0, 4][..]));
        let mut n = negotiation("[::1]:5", "").unwrap();
        assert_eq!(step(&mut n, &[5, 2]), Err(Refusal::NoMethod));
    }

    #[test]
    fn refusals() {
        let refused = |messages: &[&[u8]]| {
            let mut n = negotiation("a:5", "me").unwrap();
            messages.iter().find_map(|bytes| step(&mut n, bytes).err())
        };
        assert_eq!(refused(&[&[4, 0]]), Some(Refusal::Malformed));
        assert_eq!(refused(&[&[5, 255]]), Some(Refusal::NoMethod));
        assert_eq!(refused(&[&[5, 2], &[1, 1]]), Some(Refusal::Credentials));
        assert_eq!(refused(&[&[5, 2], &[1, 0], &[5, 5, 0, 1, 0]]), Some(Refusal::Code(5)));
        assert_eq!(refused(&[&[5, 0], &[5, 0, 0, 9, 0]]), Some(Refusal::Malformed));
    }

    #[test]
    fn what_no_proxy_can_be_told() {
        assert_eq!(negotiation("a:0", "").err(), Some(Errno::EINVAL));
        assert_eq!(negotiation("a", "").err(), Some(Errno::EINVAL));
        let long = "x".repeat(256);
        assert_eq!(negotiation(&format!("{long}:5"), "").err(), Some(Errno::EINVAL));
        assert_eq!(negotiation("a:5", &long).err(), Some(Errno::EINVAL));
    }

    #[test]
    fn the_source_address_is_that_of_the_way_to_the_proxy() {
        let via = |endpoint, socks_proxy| {
            proxy(&TcpEndpoint::new(endpoint), &options(socks_proxy, "", "")).map(|p| p.to_string())
        };
        assert_eq!(via("a:1", ""), None);
        assert_eq!(via("a:1", "p:2"), Some("p:2".into()));
        assert_eq!(via("a:1", "s:3;p:2"), Some("s:3;p:2".into()));
        assert_eq!(via("s:4;a:1", "p:2"), Some("s:4;p:2".into()));
        assert_eq!(via("s:4;a:1", "s:3;p:2"), Some("s:4;p:2".into()));
    }
}
