//! Z85 (RFC 32) and CURVE keys.

use std::ffi::{c_char, c_int};

use super::entry::not_yet;

/// Encodes `size` bytes as Z85 text into `dest`, or NULL (zmq_z85_encode(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_z85_encode(
    dest: *mut c_char,
    data: *const u8,
    size: usize,
) -> *mut c_char {
    not_yet!(dest, data, size)
}

/// Decodes Z85 text into `dest`, or NULL (zmq_z85_decode(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_z85_decode(dest: *mut u8, string: *const c_char) -> *mut u8 {
    not_yet!(dest, string)
}

/// Makes a pair of CURVE keys as Z85 text of 41 bytes each (zmq_curve_keypair(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_curve_keypair(
    z85_public_key: *mut c_char,
    z85_secret_key: *mut c_char,
) -> c_int {
    not_yet!(z85_public_key, z85_secret_key)
}

/// Derives the public CURVE key from the secret one (zmq_curve_public(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_curve_public(
    z85_public_key: *mut c_char,
    z85_secret_key: *const c_char,
) -> c_int {
    not_yet!(z85_public_key, z85_secret_key)
}
