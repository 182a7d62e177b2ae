"""Malformed input after a good handshake: the connection or only the frame is lost, never the socket or the process."""

import library as z
from case import add, attack, bound, serve_good_peer, serve_subscriber, show, show_events
from peer import COMMAND, LONG, MORE, SIGNATURE, Peer, command, frame, frame_v1, greeting, ready


def pull(name, *pieces, **options):
    add(f"traffic-{name}", attack, z.PULL, b"PUSH", options, pieces)


def length(value, flags=LONG):
    return bytes((flags,)) + value.to_bytes(8, "big")


pull("cut-frame", b"\0\12abc")
pull("cut-length", b"\2\0\0")
pull("first-part-only", frame(b"a", MORE))
pull("flags-08", frame(b"x", 0x08), frame(b"next"))
pull("flags-f8", frame(b"x", 0xF8), frame(b"next"))
pull("length-2-63", length(1 << 63), b"x" * 100)
pull("length-2-63-1", length((1 << 63) - 1), b"x" * 100)
pull("length-2-64-1", length((1 << 64) - 1), b"x" * 100)
pull("length-2-64-64", length((1 << 64) - 64), b"x" * 100)
pull("maxmsgsize-exact", frame(b"x" * 100), MAXMSGSIZE=100)
pull("maxmsgsize-one-more", frame(b"x" * 101), MAXMSGSIZE=100)
pull("maxmsgsize-second-part", frame(b"x", MORE) + frame(b"x" * 101), MAXMSGSIZE=100)
pull("maxmsgsize-long", length(1001), MAXMSGSIZE=1000)
pull("maxmsgsize-long-exact", length(1000), b"x" * 1000, MAXMSGSIZE=1000)
pull("maxmsgsize-2-63", length(1 << 63), MAXMSGSIZE=1000)
pull("maxmsgsize-command", command(b"PING", b"\0\0" + b"c" * 200), MAXMSGSIZE=100)
pull("unknown-command", command(b"WHATEVER", b"data"), frame(b"next"))
pull("unknown-long-command", command(b"WHATEVER", b"d" * 1000), frame(b"next"))
pull("join-to-pull", command(b"JOIN", b"x"), frame(b"next"))
pull("ready-again", ready(b"PUSH"), frame(b"next"))
pull("command-between-parts", frame(b"a", MORE), command(b"PING", b"\0\0"), frame(b"b"))
pull("many-pings", command(b"PONG") * 1000, frame(b"next"))
pull("five-pings", command(b"PING", b"\0\0") * 5, frame(b"next"))

SKIPS = "the original ignores that a command is malformed and goes on"
CLOSES = """\
events: ACCEPTED, HANDSHAKE_SUCCEEDED
connection: closed
sent back: 
delivered: None
events: DISCONNECTED
good peer: good | peer
"""


def dropped(name, reason, *pieces):
    add(f"traffic-{name}", attack, z.PULL, b"PUSH", {}, pieces, ours_only=reason, expected=CLOSES)


for size in (0, 1):
    dropped(f"ping-ttl-{size}-bytes", "the original echoes stale bytes for a PING without a TTL", command(b"PING", b"\0" * size))
dropped("empty-command", SKIPS, frame(b"", COMMAND))
dropped("command-without-name", SKIPS, frame(b"\0data", COMMAND))
dropped("command-name-cut", SKIPS, frame(b"\x20PING", COMMAND))
dropped("error-in-traffic", SKIPS, command(b"ERROR", b"\3400"))
for name in (b"SUBSCRIBE", b"CANCEL"):
    add(
        f"traffic-{name.decode().lower()}-to-pull", attack, z.PULL, b"PUSH", {}, (command(name, b"x"), frame(b"next")),
        ours_only="the original delivers this command to the application as a message",
        expected="""\
events: ACCEPTED, HANDSHAKE_SUCCEEDED
connection: open
sent back: 
delivered: next
events: none
good peer: good | peer
""",
    )


def upstream(library, pieces):
    """A subscriber that misbehaves towards a publisher."""
    s, monitor, port = bound(library, z.XPUB)
    peer = Peer.to(port)
    peer.shake(b"SUB", 1)
    peer.send(*pieces, frame(b"\1last"))
    while (message := s.recv(1000)) is not None:
        show("application sees", message)
        if message == [b"\1last"]:
            break
    s.send(b"last one")
    show("frame", peer.recv_frame())
    show_events(monitor)


