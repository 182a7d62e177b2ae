//! SUB: messages in that begin with a topic subscribed to, nothing out (RFC 29, "The SUB Socket Type").
#![forbid(unsafe_code)]

use super::subscriber::{Subscriber, subscribes};
use crate::errno::{Errno, Result};
use crate::message::Inbound;
use crate::options::Options;
use crate::pattern::{Attach, Policy};
use crate::pipe::{PipeId, PipeSet};

/// The SUB socket type.
#[derive(Default)]
pub struct Sub {
    subscriber: Subscriber,
}

impl Sub {
    #[inline(always)]
    fn wants_everything(&self, options: &Options) -> bool {
        self.subscriber.filter.has_everything() && !options.invert_matching
    }

    /// Steps over messages that are not wanted; answers the pipe with one that is.
    fn find(&mut self, pipes: &mut PipeSet, options: &Options) -> Option<PipeId> {
        let Subscriber { incoming, filter, .. } = &mut self.subscriber;
        while let Some(id) = incoming.next(pipes) {
            let view = pipes.get(id)?.peek()?;
            if filter.has_match(view.body) != options.invert_matching {
                return Some(id);
            }
            incoming.skip(pipes, id);
        }
        None
    }
}

impl Policy for Sub {
    subscribes!();

    #[inline(always)]
    fn take(&mut self, pipes: &mut PipeSet, options: &Options, sink: &mut Inbound<'_>) -> bool {
        self.wants_everything(options) && self.subscriber.incoming.take(pipes, sink)
    }

    #[inline(always)]
    fn take_part(
        &mut self,
        pipes: &mut PipeSet,
        options: &Options,
        sink: &mut Inbound<'_>,
    ) -> Option<bool> {
        let is_wanted = self.wants_everything(options) || !self.subscriber.incoming.is_between();
        if is_wanted { self.subscriber.incoming.take_part(pipes, sink) } else { None }
    }

    #[inline]
    fn recv(
        &mut self,
        pipes: &mut PipeSet,
        options: &Options,
        sink: &mut Inbound<'_>,
    ) -> Result<bool> {
        if !self.wants_everything(options) && self.subscriber.incoming.is_between() {
            let id = self.find(pipes, options).ok_or(Errno::EAGAIN)?;
            self.subscriber.incoming.enter(id);
        }
        self.subscriber.incoming.recv(pipes, sink)
    }

    fn has_in(&mut self, pipes: &mut PipeSet, options: &Options) -> bool {
        if self.subscriber.incoming.is_between() {
            return self.find(pipes, options).is_some();
        }
        self.subscriber.incoming.has_in(pipes)
    }

    fn subscribe(&mut self, pipes: &mut PipeSet, _: &Options, topic: &[u8]) -> Result<()> {
        self.subscriber.subscribe(pipes, topic)
    }

    fn unsubscribe(&mut self, pipes: &mut PipeSet, _: &Options, topic: &[u8]) -> Result<()> {
        self.subscriber.unsubscribe(pipes, topic, false)
    }
}

#[cfg(test)]
mod tests {
    use crate::errno::Errno;
    use crate::options::SocketType;
    use crate::pattern::Attach;
    use crate::pattern::testing::{Rig, both_kinds, parts};
    use crate::pipe::Kind;
    use crate::sys::shortage;

    #[test]
    fn sub_shall_tell_its_subscriptions_to_publishers_old_and_new() {
        both_kinds(SocketType::Sub, |mut rig| {
            let mut old = rig.connect();
            rig.subscribe(b"t").unwrap();
            rig.subscribe(b"t").unwrap();
            assert_eq!(old.recv_all(), [parts(&[b"\x01t"]), parts(&[b"\x01t"])]);
            let mut new = rig.connect();
            assert_eq!(new.recv_all(), [parts(&[b"\x01t"])]);
            new.end.raise_hiccup();
            rig.settle();
            assert_eq!(new.recv_all(), [parts(&[b"\x01t"])]);
            rig.unsubscribe(b"t").unwrap();
            assert_eq!(old.recv_all().len(), 0);
            rig.unsubscribe(b"t").unwrap();
            rig.unsubscribe(b"t").unwrap();
            assert_eq!(old.recv_all(), [parts(&[b"\x00t"])]);
            assert_eq!(new.recv_all(), [parts(&[b"\x00t"])]);
        });
    }

