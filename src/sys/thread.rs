//! Threads of the library: every signal blocked before the first instruction, a name, and the scheduling that the context
//! asks for (zmq_ctx_set(3)).
//!
//! Scheduling is a wish: what the process may not have (EPERM, an offline CPU) is left as it was.

use std::cell::Cell;
use std::mem::{MaybeUninit, size_of};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use super::answer::Answer;
use super::{futex, magazines};
use crate::errno::{Errno, Result};

/// Scheduling of a context's threads; the default asks for nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attributes {
    /// ZMQ_THREAD_SCHED_POLICY: `SCHED_*`.
    pub sched_policy: Option<i32>,
    /// ZMQ_THREAD_PRIORITY: of a real-time policy; otherwise a positive one means the best nice value.
    pub priority: Option<i32>,
    /// ZMQ_THREAD_AFFINITY_CPU_ADD: CPUs to run on; empty means any.
    pub affinity: Vec<usize>,
}

/// Starts a thread named `name` (cut to 15 bytes) that has every signal blocked. Errors: EAGAIN.
pub fn spawn<F>(name: &str, attributes: &Attributes, body: F) -> Result<JoinHandle<()>>
where
    F: FnOnce() + Send + 'static,
{
    let attributes = attributes.clone();
    let name: String = name.chars().filter(|c| *c != '\0').collect();
    let kept = block_all_signals();
    let handle = std::thread::Builder::new().name(name).spawn(move || {
        attributes.apply();
        prepare();
        body();
    });
    restore_signals(&kept);
    handle.map_err(Errno::from)
}

/// Has ready what the calling thread needs memory for once, and could not be refused later: its list of free blocks.
pub fn prepare() {
    thread_local! { static IS_PREPARED: Cell<bool> = const { Cell::new(false) }; }
    if !IS_PREPARED.replace(true) {
        magazines::prepare();
    }
}

/// As [`spawn`], and waits until the thread has begun: that takes memory, without which the C library ends the process, while
/// the caller knows that there is some.
pub fn begin<F>(name: &str, attributes: &Attributes, body: F) -> Result<JoinHandle<()>>
where
    F: FnOnce() + Send + 'static,
{
    // Not a condition variable: it may be a forked child (see `lock`).
    let begun = Arc::new(AtomicU32::new(0));
    let told = Arc::clone(&begun);
    let handle = spawn(name, attributes, move || {
        told.store(1, Ordering::Release);
        futex::wake(&told, 1);
        drop(told);
        body();
    })?;
    while begun.load(Ordering::Acquire) == 0 {
        // Woken, interrupted by a signal, or too late to sleep: it is looked at again.
        let _ = futex::wait(&begun, 0, None);
    }
    Ok(handle)
}

/// Whether the process was started on a single CPU.
pub fn is_on_one_cpu() -> bool {
    static IS_ON_ONE: Answer = Answer::new();
    IS_ON_ONE.is(|| {
        let mut set = MaybeUninit::<libc::cpu_set_t>::zeroed();
        let size = size_of::<libc::cpu_set_t>();
        // SAFETY: `set` is writable for its size; of the first thread, because others may each have a CPU of their own.
        let done = unsafe { libc::sched_getaffinity(libc::getpid(), size, set.as_mut_ptr()) } == 0;
        // SAFETY: a cpu_set_t is an array of integers, for which zeroes are valid.
        let set = unsafe { set.assume_init() };
        // SAFETY: only reads the set.
        done && unsafe { libc::CPU_COUNT(&set) } == 1
    })
}

/// Lets another thread have the CPU if one wants it.
pub fn yield_now() {
    std::thread::yield_now();
}

/// How much later than asked for the calling thread may be woken; the kernel takes 50 us if it is not told.
pub fn set_timer_slack(slack: Duration) {
    let nanoseconds = libc::c_ulong::try_from(slack.as_nanos()).unwrap_or(libc::c_ulong::MAX);
    // SAFETY: takes no pointers. A refusal changes nothing.
    unsafe { libc::prctl(libc::PR_SET_TIMERSLACK, nanoseconds) };
}

/// Blocks every signal in the calling thread; answers the mask that it had.
pub fn block_all_signals() -> libc::sigset_t {
    let mut all = MaybeUninit::<libc::sigset_t>::zeroed();
    let mut kept = MaybeUninit::<libc::sigset_t>::zeroed();
    // SAFETY: `all` is a writable sigset_t.
    unsafe { libc::sigfillset(all.as_mut_ptr()) };
    // SAFETY: both sets outlive the call.
    unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, all.as_ptr(), kept.as_mut_ptr()) };
    // SAFETY: a sigset_t is an array of integers, all of whose bit patterns (zero too) are valid.
    unsafe { kept.assume_init() }
}