add("xpub-cancel-unknown", upstream, (command(b"CANCEL", b"nothing"), frame(b"\0nothing")))
add("xpub-empty-topics", upstream, (command(b"SUBSCRIBE"), command(b"CANCEL")))
add("xpub-empty-message", upstream, (frame(b""),))
add("xpub-user-message", upstream, (frame(b"hello"), frame(b"a", MORE), frame(b"b")))
add("xpub-long-topic", upstream, (command(b"SUBSCRIBE", b"t" * 50000), command(b"CANCEL", b"t" * 50000)))
add("xpub-many-topics", upstream, tuple(frame(b"\1" + bytes((i, i))) for i in range(20)))


def deep_topic(library):
    """A topic of a million bytes, cancelled by leaving."""
    s, monitor, port = bound(library, z.PUB)
    peer = Peer.to(port)
    peer.shake(b"SUB", 1)
    peer.send(frame(b"\1" + b"d" * 1000000), frame(b"\1x"))
    while peer.rest(0.05)[0] == b"":
        s.send(b"x")
    peer.close()
    show_events(monitor)
    serve_subscriber(s, port)


add("pub-deep-topic", deep_topic)


def old_traffic(library, opening, pieces, options):
    s, monitor, port = bound(library, z.PULL, **options)
    peer = Peer.to(port)
    peer.send(opening, *pieces)
    show("connection", peer.rest()[1])
    show("delivered", s.recv(z.QUIET_MS))
    peer.close()
    # The original also tells of a failed handshake when an old peer leaves that it has served.
    show_events(monitor, without="HANDSHAKE_FAILED_NO_DETAIL")
    serve_good_peer(library, s, z.PULL, port)


V2, V1 = SIGNATURE + b"\1\10" + frame(b""), frame_v1(b"")
for name, opening, pieces, options in (
    ("v2-length-2-63", V2, (length(1 << 63), b"x" * 64), {}),
    ("v2-maxmsgsize", V2, (frame(b"x" * 101),), {"MAXMSGSIZE": 100}),
    ("v2-maxmsgsize-exact", V2, (frame(b"x" * 100),), {"MAXMSGSIZE": 100}),
    ("v2-cut", V2, (b"\0\12abc",), {}),
    ("v1-length-0", V1, (b"\0",), {}),
    ("v1-long-length-0", V1, (b"\xff" + bytes(8),), {}),
    ("v1-length-2-63", V1, (b"\xff" + (1 << 63).to_bytes(8, "big") + b"x" * 64,), {}),
    ("v1-length-2-64-1", V1, (b"\xff" * 9 + b"x" * 64,), {}),
    ("v1-maxmsgsize", V1, (frame_v1(b"x" * 101),), {"MAXMSGSIZE": 100}),
    ("v1-maxmsgsize-exact", V1, (frame_v1(b"x" * 100),), {"MAXMSGSIZE": 100}),
    ("v1-maxmsgsize-long", V1, (frame_v1(b"x" * 10000),), {"MAXMSGSIZE": 8192}),
    ("v1-cut", V1, (b"\x0a\0abc",), {}),
    ("v1-identity-length-0", b"\0", (frame_v1(b"x"),), {"HANDSHAKE_IVL": 400}),
):
    add(f"traffic-{name}", old_traffic, opening, pieces, options)


def silent(library):
    """Peers that never say anything do not keep others waiting."""
    s, monitor, port = bound(library, z.PULL)
    peers = [Peer.to(port) for _ in range(20)]
    for peer in peers[:10]:
        peer.send(greeting(1)[:20])
    serve_good_peer(library, s, z.PULL, port)


def dies_midway(library):
    """A connection that is reset while parts are coming in."""
    s, monitor, port = bound(library, z.PULL)
    for _ in range(5):
        peer = Peer.to(port)
        peer.shake(b"PUSH", 1)
        peer.send(frame(b"whole"), frame(b"part", MORE), b"\0\12ab")
        show("delivered", s.recv())
        peer.close()
    show("delivered", s.recv(z.QUIET_MS))
    serve_good_peer(library, s, z.PULL, port)


add("silent-peers", silent)
add("dies-midway", dies_midway)
