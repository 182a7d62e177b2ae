//! libzmq in Rust: the engine behind `libzmq.so.5`.
//!
//! # Map
//!
//! Imports go downward only.
//!
//! | room | duty |
//! | --- | --- |
//! | [`capi`] | the only `extern "C"`: translates and nothing else |
//! | [`poller`], [`proxy`], [`timers`] | written on the public face of `socket` |
//! | [`socket`] | the application's end: pattern + pipes + endpoints; the only code that blocks |
//! | [`session`] | one peer: engine, pipe, stream; dial, accept, reconnect |
//! | [`engine`] | the ZMTP conversation without I/O |
//! | [`context`] | threads, mailboxes, inproc registry, termination |
//! | [`mechanism`], [`pattern`], [`transport`], [`reactor`] | rooms that do not know each other |
//! | [`wire`] | bytes to values and back, stateless |
//! | [`pipe`] | one writer, one reader, credit |
//! | [`message`], [`endpoint`], [`options`], [`z85`] | values |
//! | [`crypto`] | the keys and boxes of CURVE |
//! | [`sync`], [`sys`], [`errno`] | the platform |
//!
//! # The way of a message
//!
//! `zmq_send` looks its handle up in a table ([`sync::Table`]; a wrong pointer is an errno), locks the
//! socket, and lets the [`pattern`] choose a pipe. To a connection the pipe is a stream of encoded frames
//! ([`pipe`]): the body is copied once, into the segment that the I/O thread hands to the kernel
//! (`session::egress`); large bodies travel by reference. The other way round the I/O thread receives
//! straight into the pipe's segments, looks at headers only (`session::ingress`), and publishes whole
//! messages once for each read; `zmq_recv` decodes in place. Where all of that is a copy to where the last part
//! ended, or from there, a call goes straight to it ([`socket::Socket::post`]; for a part of several
//! [`socket::Socket::try_send`] does so first). Between two sockets of one process (inproc) the same pipe holds
//! small bodies as bytes and all else as messages by value.
//!
//! Each side tells the other only when that one sleeps. A thread that waits, in a socket, in zmq_poll or in a
//! proxy, does the work of the I/O thread meanwhile ([`reactor::Leader`]), and a single message is passed to the
//! kernel by the thread that sends it ([`reactor::Remote::serve`]): neither costs a change of thread. Who has more
//! to read puts off what it sends until it has read it ([`reactor::Remote::put_off`]). In a stream of messages
//! ([`reactor::Burst`]) the sender only appends; the I/O thread looks every 50 us, or when a segment is full, and a
//! sender without credit sends the batch itself.
//!
//! A thread that waits looks for a moment before it sleeps, and lets others have the CPU meanwhile ([`sync::Lookout`]): to be
//! woken takes longer than most answers do, on one CPU, too. The I/O thread, which such threads do the work of, stays away
//! and only looks now and then whether they still do ([`reactor::Remote`]).
//!
//! A publisher writes a message once for all subscribers of the same topic that keep up: they read one log
//! ([`pipe::Log`]). Segments grow only while their reader falls behind, and the memory of small bodies goes round
//! between threads without the process's allocator (`sys::magazines`). A reader that keeps up with a writer of the
//! same process leaves it alone for a moment (`pipe::bytes::reader`), and the writer has the cache get ready
//! what it writes next (`ByteWriter::look_ahead`). Who sends large messages in
//! a stream stays with each until the kernel has it, from where it is (`socket::company`). Each of these can be switched off, to measure
//! it (`sys::switches`). Of many sockets that a thread waits for only those that told it are asked again
//! ([`sync::Follower`]).
//!
//! # Who owns what
//!
//! - The application's thread owns a [`socket`] while it holds its lock, and gives the lock back while it
//!   waits: sockets may be used from several threads, one call at a time.
//! - A [`reactor`] owns its sessions and listeners. Whoever holds its lock runs them, the I/O thread or an
//!   application's in its stead; nobody else changes a connection's state.
//! - Threads tell each other by mailboxes ([`sync::Mailbox`]). Without memory to say what has changed they say
//!   that something has, and the owner looks at everything.
//! - What programs and peers can make grow asks for room and is refused it without memory (`sys::memory`); what has begun
//!   ends with what the library has in reserve (`sys::reserve`).
//! - Ending is dropping: a pipe's end that is dropped tells the other one; a context waits until nobody
//!   holds a socket's [`context::SocketShared`]. There is no reaper thread.
//! - The reactor is epoll itself rather than the portable `polling` crate, whose notification costs two
//!   more system calls for each wake-up.

pub mod capi;
pub mod context;
pub mod crypto;
pub mod endpoint;
pub mod engine;
pub mod errno;
pub mod mechanism;
pub mod message;
pub mod options;
pub mod pattern;
pub mod pipe;
pub mod poller;
pub mod proxy;
pub mod reactor;
pub mod session;
pub mod socket;
pub mod sync;
pub mod sys;
pub mod timers;
pub mod transport;
pub mod wire;
pub mod z85;

#[cfg(test)]
mod tidy;
