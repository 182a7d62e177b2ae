"""CURVE (RFC 25, 26): handshakes and messages that are wrong, from peers that have all the right keys, and what a handler says
of them. What travels in boxes is different each time, so that only names and sizes of it are shown."""

import library as z
from case import add, bound, connected, show, show_events, step_by_step
from cases_authentication import ANSWERS, OK, handler_of
from peer import COMMAND, LONG, SIGNATURE, Peer, command, frame, frame_v1, greeting, property_, ready
from sodium import box, open_box, public, secretbox

S, C, C_, S_ = b"\1" * 32, b"\2" * 32, b"\3" * 32, b"\4" * 32
SERVER = {"CURVE_SERVER": 1, "CURVE_SECRETKEY": S}
CLIENT = {"CURVE_SERVERKEY": public(S), "CURVE_PUBLICKEY": public(C), "CURVE_SECRETKEY": C}
GREETING = greeting(1, b"CURVE")
TYPE = property_(b"Socket-Type", b"DEALER")


def count(n):
    return n.to_bytes(8, "big")


def changed(data, at):
    return data[:at] + bytes((data[at] ^ 1,)) + data[at + 1 :]


def hello(n=1, transient=C_, server=S, version=b"\1\0", padding=bytes(72), key=None):
    signature = box(bytes(64), b"CurveZMQHELLO---" + count(n), public(server), transient)
    return version + padding + (key or public(transient)) + count(n) + signature


class CurvePeer(Peer):
    """A client made of bytes, with transient key C_ and permanent key C."""

    def begin(self):
        """HELLO and WELCOME."""
        self.send(GREETING, command(b"HELLO", hello()))
        self.recv(64)
        body = self.recv_frame()[1]
        assert body.startswith(b"\7WELCOME") and len(body) == 168
        plain = open_box(body[24:], b"WELCOME-" + body[8:24], public(S), C_)
        self.theirs, self.cookie = plain[:32], plain[32:]

    def vouch(self, key=C, server=S, of=C_):
        nonce = b"n" * 16
        return nonce + box(public(of) + public(server), b"VOUCH---" + nonce, self.theirs, key)

    def initiate(self, n=2, own=None, vouch=None, metadata=TYPE, cookie=None):
        plain = (public(C) if own is None else own) + (self.vouch() if vouch is None else vouch) + metadata
        return (cookie or self.cookie) + count(n) + box(plain, b"CurveZMQINITIATE" + count(n), self.theirs, C_)

    def finish(self):
        """INITIATE and READY."""
        self.send(command(b"INITIATE", self.initiate()))
        body = self.recv_frame()[1]
        assert open_box(body[14:], b"CurveZMQREADY---" + body[6:14], self.theirs, C_) is not None

    def message(self, n, body, flags=0):
        return message(n, bytes((flags,)) + body, self.theirs, C_, b"C")


def message(n, plain, theirs, own, side):
    return b"\7MESSAGE" + count(n) + box(plain, b"CurveZMQMESSAGE" + side + count(n), theirs, own)


def outline(got):
    """Name and size of each frame in what came; all of an ERROR."""
    out = []
    while len(got) > 1:
        size, head = (int.from_bytes(got[1:9], "big"), 9) if got[0] & LONG else (got[1], 2)
        body, got = got[head : head + size], got[head + size :]
        name = body[1 : 1 + body[0]].decode() if body else ""
        out.append(repr(body)[2:-1] if name == "ERROR" else f"{name} {len(body)}")
    return ", ".join(out)


def serve_good(library, s, port):
    good = library.socket(z.DEALER, **CLIENT)
    good.connect(port)
    good.send(b"good", b"peer")
    show("good peer", s.recv())


def conclude(library, s, monitor, port, peer):
    got, state = peer.rest(0.5)
    show("connection", state)
    if state == "open":
        show("sent back", outline(got))
    show("delivered", s.recv(z.QUIET_MS))
    peer.close()
    # Whoever goes in the middle of a handshake is told of in one way or the other.
    show_events(monitor)
    serve_good(library, s, port)