    #[test]
    fn sub_shall_receive_only_what_it_subscribed_to() {
        both_kinds(SocketType::Sub, |mut rig| {
            let mut peer = rig.connect();
            assert!(peer.send(&[b"a1"]));
            assert!(!rig.has_in());
            rig.subscribe(b"a").unwrap();
            assert!(peer.send(&[b"b2", b"a"]) && peer.send(&[b"a2", b"b"]) && peer.send(&[b"c"]));
            assert!(rig.has_in());
            assert_eq!(rig.recv(), Ok(parts(&[b"a2", b"b"])));
            assert_eq!(rig.recv(), Err(Errno::EAGAIN));
            rig.options.invert_matching = true;
            assert!(peer.send(&[b"a3"]) && peer.send(&[b"c3"]));
            assert_eq!(rig.recv(), Ok(parts(&[b"c3"])));
            assert_eq!(rig.send(&[b"x"]), Err(Errno::ENOTSUP));
            assert!(!rig.has_out());
        });
    }

    /// Whether memory for so many pieces is enough to subscribe with two publishers, one of which is full.
    fn subscribes(pieces: usize, kind: Kind) -> bool {
        let mut rig = Rig::new(SocketType::Sub, kind);
        let mut peers = [rig.connect(), rig.connect()];
        for _ in 0..10 {
            rig.subscribe(b"first").unwrap();
        }
        assert_eq!(peers[0].recv_all().len(), 10);
        rig.settle();
        let topic = [7; 500];
        let subscribed =
            shortage::after(pieces, || rig.pattern.subscribe(&mut rig.pipes, &rig.options, &topic));
        let is_subscribed = subscribed.is_ok();
        assert!(is_subscribed || subscribed == Err(Errno::ENOMEM));
        rig.settle();
        let mut heard = [0, 0];
        for (peer, heard) in peers.iter_mut().zip(&mut heard) {
            loop {
                let batch = peer.recv_all();
                if batch.is_empty() {
                    break;
                }
                for message in batch.iter().filter(|message| message[0][1..] == topic) {
                    *heard += if message[0][0] == 1 { 1 } else { -1 };
                }
                rig.settle();
            }
        }
        for (peer, heard) in peers.iter().zip(heard) {
            // One who cannot be told that it is not wanted after all comes again, or is of this process.
            let is_excused = rig.terminated.contains(&peer.id) || kind == Kind::Values;
            assert!(heard == i32::from(is_subscribed) || (!is_subscribed && is_excused));
        }
        assert_eq!(rig.pattern.topics_count(), 1 + usize::from(is_subscribed));
        is_subscribed
    }

    #[test]
    fn without_memory_it_is_not_subscribed_and_no_publisher_thinks_so() {
        for kind in [Kind::Bytes, Kind::Values] {
            let needed = (0..).find(|pieces| subscribes(*pieces, kind));
            assert!(needed.is_some_and(|pieces| pieces > 4), "{needed:?}");
        }
    }

    #[test]
    fn a_publisher_for_whom_there_is_no_memory_comes_again() {
        let mut rig = Rig::new(SocketType::Sub, Kind::Bytes);
        for i in 0..100u8 {
            rig.subscribe(&[i; 100]).unwrap();
        }
        let peer = rig.connect_as(Attach::default(), |_| {});
        shortage::after(1, || {
            rig.pattern.handle_hiccup(&mut rig.pipes, &rig.options, peer.id);
        });
        rig.settle();
        assert_eq!(rig.terminated, [peer.id]);
        let mut again = rig.connect();
        let mut heard = 0;
        loop {
            let batch = again.recv_all().len();
            if batch == 0 {
                break;
            }
            heard += batch;
            rig.settle();
        }
        assert_eq!(heard, 100);
    }

    #[test]
    fn more_subscriptions_than_a_pipe_holds_all_arrive_in_order() {
        both_kinds(SocketType::Sub, |mut rig| {
            for i in 0..25u8 {
                rig.subscribe(&[i]).unwrap();
            }
            let mut peer = rig.connect();
            rig.unsubscribe(&[3]).unwrap();
            let mut got = Vec::new();
            loop {
                let batch = peer.recv_all();
                if batch.is_empty() {
                    break;
                }
                got.extend(batch);
                rig.settle();
            }
            assert_eq!(got.len(), 26);
            assert_eq!(got[25], parts(&[b"\x00\x03"]));
        });
    }
}
