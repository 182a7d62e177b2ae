//! Content outside of the message: bytes with a count of those who hold them.
//!
//! Invariants: the bytes are written only while one holds them; whoever lets go last gives them back, or
//! has the user's free function do so.

use std::ffi::c_void;
use std::mem::{MaybeUninit, size_of};
use std::ptr::{self, NonNull};
use std::slice;
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering, fence};

use crate::sys::blocks;

/// A free function of the user (zmq_msg_init_data(3)): called exactly once, with no lock held.
pub type FreeFn = unsafe extern "C" fn(data: *mut c_void, hint: *mut c_void);

/// Header of shared content; owned bytes follow it in the same allocation.
#[repr(C, align(16))]
pub(super) struct Content {
    references: AtomicUsize,
    /// The user's free function, its data and its hint; `None` for bytes of our own.
    pub(super) free: Option<(FreeFn, *mut c_void, *mut c_void)>,
    capacity: usize,
    /// Where the bytes are while they are lent; null once they are our own.
    lender: AtomicPtr<u8>,
}

impl Content {
    /// Size of the whole allocation.
    fn size(capacity: usize) -> Option<usize> {
        size_of::<Self>().checked_add(capacity)
    }
}

/// Reference-counted bytes.
pub struct Body {
    pub(super) data: NonNull<u8>,
    pub(super) len: usize,
    pub(super) content: NonNull<Content>,
}

// SAFETY: the count is atomic and the bytes are only written while there is one reference.
unsafe impl Send for Body {}
// SAFETY: as above; shared access only reads.
unsafe impl Sync for Body {}

impl Body {
    pub(super) fn allocate(
        len: usize,
        capacity: usize,
        free: Option<(FreeFn, *mut c_void, *mut c_void)>,
    ) -> Option<Self> {
        let content = blocks::allocate(Content::size(capacity)?)?.cast::<Content>();
        // SAFETY: freshly allocated with the header's size and alignment.
        unsafe {
            content.write(Content {
                references: AtomicUsize::new(1),
                free,
                capacity,
                lender: AtomicPtr::new(ptr::null_mut()),
            });
        }
        // SAFETY: one past the header is inside the allocation, or its end.
        let data = unsafe { content.add(1) }.cast::<u8>();
        Some(Self { data, len, content })
    }

    /// The user's `len` bytes at `data`, given back through `free(data, hint)`.
    ///
    /// # Safety
    /// `data` must be valid for reads and writes of `len` bytes until `free` is called.
    pub(super) unsafe fn external(
        data: *mut u8,
        len: usize,
        free: FreeFn,
        hint: *mut c_void,
    ) -> Option<Self> {
        let mut body = Self::allocate(len, 0, Some((free, data.cast(), hint)))?;
        body.data = NonNull::new(data).unwrap_or(NonNull::dangling());
        body.len = if data.is_null() { 0 } else { len };
        Some(body)
    }

    /// A body of bytes that stay where they are, with room for them; `None` without memory for that.
    ///
    /// # Safety
    /// `bytes` stay as they are until [`Self::take_back`], or until this is the only reference and dropped. No
    /// [`Message`](super::Message) that somebody reads is made of it.
    pub unsafe fn lend(bytes: &[u8]) -> Option<Self> {
        let body = Self::allocate(bytes.len(), bytes.len(), None)?;
        body.content().lender.store(bytes.as_ptr().cast_mut(), Ordering::Relaxed);
        Some(body)
    }

    /// Gives lent bytes back to their owner: whoever still has the body gets a copy.
    ///
    /// # Safety
    /// Nobody reads the body meanwhile, and all see what the caller does here before they do again.
    pub unsafe fn take_back(&self) {
        let lender = self.content().lender.load(Ordering::Relaxed);
        if lender.is_null() {
            return;
        }
        if self.is_shared() {
            // SAFETY: there was room made for as many bytes as were lent, and nobody looks at it so far.
            unsafe { ptr::copy_nonoverlapping(lender, self.data.as_ptr(), self.len) };
        }
        self.content().lender.store(ptr::null_mut(), Ordering::Relaxed);
    }