def first(library, pieces, options):
    """Wrong from the first command on."""
    s, monitor, port = bound(library, z.DEALER, **options)
    peer = Peer.to(port)
    peer.send(GREETING)
    peer.recv(64)
    peer.send(*pieces)
    conclude(library, s, monitor, port, peer)


def opening(name, *pieces, **options):
    add(f"curve-server-{name}", first, pieces, SERVER | options)


SOON = {"HANDSHAKE_IVL": 400}
opening("hello-short", command(b"HELLO", hello()[:-1]))
opening("hello-long", command(b"HELLO", hello() + b"x"))
opening("hello-empty", command(b"HELLO"))
opening("hello-version", command(b"HELLO", hello(version=b"\2\0")))
opening("hello-padding", command(b"HELLO", hello(padding=b"p" * 72)))
opening("hello-box", command(b"HELLO", changed(hello(), 190)))
opening("hello-nonce", command(b"HELLO", changed(hello(), 112)))
opening("hello-to-another", command(b"HELLO", hello(server=S_)))
opening("hello-low-order", command(b"HELLO", hello(key=bytes(32))))
opening("hello-huge", bytes((COMMAND | LONG,)) + (1 << 63).to_bytes(8, "big"), **SOON)
opening("hello-as-message", frame(b"\5HELLO" + hello()))
opening("initiate-first", command(b"INITIATE", bytes(300)))
opening("ready-first", ready(b"DEALER"))
opening("welcome-first", command(b"WELCOME", bytes(160)))
opening("message-first", frame(b"\7MESSAGE" + bytes(40)))
opening("plain-message-first", frame(b"hello"))
opening("error-first", command(b"ERROR", b"\3400"))
opening("empty-command", frame(b"", COMMAND))
opening("name-cut", frame(b"\x20HELLO", COMMAND))
opening("nothing", **SOON)


def second(library, make, options):
    """Wrong from INITIATE on."""
    s, monitor, port = bound(library, z.DEALER, **options)
    peer = CurvePeer.to(port)
    peer.begin()
    peer.send(make(peer))
    conclude(library, s, monitor, port, peer)


def initiate(name, make, why="", event=""):
    expected = f"connection: closed\ndelivered: None\nevents: ACCEPTED, {event}DISCONNECTED\ngood peer: good | peer\n"
    add(f"curve-server-then-{name}", second, make, SERVER, ours_only=why, expected=why and expected)


def by_name(**changes):
    return lambda peer: command(b"INITIATE", peer.initiate(**changes))


def cut_to(size):
    return lambda peer: command(b"INITIATE", peer.initiate()[:size])


def wrong_at(at):
    return lambda peer: command(b"INITIATE", changed(peer.initiate(), at))


MANY = b"".join(property_(b"X-%d" % i, b"v" * 100) for i in range(6000))
initiate("good", by_name())
initiate("short", cut_to(200))
initiate("shortest", cut_to(248))
initiate("cut", cut_to(-1))
initiate("cookie", wrong_at(40))
initiate("cookie-nonce", wrong_at(3))
initiate("nonce", wrong_at(103))
initiate("box", wrong_at(150))
initiate("metadata-box", wrong_at(-1))
initiate("vouch-of-another-connection", lambda peer: command(b"INITIATE", peer.initiate(vouch=peer.vouch(of=S_))))
initiate("vouch-by-another", lambda peer: command(b"INITIATE", peer.initiate(vouch=peer.vouch(key=S_))))
initiate(
    "vouch-for-another", lambda peer: command(b"INITIATE", peer.initiate(vouch=peer.vouch(server=S_))),
    "the original does not look at the server's key in a vouch", "HANDSHAKE_FAILED_PROTOCOL 0x10000003, ",
)
initiate("another-key", lambda peer: command(b"INITIATE", peer.initiate(own=public(S_))))
initiate("no-metadata", by_name(metadata=b""))
initiate("metadata-cut", by_name(metadata=TYPE[:-1]))
initiate("metadata-huge-length", by_name(metadata=b"\5Hello\xff\xff\xff\xff"), "the original takes a negative length")
initiate("wrong-type", by_name(metadata=property_(b"Socket-Type", b"PUB")))
# CVE-2019-13132.
initiate("metadata-oversize", by_name(metadata=TYPE + property_(b"X-a", b"v" * 600)))
initiate("metadata-600000", by_name(metadata=TYPE + MANY), "the original takes a handshake of any size")
initiate("hello-again", lambda peer: command(b"HELLO", hello(3)))
initiate("message", lambda peer: frame(peer.message(2, b"early")))
initiate("ready", lambda peer: ready(b"DEALER"))
initiate("old-nonce", by_name(n=1), "the original does not look at the nonce", "HANDSHAKE_FAILED_PROTOCOL 0x10000002, ")


