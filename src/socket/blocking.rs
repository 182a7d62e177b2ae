//! What C calls on a socket: the handle is looked up, the call is tried, and if it has to wait, it waits
//! with the socket unlocked. The only code of the crate that blocks an application's thread in a socket.
//!
//! A call that panics poisons its socket: later calls answer EFAULT, those that wait in it too, and only
//! zmq_close(3) goes on. Other sockets and the context do not notice.
#![forbid(unsafe_code)]

use std::cell::Cell;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::context::{Context, SocketShared};
use crate::errno::{Errno, Result};
use crate::message::{FLAG_MORE, Inbound, Message, Outbound, release_deferred};
use crate::options::SocketType;
use crate::pattern::MESSAGE_LOST;
use crate::pipe::BY_REFERENCE;
use crate::reactor::Remote;
use crate::sync::{Held, Table};

use super::Socket;
use super::bomb::{Bomb, guarded};

/// Do not wait (ZMQ_DONTWAIT).
pub const DONTWAIT: i32 = 1;
/// More parts follow (ZMQ_SNDMORE).
pub const SNDMORE: i32 = 2;

/// The sockets that C has handles of.
pub static SOCKETS: Table<Box<Socket>> = Table::new();

/// A socket that is locked.
type HeldSocket = Held<'static, Box<Socket>>;

/// What a call tries. A trait of our own, as a closure is not always inlined.
trait Attempt<R> {
    fn run(&mut self, socket: &mut Socket) -> Result<R>;
}

struct Sending<'a, 'b> {
    part: &'a mut Outbound<'b>,
    flags: i32,
}

impl Attempt<()> for Sending<'_, '_> {
    #[inline(always)]
    fn run(&mut self, socket: &mut Socket) -> Result<()> {
        match socket.try_send(self.part, self.flags & SNDMORE != 0) {
            Err(MESSAGE_LOST) if self.flags & DONTWAIT == 0 && socket.options.sndtimeo != 0 => {
                Ok(())
            }
            Err(MESSAGE_LOST) => Err(Errno::EAGAIN),
            result => result,
        }
    }
}

struct Receiving<'a> {
    sink: Inbound<'a>,
    /// There was nothing at first, and what was in the message goes.
    was_vain: bool,
}

impl Attempt<bool> for &mut Receiving<'_> {
    #[inline(always)]
    fn run(&mut self, socket: &mut Socket) -> Result<bool> {
        let result = socket.try_recv(&mut self.sink);
        // Those of the original leave the message alone.
        let is_kept = matches!(socket.socket_type(), SocketType::Xpub | SocketType::Stream);
        self.was_vain |= result == Err(Errno::EAGAIN) && !is_kept;
        result
    }
}

/// A socket as C names it: any value is safe, a wrong one is answered with ENOTSOCK.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handle(pub usize);

impl Handle {
    /// Makes a socket (zmq_socket(3)). Errors: EINVAL, EMFILE, ENOMEM, ETERM.
    pub fn open(context: &Arc<Context>, socket_type: i32) -> Result<Self> {
        let socket = Box::new(Socket::new(context, socket_type)?);
        SOCKETS.insert(socket).map(Self)
    }

    /// Closes the socket (zmq_close(3)); the handle is gone even if that fails. Errors: ENOTSOCK, EFAULT (it
    /// panicked).
    pub fn close(self) -> Result<()> {
        let socket = SOCKETS.remove(self.0).ok_or(Errno::ENOTSOCK)?;
        if socket.shared().context.is_inherited() {
            // A forked child: the threads and the connections are the parent's.
            std::mem::forget(socket);
            return Ok(());
        }
        let shared = Arc::clone(socket.shared());
        let result = socket.close();
        if let Some(io) = shared.unserved() {
            io.serve_close();
        }
        release_deferred();
        result
    }

    #[inline(always)]
    pub(super) fn lock(self) -> Result<HeldSocket> {
        let socket = SOCKETS.lock(self.0).ok_or(Errno::ENOTSOCK)?;
        if socket.is_poisoned { Err(Errno::EFAULT) } else { Ok(socket) }
    }

    /// Runs `with` on the socket. Errors: ENOTSOCK, EFAULT (poisoned) and those of `with`.
    pub fn with<R>(self, with: impl FnOnce(&mut Socket) -> Result<R>) -> Result<R> {
        let result = self.lock().and_then(|mut socket| {
            let result = guarded(&mut socket, with);
            serve(socket);
            result
        });
        release_deferred();
        result
    }

