"""PLAIN and authentication handlers (RFC 24, 27): what a handler is asked, each answer, and handshakes that are wrong."""

import library as z
from case import add, bound, connected, serve_good_peer, show, show_events, step_by_step
from peer import Peer, command, frame, greeting, property_, ready

HANDLER = "inproc://zeromq.zap.01"
DOMAIN = {"ZAP_DOMAIN": b"global"}
SERVER = {"PLAIN_SERVER": 1}
CLIENT = {"PLAIN_USERNAME": b"admin", "PLAIN_PASSWORD": b"secret"}
TYPE = property_(b"Socket-Type", b"DEALER")
HELLO = command(b"HELLO", b"\5admin\6secret")
INITIATE = command(b"INITIATE", TYPE)
NULL = greeting(1), ready(b"DEALER")
PLAIN = greeting(1, b"PLAIN"), HELLO
OK = b"", b"1.0", b"1", b"200", b"OK", b"joe", b""


def reply(**changes):
    """A reply that lets in, but for the frames that are named."""
    names = "delimiter version request_id status text user_id metadata".split()
    return tuple(changes.get(name, value) for name, value in zip(names, OK))


def handler_of(library):
    handler = library.socket(z.ROUTER)
    handler.bind(HANDLER)
    return handler


def events_to_the_end(monitor, without=None):
    show_events(monitor, until="DISCONNECTED", without=without)


def asked(library, pieces, options, answer, routing_id=b""):
    """A peer sends the pieces; the handler shows what it is asked and answers, or does not."""
    handler = handler_of(library)
    if routing_id:
        options = dict(options, ROUTING_ID=routing_id)
    s, monitor, port = bound(library, z.DEALER, **options)
    peer = Peer.to(port)
    peer.send(*pieces)
    identity, *request = handler.recv()
    show("asked", request)
    show("before the answer", peer.rest(0.2)[0][64:])
    if answer is None:
        handler.close()
    else:
        handler.send(identity, *answer)
    got, state = peer.rest(0.5)
    show("answer", got)
    # After an ERROR either end may be the one that goes.
    if b"ERROR" not in got:
        show("connection", state)
    peer.close()
    events_to_the_end(monitor, without="DISCONNECTED" if b"ERROR" in got else None)
    show("delivered", s.recv(z.QUIET_MS))


QUICK = {"HANDSHAKE_IVL": 1500}
ANSWERS = {
    "200": OK,
    "200-no-user": reply(user_id=b""),
    "300": reply(status=b"300"),
    "400": reply(status=b"400"),
    "500": reply(status=b"500"),
    "status-empty": reply(status=b""),
    "status-201": reply(status=b"201"),
    "status-2000": reply(status=b"2000"),
    "status-letters": reply(status=b"2OO"),
    "delimiter": reply(delimiter=b"x"),
    "version": reply(version=b"1.1"),
    "version-empty": reply(version=b""),
    "request-id": reply(request_id=b"2"),
    "request-id-empty": reply(request_id=b""),
    "metadata-cut": reply(metadata=b"\5Hello\0\0\0\5Worl"),
    "metadata-huge": reply(metadata=b"\5Hello\xff\xff\xff\xff"),
    "400-metadata-cut": reply(status=b"400", metadata=b"\5Hello"),
    "no-metadata": OK[:-1],
    "one-frame": (b"",),
    "eight-frames": (*OK, b""),
    "none": None,
}
# What ours does other than the original: why, what it says, and whether it closes the connection.
KEEPS = "the original keeps such a peer until ZMQ_HANDSHAKE_IVL passes"
SPELLS = "the original writes the ERROR of PLAIN as ^RROR"
DIFFERENT = {
    "null-300": (KEEPS, "", "connection: closed\n", "HANDSHAKE_FAILED_AUTH 300, DISCONNECTED"),
    "plain-300": (KEEPS, "", "connection: closed\n", "HANDSHAKE_FAILED_AUTH 300, DISCONNECTED"),
    "plain-400": (SPELLS, "\\x04\\n\\x05ERROR\\x03400", "", "HANDSHAKE_FAILED_AUTH 400"),
    "plain-500": (SPELLS, "\\x04\\n\\x05ERROR\\x03500", "", "HANDSHAKE_FAILED_AUTH 500"),
    "plain-400-metadata-cut": (SPELLS, "\\x04\\n\\x05ERROR\\x03400", "", "HANDSHAKE_FAILED_AUTH 400"),
}
for name in ("null-metadata-huge", "plain-metadata-huge"):
    why = "the original takes a negative length"
    DIFFERENT[name] = (why, "", "connection: closed\n", "HANDSHAKE_FAILED_PROTOCOL 0x20000005, DISCONNECTED")


