"""tcp connects through a SOCKS 5 proxy (RFC 1928, RFC 1929): what the proxy is told, and each way in which it refuses."""

import library as z
from case import add, show
from peer import frame, greeting, ready
from proxy import CONSENT, Proxy


def client(library, proxy, **options):
    """A socket that connects through the proxy, and its monitor."""
    s = library.socket(z.DEALER, **{"RECONNECT_IVL": 50, **options})
    s.set(z.SOCKS_PROXY, b"127.0.0.1:%d" % proxy.port)
    return s, s.monitor()


def show_event(monitor, proxy):
    """An event, and whether its endpoint is the proxy's."""
    message = monitor.recv()
    assert message, "no event"
    event = z.EVENTS[int.from_bytes(message[0][:2], "little")]
    endpoint = "of the proxy" if message[1] == b"tcp://127.0.0.1:%d" % proxy.port else message[1].decode()
    print(f"event: {event}, endpoint {endpoint}")
    return event


def through(library, host, choice, reply, pieces, options):
    """The proxy consents, in pieces or at once; a message passes each way."""
    server = library.socket(z.DEALER)
    port = server.bind()
    proxy = Proxy()
    s, monitor = client(library, proxy, **options)
    s.connect_to(f"tcp://{host}:{port}")
    peer = proxy.accept()
    for piece in pieces(choice):
        peer.send(piece)
    if choice == b"\5\2":
        proxy.credentials(peer)
    asked = proxy.request(peer)
    show("heard", peer.heard)
    show("port", "of the server" if asked == port else asked)
    for piece in pieces(reply):
        peer.send(piece)
    proxy.forward(peer, port)
    while show_event(monitor, proxy) != "HANDSHAKE_SUCCEEDED":
        pass
    s.send(b"to", b"the server")
    (message, properties) = server.recv(properties=("Peer-Address",))
    show("server", message + properties)
    server.send(b"to the client")
    (message, properties) = s.recv(properties=("Peer-Address",))
    show("client", message + properties)
    show("last endpoint", s.get(z.LAST_ENDPOINT).replace(b"%d" % port, b"PORT"))


def whole(data):
    return [data]


def bytewise(data):
    return [data[i : i + 1] for i in range(len(data))]


def good(name, host="127.0.0.1", choice=b"\5\0", reply=CONSENT, pieces=whole, ours_only="", expected="", **options):
    arguments = (host, choice, reply, pieces, options)
    add(f"socks-{name}", through, *arguments, ours_only=ours_only, expected=expected)


good("ipv4")
good("ipv4-short", "127.1")
good("ipv6", "[::1]")
good("ipv6-zone", "[fe80::1%lo]")
good("name", "no.such.host.invalid")
good("name-is-not-an-interface", "lo")
good("socket-with-ipv6", IPV6=1)
good("reply-ipv6", reply=b"\5\0\0\4" + bytes(18))
good("reply-name", reply=b"\5\0\0\3\11some.host\0\7")
good("reply-empty-name", reply=b"\5\0\0\3\0\0\7")
good(
    "reply-longest-name",
    reply=b"\5\0\0\3\xff" + b"x" * 255 + b"\0\7",
    ours_only="the original does not read all of it",
    expected="""\
heard: \\x05\\x01\\x00 | \\x05\\x01\\x00\\x01\\x7f\\x00\\x00\\x01
port: of the server
event: CONNECT_DELAYED, endpoint of the proxy
event: CONNECTED, endpoint of the proxy
event: HANDSHAKE_SUCCEEDED, endpoint of the proxy
server: to | the server | 127.0.0.1
client: to the client | 127.0.0.1
last endpoint: tcp://127.0.0.1:PORT\\x00
""",
)
good("byte-by-byte", pieces=bytewise)
good("password", "some.host", b"\5\2", SOCKS_USERNAME=b"someone", SOCKS_PASSWORD=b"secret")
good("password-longest", choice=b"\5\2", SOCKS_USERNAME=b"u" * 255, SOCKS_PASSWORD=b"p" * 255)
good("password-without", choice=b"\5\2", SOCKS_USERNAME=b"someone")
good("password-waived", SOCKS_USERNAME=b"someone", SOCKS_PASSWORD=b"secret")
good("password-without-name", SOCKS_PASSWORD=b"secret")


def at_once(library):
    """The greeting of the host follows the consent in the same segment: nothing of it is lost."""
    proxy = Proxy()
    s, monitor = client(library, proxy)
    s.connect(5)
    peer = proxy.accept()
    peer.send(b"\5\0")
    proxy.request(peer)
    peer.send(CONSENT, greeting(), ready(b"DEALER"), frame(b"early"))
    show("message", s.recv())


add(
    "socks-host-speaks-at-once", at_once, ours_only="the original hears nothing of it", expected="message: early\n"
)


