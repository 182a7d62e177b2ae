"""X25519 and XSalsa20-Poly1305 of libsodium, through ctypes."""

import ctypes

C = ctypes.CDLL("libsodium.so.23")


def public(secret):
    out = ctypes.create_string_buffer(32)
    assert C.crypto_scalarmult_base(out, secret) == 0
    return out.raw


def box(plain, nonce, theirs, own):
    out = ctypes.create_string_buffer(len(plain) + 16)
    assert len(nonce) == 24
    assert C.crypto_box_easy(out, plain, ctypes.c_ulonglong(len(plain)), nonce, theirs, own) == 0
    return out.raw


def open_box(sealed, nonce, theirs, own):
    """What is in the box, or None."""
    out = ctypes.create_string_buffer(max(len(sealed) - 16, 1))
    assert len(nonce) == 24
    is_wrong = C.crypto_box_open_easy(out, sealed, ctypes.c_ulonglong(len(sealed)), nonce, theirs, own)
    return None if is_wrong else out.raw[: len(sealed) - 16]


def secretbox(plain, nonce, key):
    out = ctypes.create_string_buffer(len(plain) + 16)
    assert len(nonce) == 24
    assert C.crypto_secretbox_easy(out, plain, ctypes.c_ulonglong(len(plain)), nonce, key) == 0
    return out.raw