def third(library, make, options):
    """Wrong in traffic: the first message is fine."""
    s, monitor, port = bound(library, z.DEALER, **options)
    peer = CurvePeer.to(port)
    peer.begin()
    peer.finish()
    peer.send(frame(peer.message(3, b"first")))
    show("first", s.recv())
    peer.send(*make(peer))
    conclude(library, s, monitor, port, peer)


def traffic(name, *make, **options):
    """Each piece is made by the peer."""
    add(f"curve-traffic-{name}", third, lambda peer: [one(peer) for one in make], SERVER | options)


def sent(n, body=b"second", flags=0):
    return lambda peer: frame(peer.message(n, body, flags))


traffic("good", sent(4))
traffic("parts", sent(4, b"a", 1), sent(5, b"b"))
traffic("gap", sent(1000))
traffic("last-nonce", sent((1 << 64) - 1))


KEPT = "the original keeps the connection at times"
SEQUENCE, CRYPTOGRAPHIC, MALFORMED = "0x10000002", "0x11000001", "0x10000012"
UNEXPECTED, NO_COMMAND = "0x10000001", "0x10000011"


def wrong(name, error, *make, delivered="None"):
    """The connection ends with this event."""
    expected = f"""\
first: first
connection: closed
delivered: {delivered}
events: ACCEPTED, HANDSHAKE_SUCCEEDED, HANDSHAKE_FAILED_PROTOCOL {error}, DISCONNECTED
good peer: good | peer
"""
    pieces = lambda peer: [one(peer) for one in make]  # noqa: E731
    add(f"curve-traffic-{name}", third, pieces, SERVER, ours_only=KEPT, expected=expected)


# CVE-2014-7203.
wrong("again", SEQUENCE, sent(3, b"first"))
wrong("again-later", SEQUENCE, sent(4), sent(4), delivered="second")
wrong("older", SEQUENCE, sent(2))
wrong("nonce-0", SEQUENCE, sent(0))
wrong("box", CRYPTOGRAPHIC, lambda peer: frame(changed(peer.message(4, b"second"), -1)))
wrong("tag", CRYPTOGRAPHIC, lambda peer: frame(changed(peer.message(4, b"second"), 20)))
wrong("nonce", CRYPTOGRAPHIC, lambda peer: frame(changed(peer.message(4, b"second"), 15)))
wrong("of-the-server", CRYPTOGRAPHIC, lambda peer: frame(message(4, b"\0second", peer.theirs, C_, b"S")))
# A malformed message has leaked memory.
wrong("no-flags", MALFORMED, lambda peer: frame(message(4, b"", peer.theirs, C_, b"C")))
wrong("no-tag", MALFORMED, lambda peer: frame(b"\7MESSAGE" + count(4)))
wrong("cut", CRYPTOGRAPHIC, lambda peer: frame(peer.message(4, b"second")[:-1]))
wrong("name", UNEXPECTED, lambda peer: frame(b"\7MASSAGE" + peer.message(4, b"second")[8:]))
wrong("in-clear", NO_COMMAND, lambda peer: frame(b"in clear"))
wrong("empty-in-clear", NO_COMMAND, lambda peer: frame(b""))
wrong("ping-in-clear", UNEXPECTED, lambda peer: command(b"PING", b"\0\0"))
traffic("maxmsgsize", sent(4, b"x" * 1001), MAXMSGSIZE=1000)
add(
    "curve-traffic-maxmsgsize-exact", third, lambda peer: [sent(4, b"x" * 1000)(peer)], SERVER | {"MAXMSGSIZE": 1000},
    ours_only="the original counts what a message is wrapped in",
    expected="""\
first: first
connection: open
sent back: \n\
delivered: <1000 bytes>
events: ACCEPTED, HANDSHAKE_SUCCEEDED, DISCONNECTED
good peer: good | peer
""",
)
traffic("length-2-63", lambda peer: bytes((LONG,)) + (1 << 63).to_bytes(8, "big") + b"x" * 64)


