//! Switches for what makes the library fast, so that each mechanism can be measured, and suspected, alone: with the
//! feature `switches`, those named in the environment variable ZMQ_OFF are off, as in `ZMQ_OFF=lead,log`. In
//! other builds all are on, and cost nothing.
#![forbid(unsafe_code)]

#[cfg(feature = "switches")]
use super::answer::Answer;

/// A mechanism that can be switched off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Switch {
    /// A thread that waits does the work of the I/O thread.
    Lead,
    /// A thread that sends a single message passes it to the kernel.
    Inline,
    /// In a stream of messages that is left to the I/O thread.
    Batch,
    /// Who has more to read puts off what it sends.
    PutOff,
    /// Subscribers of the same topic read one log.
    Log,
    /// Small blocks go round between threads.
    Magazines,
    /// Large blocks are kept.
    Blocks,
    /// Who reads as fast as another thread writes lets that get ahead.
    Yield,
    /// Who writes for another thread has the cache ready for what comes next.
    Ahead,
    /// A thread that waits looks for a moment before it sleeps.
    Look,
    /// A message whose way is no more than a copy takes a way of its own.
    Short,
    /// In a stream of large messages the kernel gets them from the sender's memory.
    Lend,
}

impl Switch {
    /// All of them, and their names in ZMQ_OFF.
    pub const ALL: [(Self, &str); 12] = [
        (Self::Lead, "lead"),
        (Self::Inline, "inline"),
        (Self::Batch, "batch"),
        (Self::PutOff, "putoff"),
        (Self::Log, "log"),
        (Self::Magazines, "magazines"),
        (Self::Blocks, "blocks"),
        (Self::Yield, "yield"),
        (Self::Ahead, "ahead"),
        (Self::Look, "look"),
        (Self::Short, "short"),
        (Self::Lend, "lend"),
    ];

    #[cfg(any(test, feature = "switches"))]
    fn bit(self) -> u32 {
        1 << self as u32
    }

    /// Whether the mechanism is not to be used.
    #[inline(always)]
    pub fn is_off(self) -> bool {
        #[cfg(feature = "switches")]
        return off() & self.bit() != 0;
        #[cfg(not(feature = "switches"))]
        false
    }
}

#[cfg(feature = "switches")]
fn off() -> u32 {
    static OFF: Answer = Answer::new();
    OFF.bits(|| parse(&std::env::var("ZMQ_OFF").unwrap_or_default()))
}

/// The bits of the mechanisms named in `list`, with commas in between; other words mean nothing.
#[cfg(any(test, feature = "switches"))]
fn parse(list: &str) -> u32 {
    let named = |word| Switch::ALL.iter().find(|(_, name)| *name == word);
    list.split(',').filter_map(named).fold(0, |bits, (switch, _)| bits | switch.bit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn switches_are_found_by_their_names() {
        assert_eq!(parse("log,lead"), Switch::Log.bit() | Switch::Lead.bit());
        assert_eq!(parse("no,such,Log"), 0);
        let all = Switch::ALL.map(|(switch, name)| {
            assert_eq!(parse(name), switch.bit());
            switch.bit()
        });
        assert_eq!(all.iter().fold(0, |bits, bit| bits ^ bit).count_ones(), 12);
    }
}
