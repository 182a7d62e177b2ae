//! Reading from a pipe: parts in, and credit for the peer once enough messages were read.
#![forbid(unsafe_code)]

use super::{COUNT, PipeEnd, View};
use crate::message::{FLAG_MORE, FLAG_ROUTING_ID, Inbound};
use crate::pipe::attention::WRITABLE;
use crate::pipe::flow::{ASLEEP, AWAKE, DOZING, low_water_mark};
use crate::sync::atomic::Ordering;

impl PipeEnd {
    /// Whether a message can be read. If not, the peer will raise attention with the next one.
    #[inline]
    pub fn is_readable(&mut self) -> bool {
        if self.reader.has_part() {
            return true;
        }
        self.inward().reader.asleep.store(ASLEEP, Ordering::SeqCst);
        self.reader.note_sleep();
        if self.reader.has_part() {
            self.inward().reader.asleep.store(AWAKE, Ordering::SeqCst);
            return true;
        }
        self.give_due_credit();
        false
    }

    /// For a reader that will look again soon by itself, in the middle of a stream: asks to be told
    /// only of a full segment or of a writer without credit. Answers whether there is so much to read
    /// that it is not to wait, or a writer that waits for it.
    pub fn doze(&mut self) -> bool {
        self.inward().reader.asleep.store(DOZING, Ordering::SeqCst);
        let is_awaited = self.inward().waiting.load(Ordering::SeqCst);
        self.reader.has_part() && (is_awaited || self.reader.has_batch())
    }

    /// The next part, left in place.
    #[inline]
    pub fn peek(&mut self) -> Option<View<'_>> {
        self.reader.peek()
    }

    /// Moves the next part to `sink`; answers its flags.
    #[inline(always)]
    pub fn read(&mut self, sink: &mut Inbound<'_>) -> Option<u8> {
        let flags = self.reader.read(sink);
        self.note_read(flags)
    }

    /// Moves the next message to `sink`, if it is one of one part, known to be there and no more than copied; `false`:
    /// nothing has happened.
    #[inline(always)]
    pub fn take(&mut self, sink: &mut Inbound<'_>) -> bool {
        let is_taken = self.reader.take(sink, 0).is_some();
        if is_taken {
            self.note_messages_read(1);
        }
        is_taken
    }

    /// As [`Self::take`], of a part; answers its flags (MORE).
    #[inline(always)]
    pub fn take_part(&mut self, sink: &mut Inbound<'_>) -> Option<u8> {
        let flags = self.reader.take(sink, FLAG_MORE);
        self.note_read(flags)
    }

    /// Steps over the next part; answers its flags.
    pub fn skip(&mut self) -> Option<u8> {
        let flags = self.reader.skip();
        self.note_read(flags)
    }

    /// Steps over the rest of the message.
    pub fn skip_message(&mut self) {
        while let Some(flags) = self.skip() {
            if flags & FLAG_MORE == 0 {
                break;
            }
        }
    }

    #[inline(always)]
    pub(super) fn note_read(&mut self, flags: Option<u8>) -> Option<u8> {
        let flags = flags?;
        if flags & (FLAG_MORE | FLAG_ROUTING_ID) == 0 {
            self.note_messages_read(1);
        }
        Some(flags)
    }

    #[inline(always)]
    pub(super) fn note_messages_read(&mut self, n: u32) {
        self.read = (self.read + n) & COUNT;
        if self.uncredited() >= self.step {
            self.note_step();
        }
    }

    #[inline(always)]
    pub(super) fn uncredited(&self) -> u32 {
        self.read.wrapping_sub(self.credited) & COUNT
    }

    /// Credit may be due: the mark may have become another since the last time. Where there is none any more, a
    /// writer may wait since before.
    #[inline(never)]
    fn note_step(&mut self) {
        let flow = self.inward();
        let hwm = flow.hwm.load(Ordering::SeqCst);
        let is_awaited = hwm == 0 && flow.waiting.load(Ordering::SeqCst);
        self.step = low_water_mark(hwm);
        if self.uncredited() >= self.step || is_awaited {
            self.give_credit();
        }
    }

    pub(super) fn give_credit(&mut self) {
        self.credited = self.read;
        let flow = self.inward();
        flow.reader.credited.swap(self.read, Ordering::SeqCst);
        if flow.waiting.load(Ordering::SeqCst) && flow.waiting.swap(false, Ordering::SeqCst) {
            self.peer().attention.raise(WRITABLE);
        }
    }
}