    /// Sends a part; what is left of a message stays with the caller.
    /// Errors: ENOTSOCK, EAGAIN, EINTR and those of [`Socket::try_send`].
    pub fn send(self, part: &mut Outbound<'_>, flags: i32) -> Result<()> {
        self.send_slowly(self.lock()?, part, flags)
    }

    /// Sends a copy of `body` (zmq_send(3)). Errors: those of [`Self::send`].
    #[inline(always)]
    pub fn send_slice(self, body: &[u8], flags: i32) -> Result<()> {
        let mut socket = self.lock()?;
        if post(&mut socket, &Outbound::Slice(body), flags) {
            end_post(socket, flags);
            return Ok(());
        }
        self.send_slowly(socket, &mut Outbound::Slice(body), flags)
    }

    /// Sends a message (zmq_msg_send(3)); what is left of it stays with the caller. Errors: those of [`Self::send`].
    #[inline(always)]
    pub fn send_message(self, message: &mut Message, flags: i32) -> Result<()> {
        let mut socket = self.lock()?;
        if post(&mut socket, &Outbound::Message(message), flags) {
            end_post(socket, flags);
            return Ok(());
        }
        self.send_slowly(socket, &mut Outbound::Message(message), flags)
    }

    #[inline(never)]
    fn send_slowly(self, socket: HeldSocket, part: &mut Outbound<'_>, flags: i32) -> Result<()> {
        let is_large = part.body().len() >= BY_REFERENCE;
        let direction = Direction::Out { is_large, may_wait: flags & DONTWAIT == 0 };
        let result = self.retry(socket, flags, direction, Sending { part, flags });
        release_deferred();
        result
    }

    /// As [`Self::send`], and leaves it to the caller to serve what was sent.
    #[inline]
    pub fn send_unserved(self, part: &mut Outbound<'_>, flags: i32) -> Result<()> {
        let direction = Direction::OutUnserved { may_wait: flags & DONTWAIT == 0 };
        let result = self.retry(self.lock()?, flags, direction, Sending { part, flags });
        release_deferred();
        result
    }

    /// Receives a part; answers whether more follow. Errors as those of [`Self::send`].
    #[inline(always)]
    fn recv(
        self,
        socket: HeldSocket,
        receiving: &mut Receiving<'_>,
        flags: i32,
        direction: Direction,
    ) -> Result<bool> {
        let result = self.retry(socket, flags, direction, receiving);
        release_deferred();
        result
    }

    /// Receives a part into `buf`, cut if it does not fit; answers its full size (zmq_recv(3)).
    #[inline(always)]
    pub fn recv_slice(self, buf: &mut [u8], flags: i32) -> Result<usize> {
        let mut socket = self.lock()?;
        let mut sink = Inbound::Slice { buf: &mut *buf, size: 0 };
        if take(&mut socket, &mut sink) {
            end_take(socket, Direction::In);
            return Ok(sink.size());
        }
        self.recv_slice_slowly(socket, buf, flags)
    }

    #[inline(never)]
    fn recv_slice_slowly(self, socket: HeldSocket, buf: &mut [u8], flags: i32) -> Result<usize> {
        let mut receiving = Receiving { sink: Inbound::Slice { buf, size: 0 }, was_vain: false };
        let more = self.recv(socket, &mut receiving, flags, Direction::In);
        more.map(|_| receiving.sink.size())
    }

    /// Receives a part into `message`, whose old content is released: also if there was nothing at first and the wait
    /// failed, but not if the socket could not be received from at all (zmq_msg_recv(3)).
    #[inline(always)]
    pub fn recv_message(self, message: &mut Message, flags: i32) -> Result<usize> {
        self.recv_message_in(message, flags, Direction::In)
    }

    /// As [`Self::recv_message`], and leaves it to the caller to serve connections that wait for room.
    pub fn recv_unserved(self, message: &mut Message, flags: i32) -> Result<usize> {
        self.recv_message_in(message, flags, Direction::InUnserved)
    }

    #[inline(always)]
    fn recv_message_in(
        self,
        message: &mut Message,
        flags: i32,
        direction: Direction,
    ) -> Result<usize> {
        let mut socket = self.lock()?;
        // The user's free function does not run while the socket is locked.
        if !message.has_free_function() && take(&mut socket, &mut Inbound::Message(message)) {
            end_take(socket, direction);
            return Ok(message.len());
        }
        self.recv_message_slowly(socket, message, flags, direction)
    }

