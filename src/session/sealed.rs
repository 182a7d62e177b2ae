//! What comes in boxes (MESSAGE commands of CURVE and GSSAPI), on its way from the stream to the pipe.
//!
//! A box is opened where its bytes were received. What is left of the box in front of its content, some 40
//! to 80 bytes, becomes a frame that readers step over, and its end the content's header: nothing is moved.
#![forbid(unsafe_code)]

use crate::engine::{Engine, Failure};
use crate::errno::Errno;
use crate::mechanism::cipher::{Opened, Opener};
use crate::message::{BodyBuf, FLAG_COMMAND, FLAG_MORE, FLAG_SKIP, Outbound, take_lack};
use crate::pipe::{ByteWriter, PipeEnd};
use crate::wire::frame::{self, Header, MAX_HEADER_LEN, Parsed};

use super::connection::Ended;
use super::ingress::{Ingress, KNOWN_FLAGS, LARGE, MOST_COMMAND, Scan, is_for_application};

const NO_MEMORY: Ended = Ended::Stream(Errno::ENOMEM);

impl Ingress {
    /// Looks at the frame that begins the pending bytes.
    pub(super) fn scan_sealed(
        &mut self,
        header: Header,
        engine: &mut Engine,
        intake: &mut ByteWriter,
        credit: &mut u32,
    ) -> Result<Scan, Ended> {
        let len = self.sealed_len(&header)?;
        let pending = intake.pending();
        let Some(frame) = pending.get_mut(..len) else {
            if len < LARGE {
                if !intake.reserve(len) {
                    return Err(NO_MEMORY);
                }
            } else if *credit == 0 {
                return Ok(Scan::Stalled);
            } else {
                self.begin_sealed_body(&header, intake)?;
            }
            return Ok(Scan::Partial);
        };
        let body = frame.get_mut(header.header_len..).ok_or(Failure::bad_frame())?;
        let opened = match self.opened.take() {
            Some(opened) => opened,
            None => self.open(body)?,
        };
        let flags = opened.flags;
        let is_command = flags & FLAG_COMMAND != 0;
        let content = body.get(opened.content_at..).unwrap_or(&[]);
        // A command that is dealt with here needs no credit; it is looked at once for all.
        if is_command && !is_for_application(engine, content)? {
            frame[0] = frame[0] & KNOWN_FLAGS | FLAG_SKIP;
            intake.pass(len);
            self.has_skipped = true;
            return Ok(Scan::Passed);
        }
        if *credit == 0 {
            self.opened = Some(opened);
            return Ok(Scan::Stalled);
        }
        let flags = if is_command { FLAG_COMMAND } else { flags };
        let content_len = content.len();
        self.check_reply(flags, content_len)?;
        unwrap_frame(frame, content_len, flags);
        intake.pass(len);
        self.end_frame(flags, intake, credit);
        Ok(Scan::Passed)
    }

    /// Length of the frame, if it may be so long.
    fn sealed_len(&self, header: &Header) -> Result<usize, Failure> {
        let overhead_len = self.opener.as_deref().map_or(0, Opener::overhead_len);
        if header.body_len > self.max_body_len.saturating_add(overhead_len as u64) {
            return Err(Failure::bad_frame());
        }
        header.frame_len().ok_or(Failure::bad_frame())
    }

    fn open(&mut self, body: &mut [u8]) -> Result<Opened, Failure> {
        let opener = self.opener.as_mut().ok_or(Failure::bad_frame())?;
        let opened = opener.open(body).map_err(Failure::handshake)?;
        let content_len = body.len().saturating_sub(opened.content_at) as u64;
        let is_fine = content_len <= self.max_body_len;
        if is_fine { Ok(opened) } else { Err(Failure::bad_frame()) }
    }

    fn check_reply(&mut self, flags: u8, content_len: usize) -> Result<(), Failure> {
        match self.reply.as_mut().filter(|_| flags & FLAG_COMMAND == 0) {
            Some(reply) => {
                let body_len = content_len as u64;
                reply.handle_frame(&Header { flags, header_len: 0, body_len })
            }
            None => Ok(()),
        }
    }

    /// Goes on receiving into memory of the box's own.
    fn begin_sealed_body(&mut self, header: &Header, intake: &mut ByteWriter) -> Result<(), Ended> {
        let len = usize::try_from(header.body_len).map_err(|_| Failure::bad_frame())?;
        let mut body = BodyBuf::new(len).ok_or(NO_MEMORY)?;
        body.put(intake.pending().get(header.header_len..).unwrap_or(&[]));
        intake.forget_pending();
        self.body = Some((0, body));
        Ok(())
    }

