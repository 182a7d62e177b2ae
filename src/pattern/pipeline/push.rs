//! PUSH: messages out in turns, nothing in (RFC 30, "The PUSH Socket Type").
#![forbid(unsafe_code)]

use crate::errno::Result;
use crate::message::Outbound;
use crate::options::Options;
use crate::pattern::load_balance::LoadBalance;
use crate::pattern::{Attach, Policy, control};
use crate::pipe::{PipeId, PipeSet};

/// The PUSH socket type.
#[derive(Default)]
pub struct Push {
    outgoing: LoadBalance,
}

impl Policy for Push {
    fn attach(&mut self, pipes: &mut PipeSet, options: &Options, id: PipeId, _: Attach) {
        self.outgoing.attach(id);
        self.handle_readable(pipes, options, id);
    }

    fn handle_readable(&mut self, pipes: &mut PipeSet, _: &Options, id: PipeId) {
        pipes.get(id).map(control::skip_all);
    }

    fn handle_writable(&mut self, _: &mut PipeSet, _: &Options, id: PipeId) {
        self.outgoing.handle_writable(id);
    }

    fn handle_closed(&mut self, _: &mut PipeSet, _: &Options, id: PipeId) {
        self.outgoing.handle_closed(id);
    }

    #[inline(always)]
    fn send(
        &mut self,
        pipes: &mut PipeSet,
        _: &Options,
        part: &mut Outbound<'_>,
        more: bool,
    ) -> Result<()> {
        self.outgoing.send(pipes, part, more)
    }

    #[inline(always)]
    fn post(&mut self, pipes: &mut PipeSet, part: &Outbound<'_>) -> bool {
        self.outgoing.post(pipes, part)
    }

    #[inline(always)]
    fn post_part(
        &mut self,
        pipes: &mut PipeSet,
        _: &Options,
        part: &Outbound<'_>,
        more: bool,
    ) -> bool {
        self.outgoing.post_part(pipes, part, more)
    }

    fn has_out(&mut self, pipes: &mut PipeSet, _: &Options) -> bool {
        self.outgoing.has_out(pipes)
    }
}

#[cfg(test)]
mod tests {
    use crate::errno::Errno;
    use crate::options::SocketType;
    use crate::pattern::MESSAGE_LOST;
    use crate::pattern::testing::{both_kinds, parts};

    #[test]
    fn push_shall_route_outgoing_messages_to_available_peers_in_turns() {
        both_kinds(SocketType::Push, |mut rig| {
            let mut peers = [rig.connect(), rig.connect(), rig.connect()];
            for i in 0..6u8 {
                rig.send(&[&[i], b"tail"]).unwrap();
            }
            for peer in &mut peers {
                let got = peer.recv_all();
                assert_eq!(got.len(), 2);
                assert!(got.iter().all(|message| message[1] == b"tail"));
            }
        });
    }

    #[test]
    fn push_shall_block_when_it_has_no_available_peers() {
        both_kinds(SocketType::Push, |mut rig| {
            assert!(!rig.has_out());
            assert_eq!(rig.send(&[b"x"]), Err(Errno::EAGAIN));
            let mut peer = rig.connect();
            for _ in 0..10 {
                rig.send(&[b"x"]).unwrap();
            }
            assert_eq!(rig.send(&[b"x"]), Err(Errno::EAGAIN));
            for _ in 0..5 {
                peer.recv();
            }
            assert!(rig.has_out());
            assert_eq!(rig.send(&[b"x"]), Ok(()));
        });
    }

    #[test]
    fn the_rest_of_a_message_whose_pipe_died_is_dropped() {
        both_kinds(SocketType::Push, |mut rig| {
            let first = rig.connect();
            rig.send_part(b"1", true).unwrap();
            let mut second = rig.connect();
            drop(first.end);
            for (part, more) in [(b"2", true), (b"3", false)] {
                rig.send_part(part, more).unwrap();
            }
            rig.send(&[b"4", b"5"]).unwrap();
            assert_eq!(second.recv_all(), [parts(&[b"4", b"5"])]);
        });
    }

    #[test]
    fn a_pipe_found_dead_between_parts_loses_the_message() {
        both_kinds(SocketType::Push, |mut rig| {
            let first = rig.connect();
            rig.send_part(b"1", true).unwrap();
            drop(first.end);
            let mut send = |part: &[u8], more| {
                let mut part = crate::message::Outbound::Slice(part);
                rig.pattern.send(&mut rig.pipes, &rig.options, &mut part, more)
            };
            assert_eq!(send(b"2", true), Err(MESSAGE_LOST));
            assert_eq!(send(b"3", false), Ok(()));
            assert_eq!(send(b"4", false), Err(Errno::EAGAIN));
        });
    }

    #[test]
    fn push_shall_not_receive_and_drops_what_comes() {
        both_kinds(SocketType::Push, |mut rig| {
            let mut peer = rig.connect();
            assert_eq!(rig.recv(), Err(Errno::ENOTSUP));
            for _ in 0..25 {
                assert!(peer.send(&[b"x"]));
                rig.settle();
            }
            assert!(!rig.has_in());
        });
    }
}
