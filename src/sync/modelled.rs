//! The model checker's types in the shape of the real ones (builds with `--cfg loom` only).
//!
//! The checker takes sequentially consistent accesses for acquire and release. So that store-then-load
//! hand-overs can be checked, each such write is an exchange followed by a sequentially consistent fence
//! here, which is what x86 makes of it; loads are plain, so that a write which is too weak is found. (As a
//! plain store it would not be ordered with exchanges by another thread, which the checker then lets read
//! an older value.)
#![forbid(unsafe_code)]

use std::time::Duration;

use crate::errno::Result;
use crate::sys::lock;

pub use loom::sync::Arc as Joint;

/// There is always memory in a model.
pub fn try_joint<T>(value: T) -> Option<Joint<T>> {
    Some(Joint::new(value))
}

pub mod atomic {
    pub use loom::sync::atomic::fence;
    pub use std::sync::atomic::Ordering;

    fn after_write(order: Ordering) {
        if order == Ordering::SeqCst {
            fence(Ordering::SeqCst);
        }
    }

    macro_rules! atomic {
        ($name:ident, [$($generic:ident)?], $value:ty, $zero:expr) => {
            pub struct $name$(<$generic>)?(loom::sync::atomic::$name$(<$generic>)?);

            impl$(<$generic>)? Default for $name$(<$generic>)? {
                fn default() -> Self {
                    Self::new($zero)
                }
            }

            impl$(<$generic>)? $name$(<$generic>)? {
                #[track_caller]
                pub fn new(value: $value) -> Self {
                    Self(loom::sync::atomic::$name::new(value))
                }

                #[track_caller]
                pub fn load(&self, order: Ordering) -> $value {
                    self.0.load(order)
                }

                #[track_caller]
                pub fn store(&self, value: $value, order: Ordering) {
                    match order {
                        Ordering::SeqCst => drop(self.swap(value, order)),
                        _ => self.0.store(value, order),
                    }
                }

                #[track_caller]
                pub fn swap(&self, value: $value, order: Ordering) -> $value {
                    let old = self.0.swap(value, order);
                    after_write(order);
                    old
                }

                #[track_caller]
                pub fn compare_exchange(
                    &self,
                    current: $value,
                    new: $value,
                    success: Ordering,
                    failure: Ordering,
                ) -> Result<$value, $value> {
                    let result = self.0.compare_exchange(current, new, success, failure);
                    after_write(success);
                    result
                }
            }
        };
    }

    macro_rules! integer {
        ($name:ident, $value:ty, [$($operation:ident),*]) => {
            atomic!($name, [], $value, 0);

            impl $name {
                $(
                    #[track_caller]
                    pub fn $operation(&self, value: $value, order: Ordering) -> $value {
                        let old = self.0.$operation(value, order);
                        after_write(order);
                        old
                    }
                )*
            }
        };
    }

    atomic!(AtomicBool, [], bool, false);
    atomic!(AtomicPtr, [T], *mut T, std::ptr::null_mut());
    integer!(AtomicU8, u8, [fetch_or]);
    integer!(AtomicU32, u32, [fetch_or, fetch_and, fetch_add, fetch_sub]);
    integer!(AtomicU64, u64, []);
    integer!(AtomicUsize, usize, []);
    integer!(AtomicI32, i32, []);
}

/// `crate::sys::lock::Mutex`.
#[derive(Default)]
pub struct Mutex<T>(loom::sync::Mutex<T>);

impl<T> Mutex<T> {
    pub fn new(value: T) -> Self {
        Self(loom::sync::Mutex::new(value))
    }

    pub fn lock(&self) -> loom::sync::MutexGuard<'_, T> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// `std::sync::OnceLock`.
pub struct OnceLock<T> {
    is_set: atomic::AtomicBool,
    inner: std::sync::OnceLock<T>,
}

impl<T> Default for OnceLock<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> OnceLock<T> {
    pub fn new() -> Self {
        Self { is_set: atomic::AtomicBool::default(), inner: std::sync::OnceLock::new() }
    }

    pub fn get(&self) -> Option<&T> {
        if self.is_set.load(atomic::Ordering::Acquire) { self.inner.get() } else { None }
    }

    pub fn get_or_init(&self, make: impl FnOnce() -> T) -> &T {
        let value = self.inner.get_or_init(make);
        self.is_set.store(true, atomic::Ordering::Release);
        value
    }

    pub fn set(&self, value: T) -> std::result::Result<(), T> {
        self.inner.set(value)?;
        self.is_set.store(true, atomic::Ordering::Release);
        Ok(())
    }
}

/// A futex: the lock is the kernel's, which looks at the word again before it puts a thread to sleep.
pub struct Word {
    value: atomic::AtomicU32,
    /// How many sleep.
    lock: loom::sync::Mutex<usize>,
    changed: loom::sync::Condvar,
}

impl Default for Word {
    fn default() -> Self {
        Self {
            value: atomic::AtomicU32::default(),
            lock: loom::sync::Mutex::new(0),
            changed: loom::sync::Condvar::new(),
        }
    }
}

impl Word {
    /// Sleeps while the word is `expected`; there is no time in a model.
    pub fn wait(&self, expected: u32, _timeout: Option<Duration>) -> Result<()> {
        let Ok(mut sleepers) = self.lock.lock() else { return Ok(()) };
        atomic::fence(atomic::Ordering::SeqCst);
        if self.value.load(atomic::Ordering::SeqCst) == expected {
            *sleepers += 1;
            drop(self.changed.wait(sleepers));
        }
        Ok(())
    }

    pub fn wake(&self) {
        if let Ok(mut sleepers) = self.lock.lock() {
            *sleepers = 0;
            self.changed.notify_all();
        }
    }

    fn wake_one(&self) -> bool {
        let Ok(mut sleepers) = self.lock.lock() else { return false };
        let is_awaited = *sleepers > 0;
        if is_awaited {
            *sleepers -= 1;
            self.changed.notify_one();
        }
        is_awaited
    }
}

impl std::ops::Deref for Word {
    type Target = atomic::AtomicU32;

    fn deref(&self) -> &atomic::AtomicU32 {
        &self.value
    }
}

impl lock::Word for Word {
    fn replace(&self, old: u32, new: u32, order: atomic::Ordering) -> bool {
        self.value.compare_exchange(old, new, order, atomic::Ordering::Relaxed).is_ok()
    }

    fn peek(&self) -> u32 {
        self.value.load(atomic::Ordering::Relaxed)
    }

    fn sleep(&self, expected: u32, timeout: Option<Duration>) {
        let _ = self.wait(expected, timeout);
    }

    fn wake(&self) -> bool {
        self.wake_one()
    }
}
