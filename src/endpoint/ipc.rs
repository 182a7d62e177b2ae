//! The address part of an ipc endpoint (zmq_ipc(7)): a path, an abstract name, or a wildcard.
//!
//! Invariant: a value fits in the system's address, so making one from it cannot fail.
#![forbid(unsafe_code)]

use std::fmt;

use crate::errno::{Errno, Result};

/// Longest address part in bytes, `@` included: what `sun_path` holds beside a NUL (unix(7)).
pub const IPC_NAME_MAX: usize = 107;

/// Where an ipc listener is found.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum IpcPath {
    /// A file. One that starts with `*` is a wildcard to bind, and that very file to connect.
    Path(String),
    /// A name outside the file system, without its `@`.
    Abstract(String),
}

impl IpcPath {
    /// Parses what follows `ipc://`. Errors: EINVAL for nothing, for a lone `@` and for what is not UTF-8; ENAMETOOLONG.
    pub fn parse(address: impl AsRef<[u8]>) -> Result<Self> {
        let address = address.as_ref();
        if address.len() > IPC_NAME_MAX {
            return Err(Errno::ENAMETOOLONG);
        }
        let address = str::from_utf8(address).map_err(|_| Errno::EINVAL)?;
        match address.strip_prefix('@') {
            Some("") => Err(Errno::EINVAL),
            Some(name) => Ok(Self::Abstract(name.to_owned())),
            None if address.is_empty() => Err(Errno::EINVAL),
            None => Ok(Self::Path(address.to_owned())),
        }
    }

    /// Whether binding shall make up a path.
    pub fn is_wildcard(&self) -> bool {
        match self {
            Self::Path(path) => path.starts_with('*'),
            Self::Abstract(_) => false,
        }
    }
}

impl fmt::Display for IpcPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path(path) => f.write_str(path),
            Self::Abstract(name) => write!(f, "@{name}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn longest_name_fits_and_no_more() {
        for first in ["/", "@", "*"] {
            let longest = format!("{first}{}", "a".repeat(IPC_NAME_MAX - 1));
            assert_eq!(IpcPath::parse(&longest).map(|p| p.to_string()), Ok(longest.clone()));
            assert_eq!(IpcPath::parse(&(longest + "a")), Err(Errno::ENAMETOOLONG));
        }
    }

    #[test]
    fn first_character_decides() {
        assert_eq!(IpcPath::parse("@*"), Ok(IpcPath::Abstract("*".to_owned())));
        assert_eq!(IpcPath::parse("@"), Err(Errno::EINVAL));
        for (text, is_wildcard) in
            [("*", true), ("**", true), ("*/a", true), ("@*", false), ("a*", false), ("/*", false)]
        {
            assert_eq!(IpcPath::parse(text).unwrap().is_wildcard(), is_wildcard, "{text}");
        }
    }
}
