"""Greetings and handshakes that are wrong: which event, what is sent, and that a good peer is served afterwards."""

import time

import library as z
from case import add, bound, serve_good_peer, show, show_events
from peer import COMMAND, LONG, MORE, SIGNATURE, Listener, Peer, command, frame, greeting, property_, ready


def server(library, pieces, options, type_=z.DEALER):
    s, monitor, port = bound(library, type_, **options)
    peer = Peer.to(port)
    peer.send(*pieces)
    # What it sent may be lost when it closes with bytes of ours unread.
    _, state = peer.rest(0.5)
    show("connection", state)
    show("delivered", s.recv(z.QUIET_MS))
    peer.close()
    show_events(monitor)
    serve_good_peer(library, s, type_, port)


def client(library, pieces, options):
    """The library connects; afterwards it may come back, and a good server is served."""
    s = library.socket(z.DEALER, RECONNECT_IVL=50, **options)
    monitor = s.monitor()
    listener = Listener()
    s.connect(listener.port)
    show_events(monitor, "CONNECTED")
    peer = listener.accept()
    peer.send(*pieces)
    _, state = peer.rest(0.5)
    show("connection", state)
    event = monitor.next_event()
    show("event", event)
    if state == "closed" and (again := listener.accept(2)):
        again.shake(b"DEALER")
        again.send(frame(b"good server"))
        show("comes back", s.recv())
    else:
        show("comes back", "no")


def named(name, *pieces, **options):
    add(f"bad-greeting-server-{name}", server, pieces, options)
    add(f"bad-greeting-client-{name}", client, pieces, options)


