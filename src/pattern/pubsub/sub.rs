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

    #[inline]
    fn recv(
        &mut self,
        pipes: &mut PipeSet,
        options: &Options,
        sink: &mut Inbound<'_>,
    ) -> Result<bool> {
        let wants_everything = self.subscriber.filter.has_everything() && !options.invert_matching;
        if !wants_everything && self.subscriber.incoming.is_between() {
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
        self.subscriber.subscribe(pipes, topic);
        Ok(())
    }

    fn unsubscribe(&mut self, pipes: &mut PipeSet, _: &Options, topic: &[u8]) -> Result<()> {
        self.subscriber.unsubscribe(pipes, topic, false);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::errno::Errno;
    use crate::options::SocketType;
    use crate::pattern::testing::{both_kinds, parts};

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