    /// Passes on what a large box holds.
    pub(super) fn finish_sealed_body(
        &mut self,
        mut body: BodyBuf,
        engine: &mut Engine,
        intake: &mut ByteWriter,
        credit: &mut u32,
    ) -> Result<(), Ended> {
        let bytes = body.bytes_mut().ok_or(Failure::bad_frame())?;
        let Opened { flags, content_at } = self.open(bytes)?;
        let content = bytes.get(content_at..).unwrap_or(&[]);
        let is_command = flags & FLAG_COMMAND != 0;
        if is_command && (content.len() > MOST_COMMAND || !is_for_application(engine, content)?) {
            return Ok(());
        }
        let flags = if is_command { FLAG_COMMAND } else { flags };
        self.check_reply(flags, content.len())?;
        if let Some(body) = body.finish_from(content_at) {
            if !intake.write_body(flags, body) {
                return Err(NO_MEMORY);
            }
            self.end_frame(flags, intake, credit);
        }
        Ok(())
    }

    /// The same for a pipe that takes messages.
    pub(super) fn pass_loose_sealed(
        &mut self,
        engine: &mut Engine,
        pipe: &mut PipeEnd,
    ) -> Result<bool, Ended> {
        let Some(mut loose) = self.loose.take() else { return Ok(true) };
        let mut done = 0;
        while let Parsed::Header(header) = frame::parse_header(&loose[done..]) {
            let len = self.sealed_len(&header)?;
            let Some(frame) = loose.get_mut(done..done + len) else { break };
            let body = frame.get_mut(header.header_len..).ok_or(Failure::bad_frame())?;
            let opened = self.open(body)?;
            let flags = opened.flags;
            let content = body.get(opened.content_at..).unwrap_or(&[]);
            let is_command = flags & FLAG_COMMAND != 0;
            if !is_command || is_for_application(engine, content)? {
                let flags = flags & (FLAG_MORE | FLAG_COMMAND);
                if !pipe.write(&mut Outbound::Slice(content), flags) && take_lack() {
                    return Err(NO_MEMORY);
                }
                pipe.commit();
            }
            done += len;
        }
        loose.drain(..done);
        self.loose = Some(loose);
        Ok(true)
    }
}

/// Makes of an opened box a frame to step over and the frame of its content, which stays where it is.
fn unwrap_frame(frame: &mut [u8], content_len: usize, flags: u8) {
    let mut header = [0; MAX_HEADER_LEN];
    let header_len = frame::emit_header(&mut header, flags, content_len);
    let content_at = frame.len() - content_len;
    let gap_len = content_at - header_len;
    frame[gap_len..content_at].copy_from_slice(&header[..header_len]);
    // MOST_OVERHEAD_LEN sees to it that a short header is enough.
    frame[..2].copy_from_slice(&[FLAG_SKIP, (gap_len - 2) as u8]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mechanism::cipher::MOST_OVERHEAD_LEN;
    use crate::mechanism::curve::cipher::OVERHEAD_LEN;

    #[test]
    fn an_opened_box_becomes_two_frames_in_its_place() {
        let cases = [(0, 2), (64, 2), (222, 2), (223, 9), (255, 9), (256, 9)];
        let overheads = [OVERHEAD_LEN, MOST_OVERHEAD_LEN].map(|overhead_len| {
            cases.map(|(content_len, header_len)| (content_len, header_len + overhead_len))
        });
        for (content_len, front_len) in overheads.into_iter().flatten() {
            let mut bytes = vec![7; front_len + content_len];
            unwrap_frame(&mut bytes, content_len, FLAG_MORE);
            let Parsed::Header(gap) = frame::parse_header(&bytes) else { panic!("no header") };
            assert_eq!(gap.flags, FLAG_SKIP);
            let rest = &bytes[gap.frame_len().unwrap()..];
            let Parsed::Header(content) = frame::parse_header(rest) else { panic!("no header") };
            assert_eq!(content.flags & !frame::FLAG_LONG, FLAG_MORE);
            assert_eq!(content.frame_len(), Some(rest.len()));
            assert_eq!(rest[content.header_len..], vec![7; content_len]);
        }
    }
}