SOON = {"HANDSHAKE_IVL": 400}
named("http", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", **SOON)
named("ssh", b"SSH-2.0-OpenSSH_9.2\r\n", **SOON)
named("zeroes", bytes(64), **SOON)
named("all-ff", b"\xff" * 64, **SOON)
named("bad-tenth-byte", SIGNATURE[:9] + b"\x7e" + bytes(54), **SOON)
named("nothing", **SOON)
named("signature-only", SIGNATURE, **SOON)
named("63-bytes", greeting(1)[:63], **SOON)
named("no-ready", greeting(1), **SOON)
named("mechanism-plain", greeting(1, b"PLAIN"), ready(b"DEALER"))
named("mechanism-curve", greeting(1, b"CURVE"), ready(b"DEALER"))
named("mechanism-unknown", greeting(1, b"FOO"), ready(b"DEALER"))
named("mechanism-empty", greeting(1, b""), ready(b"DEALER"))
named("mechanism-lower-case", greeting(1, b"null"), ready(b"DEALER"))
named("mechanism-not-padded", greeting(1, b"NULL" + b"x" * 16), ready(b"DEALER"))


def many_properties(library):
    """Peers that tell of themselves what fits into a handshake do not keep a good one waiting."""
    s, monitor, port = bound(library, z.DEALER)
    told = b"".join(property_(bytes([a, b]), b"") for a in range(1, 97) for b in range(1, 97))
    peers = [Peer.to(port) for _ in range(8)]
    for peer in peers:
        peer.send(greeting(1), ready(b"DEALER", told))
    began = time.monotonic()
    serve_good_peer(library, s, z.DEALER, port)
    show("in time", time.monotonic() - began < 1)
    for peer in peers:
        show("ready", peer.recv(64)[:1])
        peer.send(frame(b"hello"))
        show("message", s.recv(1000))


add("many-properties", many_properties)


def tolerated(library, pieces):
    """Not as the RFC has it, and accepted."""
    s, monitor, port = bound(library, z.DEALER)
    peer = Peer.to(port)
    first, second = pieces
    peer.send(first)
    peer.recv(64)
    peer.send(second)
    show("ready", peer.recv_frame())
    # The original takes a message for a command of the handshake as long as its own READY is unsent.
    peer.send(frame(b"hello"))
    show_events(monitor, "HANDSHAKE")
    show("message", s.recv(1000))


add("tolerated-version-3.9", tolerated, (greeting(9), ready(b"DEALER")))
add("tolerated-version-4.0", tolerated, (greeting(0, major=4), ready(b"DEALER")))
add("tolerated-version-255", tolerated, (greeting(255, major=255), ready(b"DEALER")))
add("tolerated-as-server", tolerated, (greeting(1, as_server=1), ready(b"DEALER")))
add("tolerated-filler", tolerated, (greeting(1, filler=b"f" * 31), ready(b"DEALER")))
add("tolerated-signature-padding", tolerated, (b"\xff" + b"p" * 8 + b"\x7f" + greeting(1)[10:], ready(b"DEALER")))


def handshake(name, *pieces, **options):
    add(f"bad-ready-{name}", server, (greeting(1), *pieces), options)


TYPE = property_(b"Socket-Type", b"DEALER")
handshake("wrong-command", command(b"HELLO", TYPE))
handshake("lower-case", command(b"ready", TYPE))
handshake("empty-command", frame(b"", COMMAND))
handshake("zero-name", frame(b"\0", COMMAND))
handshake("name-too-long", frame(b"\x20READY", COMMAND))
handshake("name-cut", frame(b"\5REA", COMMAND))
handshake("no-properties", command(b"READY"))
handshake("property-cut", command(b"READY", TYPE[:-1]))
handshake("property-length-cut", command(b"READY", b"\13Socket-Type\0\0"))
handshake("property-huge", command(b"READY", b"\13Socket-Type\xff\xff\xff\xffDEALER"))
handshake("property-half-huge", command(b"READY", b"\13Socket-Type\x7f\xff\xff\xffDEALER"))
handshake("property-no-name", command(b"READY", TYPE + b"\0\0\0\0\1x"))
handshake("property-trailing", command(b"READY", TYPE + b"x"))
handshake("type-unknown", command(b"READY", property_(b"Socket-Type", b"FOO")))
handshake("type-lower-case", command(b"READY", property_(b"Socket-Type", b"dealer")))
handshake("type-empty", command(b"READY", property_(b"Socket-Type", b"")))
handshake("type-does-not-fit", command(b"READY", property_(b"Socket-Type", b"PUB")))
handshake("type-prefix", command(b"READY", property_(b"Socket-Type", b"DEALERX")))
handshake("type-twice", command(b"READY", TYPE + property_(b"Socket-Type", b"PUB")))
handshake("message-first", frame(b"hello"))
handshake("ping-first", command(b"PING", b"\0\0"))
handshake("error", command(b"ERROR", b"\3400"))
handshake("error-no-reason", command(b"ERROR"))
handshake("error-reason-cut", command(b"ERROR", b"\xffx"))
add(
    "bad-ready-error-with-300", server, (greeting(1), command(b"ERROR", b"\003300")), {},
    ours_only="the original keeps a connection that ended its handshake with an ERROR",
    expected="""\
connection: closed
delivered: None
events: ACCEPTED, HANDSHAKE_FAILED_AUTH 300, DISCONNECTED
good peer: good | peer
""",
)
handshake("subscribe-first", command(b"SUBSCRIBE", b"x"))
handshake("long-frame-2-63", bytes((COMMAND | LONG,)) + (1 << 63).to_bytes(8, "big"), **SOON)
handshake("long-frame-2-40", bytes((COMMAND | LONG,)) + (1 << 40).to_bytes(8, "big"), **SOON, MAXMSGSIZE=1000)
add("ready-as-message", tolerated, (greeting(1), frame(b"\5READY" + TYPE)))
add("ready-with-more", tolerated, (greeting(1), frame(b"\5READY" + TYPE, COMMAND | MORE)))
add("ready-long-form", tolerated, (greeting(1), frame(b"\5READY" + TYPE, COMMAND | LONG)))
add("ready-large", tolerated, (greeting(1), command(b"READY", TYPE + b"".join(property_(b"X-%d" % i, b"v" * 100) for i in range(500)))))
for ours, peer in ((z.PULL, b"PULL"), (z.PULL, b"DEALER"), (z.DEALER, b"PUSH"), (z.DEALER, b"REQ"), (z.DEALER, b"SUB")):
    add(f"type-mismatch-{z.TYPES[ours]}-{peer.decode()}", server, (greeting(1), ready(peer)), {}, ours)
