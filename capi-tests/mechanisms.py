"""Which security mechanisms a library has, asked in a process of its own."""

import ctypes
import pathlib
import subprocess
import sys

PAIR, PLAIN_SERVER = 0, 44


def missing(library):
    """Those of curve, plain and gssapi that it does not have."""
    done = subprocess.run([sys.executable, __file__, str(pathlib.Path(library).resolve())], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{library}: {done.stderr}")
    return {"curve", "plain", "gssapi"} - set(done.stdout.split())


def offers_plain(zmq):
    """zmq_has has no word for it; a library without PLAIN refuses the option that makes a server of it."""
    zmq.zmq_ctx_new.restype = zmq.zmq_socket.restype = ctypes.c_void_p
    zmq.zmq_socket.argtypes = [ctypes.c_void_p, ctypes.c_int]
    zmq.zmq_setsockopt.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t]
    zmq.zmq_close.argtypes = zmq.zmq_ctx_term.argtypes = [ctypes.c_void_p]
    context = zmq.zmq_ctx_new()
    socket = zmq.zmq_socket(context, PAIR)
    on = ctypes.c_int(1)
    is_set = zmq.zmq_setsockopt(socket, PLAIN_SERVER, ctypes.byref(on), ctypes.sizeof(on)) == 0
    zmq.zmq_close(socket)
    zmq.zmq_ctx_term(context)
    return is_set


if __name__ == "__main__":
    LIBRARY = ctypes.CDLL(sys.argv[1])
    if LIBRARY.zmq_has(b"curve"):
        print("curve")
    if LIBRARY.zmq_has(b"gssapi"):
        print("gssapi")
    if offers_plain(LIBRARY):
        print("plain")
