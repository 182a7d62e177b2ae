//! The options of a context (zmq_ctx_set(3), zmq_ctx_get(3), zmq_ctx_set_ext(3),
//! zmq_ctx_get_ext(3)).
//!
//! Every refusal is EINVAL and leaves the options as they were.
#![forbid(unsafe_code)]

use std::collections::BTreeSet;

use super::codec::{emit_bytes, emit_int, parse_int};
use super::numbers::*;
use crate::errno::{Errno, Result};

/// Most sockets that `ZMQ_SOCKET_LIMIT` allows a context.
const SOCKET_LIMIT: i32 = 65_535;
/// Size of `zmq_msg_t`, in bytes.
const MSG_T_SIZE: i32 = 64;
/// Longest name prefix, in bytes.
const THREAD_NAME_PREFIX_MAX_LEN: usize = 16;

/// One field for each option of a context, named as the option.
#[derive(Clone, Debug)]
pub struct ContextOptions {
    /// Number of I/O threads; 0 serves inproc only.
    pub io_threads: i32,
    /// Most sockets at a time.
    pub max_sockets: i32,
    /// Scheduling priority of the threads; -1 is the system's.
    pub thread_priority: i32,
    /// Scheduling policy of the threads; -1 is the system's.
    pub thread_sched_policy: i32,
    /// CPUs that the threads may run on; empty is all.
    pub thread_affinity_cpus: BTreeSet<i32>,
    /// What the names of the threads start with, up to 16 bytes.
    pub thread_name_prefix: Vec<u8>,
    /// Longest message to send, in bytes.
    pub max_msgsz: i32,
    /// Whether received messages may share memory.
    pub zero_copy_recv: bool,
    /// Default of `ZMQ_IPV6` for new sockets.
    pub ipv6: bool,
    /// Whether new sockets linger by default.
    pub blocky: bool,
}

impl Default for ContextOptions {
    fn default() -> Self {
        Self {
            io_threads: 1,
            max_sockets: 1023,
            thread_priority: -1,
            thread_sched_policy: -1,
            thread_affinity_cpus: BTreeSet::new(),
            thread_name_prefix: Vec::new(),
            max_msgsz: i32::MAX,
            zero_copy_recv: true,
            ipv6: false,
            blocky: true,
        }
    }
}

impl ContextOptions {
    /// Sets an option to an int (zmq_ctx_set(3)).
    pub fn set(&mut self, option: i32, value: i32) -> Result<()> {
        if option == ZMQ_THREAD_NAME_PREFIX {
            self.thread_name_prefix = value.to_string().into_bytes();
            return Ok(());
        }
        if value < 0 {
            return Err(Errno::EINVAL);
        }
        match option {
            ZMQ_IO_THREADS => self.io_threads = value,
            ZMQ_MAX_SOCKETS if value > 0 => self.max_sockets = value,
            ZMQ_THREAD_PRIORITY => self.thread_priority = value,
            ZMQ_THREAD_SCHED_POLICY => self.thread_sched_policy = value,
            ZMQ_MAX_MSGSZ => self.max_msgsz = value,
            ZMQ_THREAD_AFFINITY_CPU_ADD => {
                self.thread_affinity_cpus.insert(value);
            }
            ZMQ_THREAD_AFFINITY_CPU_REMOVE if self.thread_affinity_cpus.remove(&value) => {}
            ZMQ_ZERO_COPY_RECV => self.zero_copy_recv = value != 0,
            ZMQ_IPV6 => self.ipv6 = value != 0,
            ZMQ_BLOCKY => self.blocky = value != 0,
            _ => return Err(Errno::EINVAL),
        }
        Ok(())
    }

    /// Reads an option as an int (zmq_ctx_get(3)). A value may be -1.
    pub fn get(&self, option: i32) -> Result<i32> {
        match option {
            ZMQ_IO_THREADS => Ok(self.io_threads),
            ZMQ_MAX_SOCKETS => Ok(self.max_sockets),
            ZMQ_SOCKET_LIMIT => Ok(SOCKET_LIMIT),
            ZMQ_THREAD_SCHED_POLICY => Ok(self.thread_sched_policy),
            ZMQ_MAX_MSGSZ => Ok(self.max_msgsz),
            ZMQ_MSG_T_SIZE => Ok(MSG_T_SIZE),
            ZMQ_THREAD_NAME_PREFIX => Ok(leading_int(&self.thread_name_prefix)),
            ZMQ_ZERO_COPY_RECV => Ok(i32::from(self.zero_copy_recv)),
            ZMQ_IPV6 => Ok(i32::from(self.ipv6)),
            ZMQ_BLOCKY => Ok(i32::from(self.blocky)),
            _ => Err(Errno::EINVAL),
        }
    }

    /// Sets an option to bytes (zmq_ctx_set_ext(3)): a name prefix of 1 to 16 bytes, or an int
    /// in 4 bytes, which four bytes always are.
    pub fn set_ext(&mut self, option: i32, value: &[u8]) -> Result<()> {
        if let Ok(value) = parse_int(value) {
            return self.set(option, value);
        }
        let is_prefix = option == ZMQ_THREAD_NAME_PREFIX
            && (1..=THREAD_NAME_PREFIX_MAX_LEN).contains(&value.len());
        if !is_prefix {
            return Err(Errno::EINVAL);
        }
        self.thread_name_prefix = value.to_vec();
        Ok(())
    }

