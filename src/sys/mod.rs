//! The platform: every system call of the crate is made in this room.

pub mod addr;
pub mod answer;
pub mod blocks;
pub mod boxes;
mod call;
pub mod epoll;
pub mod errno;
pub mod eventfd;
pub mod fork;
pub mod futex;
pub mod gssapi;
#[cfg(not(loom))]
pub mod joint;
pub mod lock;
mod magazines;
pub mod memory;
pub mod net;
pub mod prefetch;
pub mod random;
mod reserve;
#[cfg(test)]
pub mod shortage;
pub mod signals;
pub mod switches;
pub mod thread;
