//! Waiting for any of several sockets and descriptors (zmq_poll(3)).
//!
//! Sockets are asked first, without a system call. Who has to wait does so for the signal of the one socket,
//! or for a signal of the thread's own that follows those of all of them, and does the work of the I/O thread
//! meanwhile; with descriptors among the items it sleeps in poll(2) over them and that signal's.
//!
//! Invariant: the thread's signal is cleared before the sockets are asked, so that whatever a socket gets
//! after it was asked keeps the thread from sleeping, whoever takes it. Only those that have got something are
//! asked again.
#![forbid(unsafe_code)]

use std::cell::RefCell;
use std::ffi::c_long;
use std::os::fd::RawFd;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::context::Awaited;
use crate::errno::{Errno, Result};
use crate::socket::{Handle, Socket, expect_calls};
use crate::sync::Follower;
use crate::sys::fork;
use crate::sys::net::{self, PollFd};

/// A message or a byte can be received (ZMQ_POLLIN).
pub const IN: i16 = 1;
/// A message or a byte can be sent (ZMQ_POLLOUT).
pub const OUT: i16 = 2;
/// Something is wrong with a descriptor (ZMQ_POLLERR); never found on sockets.
pub const ERR: i16 = 4;
/// Urgent data on a descriptor (ZMQ_POLLPRI).
pub const PRI: i16 = 8;

/// What an item waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A socket of the library.
    Socket(Handle),
    /// A descriptor of the operating system; negative: nothing.
    Fd(RawFd),
}

/// One thing to wait for.
pub trait Item {
    /// What it is.
    fn source(&self) -> Source;
    /// Bits to wait for.
    fn events(&self) -> i16;
    /// Takes the bits that were found.
    fn set_revents(&mut self, revents: i16);
}

/// Waits until an item has what it waits for, at most `timeout_ms` (negative: for ever), with the signal mask
/// `mask` in place meanwhile; answers how many have. Errors: ENOTSOCK, ETERM, EINTR, EMFILE.
pub fn poll<I: Item>(
    items: &mut [I],
    timeout_ms: c_long,
    mask: Option<&libc::sigset_t>,
) -> Result<usize> {
    items.iter_mut().for_each(|item| item.set_revents(0));
    let has_fds = items.iter().any(|item| matches!(item.source(), Source::Fd(_)));
    if !has_fds && timeout_ms == 0 {
        let mut awaited = Awaited::default();
        let ready = ask(&mut *items, |socket, _| awaited.add(socket.shared()))?;
        if ready == 0 {
            awaited.note_vain_try();
        }
        return Ok(ready);
    }
    let deadline = Deadline::in_ms(timeout_ms);
    if let ([item], None) = (&mut *items, mask)
        && let Source::Socket(handle) = item.source()
    {
        return poll_one(item, handle, deadline);
    }
    if has_fds || mask.is_some() {
        return poll_with_fds(items, deadline, mask);
    }
    let mut asked = Asked::begin(items)?;
    while asked.ready == 0 && !deadline.is_over() {
        match asked.awaited.wait(&asked.follower, deadline.0) {
            Ok(()) => asked.ask_told(items)?,
            Err(Errno::EAGAIN) => break,
            Err(error) => return Err(error),
        }
    }
    Ok(asked.ready)
}

/// A single socket needs no other: its signal is waited for.
fn poll_one<I: Item>(item: &mut I, handle: Handle, deadline: Deadline) -> Result<usize> {
    match handle.wait_ready(item.events().into(), deadline.0) {
        Ok(found) => {
            item.set_revents(found as i16);
            Ok(1)
        }
        Err(Errno::EAGAIN) => Ok(0),
        Err(error) => Err(error),
    }
}

