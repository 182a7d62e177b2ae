//! The 64 bytes of `zmq_msg_t`: inline, shared or constant content.
//!
//! Invariants: a live message has one of the three `KIND_*` tags; `KIND_SHARED` owns one reference of
//! its [`Body`]; `metadata` is null or owns one reference of an `Arc`. No pointer points into the
//! message itself, so that it may be moved by `memcpy`.

mod body;

use std::ffi::c_void;
use std::mem::{ManuallyDrop, size_of};
use std::ptr::{self, NonNull};
use std::slice;
use std::sync::Arc;

use super::{FLAG_MORE, Metadata};

use body::Content;
pub use body::{Body, BodyBuf, FreeFn};

/// Bodies up to this size live in the message itself.
const INLINE: usize = 48;

const KIND_CLOSED: u8 = 0;
const KIND_INLINE: u8 = 0xA1;
const KIND_SHARED: u8 = 0xA2;
const KIND_CONSTANT: u8 = 0xA3;

#[derive(Clone, Copy)]
#[repr(C)]
struct Parts {
    data: NonNull<u8>,
    len: usize,
    content: Option<NonNull<Content>>,
}

#[repr(C)]
union Store {
    inline: [u8; INLINE],
    parts: Parts,
}

/// One message part; the memory of a `zmq_msg_t`.
#[repr(C)]
pub struct Message {
    store: Store,
    metadata: *const Metadata,
    routing_id: u32,
    size: u8,
    kind: u8,
    flags: u8,
    spare: u8,
}

const _: () =
    assert!(size_of::<Message>() == 64 && align_of::<Message>() == align_of::<*const u8>());

// SAFETY: content and metadata are Send; the rest is plain data.
unsafe impl Send for Message {}

impl Default for Message {
    fn default() -> Self {
        Self::new()
    }
}

impl Message {
    /// An empty part (zmq_msg_init(3)).
    #[inline]
    pub const fn new() -> Self {
        Self::build(Store { inline: [0; INLINE] }, KIND_INLINE, 0)
    }

    /// A part of `size` bytes to be filled (zmq_msg_init_size(3)); `None` without memory for it.
    pub fn with_size(size: usize) -> Option<Self> {
        if size <= INLINE {
            let mut message = Self::new();
            message.size = size as u8;
            return Some(message);
        }
        Body::allocate(size, size, None).map(Self::from_body)
    }

    /// A part with a copy of `data`; `None` without memory for it.
    pub fn copy_of(data: &[u8]) -> Option<Self> {
        let mut message = Self::with_size(data.len())?;
        message.data_mut().copy_from_slice(data);
        Some(message)
    }

    /// As [`Self::copy_of`], of two pieces in a row.
    pub fn copy_of_both(first: &[u8], rest: &[u8]) -> Option<Self> {
        let mut message = Self::with_size(first.len() + rest.len())?;
        let (start, end) = message.data_mut().split_at_mut(first.len());
        start.copy_from_slice(first);
        end.copy_from_slice(rest);
        Some(message)
    }

    /// A part with a copy of `data`; empty if there is no memory for it.
    #[inline]
    pub fn from_slice(data: &[u8]) -> Self {
        let mut message = Self::with_size(data.len()).unwrap_or_default();
        if message.len() == data.len() {
            message.data_mut().copy_from_slice(data);
        }
        message
    }

    /// A part that shares `body`.
    pub fn from_body(body: Body) -> Self {
        let body = ManuallyDrop::new(body);
        let parts = Parts { data: body.data, len: body.len, content: Some(body.content) };
        Self::build(Store { parts }, KIND_SHARED, 0)
    }

    const fn build(store: Store, kind: u8, size: u8) -> Self {
        Self { store, metadata: ptr::null(), routing_id: 0, size, kind, flags: 0, spare: 0 }
    }

    /// A part over the user's memory (zmq_msg_init_data(3)). Without `free` the data is constant.
    /// `None` without memory for the header.
    ///
    /// # Safety
    /// `data` must stay valid for `len` bytes until `free` is called, or for ever without one.
    pub unsafe fn from_user(
        data: *mut c_void,
        len: usize,
        free: Option<FreeFn>,
        hint: *mut c_void,
    ) -> Option<Self> {
        let data = data.cast::<u8>();
        match free {
            // SAFETY: the caller's contract.
            Some(free) => unsafe { Body::external(data, len, free, hint) }.map(Self::from_body),
            None => {
                let len = if data.is_null() { 0 } else { len };
                let data = NonNull::new(data).unwrap_or(NonNull::dangling());
                let parts = Parts { data, len, content: None };
                Some(Self::build(Store { parts }, KIND_CONSTANT, 0))
            }
        }
    }

    /// Whether the tag is that of a live message.
    #[inline]
    pub fn is_valid(&self) -> bool {
        matches!(self.kind, KIND_INLINE | KIND_SHARED | KIND_CONSTANT)
    }

    /// Releases the content and marks the memory as closed (zmq_msg_close(3)).
    pub fn close(&mut self) {
        drop(std::mem::take(self));
        self.kind = KIND_CLOSED;
    }

    fn parts(&self) -> Option<&Parts> {
        match self.kind {
            // SAFETY: these kinds keep `parts`; every bit pattern written there came from `Parts`.
            KIND_SHARED | KIND_CONSTANT => Some(unsafe { &self.store.parts }),
            _ => None,
        }
    }