    #[inline(never)]
    fn recv_message_slowly(
        self,
        socket: HeldSocket,
        message: &mut Message,
        flags: i32,
        direction: Direction,
    ) -> Result<usize> {
        let mut apart = Message::new();
        let is_apart = message.has_free_function();
        let received = if is_apart { &mut apart } else { &mut *message };
        let mut receiving = Receiving { sink: Inbound::Message(received), was_vain: false };
        let result = self.recv(socket, &mut receiving, flags, direction);
        let is_released = result.is_ok() || receiving.was_vain;
        if is_released && (is_apart || result.is_err()) {
            *message = if result.is_ok() { apart } else { Message::new() };
        }
        let more = result?;
        message.set_flags(if more { FLAG_MORE } else { 0 });
        Ok(message.len())
    }

    /// Tries, and while the answer is EAGAIN waits for the socket to change.
    #[inline(always)]
    fn retry<R>(
        self,
        mut socket: HeldSocket,
        flags: i32,
        direction: Direction,
        mut attempt: impl Attempt<R>,
    ) -> Result<R> {
        let bomb = Bomb(&mut socket);
        let result = attempt.run(bomb.0);
        bomb.defuse();
        match result {
            Err(Errno::EAGAIN) => {}
            result => {
                leave(socket, direction);
                return result;
            }
        }
        let timeout_ms = match direction {
            _ if flags & DONTWAIT != 0 => 0,
            Direction::In | Direction::InUnserved => socket.options.rcvtimeo,
            Direction::Out { .. } | Direction::OutUnserved { .. } => socket.options.sndtimeo,
        };
        if timeout_ms == 0 {
            socket.shared().note_vain_try();
            match direction {
                Direction::InUnserved | Direction::OutUnserved { .. } => drop(socket),
                Direction::In | Direction::Out { .. } => serve(socket),
            }
            return Err(Errno::EAGAIN);
        }
        let mut again = |socket: &mut Socket| attempt.run(socket);
        self.wait_and_retry(socket, deadline(timeout_ms), direction, &mut again)
    }

    /// Waits until one of `events` can be done; answers which (zmq_poll(3)). Errors: ENOTSOCK, EAGAIN (the
    /// deadline has passed), EINTR, ETERM.
    pub fn wait_ready(self, events: i32, deadline: Option<Instant>) -> Result<i32> {
        let attempt = |socket: &mut Socket| match socket.ready()? & events {
            0 => Err(Errno::EAGAIN),
            found => Ok(found),
        };
        let mut socket = self.lock()?;
        let result = match guarded(&mut socket, attempt) {
            Err(Errno::EAGAIN) => {
                self.wait_and_retry(socket, deadline, Direction::In, &mut { attempt })
            }
            result => {
                serve(socket);
                result
            }
        };
        release_deferred();
        result
    }

    #[cold]
    fn wait_and_retry<R>(
        self,
        mut socket: HeldSocket,
        deadline: Option<Instant>,
        direction: Direction,
        attempt: &mut dyn FnMut(&mut Socket) -> Result<R>,
    ) -> Result<R> {
        expect_calls(false);
        socket.check_process()?;
        loop {
            let shared = Arc::clone(socket.shared());
            if let Some(mut look) = socket.look(deadline) {
                serve(socket);
                release_deferred();
                let signal = shared.signal();
                while !signal.is_pending() && look.go_on() {}
                let result = if signal.is_pending() { Ok(()) } else { look.give_up() };
                look.let_signals_in();
                socket = self.lock_again(&shared)?;
                socket.lookout.end(&look, result.is_ok() && shared.signal().is_pending());
                result?;
            } else {
                // Announced while the socket is locked: another thread in it may take what comes.
                let wait = shared.announce();
                serve(socket);
                release_deferred();
                wait.wait(deadline)?;
                socket = self.lock_again(&shared)?;
            }
            match guarded(&mut socket, &mut *attempt) {
                Err(Errno::EAGAIN) => {}
                result => {
                    leave(socket, direction);
                    return result;
                }
            }
        }
    }

    /// As [`Self::lock`], if it is the same socket still.
    fn lock_again(self, shared: &Arc<SocketShared>) -> Result<HeldSocket> {
        let socket = self.lock()?;
        match Arc::ptr_eq(socket.shared(), shared) {
            true => Ok(socket),
            false => Err(Errno::ENOTSOCK),
        }
    }

