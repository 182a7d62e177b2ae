//! A call that panics in a socket poisons it.
#![forbid(unsafe_code)]

use super::Socket;

/// Poisons the socket if it goes off, which it does only where the stack is unwound: that costs nothing while
/// nothing panics.
pub(super) struct Bomb<'a>(pub &'a mut Socket);

impl Bomb<'_> {
    #[inline(always)]
    pub fn defuse(self) {
        std::mem::forget(self);
    }
}

impl Drop for Bomb<'_> {
    #[cold]
    fn drop(&mut self) {
        self.0.poison();
    }
}

/// Runs `act`; if it panics, the socket is poisoned.
#[inline]
pub(super) fn guarded<R>(socket: &mut Socket, act: impl FnOnce(&mut Socket) -> R) -> R {
    let bomb = Bomb(socket);
    let result = act(bomb.0);
    bomb.defuse();
    result
}