def asked_by(mechanism, pieces, options, name, answer):
    name = f"{mechanism}-{name}"
    why, told, closed, events = DIFFERENT.get(name, ("", "", "", ""))
    domain, end = ("global", "NULL") if mechanism == "null" else ("", "PLAIN | admin | secret")
    expected = f"""\
asked:  | 1.0 | 1 | {domain} | 127.0.0.1 |  | {end}
before the answer: \n\
answer: {told}
{closed}events: ACCEPTED, {events}
delivered: None
"""
    add(f"zap-{name}", asked, pieces, options | QUICK, answer, ours_only=why, expected=why and expected)


for name, answer in ANSWERS.items():
    asked_by("null", NULL, DOMAIN, name, answer)
    asked_by("plain", PLAIN, SERVER, name, answer)
add("zap-request-domain", asked, PLAIN, SERVER | {"ZAP_DOMAIN": b"a domain"}, OK)
add("zap-request-routing-id", asked, PLAIN, SERVER, OK, b"who")
add("zap-request-empty-credentials", asked, (PLAIN[0], command(b"HELLO", b"\0\0")), SERVER, OK)
add("zap-request-binary-credentials", asked, (PLAIN[0], command(b"HELLO", b"\2\0\xff\1\0")), SERVER, OK)
add("zap-request-long-credentials", asked, (PLAIN[0], command(b"HELLO", b"\xff" + b"u" * 255 + b"\xff" + b"p" * 255)), SERVER, OK)
add(
    "zap-plain-early-initiate", asked, (*PLAIN, INITIATE), SERVER, OK,
    ours_only="the original reads on while it waits for its handler, and takes what comes for a command out of turn",
    expected="""\
asked:  | 1.0 | 1 |  | 127.0.0.1 |  | PLAIN | admin | secret
before the answer: \n\
answer: \\x04\\x08\\x07WELCOME\\x04)\\x05READY\\x0bSocket-Type\\x00\\x00\\x00\\x06DEALER\\x08Identity\\x00\\x00\\x00\\x00
connection: open
events: ACCEPTED, HANDSHAKE_SUCCEEDED, DISCONNECTED
delivered: None
""",
)


def let_in(library, options, pieces, metadata, names):
    """Once its handler has let a peer in, its messages carry what the handler said."""
    handler = handler_of(library)
    s, monitor, port = bound(library, z.DEALER, **options)
    peer = Peer.to(port)
    peer.send(pieces[0])
    peer.recv(64)
    peer.send(*pieces[1:])
    identity = handler.recv()[0]
    handler.send(identity, *reply(metadata=metadata))
    show("first", peer.recv_frame())
    if options is not DOMAIN:
        more = property_(b"X-Mine", b"peer") + property_(b"Hello", b"peer")
        peer.send(command(b"INITIATE", TYPE + more))
        show("second", peer.recv_frame())
    peer.send(frame(b"message"))
    parts, found = s.recv(properties=names)
    show("message", parts)
    for property_name, value in zip(names, found):
        show(property_name, value)
    show_events(monitor)


NAMES = ["User-Id", "Hello", "hello", "X-Mine", "Socket-Type", "Peer-Address", "Missing"]
METADATA = property_(b"Hello", b"World") + property_(b"User-Id", b"other") + property_(b"Peer-Address", b"1.2.3.4")
add("zap-null-properties", let_in, DOMAIN, NULL, METADATA, NAMES)
add("zap-plain-properties", let_in, SERVER, PLAIN, METADATA, NAMES)


def claims(library, name):
    """Whom a handler found is not for the peer to say. Properties with other names are."""
    s, monitor, port = bound(library, z.DEALER)
    peer = Peer.to(port)
    peer.shake(b"DEALER", 1, property_(name, b"admin"), property_(b"X-Mine", b"peer"))
    peer.send(frame(b"message"))
    names = ["User-Id", "X-Mine", "Socket-Type", "Peer-Address"]
    parts, found = s.recv(properties=names)
    show("message", parts)
    for property_name, value in zip(names, found):
        show(property_name, value)
    show_events(monitor)