/// Sleeps in poll(2) on the descriptors among the items and that of the signal.
fn poll_with_fds<I: Item>(
    items: &mut [I],
    deadline: Deadline,
    mask: Option<&libc::sigset_t>,
) -> Result<usize> {
    let mut asked = Asked::begin(items)?;
    let mut fds = vec![PollFd::new(asked.follower.signal().fd()?, libc::POLLIN)];
    fds.extend(items.iter().filter_map(|item| match item.source() {
        Source::Socket(_) => None,
        Source::Fd(fd) => Some(PollFd::new(fd, into_poll(item.events()))),
    }));
    loop {
        let is_last = asked.ready > 0 || deadline.is_over();
        let timeout_ms = if is_last { 0 } else { deadline.left_ms() };
        let waiting = (!is_last).then(|| asked.awaited.note_waiting());
        match mask {
            Some(mask) => net::ppoll(&mut fds, timeout_ms, mask)?,
            None => net::poll(&mut fds, timeout_ms)?,
        };
        drop(waiting);
        if !is_last {
            asked.ask_told(items)?;
        }
        let found = note_fds(items, fds.get(1..).unwrap_or(&[]));
        if is_last || asked.ready + found > 0 {
            return Ok(asked.ready + found);
        }
    }
}

thread_local! {
    /// What the thread's last call waited for, and the process that it is of: a forked child shares its descriptor
    /// with the parent. Sockets that were polled go on telling it, so that the next time nothing is to be done.
    static FOLLOWER: RefCell<Option<(u64, Arc<Follower>)>> = const { RefCell::new(None) };
}

/// Takes the thread's own if it is of `process`, or makes one: a free function may poll while the thread is at it.
fn take_follower(process: u64) -> Arc<Follower> {
    let kept = FOLLOWER.try_with(RefCell::take).ok().flatten();
    kept.filter(|kept| kept.0 == process).map(|(_, follower)| follower).unwrap_or_default()
}

/// Asks each socket for what it is to have; how many have some. `before` is done first, with the socket
/// locked.
fn ask<'a, I: Item + 'a>(
    items: impl IntoIterator<Item = &'a mut I>,
    mut before: impl FnMut(&mut Socket, Handle),
) -> Result<usize> {
    let mut ready = 0;
    for item in items {
        let Source::Socket(handle) = item.source() else { continue };
        let wanted = item.events().into();
        let found = handle.with(|socket| {
            before(socket, handle);
            socket.ready_for(wanted)
        })?;
        item.set_revents(found as i16);
        ready += usize::from(found != 0);
    }
    expect_calls(ready > 1);
    Ok(ready)
}

/// What came of asking sockets that the thread's own signal follows: what one gets after it was asked turns that on.
struct Asked {
    /// Of this process is the signal: a handler of signals may fork meanwhile.
    process: u64,
    follower: Arc<Follower>,
    awaited: Awaited,
    ready: usize,
}

impl Asked {
    fn new(process: u64) -> Self {
        let follower = take_follower(process);
        Self { process, follower, awaited: Awaited::default(), ready: 0 }
    }

    /// Asks all.
    fn begin<I: Item>(items: &mut [I]) -> Result<Self> {
        let mut asked = Self::new(fork::generation());
        asked.follower.clear();
        asked.ask(items)?;
        Ok(asked)
    }

    /// Asks those that have got something since, if none had before.
    fn ask_told<I: Item>(&mut self, items: &mut [I]) -> Result<()> {
        let told = self.follower.clear();
        let is_told =
            |item: &&mut I| matches!(item.source(), Source::Socket(handle) if told.has(handle.0));
        self.ask(items.iter_mut().filter(is_told))
    }

    fn ask<'a, I: Item + 'a>(&mut self, items: impl IntoIterator<Item = &'a mut I>) -> Result<()> {
        self.ready = ask(items, |socket, handle| {
            socket.add_follower(&self.follower, handle.0);
            self.awaited.add(socket.shared());
        })?;
        Ok(())
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        let own = (self.process, Arc::clone(&self.follower));
        let _ = FOLLOWER.try_with(|kept| kept.replace(Some(own)));
    }
}

