//! Messages: one part each, in the application's 64 bytes.

use std::ffi::{c_char, c_int, c_void};

use super::constants::{ZMQ_MORE, ZMQ_SHARED, ZMQ_SRCFD};
use super::entry::{bytes_from_c, entry};
use super::large;
use super::socket::handle;
use super::types::zmq_msg_t;
use crate::errno::{Errno, Result};
use crate::message::Message;
use crate::socket::LARGE;

/// A live message of the application's, or EFAULT.
///
/// # Safety
///
/// `msg` is NULL or points to a `zmq_msg_t` that nobody else uses during `'a`.
#[inline]
pub(super) unsafe fn live<'a>(msg: *mut zmq_msg_t) -> Result<&'a mut Message> {
    // SAFETY: a zmq_msg_t has the size and alignment of a Message, all of whose bit patterns are valid
    // as long as the tag says that it is not live.
    let message = unsafe { msg.cast::<Message>().as_mut() };
    message.filter(|message| message.is_valid()).ok_or(Errno::EFAULT)
}

/// As [`live`], to look at.
///
/// # Safety
///
/// As for [`live`], but others may look at it too.
#[inline]
unsafe fn seen<'a>(msg: *const zmq_msg_t) -> Result<&'a Message> {
    // SAFETY: as in `live`.
    let message = unsafe { msg.cast::<Message>().as_ref() };
    message.filter(|message| message.is_valid()).ok_or(Errno::EFAULT)
}

/// Puts a message into memory of the application's, whatever is there.
///
/// # Safety
///
/// `msg` is NULL or points to the memory of a `zmq_msg_t`.
#[inline]
pub(super) unsafe fn place(msg: *mut zmq_msg_t, message: Option<Message>) -> Result<()> {
    if msg.is_null() {
        return Err(Errno::EFAULT);
    }
    let message = message.ok_or(Errno::ENOMEM)?;
    // SAFETY: not NULL, so the caller guarantees room for a zmq_msg_t, which is that of a Message.
    unsafe { msg.cast::<Message>().write(message) };
    Ok(())
}

/// Makes an empty message (zmq_msg_init(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_msg_init(msg: *mut zmq_msg_t) -> c_int {
    // SAFETY: by the manual page the memory of a message.
    entry(|| unsafe { place(msg, Some(Message::new())) })
}

/// Makes a message of `size` bytes with undefined content (zmq_msg_init_size(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_msg_init_size(msg: *mut zmq_msg_t, size: usize) -> c_int {
    // SAFETY: by the manual page the memory of a message.
    entry(|| unsafe { place(msg, Message::with_size(size)) })
}

/// Makes a message around a buffer of the application's; `ffn` frees it, on any thread
/// (zmq_msg_init_data(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_msg_init_data(
    msg: *mut zmq_msg_t,
    data: *mut c_void,
    size: usize,
    ffn: Option<unsafe extern "C" fn(data: *mut c_void, hint: *mut c_void)>,
    hint: *mut c_void,
) -> c_int {
    entry(|| {
        // SAFETY: by the manual page `size` bytes that stay until `ffn` is called.
        let message = unsafe { Message::from_user(data, size, ffn, hint) };
        // SAFETY: by the manual page the memory of a message.
        unsafe { place(msg, message) }
    })
}

/// Sends a message, which is empty afterwards; its size in bytes (zmq_msg_send(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_msg_send(
    msg: *mut zmq_msg_t,
    socket: *mut c_void,
    flags: c_int,
) -> c_int {
    entry(|| {
        // SAFETY: by the manual page a message of the caller's.
        let message = unsafe { live(msg) }?;
        let len = message.len();
        if len >= LARGE {
            large::send_message(handle(socket), message, flags)?;
        } else {
            handle(socket).send_message(message, flags)?;
        }
        drop(std::mem::take(message));
        Ok(len)
    })
}

/// Receives into a message, whose old content is freed; its size in bytes (zmq_msg_recv(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_msg_recv(
    msg: *mut zmq_msg_t,
    socket: *mut c_void,
    flags: c_int,
) -> c_int {
    entry(|| {
        // SAFETY: by the manual page a message of the caller's.
        let message = unsafe { live(msg) }?;
        handle(socket).recv_message(message, flags)
    })
}