/// Puts back what [`block_all_signals`] answered.
pub fn restore_signals(kept: &libc::sigset_t) {
    // SAFETY: `kept` outlives the call; a null old set is allowed.
    unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, kept, std::ptr::null_mut()) };
}

/// The calling thread is not cancelled meanwhile (pthread_cancel(3)): system calls on an application's thread
/// would unwind it out of the middle of things.
pub struct Uncancelled(libc::c_int);

impl Uncancelled {
    /// From now on until the value is dropped, on the same thread.
    #[must_use]
    pub fn begin() -> Self {
        Self(set_cancel_state(CANCEL_DISABLE))
    }
}

impl Drop for Uncancelled {
    fn drop(&mut self) {
        set_cancel_state(self.0);
    }
}

/// PTHREAD_CANCEL_DISABLE, which is the same in glibc and musl.
const CANCEL_DISABLE: libc::c_int = 1;

unsafe extern "C" {
    fn pthread_setcancelstate(state: libc::c_int, old: *mut libc::c_int) -> libc::c_int;
}

/// Answers the state that the thread had.
fn set_cancel_state(state: libc::c_int) -> libc::c_int {
    let mut old = state;
    // SAFETY: `old` outlives the call; a wrong state is answered with an errno.
    unsafe { pthread_setcancelstate(state, &raw mut old) };
    old
}

impl Attributes {
    /// Gives the calling thread these attributes, as far as it may have them.
    pub fn apply(&self) {
        if self.sched_policy.is_some() || self.priority.is_some() {
            self.apply_scheduling();
        }
        if !self.affinity.is_empty() {
            apply_affinity(&self.affinity);
        }
    }

    fn apply_scheduling(&self) {
        let mut current = libc::SCHED_OTHER;
        let mut param = MaybeUninit::<libc::sched_param>::zeroed();
        // SAFETY: both out parameters outlive the call; pthread_self is the calling thread.
        unsafe {
            libc::pthread_getschedparam(libc::pthread_self(), &raw mut current, param.as_mut_ptr())
        };
        // SAFETY: sched_param is made of integers; it was zeroed and then possibly filled.
        let mut param = unsafe { param.assume_init() };
        let policy = self.sched_policy.unwrap_or(current);
        let is_real_time = policy == libc::SCHED_FIFO || policy == libc::SCHED_RR;
        match self.priority {
            Some(priority) if is_real_time => param.sched_priority = priority,
            Some(_) => param.sched_priority = 0,
            None if is_real_time && param.sched_priority == 0 => param.sched_priority = 1,
            None => {}
        }
        // SAFETY: `param` outlives the call. A refusal leaves the thread as it was.
        unsafe { libc::pthread_setschedparam(libc::pthread_self(), policy, &raw const param) };
        if !is_real_time && self.priority.is_some_and(|priority| priority > 0) {
            // SAFETY: nice takes no pointers; on Linux it is per thread. A refusal changes nothing.
            unsafe { libc::nice(-20) };
        }
    }
}

fn apply_affinity(cpus: &[usize]) {
    let mut set = MaybeUninit::<libc::cpu_set_t>::zeroed();
    for cpu in cpus.iter().filter(|cpu| **cpu < libc::CPU_SETSIZE.unsigned_abs() as usize) {
        // SAFETY: the zeroed set is valid, and the number is below CPU_SETSIZE.
        unsafe { libc::CPU_SET(*cpu, set.assume_init_mut()) };
    }
    // SAFETY: `set` is an initialised cpu_set_t of the given size; 0 is the calling thread.
    unsafe { libc::sched_setaffinity(0, size_of::<libc::cpu_set_t>(), set.as_ptr()) };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thread_has_its_name_and_no_signals() {
        let before = block_all_signals();
        restore_signals(&before);
        let (tx, rx) = std::sync::mpsc::channel();
        let attributes = Attributes {
            sched_policy: Some(libc::SCHED_OTHER),
            priority: Some(99),
            affinity: vec![0, 1_000_000],
        };
        let thread = spawn("ZMQbg/IO/0", &attributes, move || {
            let mask = block_all_signals();
            // SAFETY: `mask` is an initialised set.
            let is_blocked = unsafe { libc::sigismember(&raw const mask, libc::SIGINT) } == 1;
            let comm = std::fs::read_to_string("/proc/thread-self/comm").unwrap();
            tx.send((is_blocked, comm)).unwrap();
        });
        thread.unwrap().join().unwrap();
        assert_eq!(rx.recv().unwrap(), (true, "ZMQbg/IO/0\n".to_owned()));
        let after = block_all_signals();
        restore_signals(&after);
        // SAFETY: both are initialised sets.
        let unblocked = unsafe { libc::sigismember(&raw const after, libc::SIGINT) };
        // SAFETY: as above.
        assert_eq!(unblocked, unsafe { libc::sigismember(&raw const before, libc::SIGINT) });
    }
}
