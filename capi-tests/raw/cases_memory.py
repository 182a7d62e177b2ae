"""Peers that misbehave again and again: nothing is kept of them when they have gone."""

import os
import socket

import library as z
from case import add, serve_good_peer, serve_subscriber, show
from cases_authentication import HANDLER, INITIATE, OK, PLAIN
from cases_authentication import SERVER as PLAIN_SERVER
from cases_curve import GREETING, SERVER, TYPE, CurvePeer, changed, hello, serve_good
from peer import COMMAND, LONG, MORE, SIGNATURE, Peer, command, frame, frame_v1, greeting, property_, ready

# ZMQ_EVENTS
EVENTS = 15
# Each round leaves some kilobytes, if it leaves anything.
WARM_UP, ROUNDS = 100, 300
MOST_GROWN = 1 << 20
BODY = b"b" * 20000


def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def kept(library, type_, options, misbehave, serve):
    s = library.socket(type_, **options)
    port = s.bind()
    before = 0
    for at in range(WARM_UP + ROUNDS):
        if at == WARM_UP:
            before = resident()
        misbehave(s, port)
        # What the I/O thread has to tell waits for a call of the application.
        s.get(EVENTS)
    grown = resident() - before
    show("keeps", "nothing" if grown < MOST_GROWN else f"{grown // ROUNDS} bytes of each")
    serve(library, s, port)


def serve_null(library, s, port):
    serve_good_peer(library, s, z.PULL, port)


def serve_publisher(library, s, port):
    serve_subscriber(s, port)


def leave(peer):
    """Has said everything, and waits until the other end has heard it."""
    try:
        peer.tcp.shutdown(socket.SHUT_WR)
    except OSError:
        pass
    assert peer.rest(10)[1] == "closed"
    peer.close()


def shaken(peer_type, *pieces):
    """After a good handshake it sends the pieces."""

    def misbehave(s, port):
        peer = Peer.to(port)
        peer.shake(peer_type, 1)
        peer.send(*pieces)
        leave(peer)

    return misbehave


def said(*pieces):
    """It sends the pieces at once."""

    def misbehave(s, port):
        peer = Peer.to(port)
        peer.send(*pieces)
        leave(peer)

    return misbehave


def pull(name, misbehave, **options):
    add(f"memory-{name}", kept, z.PULL, options, misbehave, serve_null)


LENGTH = bytes((LONG,)) + ((1 << 64) - 1).to_bytes(8, "big")
pull("length", shaken(b"PUSH", LENGTH, BODY))
pull("frame-cut", shaken(b"PUSH", frame(BODY)[:-1]))
pull("large-frame-cut", shaken(b"PUSH", frame(BODY * 10)[:-1]))
pull("first-part-only", shaken(b"PUSH", frame(BODY, MORE)))
pull("first-parts-only", shaken(b"PUSH", frame(b"small", MORE) * 1000))
pull("too-long", shaken(b"PUSH", frame(b"part", MORE), frame(BODY * 2)), MAXMSGSIZE=30000)
pull("long-command", shaken(b"PUSH", command(b"WHATEVER", BODY)))
pull("metadata", said(greeting(1), ready(b"PUSH", *(property_(b"X-%d" % i, b"v" * 20) for i in range(1000)))))
pull("metadata-cut", said(greeting(1), ready(b"PUSH", property_(b"X-a", BODY), b"\5Hello\xff\xff\xff\xff")))
pull("handshake-cut", said(greeting(1), ready(b"PUSH", property_(b"X-a", BODY))[:-1]))
pull("handshake-too-long", said(greeting(1), bytes((COMMAND | LONG,)) + (1 << 62).to_bytes(8, "big"), BODY))
pull("v1-length", said(b"\xff" + ((1 << 64) - 1).to_bytes(8, "big"), BODY))
pull("v1-large", said(frame_v1(b""), frame_v1(BODY)[:-1]))
pull("v2-large", said(SIGNATURE + b"\1\x08", frame(b""), frame(BODY)[:-1]))
pull("nothing", said())

for name, pieces in {
    "topic": (frame(b"\1" + BODY),),
    "topic-cancelled": (frame(b"\1" + BODY), frame(b"\0" + BODY)),
    "topics": tuple(frame(b"\1" + b"%d" % i * 20) for i in range(200)),
    "topic-command": (command(b"SUBSCRIBE", BODY),),
    "message": (frame(BODY),),
    "message-cut": (frame(BODY, MORE),),
}.items():
    add(f"memory-publisher-{name}", kept, z.PUB, {}, shaken(b"SUB", *pieces), serve_publisher)


def curve(name, make):
    def misbehave(s, port):
        peer = CurvePeer.to(port)
        make(peer)
        leave(peer)

    add(f"memory-curve-{name}", kept, z.DEALER, SERVER, misbehave, serve_good)


def initiate(**changes):
    def make(peer):
        peer.begin()
        peer.send(command(b"INITIATE", peer.initiate(**changes)))

    return make


def let_in(*makes):
    def make(peer):
        peer.begin()
        peer.finish()
        peer.send(*(make(peer) for make in makes))

    return make


curve("hello", lambda peer: peer.send(GREETING, command(b"HELLO", changed(hello(), 190))))
curve("hello-only", lambda peer: peer.begin())
curve("initiate-oversize", initiate(metadata=TYPE + property_(b"X-a", BODY) + b"\5Hello\xff\xff"))
curve("initiate-too-long", initiate(metadata=TYPE + property_(b"X-a", BODY * 4)))
curve("message-box", let_in(lambda peer: frame(changed(peer.message(3, BODY), -1))))
curve("message-again", let_in(lambda peer: frame(peer.message(3, BODY, 1)), lambda peer: frame(peer.message(3, BODY))))
curve("message-cut", let_in(lambda peer: frame(peer.message(3, BODY))[:-1]))
curve("message-no-command", let_in(lambda peer: frame(BODY)))


def refused(library, status):
    """A handler that turns everybody away."""
    handler = library.socket(z.ROUTER)
    handler.bind(HANDLER)

    def misbehave(s, port):
        peer = Peer.to(port)
        peer.send(*PLAIN, INITIATE)
        handler.send(handler.recv()[0], *OK[:3], status, *OK[4:])
        leave(peer)

    def serve(library, s, port):
        good = library.socket(z.DEALER, PLAIN_USERNAME=b"admin", PLAIN_PASSWORD=b"secret")
        good.connect(port)
        handler.send(handler.recv()[0], *OK)
        good.send(b"good", b"peer")
        show("good peer", s.recv())

    kept(library, z.DEALER, PLAIN_SERVER, misbehave, serve)


add("memory-plain-refused", refused, b"400")
