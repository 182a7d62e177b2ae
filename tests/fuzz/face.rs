//! The C face for fuzzing tests: what C passes as pointers is passed as values, an errno comes back as an error.
//! A buffer has exactly its octets, behind and before a fence that is looked at.
// Each test uses its part.
#![allow(dead_code)]

use std::ffi::{CStr, c_int, c_void};
use std::ptr;

use zmq::capi::{context, message, security, socket, types::zmq_msg_t};
use zmq::errno::Errno;

/// On either side of a buffer.
const FENCE: [u8; 64] = [0xee; 64];

/// Octets for the library to write, and to leave alone what is around them.
struct Fenced(Vec<u8>);

impl Fenced {
    fn new(len: usize) -> Self {
        Self([&FENCE[..], &vec![0xee; len], &FENCE].concat())
    }

    fn as_mut_ptr(&mut self) -> *mut u8 {
        self.0[FENCE.len()..].as_mut_ptr()
    }

    /// The first octets of it, where the others are unwritten.
    fn written(&self, len: usize) -> Vec<u8> {
        let (before, rest) = self.0.split_at(FENCE.len());
        let (inside, behind) = rest.split_at(rest.len() - FENCE.len());
        assert_eq!((before, behind), (&FENCE[..], &FENCE[..]), "written beside the buffer");
        inside[..len].to_vec()
    }
}

fn answer(rc: c_int) -> Result<c_int, Errno> {
    if rc == -1 { Err(Errno::last()) } else { Ok(rc) }
}

/// A context or a socket as C has it.
#[derive(Clone, Copy)]
pub struct Handle(*mut c_void);

fn handle(pointer: *mut c_void) -> Result<Handle, Errno> {
    if pointer.is_null() { Err(Errno::last()) } else { Ok(Handle(pointer)) }
}

pub fn new_context() -> Handle {
    // SAFETY: it takes nothing.
    handle(unsafe { context::zmq_ctx_new() }).expect("room for a context")
}

impl Handle {
    pub fn term(self) -> Result<(), Errno> {
        // SAFETY: any handle is answered.
        answer(unsafe { context::zmq_ctx_term(self.0) }).map(drop)
    }

    pub fn ctx_set(self, option: i32, value: i32) -> Result<(), Errno> {
        // SAFETY: as above.
        answer(unsafe { context::zmq_ctx_set(self.0, option, value) }).map(drop)
    }

    pub fn ctx_get(self, option: i32) -> Result<i32, Errno> {
        Errno(0).store();
        // SAFETY: as above.
        match unsafe { context::zmq_ctx_get(self.0, option) } {
            // Also a value.
            -1 if Errno::last() != Errno(0) => Err(Errno::last()),
            value => Ok(value),
        }
    }

    pub fn socket(self, socket_type: i32) -> Result<Self, Errno> {
        // SAFETY: as above.
        handle(unsafe { socket::zmq_socket(self.0, socket_type) })
    }

    pub fn close(self) -> Result<(), Errno> {
        // SAFETY: as above.
        answer(unsafe { socket::zmq_close(self.0) }).map(drop)
    }

    /// `None` is NULL, with this length.
    pub fn set(self, option: i32, value: Option<&[u8]>, null_len: usize) -> Result<(), Errno> {
        let (value, len) = value.map_or((ptr::null(), null_len), |v| (v.as_ptr(), v.len()));
        // SAFETY: NULL, or a slice.
        answer(unsafe { socket::zmq_setsockopt(self.0, option, value.cast(), len) }).map(drop)
    }

    pub fn set_int(self, option: i32, value: i32) -> Result<(), Errno> {
        self.set(option, Some(&value.to_ne_bytes()), 0)
    }

    /// What is read into a buffer of that size.
    pub fn get(self, option: i32, size: usize) -> Result<Vec<u8>, Errno> {
        let mut buffer = Fenced::new(size);
        let mut len = size;
        let out = buffer.as_mut_ptr().cast();
        // SAFETY: a buffer of that size.
        let answer = answer(unsafe { socket::zmq_getsockopt(self.0, option, out, &raw mut len) });
        assert!(len <= size, "{len} octets in {size}");
        let written = buffer.written(len);
        answer.map(|_| written)
    }

    /// As [`get`](Self::get) without a buffer, or without a size.
    pub fn get_null(self, option: i32, size: Option<usize>) -> Result<i32, Errno> {
        let mut len = size.unwrap_or_default();
        let len = if size.is_some() { &raw mut len } else { ptr::null_mut() };
        let mut out = [0_u8; 8];
        let out = if size.is_some() { ptr::null_mut() } else { out.as_mut_ptr().cast() };
        // SAFETY: NULL is an error, whichever of the two it is.
        answer(unsafe { socket::zmq_getsockopt(self.0, option, out, len) })
    }