    /// What the socket shares with its sessions. Errors: ENOTSOCK.
    pub fn shared(self) -> Result<Arc<SocketShared>> {
        self.lock().map(|socket| Arc::clone(socket.shared()))
    }
}

thread_local! {
    static EXPECTS_CALLS: Cell<bool> = const { Cell::new(false) };
}

/// Notes whether the thread, which has waited for several sockets, has to look at more than one of them now.
pub fn expect_calls(is_expected: bool) {
    EXPECTS_CALLS.set(is_expected);
}

/// Unlocks the socket, and passes on what was told its connections meanwhile.
#[inline(always)]
fn serve(socket: HeldSocket) {
    leave(socket, Direction::In);
}

/// As [`serve`], after sending or receiving: a large message, and one to several peers, is worth another thread.
#[inline(always)]
fn leave(mut socket: HeldSocket, direction: Direction) {
    if let Direction::Out { may_wait, .. } | Direction::OutUnserved { may_wait } = direction
        && socket.pipes.take_shortage()
        && (!socket.options.xpub_nodrop || !may_wait)
    {
        // Who serves by itself is a loop of ours, and has the time.
        let is_loop = matches!(direction, Direction::OutUnserved { .. });
        let may_wait = may_wait || is_loop && !socket.options.xpub_nodrop;
        help(socket, may_wait);
    } else if matches!(direction, Direction::InUnserved | Direction::OutUnserved { .. }) {
        drop(socket);
    } else if let Some(io) = socket.shared().unserved() {
        serve_unlocked(Arc::clone(io), socket, direction);
    }
}

#[cold]
fn serve_unlocked(io: Arc<Remote>, mut socket: HeldSocket, direction: Direction) {
    let is_out = matches!(direction, Direction::Out { .. });
    let is_much = match direction {
        Direction::Out { is_large, .. } => is_large || socket.is_wide(),
        Direction::In | Direction::InUnserved | Direction::OutUnserved { .. } => false,
    };
    let is_soon_back = is_out
        && socket.shared().context.may_lead()
        && (EXPECTS_CALLS.get() || guarded(&mut socket, Socket::has_input));
    drop(socket);
    if is_much {
        io.rouse();
    } else if is_soon_back {
        io.put_off();
    } else {
        io.serve_or_rouse();
    }
}

/// A connection of several has taken what it may: unless that is passed on, it gets no more.
#[cold]
fn help(socket: HeldSocket, may_wait: bool) {
    let shared = Arc::clone(socket.shared());
    // Who wants to be told instead of losing messages is.
    let is_told = socket.options.xpub_nodrop;
    drop(socket);
    if let Some(io) = shared.connected_io() {
        match may_wait {
            true => io.help(),
            false if is_told => io.rouse(),
            false => io.serve(),
        }
    } else if let Some(io) = shared.unserved() {
        io.rouse();
    }
}

/// Sends a part by [`Socket::post`].
// Not by `guarded`: a closure is not always inlined.
#[inline(always)]
fn post(socket: &mut Socket, part: &Outbound<'_>, flags: i32) -> bool {
    let bomb = Bomb(socket);
    let is_sent = flags & SNDMORE == 0 && bomb.0.post(part);
    bomb.defuse();
    is_sent
}

/// Ends a call that has posted.
#[inline(always)]
fn end_post(socket: HeldSocket, flags: i32) {
    leave(socket, Direction::Out { is_large: false, may_wait: flags & DONTWAIT == 0 });
    release_deferred();
}

/// Receives a message by [`Socket::take`].
#[inline(always)]
fn take(socket: &mut Socket, sink: &mut Inbound<'_>) -> bool {
    let bomb = Bomb(socket);
    let is_taken = bomb.0.take(sink);
    bomb.defuse();
    is_taken
}

/// Ends a call that has taken.
#[inline(always)]
fn end_take(socket: HeldSocket, direction: Direction) {
    leave(socket, direction);
    release_deferred();
}

#[derive(Clone, Copy)]
enum Direction {
    In,
    /// A large message is worth another thread; who may not wait does so for no other thread either.
    Out {
        is_large: bool,
        may_wait: bool,
    },
    /// As these, but the caller serves what was done.
    InUnserved,
    OutUnserved {
        may_wait: bool,
    },
}

/// When `timeout_ms` from now is over; `None` if it is negative, which is never.
pub fn deadline(timeout_ms: i32) -> Option<Instant> {
    let timeout = Duration::from_millis(u64::try_from(timeout_ms).ok()?);
    Instant::now().checked_add(timeout)
}

#[cfg(test)]
mod tests;