CLAIMED = "the original takes a peer that no handler was asked about at its word"
add(
    "metadata-claims-user-id", claims, b"User-Id", ours_only=CLAIMED,
    expected="""\
message: message
User-Id: None
X-Mine: peer
Socket-Type: DEALER
Peer-Address: 127.0.0.1
events: ACCEPTED, HANDSHAKE_SUCCEEDED
""",
)
add("metadata-claims-user-id-by-another-name", claims, b"User-ID")
add("metadata-claims-address", claims, b"Peer-Address")


def unasked(library, pieces, options):
    """There is no handler, or it is not asked: which event, what is sent, and that a good peer is served."""
    s, monitor, port = bound(library, z.DEALER, **options)
    peer = Peer.to(port)
    peer.send(*pieces)
    got, state = peer.rest(0.5)
    show("connection", state)
    if state == "open":
        show("sent back", got[64:])
    show("delivered", s.recv(z.QUIET_MS))
    peer.close()
    events_to_the_end(monitor)
    if "PLAIN_SERVER" not in options:
        return serve_good_peer(library, s, z.DEALER, port)
    handler = library.socket(z.ROUTER)
    handler.bind(HANDLER)
    good = library.socket(z.DEALER, **CLIENT)
    good.connect(port)
    handler.send(handler.recv()[0], *OK)
    good.send(b"good", b"peer")
    show("good peer", s.recv())


add("zap-null-no-handler", unasked, NULL, DOMAIN)
add("zap-plain-no-handler", unasked, PLAIN, SERVER)
add("zap-plain-no-handler-domain", unasked, PLAIN, SERVER | DOMAIN)


def hello(name, *pieces):
    add(f"plain-server-{name}", unasked, (greeting(1, b"PLAIN"), *pieces), SERVER)


hello("hello-empty", command(b"HELLO"))
hello("hello-username-cut", command(b"HELLO", b"\6admin"))
hello("hello-no-password", command(b"HELLO", b"\5admin"))
hello("hello-password-cut", command(b"HELLO", b"\5admin\7secret"))
hello("hello-trailing", command(b"HELLO", b"\5admin\6secretx"))
hello("hello-as-message", frame(b"\5HELLO\6admin"))
hello("initiate-first", INITIATE)
hello("ready-first", ready(b"DEALER"))
hello("welcome-first", command(b"WELCOME"))
hello("error-first", command(b"ERROR", b"\3400"))
hello("message-first", frame(b"hello"))
hello("lower-case", command(b"hello", b"\5admin\6secret"))
hello("empty-command", frame(b"", 4))
hello("zero-name", frame(b"\0", 4))
hello("zero-name-and-more", frame(b"\0x", 4))
hello("name-cut", frame(b"\5HELL", 4))
hello("name-only", frame(b"\5HELLO", 4))
add("plain-server-null-peer", unasked, NULL, SERVER)
add("plain-server-null-peer-domain", unasked, NULL, SERVER | DOMAIN)
add("plain-server-curve-peer", unasked, (greeting(1, b"CURVE"), HELLO), SERVER)
add("plain-server-as-server-peer", unasked, (greeting(1, b"PLAIN", 1),), SERVER | {"HANDSHAKE_IVL": 200})
add("plain-server-silent-peer", unasked, (greeting(1, b"PLAIN"),), SERVER | {"HANDSHAKE_IVL": 200})


def second(library, *pieces):
    """The peer of a PLAIN server is let in and goes wrong afterwards."""
    handler = handler_of(library)
    s, monitor, port = bound(library, z.DEALER, **SERVER)
    peer = Peer.to(port)
    peer.send(*PLAIN)
    peer.recv(64)
    handler.send(handler.recv()[0], *OK)
    show("first", peer.recv_frame())
    peer.send(*pieces)
    got, state = peer.rest(0.5)
    show("connection", state)
    if state == "open":
        show("sent back", got)
    show("delivered", s.recv(z.QUIET_MS))
    peer.close()
    events_to_the_end(monitor)


def initiate(name, *pieces):
    add(f"plain-server-then-{name}", second, *pieces)


