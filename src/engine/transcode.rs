//! Between canonical frames (ZMTP 2/3: flags, length, body) and what an older or newer peer wants on the
//! wire (RFC 13; RFC 37, "The Publish-Subscribe Pattern").
//!
//! Canonical inside this library: SUB and XSUB send subscriptions as messages `\x01topic` and
//! `\x00topic`. A 3.1 peer gets them as commands, anyone else as they are. Only a single-frame message
//! becomes a command, since "commands always consist of one frame".
#![forbid(unsafe_code)]

use crate::engine::{Failure, Framing, Reason};
use crate::mechanism::cipher::{Exhausted, Sealer};
use crate::options::SocketType;
use crate::wire::command::{self, CANCEL, SUBSCRIBE};
use crate::wire::frame::{self, FLAG_COMMAND, FLAG_MORE, Parsed};
use crate::wire::v1;

/// Canonical frames to a peer's wire, frame by frame.
#[derive(Clone, Debug)]
pub struct Egress {
    framing: Framing,
    is_subscriber: bool,
    is_mid_message: bool,
}

impl Egress {
    /// For a socket of type `ours` with a peer that speaks `framing`.
    pub const fn new(framing: Framing, ours: SocketType) -> Self {
        let is_subscriber = matches!(ours, SocketType::Sub | SocketType::Xsub);
        Self { framing, is_subscriber, is_mid_message: false }
    }

    /// Whether every frame leaves as it came, so that canonical bytes can be written untouched.
    pub const fn is_identity(&self) -> bool {
        match self.framing {
            Framing::V1 => false,
            Framing::V2 => true,
            Framing::V3_1 => !self.is_subscriber,
        }
    }

    /// Appends the wire's form of a message frame (`flags`: MORE only) to `out`.
    pub fn emit(&mut self, flags: u8, body: &[u8], out: &mut Vec<u8>) {
        let has_more = flags & FLAG_MORE != 0;
        let is_single = !has_more && !self.is_mid_message;
        self.is_mid_message = has_more;
        match self.framing {
            Framing::V1 => v1::emit(out, flags, body),
            Framing::V2 => frame::emit(out, flags, body),
            Framing::V3_1 => match body.split_first() {
                Some((1, topic)) if self.is_subscriber && is_single => {
                    command::emit(out, SUBSCRIBE, &[topic]);
                }
                Some((0, topic)) if self.is_subscriber && is_single => {
                    command::emit(out, CANCEL, &[topic]);
                }
                _ => frame::emit(out, flags, body),
            },
        }
    }

    /// As [`Self::emit`], but in a box of `sealer`'s. Peers that have one speak ZMTP 3.
    pub fn seal(
        &mut self,
        flags: u8,
        body: &[u8],
        sealer: &mut Sealer,
        out: &mut Vec<u8>,
    ) -> Result<(), Exhausted> {
        let has_more = flags & FLAG_MORE != 0;
        let is_single = !has_more && !self.is_mid_message;
        self.is_mid_message = has_more;
        let is_subscription = self.is_subscriber && is_single && self.framing == Framing::V3_1;
        match body.split_first() {
            Some((1, topic)) if is_subscription => {
                sealer.emit(FLAG_COMMAND, b"\x09SUBSCRIBE", topic, out)
            }
            Some((0, topic)) if is_subscription => {
                sealer.emit(FLAG_COMMAND, b"\x06CANCEL", topic, out)
            }
            _ => sealer.emit(flags, b"", body, out),
        }
    }
}

/// Appends the canonical message frame of a subscription (SUBSCRIBE, or a 1.0 peer's implied one) or of
/// its end (CANCEL) to `out`.
pub fn emit_subscription(is_subscribe: bool, topic: &[u8], out: &mut Vec<u8>) {
    let mut header = [0; frame::MAX_HEADER_LEN];
    let header_len = frame::emit_header(&mut header, 0, topic.len().saturating_add(1));
    out.reserve(header_len + 1 + topic.len());
    out.extend_from_slice(&header[..header_len]);
    out.push(u8::from(is_subscribe));
    out.extend_from_slice(topic);
}

/// A ZMTP 1.0 peer's bytes to canonical frames, however they are cut.
///
/// Bodies are passed on as they come; only a header is ever kept.
#[derive(Clone, Debug)]
pub struct V1Ingress {
    header: [u8; v1::MAX_HEADER_LEN],
    header_len: usize,
    body_len: u64,
    max_body_len: u64,
}

impl V1Ingress {
    /// With frames of at most `max_body_len` octets (`ZMQ_MAXMSGSIZE`); `None` is no limit.
    pub fn new(max_body_len: Option<u64>) -> Self {
        Self {
            header: [0; v1::MAX_HEADER_LEN],
            header_len: 0,
            body_len: 0,
            max_body_len: max_body_len.unwrap_or(u64::MAX),
        }
    }

    /// Appends what `bytes` mean to `out`; all of `bytes` is consumed. After a failure the connection is
    /// to be closed.
    pub fn transcode(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), Failure> {
        let mut rest = bytes;
        while !rest.is_empty() {
            if self.body_len > 0 {
                let len = usize::try_from(self.body_len).unwrap_or(usize::MAX).min(rest.len());
                let (body, left) = rest.split_at(len);
                out.extend_from_slice(body);
                self.body_len -= len as u64;
                rest = left;
            } else {
                rest = self.handle_header(rest, out)?;
            }
        }
        Ok(())
    }

    /// Takes octets of a header from `bytes`; answers what is left of them.
    /// Notes that `len` bytes of a body went past without [`Self::transcode`].
    pub fn handle_body(&mut self, len: usize) {
        self.body_len = self.body_len.saturating_sub(len as u64);
    }

