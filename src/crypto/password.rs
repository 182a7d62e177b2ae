//! Passwords: octets that are not printed, and forgotten when nobody needs them any more.
#![forbid(unsafe_code)]

use std::fmt;
use std::ops::Deref;

use zeroize::{Zeroize, ZeroizeOnDrop};

/// A password, or what contains one.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Password(Vec<u8>);

impl Password {
    /// No octets.
    pub const fn new() -> Self {
        Self(Vec::new())
    }
}

impl Default for Password {
    fn default() -> Self {
        Self::new()
    }
}

impl From<&[u8]> for Password {
    fn from(octets: &[u8]) -> Self {
        Self(octets.to_vec())
    }
}

impl Deref for Password {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_kept_and_not_printed() {
        let password = Password::from(&b"secret"[..]);
        assert_eq!(&*password, b"secret");
        assert_eq!(format!("{password:?}"), "Password(..)");
        assert!(Password::new().is_empty());
    }

    #[test]
    fn nothing_is_left_of_it() {
        let mut password = Password::from(&b"secret"[..]);
        password.zeroize();
        assert!(password.is_empty());
        assert!(std::mem::needs_drop::<Password>());
    }
}