    pub fn bind(self, endpoint: &CStr) -> Result<(), Errno> {
        // SAFETY: a terminated string.
        answer(unsafe { socket::zmq_bind(self.0, endpoint.as_ptr()) }).map(drop)
    }

    pub fn connect(self, endpoint: &CStr) -> Result<(), Errno> {
        // SAFETY: as above.
        answer(unsafe { socket::zmq_connect(self.0, endpoint.as_ptr()) }).map(drop)
    }

    pub fn unbind(self, endpoint: &CStr) -> Result<(), Errno> {
        // SAFETY: as above.
        answer(unsafe { socket::zmq_unbind(self.0, endpoint.as_ptr()) }).map(drop)
    }

    pub fn disconnect(self, endpoint: &CStr) -> Result<(), Errno> {
        // SAFETY: as above.
        answer(unsafe { socket::zmq_disconnect(self.0, endpoint.as_ptr()) }).map(drop)
    }

    pub fn send(self, body: &[u8]) -> Result<i32, Errno> {
        // SAFETY: a slice.
        answer(unsafe { socket::zmq_send(self.0, body.as_ptr().cast(), body.len(), 0) })
    }

    /// What came, up to `size` octets.
    pub fn recv(self, size: usize) -> Result<Vec<u8>, Errno> {
        let mut buffer = Fenced::new(size);
        let out = buffer.as_mut_ptr().cast();
        // SAFETY: a buffer of that size.
        let len = answer(unsafe { socket::zmq_recv(self.0, out, size, 0) })? as usize;
        Ok(buffer.written(len.min(size)))
    }
}

/// A message of these octets, as C has it.
pub struct Message(zmq_msg_t);

impl Message {
    pub fn new(body: &[u8]) -> Self {
        let mut message = std::mem::MaybeUninit::<zmq_msg_t>::uninit();
        // SAFETY: the first call makes it, with that many octets.
        unsafe {
            assert_eq!(message::zmq_msg_init_size(message.as_mut_ptr(), body.len()), 0);
            let data = message::zmq_msg_data(message.as_mut_ptr());
            ptr::copy_nonoverlapping(body.as_ptr(), data.cast(), body.len());
            Self(message.assume_init())
        }
    }

    pub fn set(&mut self, property: i32, value: i32) -> Result<(), Errno> {
        // SAFETY: a message.
        answer(unsafe { message::zmq_msg_set(&raw mut self.0, property, value) }).map(drop)
    }

    pub fn get(&self, property: i32) -> Result<i32, Errno> {
        // SAFETY: a message.
        answer(unsafe { message::zmq_msg_get(&raw const self.0, property) })
    }

    pub fn gets(&self, property: &CStr) -> Result<Vec<u8>, Errno> {
        // SAFETY: a message and a terminated string; the answer is one too, and is copied at once.
        unsafe {
            let text = message::zmq_msg_gets(&raw const self.0, property.as_ptr());
            if text.is_null() {
                Err(Errno::last())
            } else {
                Ok(CStr::from_ptr(text).to_bytes().to_vec())
            }
        }
    }
}

impl Drop for Message {
    fn drop(&mut self) {
        // SAFETY: a message.
        let rc = unsafe { message::zmq_msg_close(&raw mut self.0) };
        assert_eq!(rc, 0);
    }
}

pub fn z85_encode(data: &[u8]) -> Result<Vec<u8>, Errno> {
    let len = data.len() * 5 / 4 + 1;
    let mut buffer = Fenced::new(len);
    let out = buffer.as_mut_ptr().cast();
    // SAFETY: a slice, and the room that the manual page asks for.
    let answer = unsafe { security::zmq_z85_encode(out, data.as_ptr(), data.len()) };
    if answer.is_null() {
        return Err(Errno::last());
    }
    let text =
        CStr::from_bytes_with_nul(&buffer.written(len)).expect("a string").to_bytes().to_vec();
    Ok(text)
}

pub fn z85_decode(text: &CStr) -> Result<Vec<u8>, Errno> {
    let len = text.to_bytes().len() * 4 / 5;
    let mut buffer = Fenced::new(len);
    // SAFETY: a terminated string, and the room that the manual page asks for.
    let answer = unsafe { security::zmq_z85_decode(buffer.as_mut_ptr(), text.as_ptr()) };
    let data = buffer.written(len);
    if answer.is_null() { Err(Errno::last()) } else { Ok(data) }
}
