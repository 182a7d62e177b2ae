"""GSSAPI (RFC 38) in a Kerberos realm: no way round it by another mechanism or an older version, handshakes that are wrong,
and what a handler says of a peer that has a ticket."""

import socket

import library as z
from case import add, bound, connected, show, show_events
from cases_authentication import ANSWERS, handler_of
from peer import SIGNATURE, Peer, command, frame, frame_v1, greeting, property_, ready

SERVER = {"GSSAPI_SERVER": 1}
CLIENT = {"GSSAPI_SERVICE_PRINCIPAL": f"zmqtest@{socket.gethostname().lower()}".encode()}
SOON = {"HANDSHAKE_IVL": 800}
GREETING = greeting(1, b"GSSAPI")


def token(data):
    """What follows the name of INITIATE."""
    return len(data).to_bytes(4, "big") + data


def serve_good(library, s, port):
    good = library.socket(z.DEALER, **CLIENT)
    good.connect(port)
    good.send(b"good", b"peer")
    show("good peer", s.recv())


def first(library, pieces, options):
    """A peer that is wrong from the beginning."""
    s, monitor, port = bound(library, z.DEALER, **options)
    peer = Peer.to(port)
    peer.send(*pieces)
    show("connection", peer.rest(0.5)[1])
    show("delivered", s.recv(z.QUIET_MS))
    peer.close()
    show_events(monitor)
    serve_good(library, s, port)


OTHERS = {
    "v3-null": (greeting(1), ready(b"DEALER")),
    "v3-plain": (greeting(1, b"PLAIN"), command(b"HELLO", b"\5admin\6secret")),
    "v3-curve": (greeting(1, b"CURVE"), command(b"HELLO", bytes(194))),
    "v3-lower-case": (greeting(1, b"gssapi"), ready(b"DEALER")),
    "v3-longer": (greeting(1, b"GSSAPI2"), ready(b"DEALER")),
    "v3-nothing": (greeting(1, b""), ready(b"DEALER")),
    "v2": (SIGNATURE + b"\1\5", frame(b"")),
    "v1-greeting": (SIGNATURE + b"\0\5", frame_v1(b"")),
    "v1": (frame_v1(b""),),
}
for name, pieces in OTHERS.items():
    add(f"gssapi-server-refuses-{name}", first, (*pieces, frame(b"let me in")), SERVER)
for name, piece in {
    "ready-first": ready(b"DEALER"),
    "hello-first": command(b"HELLO"),
    "message-first": frame(b"\7MESSAGE" + token(b"x" * 40)),
    "plain-message-first": frame(b"hello"),
    "empty-command": frame(b"", 4),
    "initiate-empty": command(b"INITIATE"),
    "initiate-no-token": command(b"INITIATE", token(b"")),
    "initiate-length-cut": command(b"INITIATE", b"\0\0\0"),
    "initiate-short": command(b"INITIATE", (50).to_bytes(4, "big") + b"x" * 49),
    "initiate-long": command(b"INITIATE", (50).to_bytes(4, "big") + b"x" * 51),
    "initiate-huge": command(b"INITIATE", b"\xff\xff\xff\xff" + b"x" * 50),
}.items():
    add(f"gssapi-server-{name}", first, (GREETING, piece), SERVER | SOON)


for name, start in (("noise", b""), ("kerberos", b"\x60\x20\x06\x09\x2a\x86\x48\x86\xf7\x12\x01\x02\x02\1\0")):
    add(
        f"gssapi-server-initiate-{name}", first, (GREETING, command(b"INITIATE", token(start.ljust(34, b"x")))), SERVER | SOON,
        ours_only="the original keeps whose token is refused until ZMQ_HANDSHAKE_IVL passes",
        expected="""\
connection: closed
delivered: None
events: ACCEPTED, HANDSHAKE_FAILED_PROTOCOL 0x11000001, DISCONNECTED
good peer: good | peer
""",
    )


def downgraded(library, openings, options):
    """A client says nothing to a server that speaks something else."""
    s, monitor, listener, peer = connected(library, z.DEALER, b"for the service only", **options)
    got = peer.recv(10)
    for piece in openings:
        peer.send(piece)
        got += peer.rest(0.3)[0]
    peer.send(frame(b"let me in"))
    more, state = peer.rest(0.3)
    show("connection", state)
    show("told", "the message" if b"for the" in got + more else "nothing")
    show("event", monitor.next_event())
    show("delivered", s.recv(z.QUIET_MS))


for name, openings in OTHERS.items():
    add(f"gssapi-client-downgraded-{name}", downgraded, openings, CLIENT)


def asked(library, answer, options):
    """A client with a ticket; the handler shows what it is asked and answers, or does not."""
    handler = handler_of(library)
    s, monitor, port = bound(library, z.DEALER, **options)
    client = library.socket(z.DEALER, RECONNECT_IVL=-1, **CLIENT)
    client.connect(port)
    client.send(b"message")
    identity, *request = handler.recv()
    # The host's name is in the last one.
    show("asked", request[:-1] + [request[-1].partition(b"/")[0].partition(b"@")[0]])
    if answer is None:
        handler.close()
    else:
        handler.send(identity, *answer)
    show("delivered", s.recv(1000))
    client.close()
    show_events(monitor, until="DISCONNECTED")


LETS_IN = "the original lets in whom its handler refuses"
NEGATIVE = "the original takes a negative length"
DIFFERENT = {
    "300": (LETS_IN, "HANDSHAKE_FAILED_AUTH 300"),
    "400": (LETS_IN, "HANDSHAKE_FAILED_AUTH 400"),
    "500": (LETS_IN, "HANDSHAKE_FAILED_AUTH 500"),
    "400-metadata-cut": (LETS_IN, "HANDSHAKE_FAILED_AUTH 400"),
    "metadata-huge": (NEGATIVE, "HANDSHAKE_FAILED_PROTOCOL 0x20000005"),
}
for name, answer in ANSWERS.items():
    why, event = DIFFERENT.get(name, ("", ""))
    expected = f"asked:  | 1.0 | 1 |  | 127.0.0.1 |  | GSSAPI | zmqtest\ndelivered: None\nevents: ACCEPTED, {event}, DISCONNECTED\n"
    add(f"zap-gssapi-{name}", asked, answer, SERVER | {"HANDSHAKE_IVL": 1500}, ours_only=why, expected=why and expected)