initiate("initiate", INITIATE)
initiate("initiate-and-message", INITIATE, frame(b"hello"))
initiate("initiate-empty", command(b"INITIATE"))
initiate("initiate-cut", command(b"INITIATE", TYPE[:-1]))
initiate("initiate-wrong-type", command(b"INITIATE", property_(b"Socket-Type", b"PUB")))
initiate("initiate-no-type", command(b"INITIATE", property_(b"X-a", b"b")))
initiate("hello", HELLO)
initiate("ready", ready(b"DEALER"))
initiate("error", command(b"ERROR", b"\3400"))
initiate("message", frame(b"hello"))
initiate("empty-command", frame(b"", 4))
initiate("zero-name", frame(b"\0", 4))
initiate("name-cut", frame(b"\x08INIT", 4))


def client(library, pieces):
    """A PLAIN client meets a server made of bytes: what it sends, which event, and whether it comes back."""
    s, monitor, listener, peer = connected(library, z.DEALER, **CLIENT)
    peer.send(greeting(1, b"PLAIN", 1))
    show("greeting", peer.recv(64))
    show("hello", peer.recv_frame())
    if step_by_step(pieces, monitor, listener, peer) == "open":
        peer.send(frame(b"message"))
        show("delivered", s.recv(z.QUIET_MS))


def welcome(name, *pieces):
    add(f"plain-client-{name}", client, pieces)


WELCOME = command(b"WELCOME")
welcome("good", WELCOME, ready(b"DEALER"))
welcome("good-in-one", WELCOME + ready(b"DEALER"))
welcome("good-no-type", WELCOME, command(b"READY"))
welcome("welcome-with-data", command(b"WELCOME", b"x"))
welcome("welcome-twice", WELCOME, WELCOME)
welcome("ready-first", ready(b"DEALER"))
welcome("hello", HELLO)
welcome("initiate", WELCOME, INITIATE)
welcome("message", frame(b"hello"))
welcome("empty-command", frame(b"", 4))
welcome("zero-name", frame(b"\0", 4))
welcome("name-cut", frame(b"\7WELC", 4))

GREETING = "greeting: \\xff\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x01\\x7f\\x03\\x01PLAIN" + "\\x00" * 47 + "\n"
HELLO_SENT = "hello: 4 | \\x05HELLO\\x05admin\\x06secret\n"
INITIATE_SENT = "sent back: \\x04,\\x08INITIATE\\x0bSocket-Type\\x00\\x00\\x00\\x06DEALER\\x08Identity\\x00\\x00\\x00\\x00\nconnection: open\n"


def ends(name, pieces, event, why):
    """The client goes and does not come back."""
    middle = INITIATE_SENT if len(pieces) > 1 else ""
    expected = f"{GREETING}{HELLO_SENT}{middle}sent back: \nconnection: closed\nevent: {event}\ncomes back: no\n"
    add(f"plain-client-{name}", client, pieces, ours_only=why, expected=expected)


INVALID = "HANDSHAKE_FAILED_PROTOCOL 0x10000018"
ends("ready-cut", (WELCOME, command(b"READY", TYPE[:-1])), INVALID, "the original keeps the connection")
ends("ready-wrong-type", (WELCOME, ready(b"PUB")), INVALID, "the original keeps the connection")
MALFORMED = "HANDSHAKE_FAILED_PROTOCOL 0x10000015"
for name, data, event in (
    ("300", b"\003300", "HANDSHAKE_FAILED_AUTH 300"),
    ("400", b"\003400", "HANDSHAKE_FAILED_AUTH 400"),
    ("500", b"\003500", "HANDSHAKE_FAILED_AUTH 500"),
    ("600", b"\003600", "DISCONNECTED"),
    ("401", b"\003401", "DISCONNECTED"),
    ("text", b"\7go away", "DISCONNECTED"),
    ("no-reason", b"\0", "DISCONNECTED"),
    ("empty", b"", MALFORMED),
    ("cut", b"\7go", MALFORMED),
    ("trailing", b"\003400x", "HANDSHAKE_FAILED_AUTH 400"),
):
    # The original writes ERROR so, and knows no other.
    welcome(f"original-error-{name}", frame(b"^RROR" + data, 4))
    ends(f"error-{name}", (command(b"ERROR", data),), event, SPELLS)
    ends(f"error-{name}-after-welcome", (WELCOME, command(b"ERROR", data)), event, SPELLS)
welcome("original-error-400-after-welcome", WELCOME, frame(b"^RROR\003400", 4))
