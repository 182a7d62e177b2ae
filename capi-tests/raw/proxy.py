"""A SOCKS 5 proxy that says what a case tells it to say."""

import socket
import threading

from peer import Peer

CONSENT = b"\5\0\0\1\x7f\0\0\1\0\7"


class Proxy:
    """Listens; what it is told is kept in heard, one entry for each message."""

    def __init__(self):
        self.tcp = socket.create_server(("127.0.0.1", 0))
        self.tcp.settimeout(10)
        self.port = self.tcp.getsockname()[1]

    def accept(self):
        """The next client as a Peer, with its greeting read."""
        peer = Peer(self.tcp.accept()[0])
        head = peer.recv(2)
        peer.heard = [head + peer.recv(head[1])]
        return peer

    def credentials(self, peer, verdict=b"\1\0"):
        head = peer.recv(2)
        name = peer.recv(head[1])
        size = peer.recv(1)
        peer.heard.append(head + name + size + peer.recv(size[0]))
        peer.send(verdict)

    def request(self, peer):
        """The request without its port, which is answered."""
        head = peer.recv(4)
        size = {1: 4, 4: 16}.get(head[3])
        if size is None:
            head += peer.recv(1)
            size = head[4]
        peer.heard.append(head + peer.recv(size))
        return int.from_bytes(peer.recv(2), "big")

    def forward(self, peer, port):
        """Joins the peer and a port of this host until either is done."""
        self.join(peer, socket.create_connection(("127.0.0.1", port), 10))

    def join(self, peer, host):
        peer.tcp.settimeout(None)
        host.settimeout(None)
        for one, other in ((peer.tcp, host), (host, peer.tcp)):
            threading.Thread(target=pump, args=(one, other), daemon=True).start()

    def serve(self, name):
        """Forwards every client that asks for this name with a user name and a password, for ever."""
        self.tcp.settimeout(None)
        while True:
            peer = self.accept()
            peer.send(b"\5\2" if peer.heard == [b"\5\1\2"] else b"\5\xff")
            self.credentials(peer)
            port = self.request(peer)
            is_known = peer.heard[-1] == b"\5\1\0\3%c" % len(name) + name.encode()
            try:
                host = socket.create_connection(("127.0.0.1", port if is_known else 0), 10)
            except OSError:
                peer.send(b"\5\5\0\1" + bytes(6))
                peer.close()
                continue
            peer.send(CONSENT)
            self.join(peer, host)


def pump(one, other):
    try:
        while got := one.recv(65536):
            other.sendall(got)
        other.shutdown(socket.SHUT_WR)
    except OSError:
        pass
