"""The list of cases and what they share: the transcript, a bound socket with a monitor, the good peer at the end."""

import dataclasses
import typing

from library import DEALER, PULL, PUSH, QUIET_MS, SOON_MS, Library
from peer import Listener, Peer, frame

CASES = {}


@dataclasses.dataclass
class Case:
    name: str
    body: typing.Callable
    arguments: tuple
    ours_only: str = ""
    expected: str = ""


def add(name, body, *arguments, ours_only="", expected=""):
    """Another case; with a reason in ours_only it is run on ours alone and has to print what is expected."""
    assert name not in CASES, name
    CASES[name] = Case(name, body, arguments, ours_only, expected)


def run(name, path):
    library = Library(path)
    CASES[name].body(library, *CASES[name].arguments)
    library.end()


def show(label, value):
    """One line of the transcript: bytes readable, long ones by their size."""
    if isinstance(value, (list, tuple)):
        print(f"{label}: " + " | ".join(text(v) for v in value))
    else:
        print(f"{label}: {text(value)}")


def text(value):
    if isinstance(value, bytes):
        return repr(value)[2:-1] if len(value) <= 300 else f"<{len(value)} bytes>"
    return str(value)


def show_events(monitor, until=None, without=None):
    """The events until it is quiet, or up to one."""
    names = []
    while (name := monitor.next_event(SOON_MS if until else QUIET_MS)) is not None:
        if name != without:
            names.append(name)
        if until and name.startswith(until):
            break
    print("events: " + (", ".join(names) or "none"))


def bound(library, type_, **options):
    """A bound socket, its monitor (past LISTENING) and its port."""
    s = library.socket(type_, **options)
    monitor = s.monitor()
    port = s.bind()
    assert monitor.next_event(SOON_MS) == "LISTENING"
    return s, monitor, port


def connected(library, type_, *parts, **options):
    """A socket that has come to a listener, with a message for it if there is one; its monitor (past CONNECTED), the
    listener, and the connection as a peer."""
    s = library.socket(type_, RECONNECT_IVL=50, **options)
    monitor = s.monitor()
    listener = Listener()
    s.connect(listener.port)
    s.send(*parts)
    while monitor.next_event(SOON_MS) != "CONNECTED":
        pass
    return s, monitor, listener, listener.accept()


def step_by_step(pieces, monitor, listener, peer, shown=lambda got: got):
    """The peer sends one piece after the other until its connection is closed, with what each brings; then the event, and
    whether whoever was there comes back. Whether the connection is "open" or "closed"."""
    for piece in pieces:
        peer.send(piece)
        got, state = peer.rest(0.4)
        # What it sent before it closed may be lost with bytes of ours unread.
        show("sent back", shown(got) if state == "open" else "")
        show("connection", state)
        if state == "closed":
            break
    show("event", monitor.next_event())
    if state == "closed":
        show("comes back", "yes" if listener.accept(0.6) else "no")
    return state


def serve_good_peer(library, s, type_, port):
    """A good peer is served as if nothing had happened."""
    good = library.socket({PULL: PUSH, DEALER: DEALER}[type_])
    good.connect(port)
    good.send(b"good", b"peer")
    show("good peer", s.recv())


def serve_subscriber(s, port):
    """A publisher serves a good subscriber as if nothing had happened."""
    good = Peer.to(port)
    good.shake(b"SUB", 1)
    good.send(frame(b"\1g"))
    while (got := good.rest(0.05)[0]) == b"":
        s.send(b"good")
    show("good peer", got[:6])


def attack(library, type_, peer_type, options, pieces):
    """After a good handshake the peer sends the pieces; the monitor, the connection and the next good peer are shown."""
    s, monitor, port = bound(library, type_, **options)
    peer = Peer.to(port)
    peer.shake(peer_type, 1)
    show_events(monitor, "HANDSHAKE_SUCCEEDED")
    peer.send(*pieces)
    got, state = peer.rest()
    show("connection", state)
    # What it sent before it closed may be lost with bytes of ours unread.
    show("sent back", got if state == "open" else "")
    show("delivered", s.recv(QUIET_MS))
    show_events(monitor)
    peer.close()
    serve_good_peer(library, s, type_, port)
