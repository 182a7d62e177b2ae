#!/usr/bin/env python3
"""A whole CURVE conversation, octet by octet, as RFC 26 has it, computed by libsodium alone: writes curve.txt beside it.

src/mechanism/curve/transcript.rs checks that both ends say exactly this. Every secret is a run of one octet, in the order in which
the ends draw random numbers; each line of the file is a name and the body of a frame."""

import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent / "capi-tests" / "raw"))
sys.dont_write_bytecode = True

from sodium import box, public, secretbox  # noqa: E402

C, C_, S, S_ = b"\2" * 32, b"\xc1" * 32, b"\1" * 32, b"\xc2" * 32
COOKIE_KEY, COOKIE_NONCE, WELCOME_NONCE, VOUCH_NONCE = b"\xc3" * 32, b"\xc4" * 16, b"\xc5" * 16, b"\xc6" * 16


def count(n):
    return n.to_bytes(8, "big")


def metadata(*properties):
    return b"".join(bytes([len(name)]) + name + len(value).to_bytes(4, "big") + value for name, value in properties)


def message(who, n, flags, body):
    sealed = box(bytes([flags]) + body, b"CurveZMQMESSAGE" + who + count(n), *((public(S_), C_) if who == b"C" else (public(C_), S_)))
    return b"\7MESSAGE" + count(n) + sealed


def conversation():
    signature = box(bytes(64), b"CurveZMQHELLO---" + count(1), public(S), C_)
    yield "HELLO", b"\5HELLO\1\0" + bytes(72) + public(C_) + count(1) + signature
    cookie = COOKIE_NONCE + secretbox(public(C_) + S_, b"COOKIE--" + COOKIE_NONCE, COOKIE_KEY)
    welcome = box(public(S_) + cookie, b"WELCOME-" + WELCOME_NONCE, public(C_), S)
    yield "WELCOME", b"\7WELCOME" + WELCOME_NONCE + welcome
    vouch = VOUCH_NONCE + box(public(C_) + public(S), b"VOUCH---" + VOUCH_NONCE, public(S_), C)
    own = metadata((b"Socket-Type", b"DEALER"), (b"Identity", b"me"), (b"X-a", b"b"))
    initiate = box(public(C) + vouch + own, b"CurveZMQINITIATE" + count(2), public(S_), C_)
    yield "INITIATE", b"\x08INITIATE" + cookie + count(2) + initiate
    theirs = metadata((b"Socket-Type", b"ROUTER"), (b"Identity", b""), (b"X-a", b"b"))
    yield "READY", b"\5READY" + count(1) + box(theirs, b"CurveZMQREADY---" + count(1), public(C_), S_)
    # The flags are MORE (1) and COMMAND (2).
    yield "C", message(b"C", 3, 1, b"hello")
    yield "C", message(b"C", 4, 0, b"")
    yield "C", message(b"C", 5, 0, bytes(i * 7 % 256 for i in range(300)))
    yield "S", message(b"S", 2, 2, b"\4PING\0\0ctx")
    yield "S", message(b"S", 3, 0, b"world")


if __name__ == "__main__":
    lines = [f"{name} {body.hex()}\n" for name, body in conversation()]
    pathlib.Path(__file__).with_suffix(".txt").write_text("".join(lines))
