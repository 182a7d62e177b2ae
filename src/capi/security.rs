//! Z85 (RFC 32) and CURVE keys.

use std::ffi::{c_char, c_int};

use zeroize::Zeroizing;

use super::entry::{bytes_from_c, entry};
use crate::crypto::{KEY_LEN, KeyPair, SecretKey};
use crate::errno::{Errno, Result};
use crate::z85;

/// Encodes `size` bytes as Z85 text into `dest`, or NULL (zmq_z85_encode(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_z85_encode(
    dest: *mut c_char,
    data: *const u8,
    size: usize,
) -> *mut c_char {
    entry(|| {
        let data = match size {
            0 => &[],
            _ if data.is_null() => return Err(Errno::EINVAL),
            // SAFETY: not NULL, so the caller passes that many bytes.
            _ => unsafe { std::slice::from_raw_parts(data, size) },
        };
        let mut text = z85::encode(data).ok_or(Errno::EINVAL)?;
        text.push('\0');
        // SAFETY: the caller's buffer holds size * 5 / 4 + 1 bytes, which is the text with its NUL.
        unsafe { fill(dest.cast::<u8>(), text.as_bytes()) }?;
        Ok(dest)
    })
}

/// Decodes Z85 text into `dest`, or NULL (zmq_z85_decode(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_z85_decode(dest: *mut u8, string: *const c_char) -> *mut u8 {
    entry(|| {
        // SAFETY: the caller passes NULL or a terminated string; it is read before the call ends.
        let text = unsafe { bytes_from_c(string) }?;
        let data = z85::decode_bytes(text).ok_or(Errno::EINVAL)?;
        // SAFETY: the caller's buffer holds strlen(string) * 4 / 5 bytes, which is the data.
        unsafe { fill(dest, &data) }?;
        Ok(dest)
    })
}

/// Copies into the caller's buffer; NULL is EINVAL.
///
/// # Safety
///
/// `dest` is NULL or has room for `bytes`.
unsafe fn fill(dest: *mut u8, bytes: &[u8]) -> Result<()> {
    if dest.is_null() {
        return Err(Errno::EINVAL);
    }
    // SAFETY: there is room by the caller's guarantee; `bytes` is new, so the two do not overlap.
    unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), dest, bytes.len()) };
    Ok(())
}

/// Makes a pair of CURVE keys as Z85 text of 41 bytes each (zmq_curve_keypair(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_curve_keypair(
    z85_public_key: *mut c_char,
    z85_secret_key: *mut c_char,
) -> c_int {
    entry(|| {
        if z85_public_key.is_null() || z85_secret_key.is_null() {
            return Err(Errno::EINVAL);
        }
        let pair = KeyPair::generate()?;
        // SAFETY: the caller's buffers hold 41 bytes each.
        unsafe { fill_key(z85_public_key, &pair.public) }?;
        // SAFETY: as above.
        unsafe { fill_key(z85_secret_key, pair.secret.as_bytes()) }?;
        Ok(0)
    })
}

/// Derives the public CURVE key from the secret one (zmq_curve_public(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_curve_public(
    z85_public_key: *mut c_char,
    z85_secret_key: *const c_char,
) -> c_int {
    entry(|| {
        // SAFETY: the caller passes NULL or a terminated string; it is read before the call ends.
        let text = unsafe { bytes_from_c(z85_secret_key) }?;
        let secret = z85::decode_array(text).map(SecretKey::from_bytes).ok_or(Errno::EINVAL)?;
        // SAFETY: the caller's buffer holds 41 bytes.
        unsafe { fill_key(z85_public_key, &secret.public()) }?;
        Ok(0)
    })
}

/// Writes a key as text with its NUL; NULL is EINVAL.
///
/// # Safety
///
/// `dest` is NULL or has room for 41 bytes.
unsafe fn fill_key(dest: *mut c_char, key: &[u8; KEY_LEN]) -> Result<()> {
    let mut text = Zeroizing::new(z85::encode(key).ok_or(Errno::EINVAL)?);
    text.push('\0');
    // SAFETY: 32 bytes make 40 characters and a NUL.
    unsafe { fill(dest.cast::<u8>(), text.as_bytes()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::CStr;

    #[test]
    fn z85_writes_text_with_its_nul_and_data_without() {
        let data = *b"\x86\x4f\xd2\x6f\xb5\x59\xf7\x5b";
        let mut text = [b'x'; 12];
        let mut back = [b'x'; 9];
        let dest = text.as_mut_ptr().cast::<c_char>();
        // SAFETY: 8 bytes make 10 characters and a NUL, and back; the buffers are longer by one.
        unsafe {
            assert_eq!(zmq_z85_encode(dest, data.as_ptr(), data.len()), dest);
            assert_eq!(CStr::from_ptr(dest), c"HelloWorld");
            assert_eq!(zmq_z85_decode(back.as_mut_ptr(), dest), back.as_mut_ptr());
        }
        assert_eq!((back[..8] == data, back[8]), (true, b'x'));
        assert_eq!(text[11], b'x');
    }

    #[test]
    fn what_is_no_z85_is_einval_and_writes_nothing() {
        let mut dest = [b'x'; 8];
        let write = dest.as_mut_ptr();
        for text in [c"", c"abc", c"Hell\x01", c"#####"] {
            // SAFETY: a literal, and a buffer that is long enough.
            assert!(unsafe { zmq_z85_decode(write, text.as_ptr()) }.is_null());
            assert_eq!(Errno::last(), Errno::EINVAL);
        }
        // SAFETY: three bytes are not encoded; NULL is refused.
        unsafe {
            assert!(zmq_z85_encode(write.cast(), b"abc".as_ptr(), 3).is_null());
            assert!(zmq_z85_encode(write.cast(), std::ptr::null(), 4).is_null());
            assert!(zmq_z85_encode(std::ptr::null_mut(), b"abcd".as_ptr(), 4).is_null());
        }
        assert_eq!(dest, [b'x'; 8]);
    }

    #[test]
    fn keys_are_text_of_forty_characters() {
        let mut keys = [[0_u8; 41]; 3];
        let [public, secret, again] = &mut keys;
        let secret = secret.as_mut_ptr().cast::<c_char>();
        // SAFETY: buffers of 41 bytes each.
        unsafe {
            assert_eq!(zmq_curve_keypair(public.as_mut_ptr().cast(), secret), 0);
            assert_eq!(zmq_curve_public(again.as_mut_ptr().cast(), secret), 0);
            assert_eq!((CStr::from_ptr(secret).count_bytes(), &public[..]), (40, &again[..]));
            assert_eq!(zmq_curve_public(again.as_mut_ptr().cast(), c"HelloWorld".as_ptr()), -1);
            assert_eq!(Errno::last(), Errno::EINVAL);
            assert_eq!(zmq_curve_keypair(std::ptr::null_mut(), secret), -1);
            assert_eq!(zmq_curve_public(again.as_mut_ptr().cast(), std::ptr::null()), -1);
        }
        assert_eq!(&keys[0], &keys[2]);
    }
}
