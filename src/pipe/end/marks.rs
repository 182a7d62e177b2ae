//! High-water marks that change while a pipe is in use.
#![forbid(unsafe_code)]

use super::PipeEnd;
use crate::pipe::attention::{READABLE, WRITABLE};
use crate::pipe::flow::{AWAKE, Flow, low_water_mark};
use crate::sync::atomic::Ordering;

impl PipeEnd {
    /// Changes this side's part of both high-water marks (0: none).
    pub fn set_hwms(&mut self, sndhwm: i32, rcvhwm: i32) {
        let is_lower = self.outward().set_parts(Some(sndhwm), None);
        let inward = self.inward();
        match inward.has_reader_part() {
            false => inward.set_parts(Some(rcvhwm), None),
            true => inward.set_parts(None, Some(rcvhwm)),
        };
        self.note_marks(is_lower);
    }

    /// Lets both sides have their part in both marks: this side's and the peer's, each as (send,
    /// receive). A writer that waits has room now.
    pub fn join_hwms(&mut self, own: (i32, i32), peer: (i32, i32)) {
        let is_lower = self.outward().set_parts(Some(own.0), Some(peer.1));
        self.inward().set_parts(Some(peer.0), Some(own.1));
        self.note_marks(is_lower);
        for side in &self.shared.sides {
            if side.outward.waiting.swap(false, Ordering::SeqCst) {
                side.attention.raise(WRITABLE);
            }
        }
    }

    /// Marks have changed: a reader may owe credit that a lower mark (`is_lower`: of what this end
    /// writes) no longer lets it keep back. A writer that waits is not told of a higher one: as in
    /// libzmq it goes on with the next credit.
    fn note_marks(&mut self, is_lower: bool) {
        self.step = 0;
        self.give_due_credit();
        if is_lower {
            // Told also if it is awake: it goes by the mark that it has seen.
            self.outward().reader.asleep.store(AWAKE, Ordering::SeqCst);
            self.peer().attention.raise(READABLE);
        }
    }

    /// High-water marks of what this end writes and reads.
    pub fn hwms(&self) -> (i32, i32) {
        let load = |flow: &Flow| flow.hwm.load(Ordering::Relaxed);
        (load(self.outward()), load(self.inward()))
    }

    /// Gives credit that is owed since the mark changed: more than a lower mark lets the reader keep
    /// back, or less than a step of a higher one to a writer that waits since before.
    pub(super) fn give_due_credit(&mut self) {
        let flow = self.inward();
        let is_due = self.uncredited() >= low_water_mark(flow.hwm.load(Ordering::SeqCst));
        if is_due || (self.uncredited() > 0 && flow.waiting.load(Ordering::SeqCst)) {
            self.give_credit();
        }
    }
}
