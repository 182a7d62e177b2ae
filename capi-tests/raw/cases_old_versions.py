"""ZMTP 1.0 and 2.0 peers (RFC 13, 15): what the library sends them, what it takes from them, when it refuses them."""

import library as z
from case import add, bound, show, show_events
from peer import LONG, MORE, SIGNATURE, Listener, Peer, frame, frame_v1, greeting, ready

# Socket type numbers of ZMTP 2.0.
NUMBER = {z.PAIR: 0, z.PUB: 1, z.SUB: 2, z.REQ: 3, z.REP: 4, z.DEALER: 5, z.ROUTER: 6, z.PULL: 7, z.PUSH: 8}
PARTNER = {z.PUB: z.SUB, z.SUB: z.PUB, z.REQ: z.REP, z.REP: z.REQ, z.DEALER: z.ROUTER, z.ROUTER: z.DEALER, z.PULL: z.PUSH, z.PUSH: z.PULL, z.PAIR: z.PAIR}


def v2_server(library, type_, revision):
    """The library accepts a peer of ZMTP 2.0."""
    s, monitor, port = bound(library, type_)
    peer = Peer.to(port)
    peer.send(SIGNATURE + bytes((revision, NUMBER[PARTNER[type_]])) + frame(b"old peer"))
    show("greeting", peer.rest())
    show_events(monitor)
    exchange(s, peer, type_, frame)


def v2_client(library, type_):
    s = library.socket(type_, ROUTING_ID=b"new")
    monitor = s.monitor()
    listener = Listener()
    s.connect(listener.port)
    peer = listener.accept()
    peer.send(SIGNATURE + bytes((1, NUMBER[PARTNER[type_]])) + frame(b""))
    show("greeting", peer.rest())
    show_events(monitor)
    exchange(s, peer, type_, frame)


def v1_server(library, type_):
    """The library accepts a peer of ZMTP 1.0, which begins with its identity."""
    s, monitor, port = bound(library, type_)
    peer = Peer.to(port)
    peer.send(frame_v1(b"old peer"))
    show("greeting", peer.rest())
    show_events(monitor)
    exchange(s, peer, type_, frame_v1)


def v1_client(library, type_):
    s = library.socket(type_, ROUTING_ID=b"new")
    monitor = s.monitor()
    listener = Listener()
    s.connect(listener.port)
    peer = listener.accept()
    peer.send(frame_v1(b""))
    show("greeting", peer.rest())
    show_events(monitor)
    exchange(s, peer, type_, frame_v1)


def exchange(s, peer, type_, framed):
    """A message in each direction that the type has, in the framing of that version."""
    if type_ in (z.PULL, z.DEALER, z.ROUTER, z.PAIR, z.SUB):
        if type_ == z.SUB:
            # The application's look at the socket may be what attaches the peer.
            s.recv(50)
            s.set(z.SUBSCRIBE, b"t")
            show("subscription", peer.rest())
        peer.send(framed(b"topic", MORE) + framed(b"") + framed(b"t" * 300))
        for _ in range(2):
            message = s.recv()
            if type_ == z.ROUTER and message[0][:1] == b"\0":
                message[0] = b"an id of the library"
            show("received", message)
    if type_ == z.REP:
        peer.send(framed(b"", MORE) + framed(b"question"))
        show("received", s.recv())
        s.send(b"answer", b"two")
        show("sent", peer.rest())
    if type_ == z.PUB:
        peer.send(framed(b"\1t"))
        while (got := peer.rest(0.05)[0]) == b"":
            s.send(b"t", b"probe")
        show("published", got)
    if type_ == z.REQ:
        s.send(b"question")
        show("sent", peer.rest())
        peer.send(framed(b"", MORE) + framed(b"answer"))
        show("received", s.recv())
    if type_ in (z.PUSH, z.DEALER, z.PAIR):
        s.send(b"a", b"", b"c")
        s.send(b"x" * 254)
        s.send(b"x" * 255)
        show("sent", peer.rest())


for type_ in NUMBER:
    if type_ != z.PUB:
        add(f"v2-client-{z.TYPES[type_]}", v2_client, type_)
        add(f"v1-client-{z.TYPES[type_]}", v1_client, type_)
    add(f"v2-server-{z.TYPES[type_]}", v2_server, type_, 1)
    add(f"v1-server-{z.TYPES[type_]}", v1_server, type_)
add("v2-revision-2", v2_server, z.PULL, 2)


def v2_long_identity(library):
    """The identity may come in a long frame."""
    s, monitor, port = bound(library, z.ROUTER)
    peer = Peer.to(port)
    peer.send(SIGNATURE + bytes((1, 5)) + frame(b"long form", LONG) + frame(b"hi"))
    show("message", s.recv())


def v1_long_lengths(library):
    """Lengths in nine bytes, also for short messages."""
    s, monitor, port = bound(library, z.PULL)
    peer = Peer.to(port)
    peer.send(frame_v1(b"") + b"\xff" + (3).to_bytes(8, "big") + b"\0hi" + frame_v1(b"y" * 70000))
    show("message", s.recv())
    show("message", s.recv())


def byte_by_byte(library, opening, message):
    s, monitor, port = bound(library, z.PULL)
    peer = Peer.to(port)
    for byte in opening + message:
        peer.send(bytes((byte,)))
    show("message", s.recv())


def refused(library, opening, options):
    """No way round a mechanism by speaking an older version."""
    s, monitor, port = bound(library, z.PULL, **options)
    peer = Peer.to(port)
    peer.send(opening, frame(b"let me in"))
    _, state = peer.rest()
    show("connection", state)
    show("delivered", s.recv(z.QUIET_MS))
    show_events(monitor)


add("v2-long-identity", v2_long_identity)
add("v1-long-lengths", v1_long_lengths)
add("v2-byte-by-byte", byte_by_byte, SIGNATURE + b"\1\10" + frame(b""), frame(b"slow"))
add("v1-byte-by-byte", byte_by_byte, frame_v1(b""), frame_v1(b"slow"))
CURVE = {"CURVE_SERVER": 1, "CURVE_SECRETKEY": b"JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh6"}
for name, opening in (("v3", greeting(1) + ready(b"PUSH")), ("v2", SIGNATURE + b"\1\10" + frame(b"")), ("v1", frame_v1(b""))):
    for mechanism, options in (("plain", {"PLAIN_SERVER": 1}), ("curve", CURVE), ("zap-domain", {"ZAP_DOMAIN": b"global"})):
        if (name, mechanism) != ("v3", "zap-domain"):
            add(f"{name}-refused-{mechanism}", refused, opening, options)