/// Notes what poll(2) found on the items' descriptors, which are in their order; on how many.
fn note_fds<I: Item>(items: &mut [I], fds: &[PollFd]) -> usize {
    let is_fd = |item: &&mut I| matches!(item.source(), Source::Fd(_));
    let mut found = 0;
    for (item, fd) in items.iter_mut().filter(is_fd).zip(fds) {
        let revents = from_poll(fd.revents());
        item.set_revents(revents);
        found += usize::from(revents != 0);
    }
    found
}

/// The bits of poll(2) for those of an item.
fn into_poll(events: i16) -> i16 {
    let bits = [(IN, libc::POLLIN), (OUT, libc::POLLOUT), (PRI, libc::POLLPRI)];
    bits.iter().filter(|(ours, _)| events & ours != 0).fold(0, |all, (_, theirs)| all | theirs)
}

/// The bits of an item for those of poll(2): whatever has no bit of its own is [`ERR`].
fn from_poll(revents: i16) -> i16 {
    let bits = [
        (IN, libc::POLLIN),
        (OUT, libc::POLLOUT),
        (PRI, libc::POLLPRI),
        (ERR, !(libc::POLLIN | libc::POLLOUT | libc::POLLPRI)),
    ];
    bits.iter().filter(|(_, theirs)| revents & theirs != 0).fold(0, |all, (ours, _)| all | ours)
}

/// When to give up; `None` is never.
#[derive(Clone, Copy)]
struct Deadline(Option<Instant>);

impl Deadline {
    fn in_ms(timeout_ms: c_long) -> Self {
        let timeout = u64::try_from(timeout_ms).ok().map(Duration::from_millis);
        Self(timeout.and_then(|timeout| Instant::now().checked_add(timeout)))
    }

    /// For poll(2): rounded up, so that it is over after that time, unless that is more than poll can wait.
    fn left_ms(self) -> i32 {
        let Some(at) = self.0 else { return -1 };
        let left = at.saturating_duration_since(Instant::now());
        i32::try_from(left.as_nanos().div_ceil(1_000_000)).unwrap_or(i32::MAX)
    }

    fn is_over(self) -> bool {
        self.0.is_some_and(|at| Instant::now() >= at)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::os::fd::AsRawFd;
    use std::os::unix::net::UnixStream;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::thread;

    use super::*;
    use crate::context::Context;
    use crate::message::Outbound;

    const PAIR: i32 = 0;
    const ROUNDS: usize = 5000;
    /// Much longer than a wake-up takes.
    const LONG_MS: c_long = 5000;

    struct TestItem {
        source: Source,
        events: i16,
        revents: i16,
    }

    impl Item for TestItem {
        fn source(&self) -> Source {
            self.source
        }

        fn events(&self) -> i16 {
            self.events
        }

        fn set_revents(&mut self, revents: i16) {
            self.revents = revents;
        }
    }

    fn item(source: Source, events: i16) -> TestItem {
        TestItem { source, events, revents: -1 }
    }

    #[test]
    fn descriptors_answer_with_their_bits() {
        let (a, mut b) = UnixStream::pair().unwrap();
        let mut items = [
            item(Source::Fd(a.as_raw_fd()), IN),
            item(Source::Fd(b.as_raw_fd()), IN | OUT),
            item(Source::Fd(-1), IN),
        ];
        assert_eq!(poll(&mut items, 0, None), Ok(1));
        assert_eq!(items.each_ref().map(|item| item.revents), [0, OUT, 0]);
        b.write_all(b"x").unwrap();
        assert_eq!(poll(&mut items, -1, None), Ok(2));
        drop(b);
        assert_eq!(poll(&mut items[..1], -1, None), Ok(1));
        assert_eq!(items[0].revents, IN | ERR);
    }

    #[test]
    fn nothing_to_wait_for_is_a_sleep() {
        let start = Instant::now();
        assert_eq!(poll::<TestItem>(&mut [], 20, None), Ok(0));
        assert_eq!(poll(&mut [item(Source::Fd(-1), IN)], 20, None), Ok(0));
        assert!(start.elapsed() >= Duration::from_millis(40));
        assert_eq!(poll::<TestItem>(&mut [], 0, None), Ok(0));
    }

    #[test]
    fn what_is_no_socket_is_told() {
        let (a, _b) = UnixStream::pair().unwrap();
        let mut items = [item(Source::Fd(a.as_raw_fd()), OUT), item(Source::Socket(Handle(8)), IN)];
        assert_eq!(poll(&mut items, -1, None), Err(Errno::ENOTSOCK));
    }

    /// A thread that panics ends what the others do or wait for, so that the test fails instead of waiting.
    struct Failure<'a>(&'a AtomicBool, &'a Context);

    impl Drop for Failure<'_> {
        fn drop(&mut self) {
            if thread::panicking() {
                self.0.store(true, Ordering::Relaxed);
                self.1.shutdown();
            }
        }
    }

