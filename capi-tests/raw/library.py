"""A library under test, through ctypes: contexts, sockets and monitors, as much as the cases need."""

import ctypes
import errno
import struct

PAIR, PUB, SUB, REQ, REP, DEALER, ROUTER, PULL, PUSH, XPUB, XSUB, STREAM = range(12)
TYPES = "PAIR PUB SUB REQ REP DEALER ROUTER PULL PUSH XPUB XSUB STREAM".split()
ROUTING_ID, SUBSCRIBE, UNSUBSCRIBE, RCVMORE, LINGER, RECONNECT_IVL, MAXMSGSIZE = 5, 6, 7, 13, 17, 18, 22
RCVTIMEO, SNDTIMEO, LAST_ENDPOINT, ROUTER_MANDATORY, PLAIN_SERVER, CURVE_SERVER, CURVE_SECRETKEY = 27, 28, 32, 33, 44, 47, 49
IPV6, SOCKS_PROXY, CONNECT_TIMEOUT, SOCKS_USERNAME, SOCKS_PASSWORD, RECONNECT_STOP = 42, 68, 79, 99, 100, 109
PLAIN_USERNAME, PLAIN_PASSWORD, CURVE_PUBLICKEY, CURVE_SERVERKEY = 45, 46, 48, 50
GSSAPI_SERVER, GSSAPI_SERVICE_PRINCIPAL = 62, 64
ZAP_DOMAIN, ROUTER_HANDOVER, HANDSHAKE_IVL, HEARTBEAT_IVL, HEARTBEAT_TTL, XPUB_VERBOSE = 55, 56, 66, 75, 76, 40
EVENTS = {
    1 << bit: name
    for bit, name in enumerate(
        "CONNECTED CONNECT_DELAYED CONNECT_RETRIED LISTENING BIND_FAILED ACCEPTED ACCEPT_FAILED CLOSED CLOSE_FAILED "
        "DISCONNECTED MONITOR_STOPPED HANDSHAKE_FAILED_NO_DETAIL HANDSHAKE_SUCCEEDED HANDSHAKE_FAILED_PROTOCOL "
        "HANDSHAKE_FAILED_AUTH".split()
    )
}
SOON_MS = 10000
QUIET_MS = 300


class ZmqError(Exception):
    pass


class Library:
    def __init__(self, path):
        self.c = c = ctypes.CDLL(path)
        pointer, size, number, text = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_char_p
        for name, result, arguments in (
            ("zmq_ctx_new", pointer, ()),
            ("zmq_ctx_term", number, (pointer,)),
            ("zmq_socket", pointer, (pointer, number)),
            ("zmq_close", number, (pointer,)),
            ("zmq_bind", number, (pointer, text)),
            ("zmq_connect", number, (pointer, text)),
            ("zmq_setsockopt", number, (pointer, number, pointer, size)),
            ("zmq_getsockopt", number, (pointer, number, pointer, pointer)),
            ("zmq_send", number, (pointer, text, size, number)),
            ("zmq_msg_init", number, (pointer,)),
            ("zmq_msg_recv", number, (pointer, pointer, number)),
            ("zmq_msg_data", pointer, (pointer,)),
            ("zmq_msg_size", size, (pointer,)),
            ("zmq_msg_more", number, (pointer,)),
            ("zmq_msg_close", number, (pointer,)),
            ("zmq_msg_gets", text, (pointer, text)),
            ("zmq_socket_monitor", number, (pointer, text, number)),
            ("zmq_errno", number, ()),
            ("zmq_strerror", text, (number,)),
        ):
            function = getattr(c, name)
            function.restype, function.argtypes = result, arguments
        self.context = c.zmq_ctx_new()
        self.sockets = []

    def check(self, result):
        if result in (-1, None):
            raise ZmqError(self.c.zmq_strerror(self.c.zmq_errno()).decode())
        return result

    def socket(self, type_, **options):
        return Socket(self, type_, options)

    def end(self):
        for s in list(self.sockets):
            s.close()
        self.check(self.c.zmq_ctx_term(self.context))


class Socket:
    serial = 0

    def __init__(self, library, type_, options):
        self.library, self.c = library, library.c
        self.handle = library.check(self.c.zmq_socket(library.context, type_))
        library.sockets.append(self)
        self.set(LINGER, 0)
        self.set(RCVTIMEO, SOON_MS)
        self.set(SNDTIMEO, SOON_MS)
        for name, value in options.items():
            self.set(globals()[name], value)

    def set(self, option, value):
        if isinstance(value, int):
            value = struct.pack("q" if option == MAXMSGSIZE else "i", value)
        self.library.check(self.c.zmq_setsockopt(self.handle, option, value, len(value)))

    def get(self, option, size=256):
        room, length = ctypes.create_string_buffer(size), ctypes.c_size_t(size)
        self.library.check(self.c.zmq_getsockopt(self.handle, option, room, ctypes.byref(length)))
        return room.raw[: length.value]

    def bind(self, endpoint="tcp://127.0.0.1:*"):
        """The port, over tcp."""
        self.library.check(self.c.zmq_bind(self.handle, endpoint.encode()))
        if not endpoint.startswith("tcp:"):
            return 0
        return int(self.get(LAST_ENDPOINT).rstrip(b"\0").rpartition(b":")[2] or 0)

    def connect(self, port):
        self.connect_to(f"tcp://127.0.0.1:{port}")

    def connect_to(self, endpoint):
        self.library.check(self.c.zmq_connect(self.handle, endpoint.encode()))

    def send(self, *parts):
        for i, part in enumerate(parts):
            self.library.check(self.c.zmq_send(self.handle, part, len(part), 2 if i + 1 < len(parts) else 0))

    def recv(self, timeout_ms=SOON_MS, properties=()):
        """A whole message: its parts, or None. With properties: a pair of the parts and those of the first part."""
        self.set(RCVTIMEO, timeout_ms)
        parts, found = [], []
        while True:
            message = ctypes.create_string_buffer(64)
            self.c.zmq_msg_init(message)
            if self.c.zmq_msg_recv(message, self.handle, 0) < 0:
                return None
            parts.append(ctypes.string_at(self.c.zmq_msg_data(message), self.c.zmq_msg_size(message)))
            if len(parts) == 1:
                found = [self.c.zmq_msg_gets(message, name.encode()) for name in properties]
            more = self.c.zmq_msg_more(message)
            self.c.zmq_msg_close(message)
            if not more:
                return (parts, found) if properties else parts

    def monitor(self):
        Socket.serial += 1
        name = f"inproc://monitor-{Socket.serial}".encode()
        self.library.check(self.c.zmq_socket_monitor(self.handle, name, 0xFFFF))
        events = self.library.socket(PAIR)
        self.library.check(self.c.zmq_connect(events.handle, name))
        return events

    def next_event(self, timeout_ms=QUIET_MS):
        """Of a monitor: the next event as text, or None."""
        message = self.recv(timeout_ms)
        if message is None:
            return None
        event, value = struct.unpack("=HI", message[0])
        name = EVENTS.get(event, hex(event))
        if name == "HANDSHAKE_FAILED_PROTOCOL":
            return f"{name} {value:#x}"
        # Other errnos depend on how a connection happens to break.
        is_same = name == "HANDSHAKE_FAILED_AUTH" or (name, value) == ("HANDSHAKE_FAILED_NO_DETAIL", errno.EFAULT)
        return f"{name} {value}" if is_same else name

    def close(self):
        self.library.sockets.remove(self)
        self.library.check(self.c.zmq_close(self.handle))
