//! The group that a RADIO message is for (RFC 48, zmq_msg_set_group(3)): kept beside the message's
//! origin, so that the 64 bytes need no room for it.
#![forbid(unsafe_code)]

use std::ffi::CString;
use std::sync::Arc;

use super::{Message, Metadata};
use crate::errno::{Errno, Result};

/// Longest name of a group, in bytes (ZMQ_GROUP_MAX_LENGTH).
pub const GROUP_MAX_LENGTH: usize = 255;

impl Message {
    /// Sets the group. Errors: EINVAL if it is longer than [`GROUP_MAX_LENGTH`] or has a NUL.
    pub fn set_group(&mut self, group: &[u8]) -> Result<()> {
        if group.len() > GROUP_MAX_LENGTH {
            return Err(Errno::EINVAL);
        }
        let group = CString::new(group).map_err(|_| Errno::EINVAL)?;
        let mut metadata = self.metadata().cloned().unwrap_or_else(|| Metadata::new(-1));
        metadata.group = Some(group);
        self.set_metadata(Some(&Arc::new(metadata)));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_kept_beside_the_origin_and_copied_with_the_message() {
        let origin = Metadata::of(7, &[("X-a", b"one")]);
        let mut message = Message::from_slice(b"body");
        message.set_metadata(Some(&Arc::new(origin)));
        assert_eq!(message.set_group(&[b'g'; GROUP_MAX_LENGTH + 1]), Err(Errno::EINVAL));
        message.set_group(&[b'g'; GROUP_MAX_LENGTH]).unwrap();
        message.set_group(b"movies").unwrap();
        let copy = message.clone();
        let metadata = copy.metadata().unwrap();
        assert_eq!((metadata.group.as_deref(), metadata.fd), (Some(c"movies"), 7));
        assert!(metadata.get("X-a").is_some());
    }
}