/// Frees the content of a message (zmq_msg_close(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_msg_close(msg: *mut zmq_msg_t) -> c_int {
    entry(|| {
        // SAFETY: by the manual page a message of the caller's.
        unsafe { live(msg) }?.close();
        Ok(())
    })
}

/// Moves the content; the source is empty afterwards (zmq_msg_move(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_msg_move(dest: *mut zmq_msg_t, src: *mut zmq_msg_t) -> c_int {
    entry(|| {
        // SAFETY: by the manual page a message of the caller's.
        let content = std::mem::take(unsafe { live(src) }?);
        // SAFETY: by the manual page a message of the caller's.
        match unsafe { live(dest) } {
            Ok(dest) => *dest = content,
            Err(error) => {
                // SAFETY: as above; it was live a moment ago.
                unsafe { place(src, Some(content)) }?;
                return Err(error);
            }
        }
        Ok(())
    })
}

/// Copies the content, or shares it if it is large (zmq_msg_copy(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_msg_copy(dest: *mut zmq_msg_t, src: *mut zmq_msg_t) -> c_int {
    entry(|| {
        // SAFETY: by the manual page a message of the caller's.
        let copy = unsafe { seen(src) }?.clone();
        // SAFETY: by the manual page a message of the caller's.
        *unsafe { live(dest) }? = copy;
        Ok(())
    })
}

/// The content of a message (zmq_msg_data(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_msg_data(msg: *mut zmq_msg_t) -> *mut c_void {
    entry(|| {
        // SAFETY: by the manual page a message of the caller's.
        Ok(unsafe { live(msg) }?.pointer().cast_mut().cast::<c_void>())
    })
}

/// The size of the content in bytes (zmq_msg_size(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_msg_size(msg: *const zmq_msg_t) -> usize {
    entry(|| {
        // SAFETY: by the manual page a message of the caller's.
        Ok(unsafe { seen(msg) }?.len())
    })
}

/// Whether more parts of the same message follow (zmq_msg_more(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_msg_more(msg: *const zmq_msg_t) -> c_int {
    entry(|| {
        // SAFETY: by the manual page a message of the caller's; nothing follows what is none.
        Ok(unsafe { seen(msg) }.is_ok_and(Message::has_more))
    })
}

/// Reads a property of a message (zmq_msg_get(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_msg_get(msg: *const zmq_msg_t, property: c_int) -> c_int {
    entry(|| {
        // SAFETY: by the manual page a message of the caller's.
        let message = unsafe { seen(msg) }?;
        match property {
            ZMQ_MORE => Ok(c_int::from(message.has_more())),
            ZMQ_SRCFD => {
                let fd = message.metadata().map(|metadata| metadata.fd).filter(|fd| *fd >= 0);
                fd.ok_or(Errno::EINVAL)
            }
            ZMQ_SHARED => Ok(c_int::from(message.is_shared())),
            _ => Err(Errno::EINVAL),
        }
    })
}

/// Sets a property of a message (zmq_msg_set(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_msg_set(msg: *mut zmq_msg_t, property: c_int, optval: c_int) -> c_int {
    entry(|| {
        // SAFETY: by the manual page a message of the caller's.
        unsafe { live(msg) }?;
        let _ = (property, optval);
        // No property can be set.
        Err::<(), _>(Errno::EINVAL)
    })
}

/// Reads a text property, owned by the message (zmq_msg_gets(3)).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn zmq_msg_gets(
    msg: *const zmq_msg_t,
    property: *const c_char,
) -> *const c_char {
    entry(|| {
        // SAFETY: by the manual page a message of the caller's.
        let message = unsafe { seen(msg) }?;
        // SAFETY: by the manual page a string of the caller's, or NULL.
        let name = std::str::from_utf8(unsafe { bytes_from_c(property) }?);
        let value = message.metadata().zip(name.ok()).and_then(|(m, name)| m.get(name));
        value.map(|value| value.as_ptr()).ok_or(Errno::EINVAL)
    })
}
