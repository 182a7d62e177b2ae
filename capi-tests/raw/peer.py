"""A peer made of a TCP socket and bytes; ZMTP pieces to send with it (RFC 13, 15, 23, 37)."""

import socket
import struct

SIGNATURE = b"\xff" + bytes(7) + b"\x01\x7f"
MORE, LONG, COMMAND = 1, 2, 4
WAIT_S = 10


def greeting(minor=0, mechanism=b"NULL", as_server=0, major=3, filler=bytes(31)):
    return SIGNATURE + bytes((major, minor)) + mechanism.ljust(20, b"\0") + bytes((as_server,)) + filler


def frame(body, flags=0):
    """A ZMTP 2.0 or later frame."""
    if len(body) > 255 or flags & LONG:
        return bytes((flags | LONG,)) + struct.pack(">Q", len(body)) + body
    return bytes((flags, len(body))) + body


def frame_v1(body, flags=0):
    """A ZMTP 1.0 frame: the length counts the flags."""
    length = len(body) + 1
    head = bytes((length,)) if length < 255 else b"\xff" + struct.pack(">Q", length)
    return head + bytes((flags,)) + body


def command(name, data=b"", flags=COMMAND):
    return frame(bytes((len(name),)) + name + data, flags)


def property_(name, value):
    return bytes((len(name),)) + name + struct.pack(">I", len(value)) + value


def ready(socket_type, *more):
    return command(b"READY", property_(b"Socket-Type", socket_type) + b"".join(more))


class Peer:
    def __init__(self, connection):
        self.tcp = connection
        self.tcp.settimeout(WAIT_S)
        self.tcp.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    @classmethod
    def to(cls, port):
        return cls(socket.create_connection(("127.0.0.1", port), WAIT_S))

    def send(self, *pieces):
        """Sends; a peer that has already been dropped is not an error."""
        try:
            self.tcp.sendall(b"".join(pieces))
        except OSError:
            pass

    def recv(self, size):
        """Exactly so many bytes; fewer when the other end closes."""
        got = b""
        while len(got) < size:
            try:
                more = self.tcp.recv(size - len(got))
            except (ConnectionError, TimeoutError):
                break
            if not more:
                break
            got += more
        return got

    def recv_frame(self):
        """(flags, body), or None at the end."""
        head = self.recv(2)
        if len(head) < 2:
            return None
        size = head[1]
        if head[0] & LONG:
            size = struct.unpack(">Q", head[1:] + self.recv(7))[0]
        return head[0], self.recv(size)

    def rest(self, quiet_s=0.3):
        """Whatever comes until it is quiet, and whether the other end is "open" or "closed" then."""
        got = b""
        self.tcp.settimeout(quiet_s)
        try:
            while more := self.tcp.recv(65536):
                got += more
            return got, "closed"
        except TimeoutError:
            return got, "open"
        except ConnectionError:
            return got, "closed"
        finally:
            self.tcp.settimeout(WAIT_S)

    def shake(self, socket_type, minor=0, *more):
        """The NULL handshake; the greeting and READY of the other end."""
        self.send(greeting(minor))
        theirs = self.recv(64)
        self.send(ready(socket_type, *more))
        return theirs, self.recv_frame()

    def close(self):
        self.tcp.close()


class Listener:
    def __init__(self):
        self.tcp = socket.create_server(("127.0.0.1", 0))
        self.tcp.settimeout(WAIT_S)
        self.port = self.tcp.getsockname()[1]

    def accept(self, wait_s=WAIT_S):
        self.tcp.settimeout(wait_s)
        try:
            return Peer(self.tcp.accept()[0])
        except TimeoutError:
            return None
