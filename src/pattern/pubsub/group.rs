//! Subscribers that get the same messages in a row: each of these is written once, to a log that all of them read
//! (RFC 29, "The PUB Socket Type").
//!
//! Invariants: the members of a group are subscribers of its topic, and the stragglers are the others: pipes of
//! messages, and those that had no credit left at some time. A member without credit becomes a straggler before a
//! message that it may not have is written. Who has left a log may be slow to read its end, and keeps all that
//! follows in memory: soon nothing more is written to it, and the others go on in a new one.
#![forbid(unsafe_code)]

use crate::message::{Message, Outbound, note_lack};
use crate::pattern::control::flags;
use crate::pattern::fan_out::FanOut;
use crate::pipe::{Log, PipeId, PipeSet, Wake};
use crate::sys::memory::Room;

/// So many messages in a row have to go to the same subscribers.
const STREAK: u32 = if cfg!(test) { 2 } else { 16 };
/// So many messages without a group after one that could not be formed.
const PAUSE: u32 = if cfg!(test) { 3 } else { 1000 };
/// Credit that a pipe needs to become a member.
const LEAST_CREDIT: u32 = if cfg!(test) { 2 } else { 32 };
/// Stragglers are asked back each time that so many messages were sent.
const ASKED_EACH: u32 = if cfg!(test) { 3 } else { 64 };
/// Messages that are still written to a log that members have left: they may stand before what keeps its memory.
const MOST_STALE: u32 = if cfg!(test) { 2 } else { 256 };
/// Bodies from this size on travel by reference, to each subscriber.
const MOST_COPIED: usize = 32 * 1024;

/// See the module.
#[derive(Default)]
pub(super) struct Group {
    /// None before there is something to write to it, or without memory for it.
    log: Option<Log>,
    /// As many as the stragglers and itself have room for all of both.
    members: Vec<PipeId>,
    stragglers: Vec<PipeId>,
    /// Messages that each member has credit for.
    credit: u32,
    /// Messages since stragglers were last asked back.
    since_asked: u32,
    /// A message is being written to the log.
    is_open: bool,
    /// The topic of the last messages, and how many there were.
    topic: Option<u32>,
    streak: u32,
    pause: u32,
    /// There is a group, of which nobody may be a member just now.
    is_formed: bool,
    /// Messages begun since a member has left the log.
    stale: Option<u32>,
}

impl Group {
    /// Whether a part that begins a message may be written once for several pipes.
    pub fn suits(&self, pipes: &mut PipeSet, part: &Outbound<'_>) -> bool {
        match part {
            Outbound::Slice(body) => body.len() < MOST_COPIED,
            // A free function that is called says that a connection has taken the message.
            Outbound::Message(message) if message.has_free_function() => {
                message.len() < MOST_COPIED && self.is_flowing(pipes)
            }
            Outbound::Message(message) => Message::len(message) < MOST_COPIED,
            Outbound::Lent(_) => false,
        }
    }

    fn is_flowing(&self, pipes: &mut PipeSet) -> bool {
        self.members.iter().all(|id| pipes.get(*id).is_some_and(|end| end.is_flowing()))
    }

    /// Whether there is a group.
    #[inline]
    pub fn is_formed(&self) -> bool {
        self.is_formed
    }

    /// Whether a message that is written now is for somebody.
    #[inline]
    pub fn has_members(&self) -> bool {
        !self.members.is_empty()
    }

    /// Notes the topic of a message, if it has one only; answers it if its subscribers are to form a group.
    #[inline]
    pub fn note_topic(&mut self, topic: Option<u32>) -> Option<u32> {
        if topic.is_none() || topic != self.topic {
            self.topic = topic;
            self.streak = 0;
        }
        if self.pause > 0 {
            self.pause -= 1;
            return None;
        }
        self.streak += 1;
        topic.filter(|_| self.streak > STREAK)
    }

    /// Makes a group of the targets that can be in one; the others stay targets.
    pub fn form(&mut self, pipes: &mut PipeSet, fan_out: &mut FanOut) {
        self.streak = 0;
        if self.stale.is_some() {
            self.renew(pipes);
        }
        if fan_out.targets().len() > 1 && self.make_room(fan_out.targets().len()).is_some() {
            self.is_formed = true;
            self.stragglers.extend_from_slice(fan_out.targets());
            self.credit = u32::MAX;
            self.take_stragglers(pipes);
        }
        if self.members.len() < 2 && self.is_hopeless(pipes) {
            self.dissolve(pipes);
            self.pause = PAUSE;
            return;
        }
        self.target_stragglers(fan_out);
    }

    /// Makes sure that there is a log, and that so many pipes can be members or stragglers; `None` without memory.
    fn make_room(&mut self, pipes: usize) -> Option<()> {
        self.members.make_room(pipes).ok()?;
        self.stragglers.make_room(pipes).ok()?;
        if self.log.is_none() {
            self.log = Some(Log::new()?);
        }
        Some(())
    }

    /// Whether it is not for lack of credit that stragglers are no members.
    fn is_hopeless(&self, pipes: &mut PipeSet) -> bool {
        let mut has_credit =
            |id: &PipeId| pipes.get(*id).is_none_or(|end| end.credit() >= LEAST_CREDIT);
        self.stragglers.iter().all(&mut has_credit)
    }

