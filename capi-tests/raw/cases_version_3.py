"""ZMTP 3.0 and 3.1: the bytes of greeting, READY, messages, subscriptions, PING and PONG, both ways round (RFC 23, 37)."""

import library as z
from case import add, attack, bound, show, show_events
from peer import COMMAND, LONG, MORE, Listener, Peer, command, frame, greeting, property_, ready

PARTNERS = {
    z.PAIR: b"PAIR", z.PUB: b"SUB", z.SUB: b"PUB", z.REQ: b"REP", z.REP: b"REQ", z.DEALER: b"ROUTER", z.ROUTER: b"DEALER",
    z.PULL: b"PUSH", z.PUSH: b"PULL", z.XPUB: b"XSUB", z.XSUB: b"XPUB",
}


def as_server(library, type_, minor, options):
    s, monitor, port = bound(library, type_, **options)
    peer = Peer.to(port)
    peer.send(greeting(minor))
    show("greeting", peer.recv(64))
    show("ready", peer.recv_frame())
    peer.send(ready(PARTNERS[type_]))
    show_events(monitor, "HANDSHAKE_SUCCEEDED")
    show("rest", peer.rest())


def as_client(library, type_, minor, options):
    s = library.socket(type_, **options)
    monitor = s.monitor()
    listener = Listener()
    s.connect(listener.port)
    peer = listener.accept()
    show("signature", peer.recv(10))
    peer.send(greeting(minor))
    show("rest of the greeting", peer.recv(54))
    show("ready", peer.recv_frame())
    peer.send(ready(PARTNERS[type_]))
    show_events(monitor, "HANDSHAKE_SUCCEEDED")
    show("rest", peer.rest())


for type_, partner in PARTNERS.items():
    for minor in (0, 1):
        add(f"v3.{minor}-server-{z.TYPES[type_]}", as_server, type_, minor, {})
        add(f"v3.{minor}-client-{z.TYPES[type_]}", as_client, type_, minor, {})
for type_ in (z.REQ, z.DEALER, z.ROUTER, z.PUSH):
    add(f"v3-routing-id-{z.TYPES[type_]}", as_client, type_, 1, {"ROUTING_ID": b"me"})


def messages(library, minor):
    """Framing of messages both ways."""
    s, monitor, port = bound(library, z.DEALER)
    peer = Peer.to(port)
    peer.shake(b"DEALER", minor)
    for parts in ((b"",), (b"a", b"", b"c"), (b"x" * 255,), (b"x" * 256,), (b"x" * 70000, b"y")):
        s.send(*parts)
        for _ in parts:
            flags, body = peer.recv_frame()
            show(f"frame flags {flags}", body)
    peer.send(frame(b"one"), frame(b"a", MORE), frame(b"", MORE), frame(b"c"), frame(b"short in a long frame", LONG))
    peer.send(frame(b"x" * 256), frame(b"z" * 100000))
    for _ in range(5):
        show("message", s.recv())


def byte_by_byte(library):
    """A peer that sends every byte alone."""
    s, monitor, port = bound(library, z.DEALER)
    peer = Peer.to(port)
    for byte in greeting(1) + ready(b"DEALER"):
        peer.send(bytes((byte,)))
    show_events(monitor, "HANDSHAKE_SUCCEEDED")
    for byte in frame(b"slow", MORE) + frame(b"but good" * 40):
        peer.send(bytes((byte,)))
    show("message", s.recv())


def all_at_once(library):
    """Greeting, READY and messages in one segment, before anything was read."""
    s, monitor, port = bound(library, z.PULL)
    peer = Peer.to(port)
    peer.send(greeting(1) + ready(b"PUSH") + b"".join(frame(b"%d" % i) for i in range(100)))
    show("messages", b" ".join(s.recv()[0] for _ in range(100)))


def properties(library):
    """What READY says of the peer reaches zmq_msg_gets, whatever the case of its names."""
    s, monitor, port = bound(library, z.ROUTER)
    peer = Peer.to(port)
    peer.shake(b"DEALER", 1, property_(b"Identity", b"raw peer"), property_(b"X-Mine", b"my value"), property_(b"X-Empty", b""))
    peer.send(frame(b"hello"))
    parts, found = s.recv(properties=("Socket-Type", "Identity", "X-Mine", "x-mine", "X-Empty", "Peer-Address"))
    show("message", parts)
    show("properties", found)


def lower_case(library):
    """Property names in another case."""
    s, monitor, port = bound(library, z.ROUTER)
    peer = Peer.to(port)
    peer.send(greeting(1), command(b"READY", property_(b"socket-TYPE", b"DEALER") + property_(b"IDENTITY", b"me")))
    show_events(monitor, "HANDSHAKE_SUCCEEDED")
    peer.send(frame(b"hello"))
    message = s.recv()
    show("message", message and [b"an automatic id" if message[0][:1] == b"\0" else message[0], *message[1:]])