    /// Size in bytes.
    #[inline]
    pub fn len(&self) -> usize {
        self.parts().map_or(self.size as usize, |p| p.len)
    }

    /// Whether the part has no byte.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The bytes.
    #[inline]
    pub fn data(&self) -> &[u8] {
        // SAFETY: `pointer` is valid for `len` bytes while the message is.
        unsafe { slice::from_raw_parts(self.pointer(), self.len()) }
    }

    /// Where the bytes are. The user may write through it, as zmq_msg_data(3) lets them.
    #[inline]
    pub fn pointer(&self) -> *const u8 {
        match self.parts() {
            Some(parts) => parts.data.as_ptr(),
            None => (&raw const self.store).cast(),
        }
    }

    fn data_mut(&mut self) -> &mut [u8] {
        // SAFETY: called on parts just made, whose bytes nobody else sees; u8 has no invalid values
        // and every caller overwrites all of them.
        unsafe { slice::from_raw_parts_mut(self.pointer().cast_mut(), self.len()) }
    }

    /// The body to share, for a part that has one.
    pub fn body(&self) -> Option<Body> {
        let parts = self.parts()?;
        let content = parts.content?;
        let mine = ManuallyDrop::new(Body { data: parts.data, len: parts.len, content });
        Some((*mine).clone())
    }

    /// Flag bits (`FLAG_*`).
    #[inline]
    pub fn flags(&self) -> u8 {
        self.flags
    }

    /// Replaces the flag bits.
    #[inline]
    pub fn set_flags(&mut self, flags: u8) {
        self.flags = flags;
    }

    /// Whether another part follows.
    #[inline]
    pub fn has_more(&self) -> bool {
        self.flags & FLAG_MORE != 0
    }

    /// Whether the bytes may be seen by another message (ZMQ_SHARED).
    pub fn is_shared(&self) -> bool {
        match self.parts() {
            Some(parts) => match parts.content {
                Some(content) => {
                    let b = ManuallyDrop::new(Body { data: parts.data, len: parts.len, content });
                    b.is_shared()
                }
                None => true,
            },
            None => false,
        }
    }

    /// Whether a copy of the bytes is as good: nobody else has them, and nothing else belongs to the message.
    #[inline]
    pub fn is_sole(&self) -> bool {
        if !self.metadata.is_null() || self.routing_id != 0 {
            return false;
        }
        match self.kind {
            KIND_INLINE => true,
            KIND_SHARED => !self.is_shared() && !self.may_call_user(),
            _ => false,
        }
    }

    /// Whether dropping this message may run a function of the user's.
    #[inline]
    pub fn has_free_function(&self) -> bool {
        self.kind == KIND_SHARED && self.may_call_user()
    }

    fn may_call_user(&self) -> bool {
        let content = self.parts().and_then(|parts| parts.content);
        // SAFETY: the content is alive while this message holds its reference.
        content.is_some_and(|content| unsafe { content.as_ref() }.free.is_some())
    }

    /// Routing id of a SERVER message (zmq_msg_routing_id(3)), 0 if none.
    pub fn routing_id(&self) -> u32 {
        self.routing_id
    }

    /// Sets the routing id of a SERVER message.
    pub fn set_routing_id(&mut self, id: u32) {
        self.routing_id = id;
    }

    /// Origin of the part, if it came from a connection.
    pub fn metadata(&self) -> Option<&Metadata> {
        // SAFETY: null, or an Arc's pointer of which this message owns a reference.
        unsafe { self.metadata.as_ref() }
    }

    /// Attaches the origin, or takes it away.
    #[inline]
    pub fn set_metadata(&mut self, metadata: Option<&Arc<Metadata>>) {
        let new = metadata.map_or(ptr::null(), |m| Arc::into_raw(Arc::clone(m)));
        let old = std::mem::replace(&mut self.metadata, new);
        if !old.is_null() {
            // SAFETY: came from Arc::into_raw above, and is given up here.
            drop(unsafe { Arc::from_raw(old) });
        }
    }
}

impl Clone for Message {
    /// zmq_msg_copy(3): content is shared, inline bytes are copied.
    fn clone(&self) -> Self {
        let mut copy = match self.parts() {
            Some(parts) => match self.body() {
                Some(body) => Self::from_body(body),
                None => Self::build(Store { parts: *parts }, self.kind, 0),
            },
            None => {
                // SAFETY: no parts means inline, whose bytes are all initialised.
                let inline = unsafe { self.store.inline };
                Self::build(Store { inline }, KIND_INLINE, self.size)
            }
        };
        copy.flags = self.flags;
        copy.routing_id = self.routing_id;
        if !self.metadata.is_null() {
            // SAFETY: the pointer owns a reference, so one more may be taken.
            unsafe { Arc::increment_strong_count(self.metadata) };
            copy.metadata = self.metadata;
        }
        copy
    }
}

impl Drop for Message {
    #[inline]
    fn drop(&mut self) {
        if self.kind == KIND_SHARED {
            // SAFETY: this kind keeps parts.
            let parts = unsafe { self.store.parts };
            if let Some(content) = parts.content {
                self.kind = KIND_CLOSED;
                drop(Body { data: parts.data, len: parts.len, content });
            }
        }
        if !self.metadata.is_null() {
            self.set_metadata(None);
        }
    }
}

#[cfg(test)]
mod tests;