    /// The bytes.
    pub fn as_slice(&self) -> &[u8] {
        let lender = self.content().lender.load(Ordering::Relaxed);
        let data = if lender.is_null() { self.data.as_ptr() } else { lender };
        // SAFETY: valid for `len` bytes while a reference is held, or as long as they are lent.
        unsafe { slice::from_raw_parts(data, self.len) }
    }

    /// Whether dropping the body may run a function of the user's.
    pub fn has_free_function(&self) -> bool {
        self.content().free.is_some()
    }

    /// Number of bytes.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no byte.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    fn content(&self) -> &Content {
        // SAFETY: alive while this reference is.
        unsafe { self.content.as_ref() }
    }

    /// Whether others have it too. If not, they are done with it.
    pub fn is_shared(&self) -> bool {
        self.content().references.load(Ordering::Acquire) > 1
    }
}

impl Clone for Body {
    fn clone(&self) -> Self {
        self.content().references.fetch_add(1, Ordering::Relaxed);
        Self { data: self.data, len: self.len, content: self.content }
    }
}

impl Drop for Body {
    fn drop(&mut self) {
        if self.content().references.fetch_sub(1, Ordering::Release) != 1 {
            return;
        }
        fence(Ordering::Acquire);
        let free = self.content().free;
        if let Some(size) = Content::size(self.content().capacity) {
            // SAFETY: the last reference; allocated with this very size.
            unsafe { blocks::release(self.content.cast(), size) };
        }
        if let Some((free, data, hint)) = free {
            // SAFETY: zmq_msg_init_data's contract: callable once, from any thread.
            unsafe { free(data, hint) };
        }
    }
}

/// A body that is being filled: its bytes become readable once all are there.
pub struct BodyBuf {
    body: Body,
    filled: usize,
}

impl BodyBuf {
    /// Room for `len` bytes; `None` if there is no memory for it.
    pub fn new(len: usize) -> Option<Self> {
        Body::allocate(len, len, None).map(|body| Self { body, filled: 0 })
    }

    /// The part not yet filled.
    pub fn spare(&mut self) -> &mut [MaybeUninit<u8>] {
        // SAFETY: the body is ours alone and has room for `len` bytes from `data`.
        unsafe {
            slice::from_raw_parts_mut(
                self.body.data.as_ptr().add(self.filled).cast(),
                self.body.len - self.filled,
            )
        }
    }

    /// Appends as much of `bytes` as there is room for; answers how much.
    pub fn put(&mut self, bytes: &[u8]) -> usize {
        let spare = self.spare();
        let n = bytes.len().min(spare.len());
        for (to, from) in spare.iter_mut().zip(bytes) {
            to.write(*from);
        }
        self.filled += n;
        n
    }

    /// Number of bytes not yet filled.
    pub fn spare_len(&self) -> usize {
        self.body.len - self.filled
    }

    /// Lets `read` fill the front of the spare part; what it answers are the bytes that it wrote
    /// there. Answers their number.
    pub fn fill<E>(
        &mut self,
        read: impl for<'a> FnOnce(&'a mut [MaybeUninit<u8>]) -> Result<&'a mut [u8], E>,
    ) -> Result<usize, E> {
        let spare = self.spare();
        let front = spare.as_ptr().cast::<u8>();
        let filled = read(spare)?;
        let n = filled.len();
        if filled.as_ptr() == front {
            self.filled += n;
        }
        Ok(n)
    }

    /// Whether every byte is there.
    pub fn is_full(&self) -> bool {
        self.filled == self.body.len
    }

    /// The bytes, if every one is there.
    pub fn bytes_mut(&mut self) -> Option<&mut [u8]> {
        // SAFETY: the body is ours alone, and `len` bytes from `data` are written.
        self.is_full()
            .then(|| unsafe { slice::from_raw_parts_mut(self.body.data.as_ptr(), self.body.len) })
    }

    /// The body without its first `n` bytes, if it is full.
    pub fn finish_from(self, n: usize) -> Option<Body> {
        let mut body = self.finish()?;
        let n = n.min(body.len);
        // SAFETY: inside the allocation, or its end.
        body.data = unsafe { body.data.add(n) };
        body.len -= n;
        Some(body)
    }

    /// The body, if it is full.
    pub fn finish(self) -> Option<Body> {
        self.is_full().then_some(self.body)
    }
}