    /// One thread waits for `items` and answers each message; another one takes the commands of the same
    /// sockets all the time, and with them what the first would be woken by.
    fn wait_beside_a_thief(others: usize) {
        let context = Context::new();
        let open = |kind| Handle::open(&context, kind).unwrap();
        let (waited, peer) = (open(PAIR), open(PAIR));
        waited.with(|socket| socket.bind(b"inproc://waited")).unwrap();
        peer.with(|socket| socket.connect(b"inproc://waited")).unwrap();
        let handles: Vec<Handle> =
            std::iter::once(waited).chain((0..others).map(|_| open(PAIR))).collect();
        let is_over = AtomicBool::new(false);
        thread::scope(|scope| {
            let _failure = Failure(&is_over, &context);
            scope.spawn(|| {
                while !is_over.load(Ordering::Relaxed) {
                    let _ = waited.with(|socket| socket.ready());
                }
            });
            scope.spawn(|| {
                let _failure = Failure(&is_over, &context);
                for _ in 0..ROUNDS {
                    peer.send(&mut Outbound::Slice(b"x"), 0).unwrap();
                    assert_eq!(peer.recv_slice(&mut [0; 1], 0), Ok(1));
                }
            });
            for round in 0..ROUNDS {
                let of = |handle: &Handle| item(Source::Socket(*handle), IN);
                let mut items: Vec<TestItem> = handles.iter().map(of).collect();
                let start = Instant::now();
                let found = poll(&mut items, LONG_MS, None);
                let is_late = start.elapsed() >= Duration::from_millis(LONG_MS as u64);
                assert!(
                    found == Ok(1) && !is_late,
                    "round {round}: {found:?} after {:?}",
                    start.elapsed()
                );
                assert_eq!(waited.recv_slice(&mut [0; 1], 1), Ok(1));
                waited.send(&mut Outbound::Slice(b"y"), 0).unwrap();
            }
            is_over.store(true, Ordering::Relaxed);
        });
        handles.into_iter().chain([peer]).for_each(|handle| handle.close().unwrap());
        context.terminate().unwrap();
    }

    #[test]
    fn another_thread_in_the_one_socket_takes_no_wake_up_away() {
        wait_beside_a_thief(0);
    }

    #[test]
    fn another_thread_in_one_of_several_sockets_takes_no_wake_up_away() {
        wait_beside_a_thief(2);
    }

    #[test]
    fn the_threads_signal_is_of_the_process_that_made_it_whichever_gives_it_back() {
        let forked_while_it_waits = Asked::new(7);
        let first = Arc::clone(&forked_while_it_waits.follower);
        drop(forked_while_it_waits);
        let parents = Asked::new(7);
        assert!(Arc::ptr_eq(&parents.follower, &first));
        let within = Asked::new(7);
        assert!(!Arc::ptr_eq(&within.follower, &first));
        drop(within);
        drop(parents);
        let childs = Asked::new(8);
        assert!(!Arc::ptr_eq(&childs.follower, &first));
    }

    #[test]
    fn bits_map_both_ways() {
        assert_eq!(into_poll(IN | PRI | ERR), libc::POLLIN | libc::POLLPRI);
        assert_eq!(from_poll(libc::POLLOUT | libc::POLLHUP), OUT | ERR);
        assert_eq!(from_poll(libc::POLLNVAL), ERR);
        assert_eq!(from_poll(0), 0);
    }
}