def identities(library, identity):
    s, monitor, port = bound(library, z.ROUTER)
    peer = Peer.to(port)
    peer.shake(b"DEALER", 1, property_(b"Identity", identity))
    peer.send(frame(b"hello"))
    message = s.recv(1000)
    show("message", message and [message[0] if identity else b"5 bytes" * (len(message[0]) == 5), message[1]])
    show_events(monitor)


add("v3.0-messages", messages, 0)
add("v3.1-messages", messages, 1)
add("v3-byte-by-byte", byte_by_byte)
add(
    "v3-all-at-once", all_at_once,
    ours_only="the original drops a peer whose messages arrive while its own READY is still unsent",
    expected="messages: " + " ".join(map(str, range(100))) + "\n",
)
add("v3-properties", properties)
add(
    "v3-property-case", lower_case,
    ours_only="RFC 37 has property names without regard to case, the original compares them exactly",
    expected="events: ACCEPTED, HANDSHAKE_SUCCEEDED\nmessage: me | hello\n",
)
add("v3-identity-empty", identities, b"")
add("v3-identity-255", identities, b"i" * 255)


def subscriber(library, minor):
    """A SUB tells its subscriptions: those made before, those made later, those taken back."""
    s = library.socket(z.SUB, SUBSCRIBE=b"early")
    listener = Listener()
    s.connect(listener.port)
    peer = listener.accept()
    peer.shake(b"PUB", minor)
    show("subscription", peer.recv_frame())
    s.set(z.SUBSCRIBE, b"")
    show("subscription", peer.recv_frame())
    s.set(z.SUBSCRIBE, b"early")
    show("twice", peer.rest())
    s.set(z.UNSUBSCRIBE, b"")
    show("cancel", peer.recv_frame())
    peer.send(frame(b"late"), frame(b"early bird", MORE), frame(b"x"))
    show("message", s.recv())


def publisher(library, type_, minor, as_commands):
    """A raw SUB subscribes by command or by message."""
    s, monitor, port = bound(library, type_)
    peer = Peer.to(port)
    peer.shake(b"SUB", minor)
    topic = b"to" + b"pic" * 100

    def subscribe(on, topic):
        if as_commands:
            peer.send(command(b"SUBSCRIBE" if on else b"CANCEL", topic))
        else:
            peer.send(frame(bytes((on,)) + topic))

    for on, text in ((1, b"a"), (1, topic), (1, b""), (0, b""), (0, b"never")):
        subscribe(on, text)
    if type_ == z.XPUB:
        for _ in range(4):
            show("application sees", s.recv())
        show("and no more", s.recv(z.QUIET_MS))
    else:
        while (got := peer.rest(0.05)[0]) == b"":
            s.send(b"a probe")
        show("subscribed", got[: len(frame(b"a probe"))])
        peer.rest()
    s.send(b"b not asked for")
    s.send(b"abc")
    s.send(topic, b"second")
    for _ in range(3):
        show("frame", peer.recv_frame())
    show("rest", peer.rest())


for minor in (0, 1):
    add(f"v3.{minor}-subscriber", subscriber, minor)
    for type_ in (z.PUB, z.XPUB):
        for as_commands in (0, 1):
            add(f"v3.{minor}-subscribe-by-{'command' if as_commands else 'message'}-{z.TYPES[type_]}", publisher, type_, minor, as_commands)


def ping(library, context, minor):
    s, monitor, port = bound(library, z.DEALER)
    peer = Peer.to(port)
    peer.shake(b"DEALER", minor)
    peer.send(command(b"PING", b"\0\0" + context), frame(b"after"))
    show("pong", peer.recv_frame())
    show("message", s.recv())


def pings_out(library, minor):
    """The PING of a socket with heartbeats."""
    s, monitor, port = bound(library, z.DEALER, HEARTBEAT_IVL=100, HEARTBEAT_TTL=2550)
    peer = Peer.to(port)
    peer.shake(b"DEALER", minor)
    show("ping", peer.recv_frame())
    peer.send(command(b"PONG"))
    show("ping", peer.recv_frame())


for size in (0, 1, 15, 16):
    add(f"v3.1-ping-context-{size}", ping, b"0123456789abcdefghij"[:size], 1)
add("v3.0-ping", ping, b"ctx", 0)
add("v3.1-pings-out", pings_out, 1)
add("v3.0-pings-out", pings_out, 0)
add("v3-pong-unasked", attack, z.PULL, b"PUSH", {}, (command(b"PONG", b"what?"), frame(b"hi")))
add("v3-ping-context-17", ping, b"0123456789abcdefg", 1)
add("v3-long-ping", attack, z.PULL, b"PUSH", {}, (command(b"PING", b"\0\0" + b"c" * 500), frame(b"hi")))
add("v3-short-in-long-command", attack, z.PULL, b"PUSH", {}, (command(b"PING", b"\0\0ctx", COMMAND | LONG), frame(b"hi")))