    /// Begins a message to the group; what is not of it are the targets then.
    #[inline]
    pub fn begin(&mut self, pipes: &mut PipeSet, fan_out: &mut FanOut) {
        if pipes.take_new_marks() || self.credit == 0 {
            self.drop_idle(pipes);
        }
        if let Some(begun) = &mut self.stale {
            *begun += 1;
            if *begun > MOST_STALE {
                self.renew(pipes);
            }
        }
        self.since_asked += 1;
        if self.since_asked >= ASKED_EACH {
            self.take_stragglers(pipes);
        }
        self.target_stragglers(fan_out);
    }

    #[inline]
    fn target_stragglers(&self, fan_out: &mut FanOut) {
        fan_out.begin();
        for id in &self.stragglers {
            fan_out.add_target(*id);
        }
    }

    /// Has the members go on in a new log.
    #[cold]
    fn renew(&mut self, pipes: &mut PipeSet) {
        for id in self.members.drain(..) {
            if let (Some(end), Some(log)) = (pipes.get(id), &self.log) {
                end.leave_log(log);
                self.stragglers.push(id);
            }
        }
        self.log = Log::new();
        self.stale = None;
        self.credit = u32::MAX;
        self.take_stragglers(pipes);
    }

    fn note_left(&mut self) {
        self.stale.get_or_insert(0);
    }

    /// Makes stragglers with credit members.
    #[cold]
    fn take_stragglers(&mut self, pipes: &mut PipeSet) {
        self.since_asked = 0;
        let Self { log, members, stragglers, credit: most, .. } = self;
        if log.is_none() {
            *log = Log::new();
        }
        let Some(log) = log else { return };
        stragglers.retain(|id| {
            let Some(end) = pipes.get(*id) else { return false };
            let credit = end.credit();
            if credit < LEAST_CREDIT || !end.join_log(log) {
                return true;
            }
            *most = credit.min(*most);
            members.push(*id);
            false
        });
    }

    /// Makes members without credit stragglers.
    #[cold]
    fn drop_idle(&mut self, pipes: &mut PipeSet) {
        let Self { log, members, stragglers, credit: most, stale, .. } = self;
        *most = u32::MAX;
        let Some(log) = log else { return };
        members.retain(|id| {
            let Some(end) = pipes.get(*id) else { return false };
            let credit = end.log_credit(log);
            if credit > 0 {
                *most = credit.min(*most);
                return true;
            }
            end.leave_log(log);
            stragglers.push(*id);
            stale.get_or_insert(0);
            false
        });
    }

    /// Writes a part of a message to the members.
    #[inline]
    pub fn write(&mut self, pipes: &mut PipeSet, part: &Outbound<'_>, more: bool, is_first: bool) {
        if self.members.is_empty() || (!is_first && !self.is_open) {
            return;
        }
        self.is_open = more;
        let Some(log) = &mut self.log else { return };
        if !log.write(flags(more), part.body()) {
            return self.fail(pipes);
        }
        if more {
            return;
        }
        let wake = log.commit();
        self.credit -= 1;
        if wake != Wake::Nobody {
            self.wake(pipes, wake);
        }
        if self.credit == 0 {
            self.ask_for_credit(pipes);
        }
    }

    /// Without memory for it the members get nothing of a message.
    #[cold]
    fn fail(&mut self, pipes: &mut PipeSet) {
        note_lack();
        self.take_back();
        self.dissolve(pipes);
    }

    /// Takes the parts of an unfinished message back.
    fn take_back(&mut self) {
        self.is_open = false;
        if let Some(log) = &mut self.log {
            log.rollback();
        }
    }

    #[cold]
    fn wake(&self, pipes: &mut PipeSet, wake: Wake) {
        for id in &self.members {
            if let Some(end) = pipes.get(*id) {
                end.wake_in_log(wake);
            }
        }
    }

    /// Looks at what credit there is, and asks for more where there is none.
    #[cold]
    fn ask_for_credit(&mut self, pipes: &mut PipeSet) {
        self.credit = u32::MAX;
        for id in &self.members {
            let (Some(end), Some(log)) = (pipes.get(*id), &self.log) else { continue };
            let credit = end.log_credit(log);
            self.credit = self.credit.min(credit);
            if credit == 0 && !end.is_peer_gone() {
                pipes.note_shortage();
            }
        }
    }

    /// Has each member go on by itself.
    pub fn dissolve(&mut self, pipes: &mut PipeSet) {
        if !self.members.is_empty() {
            self.note_left();
        }
        for id in self.members.drain(..) {
            if let (Some(end), Some(log)) = (pipes.get(id), &self.log) {
                end.leave_log(log);
            }
        }
        self.stragglers.clear();
        self.is_formed = false;
    }

    /// The pipe goes.
    pub fn handle_closed(&mut self, pipes: &mut PipeSet, id: PipeId) {
        self.stragglers.retain(|known| *known != id);
        if let Some(place) = self.members.iter().position(|known| *known == id) {
            self.members.swap_remove(place);
            self.note_left();
            if let (Some(end), Some(log)) = (pipes.get(id), &self.log) {
                end.leave_log(log);
            }
            if self.members.is_empty() {
                self.take_back();
            }
        }
    }
}

#[cfg(test)]
mod tests;