    fn handle_header<'a>(
        &mut self,
        bytes: &'a [u8],
        out: &mut Vec<u8>,
    ) -> Result<&'a [u8], Failure> {
        const BAD_FRAME: Failure = Failure::silent(Reason::BadFrame);
        let kept_len = self.header_len;
        let room = &mut self.header[kept_len..];
        let copied_len = room.len().min(bytes.len());
        room[..copied_len].copy_from_slice(&bytes[..copied_len]);
        let filled_len = kept_len + copied_len;
        match v1::parse_header(&self.header[..filled_len]) {
            // A full buffer always holds a whole header, so all of `bytes` is in it.
            Parsed::NeedMore => {
                self.header_len = filled_len;
                Ok(&bytes[copied_len..])
            }
            Parsed::Malformed => Err(BAD_FRAME),
            Parsed::Header(header) => {
                let body_len = usize::try_from(header.body_len).map_err(|_| BAD_FRAME)?;
                if header.body_len > self.max_body_len {
                    return Err(BAD_FRAME);
                }
                let mut canonical = [0; frame::MAX_HEADER_LEN];
                let canonical_len = frame::emit_header(&mut canonical, header.flags, body_len);
                out.extend_from_slice(&canonical[..canonical_len]);
                self.body_len = header.body_len;
                self.header_len = 0;
                // Kept octets alone were no header, so at least one of `bytes` belongs to it.
                Ok(&bytes[header.header_len.saturating_sub(kept_len)..])
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn egress(framing: Framing, ours: SocketType, frames: &[(u8, &[u8])]) -> Vec<u8> {
        let mut egress = Egress::new(framing, ours);
        let mut out = Vec::new();
        frames.iter().for_each(|(flags, body)| egress.emit(*flags, body, &mut out));
        out
    }

    #[test]
    fn the_sub_or_xsub_peer_shall_send_a_subscribe_command() {
        let frames: [(u8, &[u8]); 2] = [(0, b"\x01A"), (0, b"\0A")];
        let commands = b"\x04\x0b\x09SUBSCRIBEA\x04\x08\x06CANCELA";
        assert_eq!(egress(Framing::V3_1, SocketType::Sub, &frames), commands);
        assert_eq!(egress(Framing::V3_1, SocketType::Xsub, &frames), commands);
    }

    #[test]
    fn a_sub_socket_sends_a_2_0_or_3_0_peer_one_byte_01_followed_by_the_subscription() {
        let frames: [(u8, &[u8]); 2] = [(0, b"\x01A"), (0, b"\0A")];
        let messages = b"\0\x02\x01A\0\x02\0A";
        assert_eq!(egress(Framing::V2, SocketType::Sub, &frames), messages);
        assert_eq!(egress(Framing::V1, SocketType::Sub, &frames), b"\x03\0\x01A\x03\0\0A");
    }

    #[test]
    fn other_messages_stay_messages() {
        let frames: [(u8, &[u8]); 4] = [(0, b"\x02A"), (0, b""), (1, b"\x01A"), (0, b"\x01B")];
        let messages = b"\0\x02\x02A\0\0\x01\x02\x01A\0\x02\x01B";
        assert_eq!(egress(Framing::V3_1, SocketType::Xsub, &frames), messages);
        let frames: [(u8, &[u8]); 1] = [(0, b"\x01A")];
        assert_eq!(egress(Framing::V3_1, SocketType::Push, &frames), b"\0\x02\x01A");
    }

    #[test]
    fn only_what_changes_needs_transcoding() {
        assert!(Egress::new(Framing::V2, SocketType::Sub).is_identity());
        assert!(Egress::new(Framing::V3_1, SocketType::Push).is_identity());
        assert!(!Egress::new(Framing::V3_1, SocketType::Sub).is_identity());
        assert!(!Egress::new(Framing::V1, SocketType::Push).is_identity());
    }

    #[test]
    fn a_subscription_command_becomes_the_message_that_xpub_reads() {
        let mut out = Vec::new();
        emit_subscription(true, b"A", &mut out);
        emit_subscription(false, &[b'A'; 255], &mut out);
        let mut expected = b"\0\x02\x01A\x02\0\0\0\0\0\0\x01\0\0".to_vec();
        expected.extend([b'A'; 255]);
        assert_eq!(out, expected);
    }

    #[test]
    fn v1_frames_become_canonical_however_they_are_cut() {
        let mut wire = b"\x03\0hi\x01\x01\x03\x81yo".to_vec();
        wire.extend(b"\xff\0\0\0\0\0\0\x01\x2d\0");
        wire.extend([b'y'; 300]);
        let mut expected = b"\0\x02hi\x01\0\x01\x02yo\x02\0\0\0\0\0\0\x01\x2c".to_vec();
        expected.extend([b'y'; 300]);
        for cut_len in [1, 2, 3, 7, 9, 10, 11, 64, wire.len()] {
            let (mut ingress, mut out) = (V1Ingress::new(None), Vec::new());
            for chunk in wire.chunks(cut_len) {
                ingress.transcode(chunk, &mut out).unwrap();
            }
            assert_eq!(out, expected, "cut every {cut_len}");
        }
    }

    #[test]
    fn v1_bytes_that_are_no_frame_or_too_large_fail() {
        let mut ingress = V1Ingress::new(Some(2));
        ingress.transcode(b"\x03\0hi", &mut Vec::new()).unwrap();
        let failure = Failure::silent(Reason::BadFrame);
        assert_eq!(ingress.clone().transcode(b"\x04\0", &mut Vec::new()), Err(failure));
        assert_eq!(ingress.transcode(b"\0", &mut Vec::new()), Err(failure));
    }
}