def silent(library, options):
    """Connections that never finish their handshake, at each point of it, keep nobody waiting (CVE-2020-15166)."""
    s, monitor, port = bound(library, z.DEALER, **options)
    staying = [CurvePeer.to(port) for _ in range(20)]
    for peer in staying[5:10]:
        peer.send(GREETING[:20])
    for peer in staying[10:15]:
        peer.send(GREETING)
    for peer in staying[15:]:
        peer.begin()
    serve_good(library, s, port)
    s.send(b"back")
    show("delivered", s.recv(z.QUIET_MS))


add("curve-silent-peers", silent, SERVER)


def asked(library, answer, options):
    """The handler shows what it is asked and answers."""
    handler = handler_of(library)
    s, monitor, port = bound(library, z.DEALER, **options)
    peer = CurvePeer.to(port)
    peer.begin()
    peer.send(command(b"INITIATE", peer.initiate()))
    identity, *request = handler.recv()
    show("asked", request)
    show("before the answer", peer.rest(0.2)[0])
    if answer is None:
        handler.close()
    else:
        handler.send(identity, *answer)
    got, state = peer.rest(0.5)
    show("answer", outline(got))
    # After an ERROR either end may be the one that goes.
    if b"ERROR" not in got:
        show("connection", state)
    peer.close()
    show_events(monitor, until="DISCONNECTED", without="DISCONNECTED" if b"ERROR" in got else None)
    show("delivered", s.recv(z.QUIET_MS))


KEEPS = "the original keeps such a peer until ZMQ_HANDSHAKE_IVL passes"
NEGATIVE = "the original takes a negative length"
DIFFERENT = {
    "300": (KEEPS, "HANDSHAKE_FAILED_AUTH 300"),
    "metadata-huge": (NEGATIVE, "HANDSHAKE_FAILED_PROTOCOL 0x20000005"),
}
ASKED = " |  | 127.0.0.1 |  | CURVE | "
for name, answer in ANSWERS.items():
    why, event = DIFFERENT.get(name, ("", ""))
    key = repr(public(C))[2:-1]
    expected = f"asked:  | 1.0 | 1{ASKED}{key}\nbefore the answer: \nanswer: \nconnection: closed\nevents: ACCEPTED, {event}, DISCONNECTED\ndelivered: None\n"
    add(f"zap-curve-{name}", asked, answer, SERVER | {"HANDSHAKE_IVL": 1500}, ours_only=why, expected=why and expected)
add("zap-curve-request-domain", asked, OK, SERVER | {"ZAP_DOMAIN": b"a domain"})


class CurveServer(Peer):
    """A server made of bytes, with permanent key S and transient key S_."""

    def begin(self):
        """Greetings and HELLO."""
        self.send(greeting(1, b"CURVE", 1))
        self.recv(64)
        body = self.recv_frame()[1]
        assert len(body) == 200
        self.theirs = body[80:112]
        assert open_box(body[120:], b"CurveZMQHELLO---" + body[112:120], self.theirs, S) == bytes(64)

    def welcome(self, cookie=None, key=S):
        nonce = b"w" * 16
        cookie = cookie or b"k" * 16 + secretbox(self.theirs + S_, b"COOKIE--" + b"k" * 16, b"K" * 32)
        return nonce + box(public(S_) + cookie, b"WELCOME-" + nonce, self.theirs, key)

    def ready(self, metadata=TYPE, n=1):
        return count(n) + box(metadata, b"CurveZMQREADY---" + count(n), self.theirs, S_)


def client(library, make, options):
    """The library connects to a server that goes wrong."""
    s, monitor, listener, connection = connected(library, z.DEALER, b"for the server only", **options)
    peer = CurveServer(connection.tcp)
    peer.begin()
    step_by_step((one(peer) for one in make), monitor, listener, peer, outline)
    show("delivered", s.recv(z.QUIET_MS))


def server(name, *make, ours_only="", expected=""):
    add(f"curve-client-{name}", client, make, CLIENT, ours_only=ours_only, expected=expected)