    /// Reads an option into `out` and answers its length (zmq_ctx_get_ext(3)): an int in exactly
    /// 4 bytes, or in a buffer of another size as much of the name prefix as it holds.
    pub fn get_ext(&self, option: i32, out: &mut [u8]) -> Result<usize> {
        if option != ZMQ_THREAD_NAME_PREFIX || out.len() == size_of::<i32>() {
            return emit_int(out, self.get(option)?);
        }
        let len = out.len().min(self.thread_name_prefix.len());
        let (head, _) = out.split_at_mut_checked(len).ok_or(Errno::EINVAL)?;
        emit_bytes(head, self.thread_name_prefix.get(..len).unwrap_or_default())
    }
}

/// The decimal number that `text` starts with, or 0.
fn leading_int(text: &[u8]) -> i32 {
    let sign_len = usize::from(text.first() == Some(&b'-'));
    let digits = text.iter().skip(sign_len).take_while(|byte| byte.is_ascii_digit()).count();
    let number = text.get(..sign_len + digits).unwrap_or_default();
    str::from_utf8(number).ok().and_then(|number| number.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_those_of_the_manual() {
        let options = ContextOptions::default();
        let expected = [
            (ZMQ_IO_THREADS, 1),
            (ZMQ_MAX_SOCKETS, 1023),
            (ZMQ_SOCKET_LIMIT, 65_535),
            (ZMQ_THREAD_SCHED_POLICY, -1),
            (ZMQ_MAX_MSGSZ, i32::MAX),
            (ZMQ_MSG_T_SIZE, 64),
            (ZMQ_THREAD_NAME_PREFIX, 0),
            (ZMQ_ZERO_COPY_RECV, 1),
            (ZMQ_IPV6, 0),
            (ZMQ_BLOCKY, 1),
        ];
        for (option, value) in expected {
            assert_eq!(options.get(option), Ok(value), "{option}");
        }
        for option in [-1, 0, 7, 8, 11, 71] {
            assert_eq!(options.get(option), Err(Errno::EINVAL), "{option}");
        }
    }

    #[test]
    fn negative_and_unknown_are_refused() {
        let mut options = ContextOptions::default();
        for option in [0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 42, 70, 99] {
            assert_eq!(options.set(option, -1), Err(Errno::EINVAL), "{option}");
        }
        for option in [0, ZMQ_MAX_SOCKETS, ZMQ_MSG_T_SIZE, 8, 11, 99] {
            assert_eq!(options.set(option, 0), Err(Errno::EINVAL), "{option}");
        }
        for option in [1, 3, 4, 5, 7, 10, 42, 70] {
            assert_eq!(options.set(option, 0), Ok(()), "{option}");
        }
        assert_eq!(options.set(ZMQ_IPV6, 5), Ok(()));
        assert_eq!(options.get(ZMQ_IPV6), Ok(1));
    }

    #[test]
    fn a_cpu_is_removed_once() {
        let mut options = ContextOptions::default();
        assert_eq!(options.set(ZMQ_THREAD_AFFINITY_CPU_REMOVE, 1), Err(Errno::EINVAL));
        assert_eq!(options.set(ZMQ_THREAD_AFFINITY_CPU_ADD, 1), Ok(()));
        assert_eq!(options.set(ZMQ_THREAD_AFFINITY_CPU_ADD, 1), Ok(()));
        assert_eq!(options.set(ZMQ_THREAD_AFFINITY_CPU_REMOVE, 1), Ok(()));
        assert_eq!(options.set(ZMQ_THREAD_AFFINITY_CPU_REMOVE, 1), Err(Errno::EINVAL));
    }

    #[test]
    fn a_name_prefix_is_a_text_or_a_number() {
        let mut options = ContextOptions::default();
        let mut out = [0xaa; 20];
        assert_eq!(options.set_ext(ZMQ_THREAD_NAME_PREFIX, b"abc"), Ok(()));
        assert_eq!(options.get_ext(ZMQ_THREAD_NAME_PREFIX, &mut out), Ok(3));
        assert_eq!(out[..4], *b"abc\xaa");
        assert_eq!(options.get(ZMQ_THREAD_NAME_PREFIX), Ok(0));
        assert_eq!(options.set_ext(ZMQ_THREAD_NAME_PREFIX, b"abc\0"), Ok(()));
        assert_eq!(options.get(ZMQ_THREAD_NAME_PREFIX), Ok(6_513_249));
        assert_eq!(options.get_ext(ZMQ_THREAD_NAME_PREFIX, &mut out[..4]), Ok(4));
        assert_eq!(out[..4], *b"abc\0");
        assert_eq!(options.set(ZMQ_THREAD_NAME_PREFIX, -2), Ok(()));
        assert_eq!(options.get(ZMQ_THREAD_NAME_PREFIX), Ok(-2));
        assert_eq!(options.set_ext(ZMQ_THREAD_NAME_PREFIX, &[b'a'; 16]), Ok(()));
        for len in [0, 17] {
            let prefix = vec![b'a'; len];
            assert_eq!(options.set_ext(ZMQ_THREAD_NAME_PREFIX, &prefix), Err(Errno::EINVAL));
        }
    }

    #[test]
    fn other_options_take_four_bytes_through_ext() {
        let mut options = ContextOptions::default();
        let mut out = [0; 8];
        assert_eq!(options.set_ext(ZMQ_IO_THREADS, &3_i32.to_ne_bytes()), Ok(()));
        assert_eq!(options.get_ext(ZMQ_IO_THREADS, &mut out[..4]), Ok(4));
        assert_eq!(out[..4], 3_i32.to_ne_bytes());
        assert_eq!(options.get_ext(ZMQ_IO_THREADS, &mut out), Err(Errno::EINVAL));
        assert_eq!(options.set_ext(ZMQ_IO_THREADS, &[1; 8]), Err(Errno::EINVAL));
        assert_eq!(options.set_ext(ZMQ_IO_THREADS, &[]), Err(Errno::EINVAL));
    }
}