def refuse(library, choice, verdict, reply, hangs_up, options):
    """The proxy refuses; the attempt is told as failed, and the next one is served."""
    server = library.socket(z.DEALER)
    port = server.bind()
    proxy = Proxy()
    s, monitor = client(library, proxy, **options)
    s.connect(port)
    peer = proxy.accept()
    peer.send(choice)
    if verdict is not None:
        proxy.credentials(peer, verdict)
    if reply is not None:
        proxy.request(peer)
        peer.send(reply)
    show("heard", peer.heard)
    if hangs_up:
        peer.close()
    else:
        show("connection", peer.rest(z.SOON_MS / 1000)[1])
    while show_event(monitor, proxy) != "CONNECT_RETRIED":
        pass
    again = proxy.accept()
    again.send(b"\5\0")
    proxy.request(again)
    again.send(CONSENT)
    proxy.forward(again, port)
    s.send(b"the next time")
    show("server", server.recv())


def bad(name, choice=b"\5\0", verdict=None, reply=None, hangs_up=False, ours_only="", expected="", **options):
    arguments = (choice, verdict, reply, hangs_up, options)
    add(f"socks-refused-{name}", refuse, *arguments, ours_only=ours_only, expected=expected)


def cut(name, choice=b"\5\0", verdict=None, reply=None, **options):
    bad(name, choice, verdict, reply, True, **options)


NAMED = {"SOCKS_USERNAME": b"someone", "SOCKS_PASSWORD": b"secret"}
bad("no-method", b"\5\xff")
bad("method-gssapi", b"\5\1")
bad("other-version", b"\4\0")
bad("not-socks", b"HTTP/1.1 400 Bad Request\r\n\r\n")
cut("closed", b"")
cut("choice-cut", b"\5")
bad("credentials", b"\5\2", b"\1\1", **NAMED)
bad("credentials-255", b"\5\2", b"\1\xff", **NAMED)
bad("credentials-version", b"\5\2", b"\5\0", **NAMED)
cut("credentials-cut", b"\5\2", b"\1", **NAMED)
cut("credentials-closed", b"\5\2", b"", **NAMED)
for code in [*range(1, 10), 255]:
    bad(f"code-{code}", reply=b"\5%c\0\1" % code + bytes(6))
bad("reply-version", reply=b"\4" + CONSENT[1:])
bad("reply-reserved", reply=b"\5\0\1" + CONSENT[3:])
bad("reply-type-0", reply=b"\5\0\0\0" + CONSENT[4:])
bad("reply-type-2", reply=b"\5\0\0\2" + CONSENT[4:])
cut("reply-cut", reply=CONSENT[:3])
cut("reply-one-short", reply=CONSENT[:-1])
cut("reply-closed", reply=b"")


def unreachable(library):
    """Nobody listens where the proxy should be: that does not end the attempts, whatever ZMQ_RECONNECT_STOP says."""
    proxy = Proxy()
    s, monitor = client(library, proxy, RECONNECT_STOP=1)
    proxy.tcp.close()
    s.connect(5)
    while show_event(monitor, proxy) != "CONNECT_RETRIED":
        pass


add(
    "socks-unreachable",
    unreachable,
    ours_only="the original aborts when the socket is closed then",
    expected="".join(f"event: {name}, endpoint of the proxy\n" for name in ("CONNECT_DELAYED", "CLOSED", "CONNECT_RETRIED")),
)


def silent(library, answers, options):
    """A proxy that stops answering is given up after the connect timeout, or that of the handshake."""
    proxy = Proxy()
    s, monitor = client(library, proxy, **options)
    s.connect(5)
    peer = proxy.accept()
    if answers:
        peer.send(b"\5\0")
        proxy.request(peer)
        peer.send(CONSENT[:-1])
    while show_event(monitor, proxy) != "CONNECT_RETRIED":
        pass
    show("connection", peer.rest()[1])
    show("comes back", proxy.accept().heard)


GIVEN_UP = """\
event: CONNECT_DELAYED, endpoint of the proxy
event: CLOSED, endpoint of the proxy
event: CONNECT_RETRIED, endpoint of the proxy
connection: closed
comes back: \\x05\\x01\\x00
"""
WAITS = "the original waits for a proxy for ever"
add("socks-silent-connect-timeout", silent, False, {"CONNECT_TIMEOUT": 300}, ours_only=WAITS, expected=GIVEN_UP)
add("socks-silent-handshake-ivl", silent, True, {"HANDSHAKE_IVL": 300}, ours_only=WAITS, expected=GIVEN_UP)


def uninvited(library):
    """A proxy that asks for credentials which nobody offered."""
    proxy = Proxy()
    s, monitor = client(library, proxy)
    s.connect(5)
    peer = proxy.accept()
    peer.send(b"\5\2")
    show("connection", peer.rest(z.SOON_MS / 1000))


add(
    "socks-uninvited-method", uninvited, ours_only="the original sends empty credentials", expected="connection:  | closed\n"
)


def closed_midway(library):
    """The socket is closed while the proxy thinks."""
    proxy = Proxy()
    s, monitor = client(library, proxy)
    s.connect(5)
    peer = proxy.accept()
    s.close()
    show("connection", peer.rest(z.SOON_MS / 1000)[1])
    event = None
    while event != "CLOSED":
        event = show_event(monitor, proxy)


add("socks-closed-midway", closed_midway)
