//! XSUB: as SUB, without a filter of its own, and with subscriptions and other messages sent by the
//! application (RFC 29, "The XSUB Socket Type").
#![forbid(unsafe_code)]

use super::subscriber::{Subscriber, subscribes};
use super::upstream::{self, Scope, Upstream};
use crate::errno::Result;
use crate::message::{Inbound, Outbound};
use crate::options::Options;
use crate::pattern::{Attach, Policy, control};
use crate::pipe::{PipeId, PipeSet};

/// The XSUB socket type.
#[derive(Default)]
pub struct Xsub {
    subscriber: Subscriber,
    outgoing: Scope,
}

impl Xsub {
    /// Sends a part to every publisher that has room for its message.
    fn send_part(&mut self, pipes: &mut PipeSet, part: &mut Outbound<'_>, more: bool) {
        let fan_out = &mut self.subscriber.fan_out;
        if !fan_out.is_within() {
            fan_out.begin();
            fan_out.add_all();
        }
        fan_out.send(pipes, part, more);
    }
}

impl Policy for Xsub {
    subscribes!();

    fn send(
        &mut self,
        pipes: &mut PipeSet,
        options: &Options,
        part: &mut Outbound<'_>,
        more: bool,
    ) -> Result<()> {
        let is_whole = !more && !self.subscriber.fan_out.is_within();
        let parsed = upstream::parse_message(part.body());
        let only_first = options.only_first_subscribe;
        match self.outgoing.narrow(parsed, control::flags(more), only_first) {
            Upstream::Subscribe(topic) if is_whole => self.subscriber.subscribe(pipes, topic)?,
            Upstream::Cancel(topic) if is_whole => {
                let is_verbose = options.xsub_verbose_unsubscribe;
                self.subscriber.unsubscribe(pipes, topic, is_verbose)?;
            }
            Upstream::Subscribe(topic) => {
                self.subscriber.filter.add(topic)?;
                self.send_part(pipes, part, more);
            }
            // A part of a longer message cannot be left out of it.
            Upstream::Cancel(topic) => {
                self.subscriber.filter.remove(topic);
                self.send_part(pipes, part, more);
            }
            Upstream::Part | Upstream::Other => self.send_part(pipes, part, more),
        }
        Ok(())
    }

    #[inline]
    fn recv(&mut self, pipes: &mut PipeSet, _: &Options, sink: &mut Inbound<'_>) -> Result<bool> {
        self.subscriber.incoming.recv(pipes, sink)
    }

    fn has_in(&mut self, pipes: &mut PipeSet, _: &Options) -> bool {
        self.subscriber.incoming.has_in(pipes)
    }

    fn has_out(&mut self, _: &mut PipeSet, _: &Options) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use crate::options::SocketType;
    use crate::pattern::testing::{both_kinds, parts};

    #[test]
    fn xsub_shall_send_subscriptions_and_other_messages_to_all_publishers() {
        both_kinds(SocketType::Xsub, |mut rig| {
            let mut peers = [rig.connect(), rig.connect()];
            for message in [&b"\x01t"[..], b"\x01t", b"\x00t", b"hello", b"\x00none", b"\x00t"] {
                rig.send(&[message]).unwrap();
            }
            rig.send(&[b"a", b"b"]).unwrap();
            for peer in &mut peers {
                let got: Vec<_> = peer.recv_all();
                let expected: [&[&[u8]]; 5] =
                    [&[b"\x01t"], &[b"\x01t"], &[b"hello"], &[b"\x00t"], &[b"a", b"b"]];
                assert_eq!(got, expected.map(parts));
            }
            assert!(rig.has_out());
        });
    }

    #[test]
    fn with_verbose_every_cancellation_is_sent() {
        both_kinds(SocketType::Xsub, |mut rig| {
            rig.options.xsub_verbose_unsubscribe = true;
            let mut peer = rig.connect();
            rig.send(&[b"\x00none"]).unwrap();
            assert_eq!(peer.recv_all(), [parts(&[b"\x00none"])]);
        });
    }

    #[test]
    fn only_the_first_part_subscribes_if_asked_to() {
        both_kinds(SocketType::Xsub, |mut rig| {
            rig.options.only_first_subscribe = true;
            rig.send(&[b"data", b"\x01t"]).unwrap();
            assert_eq!(rig.pattern.topics_count(), 0);
            rig.options.only_first_subscribe = false;
            rig.send(&[b"data", b"\x01t"]).unwrap();
            assert_eq!(rig.pattern.topics_count(), 1);
        });
    }

    #[test]
    fn xsub_receives_without_a_filter() {
        both_kinds(SocketType::Xsub, |mut rig| {
            let mut peer = rig.connect();
            assert!(peer.send(&[b"any"]));
            assert!(rig.has_in());
            assert_eq!(rig.recv(), Ok(parts(&[b"any"])));
        });
    }
}