def welcome(peer):
    return command(b"WELCOME", peer.welcome())


def ready_box(peer):
    return command(b"READY", peer.ready())


server("good", welcome, ready_box)
server("message", welcome, ready_box, lambda peer: frame(message(2, b"\0hello", peer.theirs, S_, b"S")))
server(
    "message-again", welcome, ready_box, lambda peer: 2 * frame(message(2, b"\0hello", peer.theirs, S_, b"S")), ours_only=KEPT,
    expected="""\
sent back: INITIATE 292
connection: open
sent back: MESSAGE 52
connection: open
sent back: \n\
connection: closed
event: HANDSHAKE_SUCCEEDED
comes back: no
delivered: hello
""",
)
server("message-in-clear", welcome, ready_box, lambda peer: frame(b"hello"))
server("welcome-short", lambda peer: command(b"WELCOME", peer.welcome()[:-1]))
server("welcome-long", lambda peer: command(b"WELCOME", peer.welcome() + b"x"))
server("welcome-box", lambda peer: command(b"WELCOME", changed(peer.welcome(), 50)))
server("welcome-of-another", lambda peer: command(b"WELCOME", peer.welcome(key=S_)))
server(
    "welcome-twice", welcome, welcome, ours_only="the original says INITIATE twice",
    expected="""\
sent back: INITIATE 292
connection: open
sent back: \n\
connection: closed
event: HANDSHAKE_FAILED_PROTOCOL 0x10000001
comes back: no
delivered: None
""",
)
server("ready-first", lambda peer: command(b"READY", bytes(40)))
server("ready-first-short", lambda peer: command(b"READY", bytes(20)))
server("ready-short", welcome, lambda peer: command(b"READY", peer.ready()[:20]))
server("ready-box", welcome, lambda peer: command(b"READY", changed(peer.ready(), 20)))
server("ready-in-clear", welcome, lambda peer: ready(b"DEALER"))
server("ready-no-type", welcome, lambda peer: command(b"READY", peer.ready(b"")))
server("ready-cut", welcome, lambda peer: command(b"READY", peer.ready(TYPE[:-1])))
server("ready-wrong-type", welcome, lambda peer: command(b"READY", peer.ready(property_(b"Socket-Type", b"PUB"))))
server("hello", lambda peer: command(b"HELLO", hello()))
server("message-first", lambda peer: frame(b"hello"))
server("empty-command", lambda peer: frame(b"", COMMAND))
for code in (300, 400, 500):
    server(f"error-{code}", lambda peer, code=code: command(b"ERROR", b"\3%d" % code))
    server(f"error-{code}-after-welcome", welcome, lambda peer, code=code: command(b"ERROR", b"\3%d" % code))
server("error-text", lambda peer: command(b"ERROR", b"\7go away"))
server("error-cut", lambda peer: command(b"ERROR", b"\7go"))


def downgraded(library, openings, options):
    """A client that has a mechanism says nothing to a server without it."""
    s, monitor, listener, peer = connected(library, z.DEALER, b"for the server only", **options)
    got = peer.recv(10)
    for piece in openings:
        peer.send(piece)
        more, state = peer.rest(0.3)
        got += more
    peer.send(frame(b"let me in"))
    more, state = peer.rest(0.3)
    got += more
    show("connection", state)
    show("told", "the message" if b"for the" in got else "the password" if b"secret" in got else "nothing")
    show("event", monitor.next_event())
    show("delivered", s.recv(z.QUIET_MS))


PLAIN = {"PLAIN_USERNAME": b"admin", "PLAIN_PASSWORD": b"secret"}
for mechanism, options in (("plain", PLAIN), ("curve", CLIENT)):
    other = b"CURVE" if mechanism == "plain" else b"PLAIN"
    for name, openings in (
        ("v3-null", (greeting(1), ready(b"DEALER"))),
        ("v3-other", (greeting(1, other, 1), command(b"WELCOME"))),
        ("v2", (SIGNATURE + b"\1\5", frame(b""))),
        ("v1", (frame_v1(b""),)),
    ):
        add(f"{mechanism}-client-downgraded-{name}", downgraded, openings, options)
